"""Cells of a table that is opened in a spreadsheet: never a formula, whatever somebody wrote."""

from __future__ import annotations

import unicodedata

from markupsafe import Markup

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")  # what begins so may be run, in full width too
BOM = "\ufeff"  # by which Excel knows UTF-8


def cell(value: object) -> Markup:
    """A cell. A text that a spreadsheet might run is made one that it shows; figures are left as they are."""
    text = "" if value is None else str(value)
    if not isinstance(value, int | float) and unicodedata.normalize("NFKC", text).lstrip(" ").startswith(FORMULAS):
        text = f"'{text}"
    quoted = '"{}"'.format(text.replace('"', '""'))
    return Markup(quoted)  # noqa: S704  # no page: a file of text
