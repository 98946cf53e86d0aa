"""What a member of staff may see and do in the chat, from the phone that is bound to their account."""

from __future__ import annotations

import msgspec

from bot.person import Spelled


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How an announcement stands. Times are seconds since 1970; `start` is when it may begin, where it waits for that.

    settled  those of whom it is known what became of them, of the whole audience
    """

    id: int
    name: str
    state: str
    why: str = ""
    author: str = ""
    start: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    audience: int = 0
    settled: int = 0
    reached: int = 0
    skipped: int = 0
    failed: int = 0
    unknown: int = 0


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """What there is for one follower; of somebody who is no member of staff nothing but the code they sent.

    binds      phones can be bound here at all
    staff      the number of the member they are; 0 for nobody
    name       and by which they sign in
    may_test   their role lets them send tests
    invited    the name that colleagues see of whom the code was shown to, empty where it is none or no longer good
    digest     the code's
    under_way  the announcements that run, wait or pause, newest first
    asked      the one that was asked for; None where there is none of that number
    faults     there is something wrong with its words, so that it cannot be shown
    calls      what shows it on their phone
    """

    binds: bool = False
    staff: int = 0
    name: str = ""
    may_test: bool = False
    invited: str = ""
    digest: str = ""
    under_way: tuple[Standing, ...] = ()
    asked: Standing | None = None
    faults: bool = False
    calls: tuple[Spelled, ...] = ()
