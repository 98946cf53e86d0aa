"""Figures: what was asked each day, in vain, of what and of whom; as pictures, tables and a file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from bot.console.entries import is_day
from bot.console.sheets import BOM
from bot.console.visit import Visit
from bot.statistics.analytics import Picture, picture
from bot.statistics.charts import columns
from bot.store.marks import FEW

SPANS = (7, 30, 90, 365)  # days
SPAN, MOST = 30, 1096
EARLIEST = date(2012, 1, 1)  # there were no such accounts before


@dataclass(frozen=True, kw_only=True)
class Range:
    """From a day to a day; `wrong` names the field that holds none."""

    first: date
    last: date
    wrong: str = ""


async def show(visit: Visit) -> web.Response:
    """The pictures."""
    chosen = _range(visit)
    found = await _picture(visit, chosen)
    return visit.page(
        "analytics",
        chosen=chosen,
        picture=found,
        asked=columns([(day.day, day.asked, day.vain) for day in found.days]),
        followers=columns([(day.day, day.came, day.left) for day in found.days], beside=True),
        subscriptions=columns([(day.day, day.won, day.lost) for day in found.days], beside=True),
        spans=[(span, (visit.now.date() - timedelta(days=span - 1)).isoformat()) for span in SPANS],
        few=FEW,
    )


async def download(visit: Visit) -> web.Response:
    """The same figures as a file."""
    chosen = _range(visit)
    found = await _picture(visit, chosen)
    text = visit.desk.templates.render("analytics_csv", picture=found, chosen=chosen, few=FEW)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    name = f"huiqi-{chosen.first.isoformat()}-{chosen.last.isoformat()}.csv"
    return visit.file((BOM + "\r\n".join(lines) + "\r\n").encode(), name=name, content_type="text/csv")


async def _picture(visit: Visit, chosen: Range) -> Picture:
    talk, corpus, days = visit.desk.talk, visit.desk.corpus(), (chosen.first.isoformat(), chosen.last.isoformat())
    cells = [*await talk.tallies.between(*days), *await talk.turnover.between(*days)]
    return await asyncio.to_thread(lambda: picture(cells, first=chosen.first, last=chosen.last, corpus=corpus))


def _range(visit: Visit) -> Range:
    today = visit.now.date()
    asked = {name: visit.asked(name) for name in ("first", "last")}
    wrong = next((name for name, day in asked.items() if day and not is_day(day)), "")
    last = date.fromisoformat(asked["last"]) if asked["last"] and not wrong else today
    last = max(min(last, today), EARLIEST)
    first = date.fromisoformat(asked["first"]) if asked["first"] and not wrong else last - timedelta(days=SPAN - 1)
    if first > last:
        first, wrong = last, "first"
    return Range(first=max(first, last - timedelta(days=MOST - 1), EARLIEST), last=last, wrong=wrong)
