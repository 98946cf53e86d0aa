"""How calls on three kinds of channel may end, and what is written of them then."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.errors import Forbidden, QuotaSpent, Refused, Temporary, TooFast, Unreachable
from bot.store.calls import State

KNOWN, UNKNOWN, WINDOWED = "known", "unknown", "windowed"
LINES = (KNOWN, UNKNOWN, WINDOWED)
ID_LIFE = 600.0  # seconds in which the platform knows a repeat of a call on one of the channels
ENDS: dict[str, Exception | None] = {
    "taken": None,
    "refused": Refused(40003, "invalid"),
    "closed": Unreachable(45015, "out of time", reason="window"),
    "busy": Temporary(-1, "busy"),
    "lost": Temporary(0, "reset", sent=True),
    "fast": TooFast(45011, "too fast"),
    "spent": QuotaSpent(45009, "quota", until=datetime.fromtimestamp(1_795_312_800 + 3600, UTC)),
    "forbidden": Forbidden(48001, "no permission"),
    "broken": LookupError("ours"),
}
UNHEARD = {"lost", "broken"}  # the platform may have carried it out
COUNTED = {"taken", *UNHEARD}  # ends for which the follower's window is one less
BACK = {"busy", "fast", "spent", "forbidden"}  # nothing was sent: it goes again
STATES = {"taken": State.SENT, "refused": State.FAILED, "closed": State.SKIPPED}
