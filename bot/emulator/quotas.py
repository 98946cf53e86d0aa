"""How often each call may be made a day and a minute, and the calls that ask and reset it."""

from __future__ import annotations

from collections import Counter

from bot.clock import Clock, now
from bot.emulator.refusals import Refusal

CLEARS_A_MONTH = 10
PATH_CLEARS_A_MONTH = 50

# Path or group -> calls a day: (account, test account). Daily defaults of a new account.
DAILY: dict[str, tuple[int, int]] = {
    "/cgi-bin/token": (2000, 200),
    "/cgi-bin/stable_token": (500_000, 500_000),
    "/cgi-bin/menu/create": (1000, 100),
    "/cgi-bin/menu/get": (10_000, 1000),
    "/cgi-bin/menu/delete": (1000, 100),
    "/cgi-bin/media/upload": (100_000, 500),
    "/cgi-bin/media/get": (200_000, 1000),
    "/cgi-bin/message/custom/send": (500_000, 50_000),
    "/cgi-bin/message/template/send": (100_000, 100_000),
    "mass": (100, 100),
    "/cgi-bin/qrcode/create": (100_000, 10_000),
    "/cgi-bin/user/get": (500, 100),
    "/cgi-bin/user/info": (500_000, 500_000),
    "/cgi-bin/user/info/updateremark": (10_000, 10_000),
    "/cgi-bin/getcallbackip": (5000, 5000),
}
BY_MINUTE = {"/cgi-bin/stable_token": 10_000, "mass": 60}
GROUPS = {"/cgi-bin/message/mass/sendall": "mass", "/cgi-bin/message/mass/send": "mass"}


class Quotas:
    """The counters of one account. Days and months are Shanghai's."""

    def __init__(self, clock: Clock, *, is_test: bool) -> None:
        self._clock = clock
        self._limits = {name: limits[is_test] for name, limits in DAILY.items()}
        self._day = ""
        self._used: Counter[str] = Counter()
        self._minute = -1
        self._now: Counter[str] = Counter()
        self._clears: Counter[str] = Counter()

    def limit(self, path: str, calls: int) -> None:
        """Allow `calls` a day from now on."""
        self._limits[GROUPS.get(path, path)] = calls

    def spend(self, path: str) -> None:
        """Count a call; Refusal 45009 over the day's number, 45011 over the minute's."""
        self._turn()
        name = GROUPS.get(path, path)
        if name in self._limits and self._used[name] >= self._limits[name]:
            raise Refusal(45009)
        if self._now[name] >= BY_MINUTE.get(name, self._now[name] + 1):
            raise Refusal(45011)
        self._used[name] += 1
        self._now[name] += 1

    def report(self, path: str) -> dict[str, int]:
        """The day's limit, what is used of it, and what remains; Refusal 76021 where a path has no limit."""
        self._turn()
        name = GROUPS.get(path, path)
        if name not in self._limits:
            raise Refusal(76021)
        limit = self._limits[name]
        return {"daily_limit": limit, "used": self._used[name], "remain": max(0, limit - self._used[name])}

    def clear(self) -> None:
        """Everything back to zero; Refusal 48006 after ten times a month."""
        self._count_clear("all", CLEARS_A_MONTH)
        self._used.clear()

    def clear_path(self, path: str) -> None:
        """One counter back to zero; Refusal 76021 or, after fifty times a month, 48006."""
        self.report(path)
        self._count_clear("one", PATH_CLEARS_A_MONTH)
        del self._used[GROUPS.get(path, path)]

    def _count_clear(self, which: str, limit: int) -> None:
        month = f"{which} {now(self._clock):%Y-%m}"
        if self._clears[month] >= limit:
            raise Refusal(48006)
        self._clears[month] += 1

    def _turn(self) -> None:
        day = f"{now(self._clock):%Y-%m-%d}"
        if day != self._day:
            self._day = day
            self._used.clear()
        minute = int(self._clock.time() // 60)
        if minute != self._minute:
            self._minute = minute
            self._now.clear()
