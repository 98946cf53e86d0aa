"""The sums and shares of an official text, each with its place and what the words around it make of it.

They are candidates: a person decides which of them is a benefit. None is made up: a candidate's text is the text of the
wording from `start` to `end`, and its figure is what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from msgspec.structs import replace

from bot.importers.shape import FigureShape, Shape
from bot.policies import AnyBenefit, Fixed, Maximum, PerUnit, Pool, Rate, Record

MOST = 300  # figures of one text; the longest item of the papers has 40
BEFORE, AFTER = 24, 12  # characters around a figure that tell what it is


class Candidate(Record, frozen=True, kw_only=True):
    """A figure of a wording.

    kind     fixed, max, rate, unit or pool as in Benefit; condition where it is asked for and not given
    start    where its characters begin, and `end` where the next ones do
    yuan     what a sum is; None for a share
    percent  what a share is; None for a sum
    base     what a share is taken of
    per      what a sum is given for
    limit    award, year or total: what a maximum is for
    once     it is given a single time
    upto     the share itself is a maximum
    """

    kind: str
    start: int
    end: int
    text: str
    yuan: int | None = None
    percent: float | None = None
    base: str = ""
    per: str = ""
    limit: str = ""
    once: bool = False
    upto: bool = False

    @property
    def benefit(self) -> AnyBenefit | None:
        """What an editor begins with: named, completed or thrown away by hand. None for a condition."""
        if self.percent is not None:
            return Rate(name="", percent=self.percent, base=self.base, upto=self.upto) if self.kind == "rate" else None
        yuan = self.yuan or 0
        if self.kind == "fixed":
            return Fixed(name="", amount=yuan, once=self.once)
        if self.kind == "unit":
            return PerUnit(name="", unit=self.per, amount=yuan)
        if self.kind == "pool":
            return Pool(name="", amount=yuan)
        if self.kind != "max":
            return None
        if self.limit == "award":
            return Maximum(name="", cap=yuan, once=self.once)
        if self.limit == "year":
            return Maximum(name="", cap_year=yuan)
        return Maximum(name="", cap_total=yuan)


def candidates(wording: str, shape: Shape) -> tuple[Candidate, ...]:
    """The figures of a text in their order."""
    figures = shape.figures
    found: list[Candidate] = []
    for start, end, value, unit in _figures(wording, figures):
        if len(found) >= MOST:
            break
        before = wording[max(0, start - BEFORE) : start].rstrip()
        after = wording[end : end + AFTER]
        if unit == "%":
            found.append(
                _share(wording[start:end], (start, end), float(value), before=before, after=after, shape=figures)
            )
        else:
            yuan = value * figures.units[unit]
            if yuan == yuan.to_integral_value() and yuan > 0:
                found.append(
                    _sum(wording[start:end], (start, end), int(yuan), before=before, after=after, shape=figures)
                )
    return tuple(_alike(found, wording, figures))


def _figures(text: str, shape: FigureShape) -> Iterator[tuple[int, int, Decimal, str]]:
    """Numbers with a unit; in 200、300、600万元 the unit stands once, and is that of all."""
    named = "|".join(re.escape(unit) for unit in sorted(shape.units, key=len, reverse=True))
    figure = re.compile(rf"({shape.number.pattern})\s*(%|\N{{FULLWIDTH PERCENT SIGN}}|{named})?")
    waiting: list[re.Match[str]] = []
    for match in figure.finditer(text):
        if waiting and not re.fullmatch(rf"\s*{shape.list.pattern}\s*", text[waiting[-1].end() : match.start()]):
            waiting = []
        if not match[2]:
            waiting.append(match)
            continue
        unit = match[2] if match[2] in shape.units else "%"
        if unit != "%" and not unit.endswith(shape.yuan) and not shape.bare.match(text[match.end() :]):
            waiting = []
            continue  # 1万立方米
        for one in (*waiting, match):
            yield one.start(), one.end(1) if one is not match else match.end(), Decimal(one[1]), unit
        waiting = []


def _any(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def _share(
    text: str, span: tuple[int, int], percent: float, *, before: str, after: str, shape: FigureShape
) -> Candidate:
    base = shape.share_base.search(before)
    asked = _any(shape.share_condition, before) or _any(shape.condition_after, after)
    given = not asked and 0 < percent <= 100
    return Candidate(
        kind="rate" if given else "condition",
        start=span[0],
        end=span[1],
        text=text,
        percent=percent,
        base=base[1] if base and given else "",
        upto=given and _any(shape.cap, before),
    )


def _sum(text: str, span: tuple[int, int], yuan: int, *, before: str, after: str, shape: FigureShape) -> Candidate:
    clause = shape.clause.split(before)[-1]
    kind, limit, per = "fixed", "", ""
    if _any(shape.pool, clause):
        kind = "pool"
    elif _any(shape.cap, clause):
        kind = "max"
        limit = "year" if _any(shape.year, clause) else "total" if _any(shape.total, clause) else "award"
    elif _any(shape.condition_before, clause) or _any(shape.condition_after, after):
        kind = "condition"
    elif match := shape.per.search(clause):
        kind, per = "unit", match[1]
    return Candidate(
        kind=kind, start=span[0], end=span[1], text=text, yuan=yuan, limit=limit, per=per,
        once=kind in ("fixed", "max") and (_any(shape.once, clause) or _any(shape.once, after)),
    )  # fmt: skip


def _alike(found: list[Candidate], wording: str, shape: FigureShape) -> Iterator[Candidate]:
    """Figures of one list are of one kind, that of the first: 最高不超过200万元、300万元; or all are asked for."""
    runs: list[list[Candidate]] = []
    for candidate in found:
        last = runs[-1][-1] if runs else None
        between = wording[last.end : candidate.start] if last else ""
        same = last is not None and (last.yuan is None) == (candidate.yuan is None)
        if same and re.fullmatch(rf"\s*{shape.list.pattern}\s*", between):
            runs[-1].append(candidate)
        else:
            runs.append([candidate])
    for run in runs:
        asked = any(candidate.kind == "condition" for candidate in run)
        for candidate in run:
            values = {name: getattr(run[0], name) for name in ("kind", "limit", "per", "once", "base", "upto")}
            yield replace(candidate, **(values | ({"kind": "condition"} if asked else {})))
