"""Cells that a spreadsheet opens."""

from __future__ import annotations

import csv

import pytest

from bot.console.sheets import cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', " =1", "＝1", "－1", "\n=1"]
)
def test_no_text_is_run(text: str) -> None:
    """What a spreadsheet would take for a formula begins with a sign that makes it text."""
    (row,) = csv.reader([str(cell(text)).replace("\n", " ").replace("\r", " ")])
    assert row[0].startswith("'")


@pytest.mark.parametrize("value", ["技改", "a,b", 'say "hi"', "", "50%", "<5"])
def test_other_texts_come_back_as_they_were(value: str) -> None:
    """Commas and quotes are kept."""
    assert list(csv.reader([str(cell(value))])) == [[value]]


def test_a_figure_is_left_as_it_is() -> None:
    """A number below zero is a number; nothing is an empty cell."""
    assert (str(cell(-3)), str(cell(None))) == ('"-3"', '""')
