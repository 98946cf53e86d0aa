"""A file against the corpus: what is new, what has changed in which field, what is gone."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import msgspec
import pytest

from bot.corpus import Corpus
from bot.importers.drafts import draft_from, drafts_from, paper_key
from bot.importers.kinds import read_file
from bot.importers.matching import CHANGED, NEW, SAME, Comparison, compare, unit_of
from bot.importers.reading import Basis, Desk, Item, Period, Reading
from bot.policies import Contact
from tests.bot.importers.samples import compendium_text, digest_text, of_source, the_shape
from tests.corpus import the_corpus

SHAPE = the_shape()
CORPUS = the_corpus()
READINGS = {"q91": read_file(compendium_text(), SHAPE), "xh49": read_file(digest_text(), SHAPE)}


def worded(corpus: Corpus = CORPUS) -> Corpus:
    """The corpus with the official wordings that the samples bring."""
    wordings = {f"{source}-{item.number}": item.wording for source, r in READINGS.items() for item in r.items}
    return dataclasses.replace(corpus, wordings=wordings)


def held(items: tuple[Item, ...], corpus: Corpus, source: str = "q91") -> Comparison:
    """The comparison of items with a corpus."""
    return compare(Reading(kind="text", items=items, rows=len(items)), corpus, source, shape=SHAPE)


def changed(number: int, source: str = "q91", **values: Any) -> tuple[Item, ...]:
    """The items of a sample, with one changed."""
    items = READINGS[source].items
    return tuple(msgspec.structs.replace(i, **values) if i.number == number else i for i in items)


def without(*ids: str, corpus: Corpus = CORPUS) -> Corpus:
    """The corpus without some policies."""
    return dataclasses.replace(corpus, policies={k: v for k, v in corpus.policies.items() if k not in ids})


@pytest.mark.parametrize("source", ["q91", "xh49"])
def test_the_same_file_changes_nothing(source: str) -> None:
    """Every item is the policy of its number; what has no official wording yet is said to get one."""
    first, again = held(READINGS[source].items, CORPUS, source), held(READINGS[source].items, worded(), source)
    for comparison in (first, again):
        assert [match.id for match in comparison.matches] == [policy.id for policy in of_source(source)]
        assert {match.kind for match in comparison.matches} == {SAME}
        assert comparison.gone == ()
        assert not any(match.moved or match.unknown or match.changes for match in comparison.matches)
    assert all(match.adds for match in first.matches)
    assert not any(match.adds for match in again.matches)


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"title": "鼓励企业设备更新"}, ["title"]),
        ({"wording": "企业买新设备、搞技改且达到标准的，按投资额的15%给奖补，一家一年最多800万元。"}, ["wording"]),
        ({"basis": (Basis(title="另一份措施", number="青政发〔2025〕1号"),)}, ["basis"]),
        ({"period": Period(text="至2027年12月31日", end=date(2027, 12, 31))}, ["validity"]),
        ({"desks": (Desk(unit="市工业和信息化局科技处", phone="85911216"),)}, ["units", "phones"]),
        ({"desks": (Desk(unit="市工业和信息化局技术改造与投资处", phone="85911216"),)}, ["phones"]),
    ],
)  # fmt: skip
def test_each_field_that_changed_is_named(values: dict[str, Any], fields: list[str]) -> None:
    """With what stood before and what stands in the file."""
    (match,) = held(changed(1, **values), worded()).of_kind(CHANGED)
    assert (match.id, [change.field for change in match.changes]) == ("q91-1", fields)
    assert all(change.before != change.after for change in match.changes)


def test_spelling_is_no_change() -> None:
    """White space, width and brackets, a number with 字 or without, a unit's short name."""
    wording = READINGS["q91"].items[61].wording
    spelled = changed(
        62,
        wording=wording.replace("，", ", ").replace("（", "("),
        basis=(Basis(title="任何题目", number="崂投促字[2024]4号"),),
        desks=(Desk(unit="无线电服务中心", phone="51988585"),),
    )
    assert len(held(spelled, worded()).of_kind(SAME)) == 91


def test_a_new_item_gets_an_id_of_its_own() -> None:
    """That of its number, or the next that is free."""
    comparison = held(READINGS["q91"].items, without("q91-91", "q91-30"))
    assert [(match.id, match.item.number) for match in comparison.of_kind(NEW)] == [("q91-30", 30), ("q91-91", 91)]


def test_what_the_file_has_no_more_is_gone() -> None:
    """It is named, and no other source's policy is."""
    assert held(READINGS["q91"].items[:-2], CORPUS).gone == ("q91-90", "q91-91")


@pytest.mark.parametrize("corpus", [CORPUS, worded()], ids=["without wordings", "with wordings"])
@pytest.mark.parametrize("place", [4, 67])
def test_a_new_count_moves_no_policy(corpus: Corpus, place: int) -> None:
    """Where an item is put in between and all below count on, each is still found, those of one title among them."""
    items = READINGS["q91"].items
    fresh = msgspec.structs.replace(
        items[0], number=place + 1, title="支持低空经济", wording="对新开通的低空航线，每条给予777万元。"
    )
    rest = tuple(msgspec.structs.replace(item, number=item.number + 1) for item in items[place:])
    comparison = held((*items[:place], fresh, *rest), corpus)
    (new,) = comparison.of_kind(NEW)
    assert new.item is fresh
    kept = [match for match in comparison.matches if match is not new]
    wrong = [(match.id, match.item.number) for match in kept if match.id != f"q91-{match.item.number - match.moved}"]
    assert wrong == []
    assert comparison.gone == ()


def test_an_item_without_a_title_is_found_by_its_words() -> None:
    """The digest's paragraphs have none: with another number the wording tells."""
    moved = tuple(msgspec.structs.replace(item, number=item.number + 100) for item in READINGS["xh49"].items)
    comparison = held(moved, worded(), "xh49")
    assert [match.id for match in comparison.matches] == [policy.id for policy in of_source("xh49")]
    assert all(match.moved for match in comparison.matches)


@pytest.mark.parametrize(
    ("name", "district", "unit"),
    [
        ("区工信局", "西海岸新区", "西海岸新区工信局"),
        ("市工业和信息化局科技处", "崂山区", "市工业和信息化局科技处"),
        ("技改处", "市", "市工业和信息化局技术改造与投资处"),
        ("没有这个局", "市", ""),
        ("区工信局", "", ""),
    ],
)
def test_units_by_their_names(name: str, district: str, unit: str) -> None:
    """Full, short, or that of the district spoken of."""
    assert unit_of(name, CORPUS, district, shape=SHAPE) == unit


@pytest.mark.parametrize("source", ["q91", "xh49"])
def test_a_draft_has_the_facts_of_its_item(source: str) -> None:
    """Of a policy the corpus does not have, level, district, papers, days and desks are those an editor chose."""
    corpus = dataclasses.replace(
        CORPUS, policies={k: p for k, p in CORPUS.policies.items() if not k.startswith(source)}
    )
    for match in held(READINGS[source].items, corpus, source).matches:
        draft, policy = draft_from(match, corpus, source, shape=SHAPE), CORPUS.policies[match.id]
        assert (draft.policy.level, draft.policy.district) == (policy.level, policy.district)
        assert (draft.policy.paper, draft.policy.start, draft.policy.end) == (policy.paper, policy.start, policy.end)
        assert {(c.unit, c.phone) for c in draft.policy.contacts} == {(c.unit, c.phone) for c in policy.contacts}
        assert (draft.policy.summary, draft.policy.benefits, draft.papers, draft.departments) == ("", (), {}, ())
        assert draft.wording == match.item.wording
        assert all(draft.wording[c.start : c.end] == c.text for c in draft.candidates)


def test_a_draft_of_a_change_keeps_what_people_wrote() -> None:
    """Only the facts that changed are replaced; a desk that stays keeps its matter."""
    period = Period(text="至2027年1月31日", end=date(2027, 1, 31))
    items = changed(10, title="新题目", period=period, desks=READINGS["q91"].items[9].desks[:2])
    (match,) = held(items, worded()).of_kind(CHANGED)
    draft, old = draft_from(match, CORPUS, "q91", shape=SHAPE), CORPUS.policies["q91-10"]
    assert draft.policy == msgspec.structs.replace(
        old, title="新题目", end=date(2027, 1, 31), contacts=old.contacts[:2]
    )
    assert draft.policy.contacts[0].matter


def test_drafts_bring_the_papers_and_units_they_need_once() -> None:
    """A new paper has one key for all of its items, with their days; an unknown unit is brought with its phone."""
    paper = Basis(title="低空经济若干措施", number="青政发〔2026〕5号")
    period = Period(text="至2028年12月31日", end=date(2028, 12, 31))
    desk = Desk(unit="市低空办", phone="85910000")
    fresh = tuple(
        Item(number=n, title=f"低空{n}", wording=f"给予{n}万元。", basis=(paper,), period=period, desks=(desk,),
             place=READINGS["q91"].items[0].place)
        for n in (92, 93)
    )  # fmt: skip
    comparison = held((*READINGS["q91"].items, *fresh), worded())
    drafts = drafts_from(comparison, worded(), "q91", shape=SHAPE)
    assert [draft.policy.id for draft in drafts] == ["q91-92", "q91-93"]
    assert {draft.policy.paper for draft in drafts} == {"qzf-2026-5"} == {key for d in drafts for key in d.papers}
    assert [draft.policy.end for draft in drafts] == [None, None]
    assert drafts[0].papers["qzf-2026-5"].end == date(2028, 12, 31)
    assert drafts[0].departments[0].phones[0].number == "85910000"
    assert drafts[0].policy.contacts == (Contact(unit="市低空办", phone="85910000"),)
    assert comparison.of_kind(NEW)[0].unknown == ("市低空办",)


def test_what_does_not_change_calls_for_no_draft() -> None:
    """Unless it brings the official wording."""
    assert drafts_from(held(READINGS["q91"].items, worded()), worded(), "q91", shape=SHAPE) == ()
    assert len(drafts_from(held(READINGS["q91"].items, CORPUS), CORPUS, "q91", shape=SHAPE)) == 91


def test_the_key_of_a_paper() -> None:
    """As the corpus spells them, so that a person recognizes it."""
    same = [key for key, paper in CORPUS.papers.items() if paper.number and paper_key(basis_of(paper)) == key]
    assert len(same) >= len([paper for paper in CORPUS.papers.values() if paper.number]) - 5
    assert paper_key(Basis(title="支持发展办法")) == "zcfzbf"


def basis_of(paper: Any) -> Basis:
    """A paper as an item names it."""
    return Basis(title=paper.title, number=paper.number)
