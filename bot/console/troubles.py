"""Why a part of the corpus cannot be used, as a page says it: which entry, which field, what stands there.

The reasons are raised and logged in English. Here each is recognized and taken apart; the sentence for its code stands
in templates/console/troubles.html. A few reasons are kept in the database as they were raised, so all of it is read
from the text; an error that still has its fields is read from these first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import structlog

from bot.errors import CorpusError
from bot.parts import KINDS

logger = structlog.get_logger(__name__)

OTHER = "other"
SHAPE = "shape"
WHERE = "paper|also_papers|related|restates|contacts|topics|facts|of"
AT = re.compile(r" - at `\$\.?([^`]*)`$")
SHAPE_FILE = re.compile(r"import\.toml: ")
STEP = re.compile(r"([^.\[\]]+)(?:\[(\d+|\.\.\.)\])?")
EXPECTED = (  # what msgspec wants of a value, and the code of the sentence
    ("text", "str"), ("whole", "int"), ("figure", "float"), ("yes", "bool"), ("day", "date"), ("list", "array"),
    ("table", "object"),
)  # fmt: skip
REASONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("toml", re.compile(r"\(at line (?P<found>\d+), column (?P<expected>\d+)\)$")),
    ("toml_end", re.compile(r"\(at end of document\)$")),
    ("toml_deep", re.compile(r"maximum recursion depth exceeded.*$|Exceeds the limit .* for integer string.*$")),
    ("missing_field", re.compile(r"Object missing required field `(?P<found>[^`]*)`$")),
    ("unknown_field", re.compile(r"Object contains unknown field `(?P<found>[^`]*)`$")),
    ("length", re.compile(r"Expected `array` of length (?P<expected>\d+), got (?P<found>\d+)$")),
    *((code, re.compile(rf"Expected `{kind}(?: \| [^`]*)?`, got `(?P<found>[^`]*)`$")) for code, kind in EXPECTED),
    ("no_day", re.compile(r"Invalid RFC3339 encoded date$")),
    ("choice", re.compile(r"Invalid enum value (?P<found>.*)$", re.DOTALL)),
    ("kind", re.compile(r"Invalid value (?P<found>['\d].*)$", re.DOTALL)),
    ("range", re.compile(r"(?:Integer value|Number) out of range$")),
    ("endless", re.compile(r"Expected a figure that has an end$")),
    ("name_inside", re.compile(r"is called (?P<found>.*) inside$", re.DOTALL)),
    ("gone", re.compile(rf"(?<![^ ])(?P<field>{WHERE}): (?P<found>.*) does not exist$", re.DOTALL)),
    ("part_missing", re.compile(r"is missing$")),
    ("no_policy", re.compile(r"is no policy, and not \S+$")),
    ("intent", re.compile(r"must be one of [a-z_, ]+$")),
    ("menu_count", re.compile(r"has (?P<found>\d+) buttons; the platform takes 1 to (?P<expected>\d+)$")),
    ("menu_below", re.compile(r"has one level below it, with at most (?P<expected>\d+) buttons$")),
    ("menu_name", re.compile(r"the name must have 1 to (?P<expected>\d+) bytes$")),
    ("menu_empty", re.compile(r"needs one of ask, page, url and below$")),
    ("menu_ask", re.compile(r"ask is longer than the platform's (?P<expected>\d+) bytes$")),
    ("menu_page", re.compile(r"page must begin with /$")),
    ("menu_url", re.compile(r"url must begin with https:// and have at most (?P<expected>\d+) bytes$")),
)
CODES = (*(code for code, _ in REASONS), "list_missing", SHAPE, OTHER)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the way to a field: its name, the kind or group it stands in, and which of several it is, from 1."""

    name: str
    inside: str
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is wrong: `code` picks the sentence, `kind` and `key` say which entry, `field` is the way to the field."""

    code: str
    kind: str = ""
    key: str = ""
    field: str = ""
    found: str = ""
    expected: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The way to the field, step by step; a number alone, as of lines, has none of its own."""
        steps: list[Step] = []
        for name, number in STEP.findall(self.field):
            place = int(number) + 1 if number.isdecimal() else 0
            steps.append(Step(name=name, inside=steps[-1].name if steps else self.kind, number=place))
        return tuple(steps)


def trouble(reason: CorpusError | str) -> Trouble:
    """The trouble that a reason speaks of; one that nobody foresaw has the code OTHER, and is logged as it is."""
    text = str(reason)
    if SHAPE_FILE.search(text):
        logger.error("the shape of the papers cannot be used", reason=text)
        return Trouble(code=SHAPE)
    at = AT.search(text)
    bare = text[: at.start()] if at else text
    found = _recognized(bare)
    if found is None:
        logger.warning("reason without a sentence", reason=text)
        return Trouble(code=OTHER, **_entry(reason, ""))
    code, match = found
    parts = match.groupdict()
    entry = _entry(reason, bare[: match.start()])
    field = parts.get("field") or (at[1] if at else "") or entry.pop("field", "")
    entry.pop("field", None)
    name = (parts.get("found") or "").strip("'\"")
    if code == "missing_field":
        if bare.startswith("lexicon: "):
            code, field = "list_missing", ""
        field = f"{field}.{name}" if field else name
    return Trouble(code=code, field=field, found=name, expected=parts.get("expected") or "", **entry)


def is_reason(text: str) -> bool:
    """Whether a text is one of the reasons: what a person wrote is shown as it stands."""
    return bool(SHAPE_FILE.search(text)) or _recognized(AT.sub("", text)) is not None


def _recognized(bare: str) -> tuple[str, re.Match[str]] | None:
    return next(((code, match) for code, pattern in REASONS if (match := pattern.search(bare))), None)


def _entry(reason: CorpusError | str, head: str) -> dict[str, str]:
    """Which entry a reason is about: by its fields, else by what stands before it."""
    if isinstance(reason, CorpusError) and reason.kind:
        return {"kind": reason.kind, "key": reason.key, "field": reason.field}
    kind, _, key = head.partition(": ")
    return {"kind": kind, "key": key.removesuffix(": ")} if kind in KINDS else {}
