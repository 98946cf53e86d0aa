"""A compilation as a table: what is taken away can be brought in again."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from bot.corpus import Corpus
from bot.editions.compendium import Compendium, compendium, sources
from bot.importers.drafts import drafts_from
from bot.importers.kinds import read_file
from bot.importers.matching import SAME, compare, with_wordings
from bot.importers.reading import Reading
from bot.importers.sentences import sentence
from handlers.importing import IMPORTING
from tests.bot.importers.samples import HEAD, the_shape
from tests.corpus import the_corpus


@pytest.mark.parametrize("source", ["q91", "xh49"])
def test_what_is_exported_is_imported_as_the_same(source: str) -> None:
    """Read again, every policy of the corpus has no fault, is the one it was, and has changed in nothing."""
    corpus = the_corpus()
    wordings = {name: policy.summary for name, policy in corpus.policies.items()}
    corpus = replace(corpus, wordings=wordings)
    table = compendium(corpus, source, shape=the_shape(), said=IMPORTING)
    out = io.StringIO()
    csv.writer(out).writerows([table.head, *table.rows])
    reading = read_file(out.getvalue().encode("utf-8-sig"), the_shape())
    found = compare(reading, corpus, source, shape=the_shape())
    assert table.head == HEAD
    assert reading.faults == ()
    assert found.gone == ()
    changed = {match.id: match.changes for match in found.matches if match.kind != SAME}
    assert changed == {}
    assert len(found.matches) == sources(corpus)[source]


def test_a_wording_that_is_not_known_is_not_made_up() -> None:
    """The cell is empty, and it is counted."""
    table = compendium(the_corpus(), "q91", shape=the_shape(), said=IMPORTING)
    assert {row[2] for row in table.rows} == {""}
    assert table.unworded == len(table.rows) == 91


@pytest.mark.parametrize("source", ["q91", "xh49"])
@pytest.mark.parametrize("worded", [True, False])
def test_what_is_exported_without_wordings_changes_nothing(source: str, worded: bool) -> None:
    """An empty cell leaves the wording of a policy in force as it is, whether there is one or not."""
    bare = the_corpus()
    table = compendium(bare, source, shape=the_shape(), said=IMPORTING)
    wordings = {name: policy.summary for name, policy in bare.policies.items()}
    corpus = replace(bare, wordings=wordings) if worded else bare
    found = compare(read_again(table, corpus, source), corpus, source, shape=the_shape())
    assert {match.kind for match in found.matches} == {SAME}
    assert not any(match.adds for match in found.matches)
    assert (len(found.matches), found.gone) == (sources(corpus)[source], ())


def read_again(table: Compendium, corpus: Corpus, source: str) -> Reading:
    """A table as it comes back; it is whole."""
    out = io.StringIO()
    csv.writer(out).writerows([table.head, *table.rows])
    reading = read_file(out.getvalue().encode("utf-8-sig"), the_shape())
    assert with_wordings(reading, corpus, source, shape=the_shape()) == reading
    assert reading.is_whole
    return reading


def test_a_change_beside_an_empty_cell_keeps_the_wording() -> None:
    """What is stated otherwise is changed; the draft has the wording that is in force."""
    corpus = replace(the_corpus(), wordings={"q91-1": "原来的话"})
    table = compendium(the_corpus(), "q91", shape=the_shape(), said=IMPORTING)
    row = [*table.rows[0][:4], "至2031年12月31日", table.rows[0][5]]
    again = msgspec.structs.replace(table, rows=(tuple(row), *table.rows[1:]))
    found = compare(read_again(again, corpus, "q91"), corpus, "q91", shape=the_shape())
    (draft,) = drafts_from(found, corpus, "q91", shape=the_shape())
    assert (draft.policy.id, draft.wording, draft.policy.end) == ("q91-1", "原来的话", date(2031, 12, 31))


@pytest.mark.parametrize(("missing", "code"), [(1, "cell_empty"), (2, "wordings_empty")])
def test_new_policies_need_a_wording(missing: int, code: str) -> None:
    """Without one there is one fault, where the first stands, however many they are."""
    corpus = the_corpus()
    table = compendium(corpus, "q91", shape=the_shape(), said=IMPORTING)
    kept = {name: policy for n, (name, policy) in enumerate(corpus.policies.items()) if n >= missing}
    smaller = replace(corpus, policies=kept)
    out = io.StringIO()
    csv.writer(out).writerows([table.head, *table.rows])
    reading = read_file(out.getvalue().encode("utf-8-sig"), the_shape())
    (fault,) = with_wordings(reading, smaller, "q91", shape=the_shape()).faults
    assert (fault.code, fault.place.column) == (code, "支持政策")
    assert "支持政策" in sentence(fault, IMPORTING)
