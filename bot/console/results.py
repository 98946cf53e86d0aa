"""What an announcement came to: sums that add up, its course, what was foreseen, and what the platform counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from bot.announcements import FINEST, MINUTE, SUBSCRIBE, TEMPLATE, WAYS, Announcement
from bot.console.ledgers import Cause, announcement, causes_of, groups_of
from bot.console.sheets import BOM
from bot.console.templates import local
from bot.console.visit import Visit
from bot.person import DECLINED
from bot.statistics.charts import Chart, steps
from bot.store.audiences import CLOSED
from bot.store.ledgers import Counts, Group, MassCall

HOUR, DAY = 3600, 86_400
SPANS = (FINEST, 15, MINUTE, 300, 600, 1800, HOUR, 3 * HOUR, 6 * HOUR, DAY)  # seconds that one bar may stand for
BARS, FEWEST = 60, 12  # of a picture
REPORTED = (TEMPLATE, SUBSCRIBE)  # ways of which the platform tells for each what became of it
BAD = ("failed", "unknown")


@dataclass(frozen=True, kw_only=True)
class Way:
    """What came of one way: `foreseen` at the approval, None where that is not known."""

    name: str
    counts: Counts
    foreseen: int | None = None


@dataclass(frozen=True, kw_only=True)
class Course:
    """How it went over time. `span` is how many seconds each of `points` (begin, settled, of them badly) stands for;
    `busiest` is how many were settled in the best minute, `last` when the last was."""

    span: int
    points: tuple[tuple[float, int, int], ...]
    busiest: int
    last: float

    @property
    def chart(self) -> Chart:
        """The picture."""
        days = {local(at).date() for at, *_ in self.points}
        within = "%H:%M:%S" if self.span < MINUTE else "%H:%M"
        form = within if len(days) < 2 else "%-m-%-d" if self.span == DAY else f"%-m-%-d {within}"
        end = self.points[-1][0]
        empty = [(end + number * self.span, 0, 0) for number in range(1, FEWEST - len(self.points) + 1)]
        return steps([(local(at).strftime(form), settled, bad) for at, settled, bad in (*self.points, *empty)])


@dataclass(frozen=True, kw_only=True)
class Result:
    """All of it. `ended` is when it ended, or now; `missing` of whom nothing is decided yet."""

    counts: Counts
    ways: tuple[Way, ...]
    causes: tuple[tuple[Cause, int], ...]
    declined: int
    closed: int
    course: Course
    calls: tuple[MassCall, ...]
    foreseen: dict[str, int]
    ended: float
    began: float

    @property
    def missing(self) -> int:
        """Those whose outcome is not there yet."""
        return self.counts.audience - self.counts.settled

    @property
    def seconds(self) -> float:
        """How long it was sent, until the last outcome."""
        return max(0.0, min(self.ended, self.course.last or self.ended) - self.began) if self.began else 0.0

    @property
    def pace(self) -> float | None:
        """How many were settled in a minute, on average; None where nothing was."""
        return 60 * self.counts.tried / max(60.0, self.seconds) if self.counts.tried else None


async def show(visit: Visit) -> web.Response:
    """The page."""
    one = await announcement(visit)
    return visit.page("result", one=one, result=await _result(visit, one), reported=REPORTED)


async def download(visit: Visit) -> web.Response:
    """The same as a file."""
    one = await announcement(visit)
    result = await _result(visit, one)
    text = visit.desk.templates.render("result_csv", one=one, result=result, reported=REPORTED)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    body = (BOM + "\r\n".join(lines) + "\r\n").encode()
    return visit.file(body, name=f"huiqi-report-{one.id}.csv", content_type="text/csv")


async def _result(visit: Visit, one: Announcement) -> Result:
    ledgers, sparing = visit.desk.broadcasts.ledgers, visit.desk.broadcasts.sparing
    groups = await groups_of(visit, one)
    grain = one.grain(visit.time)
    return Result(
        counts=_counts(groups),
        ways=_ways(groups, one.foreseen),
        causes=tuple(causes_of(groups)),
        declined=sum(group.count for group in groups if group.reason == DECLINED),
        closed=sum(group.count for group in groups if group.reason == CLOSED),
        course=course(await sparing.get(("pace", one.id, grain), partial(ledgers.pace, one.id, grain)), grain),
        calls=tuple(await ledgers.calls(one.id)),
        foreseen=one.foreseen,
        ended=one.ended or visit.time,
        began=one.began,
    )


def _counts(groups: Sequence[Group]) -> Counts:
    found: dict[str, int] = {}
    for group in groups:
        found[group.state] = found.get(group.state, 0) + group.count
    return Counts(**found)


def _ways(groups: Sequence[Group], foreseen: dict[str, int]) -> tuple[Way, ...]:
    by_way = {way: [group for group in groups if group.channel == way] for way in WAYS}
    return tuple(
        Way(name=way, counts=_counts(by_way[way]), foreseen=foreseen.get(way, 0) if foreseen else None)
        for way in WAYS
        if by_way[way] or foreseen.get(way)
    )


def course(settlements: Sequence[tuple[float, str, int]], grain: int) -> Course:
    """How it went: outcomes as they came in spans of `grain` seconds, put together so that a picture can show them."""
    if not settlements:
        return Course(span=grain, points=(), busiest=0, last=0.0)
    first, last = settlements[0][0], settlements[-1][0]
    span = next((span for span in SPANS if span >= grain and (last - first) / span < BARS), SPANS[-1])
    start = _floor(first, span)
    many = int((_floor(last, span) - start) // span) + 1
    settled, bad = [0] * many, [0] * many
    in_minute: dict[float, int] = {}
    for at, state, count in settlements:
        place = int((at - start) // span)
        settled[place] += count
        bad[place] += count if state in BAD else 0
        minute = _floor(at, MINUTE)
        in_minute[minute] = in_minute.get(minute, 0) + count
    points = tuple((start + place * span, settled[place], bad[place]) for place in range(many))
    return Course(span=span, points=points, busiest=max(in_minute.values()), last=last + grain)


def _floor(at: float, span: int) -> float:
    """When the span began that a time is in, counted from midnight in Shanghai."""
    midnight = local(at).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    return midnight + (at - midnight) // span * span
