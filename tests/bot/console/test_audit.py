"""The audit log as staff read it."""

from __future__ import annotations

from bot.clock import ManualClock
from bot.console.audit import MANY, differences
from bot.store.audit import Entry, Written
from tests.bot.console.client import Office


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
