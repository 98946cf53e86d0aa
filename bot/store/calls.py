"""What a row of the outbox says before, while and after its call is made."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from hashlib import blake2b
from uuid import uuid4

import msgspec

from bot.person import Spelled

TEST_LIFE = 600.0  # seconds in which a test may go out: whoever asked for it looks at their phone
FEW = "few"  # why a call to a list is not made that has too few receivers
APART = (
    60.0  # seconds that clocks may differ by: what lies farther ahead than it can was written before one was set back
)
LIFE_SPARED = 90.0  # seconds before the end of an id's life in which no repeat is begun: a send may take as long


class State(StrEnum):
    """What became of a row. An unknown one may or may not have reached the follower: a person decides."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


class Window(StrEnum):
    """What a send did to what the follower allows: their window, or their grant of the row's template."""

    SPENT = "spent"
    UNTOUCHED = "untouched"
    CLOSED = "closed"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A call to make: `key` says what fact causes it, `body` is its JSON; not before `due`, not after `expires`.
    `notice` is the notice it brings and `template` the platform's template it uses, where there is one; `letter` is the
    one that is its body, where many share it."""

    key: str
    openid: str
    channel: str
    body: bytes
    due: float
    expires: float
    notice: str = ""
    template: str = ""
    letter: str = ""


def test_call(openid: str, spelled: Spelled, time: float) -> Entry:
    """The call that shows a member of staff what is to be sent to many: another one each time it is asked for."""
    return Entry(
        key=f"test:{uuid4().hex}",
        openid=openid,
        channel=spelled.channel,
        body=spelled.body,
        due=time,
        expires=time + TEST_LIFE,
        template=spelled.template,
    )


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """What one channel may do.

    per_second, burst  calls a second; so many may go at once where none went for a while
    per_day            calls a day
    windowed           the platform takes a call only for a while after the follower did something
    granted            each call spends one grant of its template
    listed             one call has many receivers, who stand in `audiences`
    life               seconds in which the platform knows a repeat by our id; 0 where it takes none
    """

    per_second: float
    burst: int
    per_day: int
    windowed: bool = False
    granted: bool = False
    listed: bool = False
    life: float = 0.0


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of a channel may go now (`most`) and under which limit; `day` is today in Shanghai. What brings a
    notice does not go before `asleep`, and what can wait for a working day not before `resting`."""

    channel: str
    most: int
    day: str
    limit: Limit
    asleep: float = 0.0
    resting: float = 0.0


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is ours to send until `lease`.

    attempts   this one counted
    began      when it was claimed
    retries    how often a person let it go again after it had failed
    unsure     since when an earlier attempt may have gone out; 0 where none may
    window     the end of the window it was taken from; 0 where it needs none
    granted    whether it was taken from a grant
    openids    who receives it, where they are many
    """

    id: int
    key: str
    openid: str
    body: bytes
    due: float
    expires: float
    attempts: int
    began: float = 0.0
    retries: int = 0
    lease: float = 0.0
    notice: str = ""
    template: str = ""
    unsure: float = 0.0
    window: float = 0.0
    granted: bool = False
    openids: tuple[str, ...] = ()

    @property
    def client_id(self) -> str:
        """By which the platform knows a repeat: 32 characters of its own, the same for every attempt; another after a
        failure that a person has mended, or the platform would say that it knows the failed one."""
        again = f" {self.retries}" if self.retries else ""
        return blake2b(f"{self.key}{again}".encode(), digest_size=16).hexdigest()

    def may_repeat(self, life: float, time: float) -> bool:
        """Whether a send begun at `time` cannot arrive twice, though an earlier one may have gone out: how long ago is
        not known where the clock was set back since."""
        return not self.unsure or self.unsure - APART <= time < self.unsure + life - LIFE_SPARED


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a claim brought, oldest first; how many rows it settled because they may not go out any more; and how many
    seconds the pace asks to wait until more is worth a look, 0 where it let all go."""

    rows: tuple[Claimed, ...] = ()
    skipped: int = 0
    wait: float = 0.0


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a claimed row. A waiting one goes again at `due`; `counts` is whether this was an attempt.

    unsure  since when it may have gone out, of one that goes again
    msgid   what the platform calls it
    """

    row: Claimed
    state: State
    due: float = 0.0
    counts: bool = True
    errcode: int = 0
    reason: str = ""
    window: Window = Window.SPENT
    unsure: float = 0.0
    msgid: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the outbox as a person is shown it."""

    id: int
    channel: str
    state: str
    created: float
    attempts: int
    errcode: int
    reason: str
    report: str


def skip(row: Claimed, reason: str) -> Settlement:
    """It may not go out any more."""
    return Settlement(row=row, state=State.SKIPPED, reason=reason, counts=False)


def by_id(settlements: Sequence[Settlement]) -> list[Settlement]:
    """In the order in which rows are locked."""
    return sorted(settlements, key=lambda settlement: settlement.row.id)
