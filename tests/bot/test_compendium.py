"""A compilation as a table: what is taken away can be brought in again."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from bot.compendium import compendium, sources
from bot.importers.kinds import read_file
from bot.importers.matching import SAME, compare
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
