"""The console's templates: what they can call, and how times look in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial

from bot.chinese import day, money, share
from bot.clock import SHANGHAI
from bot.console.sheets import cell
from bot.console.troubles import is_reason, trouble
from bot.importers.sentences import place, sentence
from bot.markup import environment


class Templates:
    """Renders console/<name>.html. `asset` gives the address of a file of bot/static, `name` is what the office's
    account is called, `importing` what is said of files that are read, `ending` how announcements are ended."""

    def __init__(self, *, asset: Callable[[str], str], name: str, importing: Mapping[str, str], ending: str) -> None:
        self.office = name
        self.ending = ending
        self.importing = importing
        self._env = environment()
        self._env.filters.update(money=money, share=share, day=day, csv=cell)
        self._env.filters.update(place=partial(place, said=importing), sentence=partial(sentence, said=importing))
        self._env.filters.update(minute=minute, clock=clock_time, local=local, trouble=trouble)
        self._env.tests["reason"] = is_reason
        self._env.globals.update(asset=asset, office=name, importing=importing, ending=ending)

    def render(self, name: str, /, **facts: object) -> str:
        """A page."""
        return self._env.get_template(f"console/{name}.html").render(facts)


def local(time: float) -> datetime:
    """Seconds since 1970 as a time in Shanghai."""
    return datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI)


def minute(time: float | datetime) -> str:
    """2026-11-22 10:05, for tables."""
    moment = time if isinstance(time, date) else local(time)
    return f"{moment:%Y-%m-%d %H:%M}"


def clock_time(time: float) -> str:
    """10:05."""
    return f"{local(time):%H:%M}"
