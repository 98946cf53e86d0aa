"""Every error code the platform documents, sorted by what to do next: one table.

Meanings follow the platform's pages on global return codes and those of each call. A code that is not here is a
Refused: the call was not carried out, and a person must look why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.errors import Forbidden, QuotaSpent, Refused, Temporary, TokenRejected, TooFast, Unreachable, WeChatError

UNANSWERED = -2  # no such code on the platform's side: no answer came, or none that can be read


class Sorted(NamedTuple):
    """Which error a code becomes, with its keyword values; a callable one is worked out from the time in Shanghai."""

    error: type[WeChatError]
    values: Mapping[str, bool | str | Callable[[datetime], datetime]]


def next_day(now: datetime) -> datetime:
    """The midnight after `now`, when daily allowances start again."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def next_month(now: datetime) -> datetime:
    """The first midnight of the month after that of `now`."""
    return next_day(now.replace(day=28) + timedelta(days=4)).replace(day=1)


# Success, also where the platform says so with a number: 45065 is a mass send it has already taken under our id, and
# 45072, 45080, 45081 are a "typing" hint that did not show, which nobody misses.
DONE = frozenset({0, 45065, 45072, 45080, 45081})

ROWS: tuple[tuple[Sorted, tuple[int | range, ...]], ...] = (
    (Sorted(TokenRejected, {}), (40001, 40014, 42001)),
    # The platform answered that it did nothing and asks to come again: not a send of unknown outcome.
    (Sorted(Temporary, {}), (-1, 43108)),
    # 89504 waits for an administrator and may yet go out; the others failed inside a mass send.
    (Sorted(Temporary, {"sent": True}), (89504, 9500001, 9500002, 268488001)),
    (Sorted(TooFast, {}), (42010, 45011, 45066, 53501)),
    (Sorted(QuotaSpent, {"until": next_day}), (45009, 45028)),
    (Sorted(QuotaSpent, {"until": next_month}), (43100, 48006)),
    (Sorted(Unreachable, {"reason": "gone"}), (10700, 43004, 46004, 50005)),
    (Sorted(Unreachable, {"reason": "blocked"}), (10703, 43019, 48002, 62751)),
    (Sorted(Unreachable, {"reason": "window"}), (10706, 45015, 45047)),
    (Sorted(Unreachable, {"reason": "refused"}), (43101,)),
    (Sorted(Unreachable, {"reason": "unknown"}), (40003, 43005, 70000)),
    # Keys, addresses, and what this kind of account may do.
    (Sorted(Forbidden, {}), (40013, 40125, 40164, 40200, 40243, 61003, 61004, 61007, 61023)),
    (Sorted(Forbidden, {}), (48001, 48003, 48004, 48008, 50001, 50002, 89501, 89503, 89505, 89506, 89507)),
    # Templates and notices, mass sends, publishing, conditional menus, customer service.
    (Sorted(Forbidden, {}), (40037, 43104, 43107, 43116, 45026, 45027, 200011, 200013, 200100)),
    (Sorted(Forbidden, {}), (45062, 45113, 53500, 53503, 53504, 53505, 65306, 65309, 65400)),
    # The request as such, and whom or what it names.
    (Sorted(Refused, {}), (40002, 40031, 40032, 40033, 40035, 40038, 40039, 40048, 40130, 40132, 40137, 40155)),
    (Sorted(Refused, {}), (range(41001, 41010), 41030, range(43001, 43004), range(44001, 44005), 47001, 47003, 49003)),
    (Sorted(Refused, {}), (45162, 45168, 61500, 61501, range(76001, 76005), 76021, 76022, 87009, 87014)),
    # Media, lengths and articles.
    (Sorted(Refused, {}), (range(40004, 40013), range(45001, 45009), 45166, 46001, 48005, 48021, 48022)),
    (Sorted(Refused, {}), (range(53404, 53407), 53502, 53600, range(88000, 88011), 9410010, 9410011, 9410012)),
    # Menus; 46003 is "no menu set".
    (Sorted(Refused, {}), (range(40015, 40029), 40054, 40055, 45010, 45064, 46002, 46003)),
    (Sorted(Refused, {}), (range(65301, 65306), 65307, 65308, range(65310, 65315), 65316, 65317, 65320)),
    # Web login and page scripts.
    (Sorted(Refused, {}), (40029, 40030, 40163, 42002, 42003, 42007, 63002)),
    # Tags, groups and QR codes.
    (Sorted(Refused, {}), (40050, 40051, 40053, 40117, 40152, 45016, 45017, 45018, range(45056, 45060))),
    (Sorted(Refused, {}), (45109, 45110, 45157, 45158, 45159)),
    # Mass sends and notice templates.
    (Sorted(Refused, {}), (40059, 40060, 40065, 40204, 40246, 45067, 45083, 45084)),
    (Sorted(Refused, {}), (200001, 200002, 200012, range(200014, 200023))),
    # Customer-service accounts; Shake-around.
    (Sorted(Refused, {}), (range(61450, 61458), range(65401, 65413), 65416, 65417, range(9001001, 9001037))),
)


def _spread(codes: tuple[int | range, ...]) -> list[int]:
    return [code for part in codes for code in (part if isinstance(part, range) else (part,))]


TABLE: Mapping[int, Sorted] = {code: row for row, codes in ROWS for code in _spread(codes)}
UNLISTED = Sorted(Refused, {})


def make_error(errcode: int, errmsg: str, *, now: datetime) -> WeChatError | None:
    """What `errcode` is to be raised as, or None where it means success. `now` is the time in Shanghai."""
    if errcode in DONE:
        return None
    error, values = TABLE.get(errcode, UNLISTED)
    return error(errcode, errmsg, **{name: value(now) if callable(value) else value for name, value in values.items()})
