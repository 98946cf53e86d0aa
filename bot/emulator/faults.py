"""Switches that make the platform misbehave as it does on bad days."""

from __future__ import annotations

from collections import defaultdict, deque

import msgspec

from bot.emulator.refusals import Refusal

DELAY = 3.0  # seconds a slow platform takes
HANGING = 120.0  # seconds until a call that is never answered is cut

# Switches of the page and of tests. Those of ONCE act one time and turn themselves off.
SWITCHES = (
    "late",  # not the platform's: the demo's bot thinks longer than it may, so that its answer is a message of its own
    "slow",  # every call is carried out and answered late
    "busy",  # -1
    "pace",  # 45011
    "limit",  # 45009
    "token",  # every token given out so far is dead from now on: 42001
    "address",  # 40164 for token calls
    "frozen",  # 40243 for token calls
    "left",  # as if followers had gone: custom 45015, template 43004
    "window",  # as if no window were open: custom 45015
    "quota",  # as if every window were used up: custom 45047
    "refused",  # as if followers had switched templates and notices off: 43101
    "timeout",  # calls are not carried out and hang
    "down",  # calls are not carried out, the connection breaks
    "lost",  # calls are carried out, and the connection breaks before the answer
    "retry",  # the first answer to each push is lost, so the push comes again
)
ONCE = frozenset({"token"})
TOKEN_PATHS = ("/cgi-bin/token", "/cgi-bin/stable_token")
CUSTOM = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"
NOTICE = "/cgi-bin/message/subscribe/bizsend"
# Switch -> the refusals it makes, by path; "" is any path.
REFUSALS: dict[str, dict[str, int]] = {
    "busy": {"": -1},
    "pace": {"": 45011},
    "limit": {"": 45009},
    "frozen": dict.fromkeys(TOKEN_PATHS, 40243),
    "left": {CUSTOM: 45015, TEMPLATE: 43004},
    "window": {CUSTOM: 45015},
    "quota": {CUSTOM: 45047},
    "refused": {TEMPLATE: 43101, NOTICE: 43101},
}


class Failure(msgspec.Struct):
    """An error code for the next calls of a path."""

    errcode: int
    left: int
    errmsg: str = ""


class Breakdown(msgspec.Struct):
    """An HTTP status for the next calls of a path, in place of an answer."""

    status: int
    left: int


class Faults:
    """The switches, the errors asked for by path, and the outcomes asked for of the next jobs."""

    def __init__(self) -> None:
        self._on: set[str] = set()
        self._failures: dict[str, Failure] = {}
        self._breakdowns: dict[str, Breakdown] = {}
        self._outcomes: defaultdict[str, deque[str]] = defaultdict(deque)
        self.delay = DELAY

    def set(self, name: str, on: bool) -> None:
        """Turn a switch; LookupError where there is none of that name."""
        if name not in SWITCHES:
            raise LookupError(f"no such fault: {name}")
        (self._on.add if on else self._on.discard)(name)

    def is_on(self, name: str) -> bool:
        """Whether a switch is on."""
        return name in self._on

    def take(self, name: str) -> bool:
        """Whether a switch is on; one of ONCE is off afterwards."""
        on = name in self._on
        if name in ONCE:
            self._on.discard(name)
        return on

    def fail(self, path: str, errcode: int, *, calls: int = 1, errmsg: str = "") -> None:
        """Refuse the next `calls` calls of `path`, such as /cgi-bin/message/custom/send, with `errcode`."""
        self._failures[path] = Failure(errcode=errcode, left=calls, errmsg=errmsg)

    def break_down(self, path: str, status: int = 502, *, calls: int = 1) -> None:
        """Answer the next `calls` calls of `path` by an HTTP status, as a gateway does; they are not carried out."""
        self._breakdowns[path] = Breakdown(status=status, left=calls)

    def broken(self, path: str) -> int:
        """The HTTP status that a call of `path` gets in place of an answer; 0 where it gets its answer."""
        breakdown = self._breakdowns.get(path)
        if breakdown is None or not breakdown.left:
            return 0
        breakdown.left -= 1
        return breakdown.status

    def plan(self, job: str, *outcomes: str) -> None:
        """What becomes of the next jobs of a kind: template and mass take a Status, notice an ErrorCode."""
        self._outcomes[job].extend(outcomes)

    def outcome(self, job: str, usual: str) -> str:
        """What becomes of this job."""
        planned = self._outcomes[job]
        return planned.popleft() if planned else usual

    def check(self, path: str) -> None:
        """Refusal where a call of `path` is to fail."""
        failure = self._failures.get(path)
        if failure and failure.left > 0:
            failure.left -= 1
            raise Refusal(failure.errcode, failure.errmsg)
        for name, refusals in REFUSALS.items():
            errcode = refusals.get(path) or refusals.get("")
            if name in self._on and errcode:
                raise Refusal(errcode)

    def clear(self) -> None:
        """All off."""
        self._on.clear()
        self._failures.clear()
        self._breakdowns.clear()
        self._outcomes.clear()

    def state(self) -> dict[str, bool]:
        """Every switch and whether it is on."""
        return {name: name in self._on for name in SWITCHES}
