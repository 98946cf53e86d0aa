r"""What a field of a template may hold, by the kind its key begins with: checked here, so that the platform need not.

The limits are those of the platform's page on notices (`thing` 20 characters, `phrase` 5 Chinese ones …), beyond which
it answers 47003. Words may be cut and end in "…"; figures, codes, days and names never are: half of one is a wrong one.
Patterns spell Chinese as \uXXXX: the machine has no words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CUT = "…"
_DAY = r"(?:[0-9]{4}\u5e74[0-9]{1,2}\u6708[0-9]{1,2}\u65e5|[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2})"
_HOUR = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
_MOMENT = rf"(?:(?:{_DAY}[ T]?)?{_HOUR}|{_DAY})"
WORDS = {"thing": 20, "short_thing": 20, "const": 20, "enum": 20}  # characters, no line break
PATTERNS = {
    "number": r"(?=.{1,32}\Z)-?[0-9]+(?:\.[0-9]+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s\x00-\x1f\x7f]{1,5}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"{_MOMENT}(?: ?~ ?{_MOMENT})?",
    "date": rf"{_DAY}(?:[ T]?{_HOUR})?",
    "amount": r"[\u00a5\uffe5$\u20ac\u00a3]?[0-9]{1,10}(?:\.[0-9]+)?\u5143?",
    "phone_number": r"[0-9+()\-*# ]{1,17}",
    "car_number": r"\w[A-Za-z0-9]{1,6}\w",
    "name": r"[A-Za-z ]{1,20}|[A-Za-z\u00b7\u4e00-\u9fa5]{1,10}",
    "phrase": r"[\u4e00-\u9fa5]{1,5}",
}
KINDS = frozenset({*WORDS, *PATTERNS})
_COMPILED = {kind: re.compile(pattern) for kind, pattern in PATTERNS.items()}
_SPACE, _CONTROLS = re.compile(r"\s+"), re.compile(r"[\x00-\x1f\x7f]")


def kind_of(key: str) -> str:
    """What a key holds: thing1 is a thing; empty for what is no key of the platform."""
    kind = key.rstrip("0123456789")
    return kind if kind in KINDS and kind != key else ""


def fit_value(key: str, value: str) -> str | None:
    """The value as the field of that key takes it, or None where it cannot hold it."""
    kind, plain = kind_of(key), _SPACE.sub(" ", value).strip()
    if kind in WORDS:
        plain, limit = _SPACE.sub(" ", _CONTROLS.sub("", plain)).strip(), WORDS[kind]
        if not plain:
            return None
        return plain if len(plain) <= limit else plain[: limit - len(CUT)].rstrip() + CUT
    return plain if kind and _COMPILED[kind].fullmatch(plain) else None


def fill(keys: Mapping[str, str], values: Mapping[str, str]) -> dict[str, dict[str, str]] | None:
    """The `data` of a template whose `keys` say which named value each shows; None where one is missing or does not
    fit: a notice with a gap is not sent."""
    data: dict[str, dict[str, str]] = {}
    for key, name in keys.items():
        value = fit_value(key, values.get(name, ""))
        if value is None:
            return None
        data[key] = {"value": value}
    return data or None
