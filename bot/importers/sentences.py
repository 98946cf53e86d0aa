"""What is wrong with a file, said in the office's sentences."""

from __future__ import annotations

from collections.abc import Mapping

from bot.importers.reading import Fault, Place

SPOTS = ("sheet", "table", "page", "row", "line", "paragraph", "column")  # of a Place, from the largest


def place(value: Place, said: Mapping[str, str]) -> str:
    """Where something stands, from the sheet to the column; empty for the file as a whole."""
    return "".join(said[f"at_{spot}"].format(getattr(value, spot)) for spot in SPOTS if getattr(value, spot))


def sentence(fault: Fault, said: Mapping[str, str]) -> str:
    """What stands there and what should."""
    bare = f"{fault.code}_none"
    text = said[bare if bare in said and not fault.found else fault.code]
    return text.format(found=fault.found, expected=fault.expected)
