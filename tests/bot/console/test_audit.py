"""The audit log as staff read it."""

from __future__ import annotations

from bot.clock import ManualClock
from bot.console.audit import MANY, about, differences
from bot.store.audit import Entry, Written
from tests.bot.console.client import Office
from tests.small import small_corpus


async def test_entries_are_narrowed_down(office: Office, clock: ManualClock) -> None:
    """By person, kind of act, day and target, alone or together; what cannot be read narrows nothing."""
    visitor = await office.sign_in("approver")
    time = clock.time()
    acts = [(1, "sign_in", "li", 0.0), (1, "staff.role", "li", 86_400.0), (2, "staff.role", "mei", 86_400.0)]
    for who, action, target, later in acts:
        who_name = {1: "approver", 2: "zhao"}[who]
        entry = Entry(time=time + later, staff=who, who=who_name, action=action, target=target, ip=f"10.0.0.{who}")
        await office.audit.write(entry)

    async def shown(query: str) -> tuple[int, int]:
        page = await visitor.get(f"/console/audit?{query}")
        assert page.status == 200
        return page.source.count("10.0.0.1"), page.source.count("10.0.0.2")

    assert await shown("") == (2, 1)
    assert await shown("who=1") == (2, 0)
    assert await shown("what=staff.") == (1, 1)
    assert await shown("what=staff.&who=2") == (0, 1)
    assert await shown("day=2026-11-22") == (1, 0)
    assert await shown("day=2026-11-23") == (1, 1)
    assert await shown("about=mei") == (0, 1)
    assert [await shown(f"day={day}") for day in ("0001-01-01", "9999-12-31")] == [(2, 1)] * 2
    assert await shown("who=x&day=2026-13-45&below=-1") == (2, 1)
    assert await shown("what=%25") == (0, 0)
    assert await shown("who=9") == (0, 0)


async def test_older_entries_are_a_page_away(office: Office, clock: ManualClock) -> None:
    """A page shows so many; the rest follows, each once, with the same narrowing."""
    visitor = await office.sign_in("approver")
    entries = [
        Entry(time=clock.time(), staff=1, who="approver", action="sign_in", ip=f"10.9.0.{number}.")
        for number in range(MANY + 5)
    ]
    await office.audit.write(*entries)
    first = await visitor.get("/console/audit?what=sign_in")
    assert "10.9.0.54." in first.source
    assert "10.9.0.4." not in first.source
    link = first.source.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert link.startswith("/console/audit?what=sign_in&below=")
    second = await visitor.get(link)
    assert [f"10.9.0.{n}." in second.source for n in (5, 4, 0)] == [False, True, True]
    assert 'rel="next"' not in second.source


async def test_a_change_is_shown_as_a_difference(office: Office) -> None:
    """Before and after stand side by side, in words, with what was not there said to be so."""
    admin = await office.sign_in("admin")
    await office.hire("li")
    await admin.post("/console/staff/2/role", {"role": "editor"})
    page = await admin.get("/console/audit?what=staff.role")
    assert "角色 查看 编辑" in page.text
    assert "<del>查看</del>" in page.source
    assert "<ins>编辑</ins>" in page.source


def test_the_fields_of_a_difference() -> None:
    """Every field that either side has, in order; None where one has it not."""
    entry = Written(id=1, time=0, staff=1, who="a", action="x", before={"a": 1, "b": 2}, after={"b": 3, "c": 4})
    assert differences(entry) == [("a", 1, None), ("b", 2, 3), ("c", None, 4)]


async def test_nothing_found_says_so(office: Office) -> None:
    """An empty list is a sentence."""
    visitor = await office.sign_in("approver")
    assert "没有符合条件的记录" in (await visitor.get("/console/audit?about=nothing")).text


def test_an_entry_is_about_something_people_know() -> None:
    """A policy by its title, what has a page by its number, each led to; anything else as it is written."""
    corpus = small_corpus()
    title = corpus.policies["q91-1"].title

    def told(action: str, target: str) -> tuple[str, str, str]:
        found = about(Written(id=1, time=0, staff=1, who="a", action=action, target=target), corpus)
        return found.kind, found.name, found.path

    assert told("corpus.submitted", "policy q91-1") == ("policy", f"q91-1 {title}", "/console/policies/q91-1")
    assert told("corpus.published", "policy q91-999") == ("policy", "q91-999", "")
    assert told("corpus.published", "paper p1") == ("paper", "p1", "")
    assert told("ticket.closed", "ticket 3") == ("ticket", "3", "/console/tickets/3")
    assert told("broadcast.paused", "12") == ("broadcast", "12", "/console/broadcasts/12")
    assert told("sample.kept", "4") == ("sample", "4", "/console/broadcasts/samples/4")
    for action, target in (("corpus.imported", "q91 2026-11-26"), ("staff.role", "ticket"), ("sign_in", "")):
        assert told(action, target) == ("", target, "")


async def test_what_an_entry_is_about_is_said_in_words(office: Office) -> None:
    """The kind stands in Chinese, and what has a page is a link to it."""
    admin = await office.sign_in("admin")
    await office.audit.write(Entry(time=1.0, staff=1, who="admin", action="ticket.closed", target="ticket 3"))
    page = await admin.get("/console/audit?what=ticket")
    assert "办结留言 ：留言 3" in page.text
    assert '<a href="/console/tickets/3">3</a>' in page.source
