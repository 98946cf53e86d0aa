"""Units, topics, papers, facts, words and rated questions: listed, searched, shown and edited like policies."""

from __future__ import annotations

import pytest

from tests.bot.console.client import Office
from tests.bot.console.sheets import published, saved, send

PAGES = (
    "/console/departments", "/console/books/topic", "/console/books/paper", "/console/books/fact",
    "/console/books/rated",
    "/console/lexicon", "/console/lexicon?kind=words", "/console/lexicon?kind=intents", "/console/lexicon?kind=saying",
    "/console/parts/department?key=崂山区工信局", "/console/parts/topic?key=首台套", "/console/parts/paper?key=city",
    "/console/parts/fact?key=equipment", "/console/parts/synonym?key=机器换人", "/console/parts/words?key=stop",
    "/console/parts/hours?key=hours", "/console/parts/edition?key=edition", "/console/parts/collection?key=city",
    "/console/parts/intents?key=contact", "/console/parts/districts?key=崂山区",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_every_list_and_part_has_a_page(office: Office, path: str) -> None:
    """For whoever is signed in."""
    page = await (await office.sign_in("viewer")).get(path)
    assert page.status == 200, page.text


async def test_units_are_listed_with_their_phones(office: Office) -> None:
    """And with how many policies name them; searched by name, alias or phone."""
    viewer = await office.sign_in("viewer")
    page = await viewer.get("/console/departments")
    assert "85911248" in page.text
    assert "09:00–12:00" in page.text
    found = await viewer.get("/console/departments?q=85911248")
    assert ("投资处" in found.text, "崂山区工信局" in found.text) == (True, False)


async def test_a_new_phone_is_answered_with(office: Office) -> None:
    """A unit edited and published is what the bot knows."""
    path = "/console/edit/department?key=市工信局投资处"
    await published(office, path, phones__0__matter="技术改造", aliases="技改处\n投资科")
    unit = office.services.corpus.departments["市工信局投资处"]
    assert (unit.phones[0].matter, unit.aliases) == ("技术改造", ("技改处", "投资科"))


async def test_hours_and_words_are_edited(office: Office) -> None:
    """Office hours, a list of words, a synonym, a topic and the name of the edition."""
    await published(office, "/console/edit/hours?key=hours", afternoon="14:00\n18:00")
    await published(office, "/console/edit/words?key=foreign", words="天气\n股票")
    await published(office, "/console/edit/synonym", say="老设备换新", mean="技改")
    await published(office, "/console/edit/topic?key=首台套", words="三首")
    await published(office, "/console/edit/edition?key=edition", name="2027年版")
    corpus = office.services.corpus
    assert corpus.hours.afternoon == ("14:00", "18:00")
    assert corpus.lexicon.foreign.words == ("天气", "股票")
    assert corpus.lexicon.synonym[-1].say == ("老设备换新",)
    assert (corpus.topics["首台套"].words, corpus.edition) == (("三首",), "2027年版")


async def test_rated_questions_are_added(office: Office) -> None:
    """The office extends the set that the gate asks."""
    editor = await office.sign_in("editor", "li")
    values = {"id": "ours-1", "text": "备用电源补多少", "intent": "amount", "expect": "q91-2"}
    await published(office, "/console/edit/rated", **values)
    assert "备用电源补多少" in (await editor.get("/console/books/rated")).text
    number = await saved(editor, "/console/edit/policy?key=q91-2", title="甲")
    await editor.get(f"/console/drafts/{number}")
    await send(editor, f"/console/drafts/{number}", "submit")
    approver = await office.sign_in("approver", "wang")
    assert "考题 1 道" in (await approver.get(f"/console/drafts/{number}")).text


async def test_what_is_not_there_is_not_found(office: Office) -> None:
    """Unknown kinds and keys."""
    viewer = await office.sign_in("viewer")
    for path in ("/console/parts/gift?key=a", "/console/parts/topic?key=a", "/console/books/gift"):
        assert (await viewer.get(path)).status == 404, path
