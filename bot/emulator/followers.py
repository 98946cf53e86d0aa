"""Who follows the account, and what the platform remembers of each: windows, grants, refusals, tags, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from bot.clock import Clock, now
from bot.emulator.refusals import Refusal

DAY = 86_400
PAGE = 10_000  # openids the API lists at a time
TALK = (5, 2 * DAY)  # customer-service messages and seconds after a follower's message
TOUCH = (3, 60)  # after following, a scan, or a menu button with a key or the scanner
TYPING = 15  # seconds the typing mark stays
TALKING = 30  # seconds after a message in which typing may be shown
MASS_A_MONTH = 4  # mass messages a follower of a service account gets


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """`left` customer-service messages until `until`, in seconds since 1970."""

    until: float = 0.0
    left: int = 0


class Follower(msgspec.Struct, kw_only=True):
    """One person. When they leave, tags and remark are forgotten; notices do not depend on following."""

    openid: str
    following: bool = False
    since: float = 0.0
    subscribe_scene: str = ""
    scene: str = ""
    remark: str = ""
    tags: list[int] = []
    blacklisted: bool = False
    blocking: bool = False  # switched off messages of this account
    refused: set[str] = set()  # templates and notices said no to
    once: Counter[str] = msgspec.field(default_factory=Counter)  # notice -> sends granted
    always: set[str] = set()  # notices granted for good
    spoke: float = 0.0
    typing: float = 0.0
    talk: Window = Window()
    touch: Window = Window()
    mass: Counter[str] = msgspec.field(default_factory=Counter)  # month -> mass messages received


class Followers:
    """All of them, in the order they were first seen. `page` openids are listed at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: dict[str, Follower] = {}
        self.page = PAGE

    def __iter__(self) -> Iterator[Follower]:
        return iter([follower for follower in self._all.values() if follower.following])

    def known(self) -> list[Follower]:
        """Everyone the account ever saw."""
        return list(self._all.values())

    def put(self, follower: Follower) -> None:
        """Somebody whom the account saw before, as they were."""
        self._all[follower.openid] = follower

    def meet(self, openid: str) -> Follower:
        """The person, who may never have followed."""
        if openid not in self._all:
            self._all[openid] = Follower(openid=openid)
        return self._all[openid]

    def need(self, openid: object) -> Follower:
        """The person of an API call; Refusal 40003 where the account never saw the openid."""
        follower = self._all.get(openid) if isinstance(openid, str) else None
        if follower is None:
            raise Refusal(40003)
        return follower

    def follow(self, openid: str, *, scene: str = "") -> None:
        """They follow, by the QR code of `scene` where one is named."""
        follower = self.meet(openid)
        follower.following, follower.since = True, self._clock.time()
        follower.subscribe_scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
        follower.scene = scene
        follower.touch = self._window(TOUCH)

    def leave(self, openid: str) -> None:
        """They stop following."""
        old = self.meet(openid)
        self._all[openid] = Follower(
            openid=openid,
            blacklisted=old.blacklisted,
            refused=old.refused,
            once=old.once,
            always=old.always,
            mass=old.mass,
        )

    def speak(self, openid: str) -> None:
        """They sent a message: the long window opens anew."""
        follower = self.meet(openid)
        follower.talk, follower.spoke = self._window(TALK), self._clock.time()

    def act(self, openid: str) -> None:
        """They scanned or used a menu button that counts: the short window opens anew."""
        self.meet(openid).touch = self._window(TOUCH)

    def window(self, openid: str) -> Window:
        """What may still be sent to them: both windows together."""
        follower = self.meet(openid)
        opened = [window for window in (follower.touch, follower.talk) if window.until > self._clock.time()]
        return Window(until=max((w.until for w in opened), default=0.0), left=sum(w.left for w in opened))

    def spend(self, openid: str) -> None:
        """Count one customer-service message; Refusal 45015 outside the windows, 45047 where they are used up."""
        follower = self.meet(openid)
        window = self.window(openid)
        if not follower.following or not window.until:
            raise Refusal(45015)
        if not window.left:
            raise Refusal(45047)
        follower.typing = 0.0
        if follower.touch.until > self._clock.time() and follower.touch.left:
            follower.touch = msgspec.structs.replace(follower.touch, left=follower.touch.left - 1)
        else:
            follower.talk = msgspec.structs.replace(follower.talk, left=follower.talk.left - 1)

    def type(self, openid: str, *, on: bool) -> None:
        """Show or take away the typing mark; Refusal 45080 without recent talk, 45081 where it is shown."""
        follower = self.meet(openid)
        moment = self._clock.time()
        if on and moment - follower.spoke > TALKING:
            raise Refusal(45080)
        if on and follower.typing > moment:
            raise Refusal(45081)
        follower.typing = moment + TYPING if on else 0.0

    def grant(self, openid: str, template_id: str, *, always: bool = False) -> None:
        """They accept a notice: one more send, or any number."""
        follower = self.meet(openid)
        follower.refused.discard(template_id)
        if always:
            follower.always.add(template_id)
        else:
            follower.once[template_id] += 1

    def refuse(self, openid: str, template_id: str) -> None:
        """They want no more of a template or notice; grants not yet used are gone."""
        follower = self.meet(openid)
        follower.refused.add(template_id)
        follower.always.discard(template_id)
        del follower.once[template_id]

    def use_grant(self, openid: str, template_id: str) -> None:
        """Count one notice; Refusal 43101 without a grant."""
        follower = self.meet(openid)
        if template_id in follower.refused:
            raise Refusal(43101)
        if template_id in follower.always:
            return
        if follower.once[template_id] < 1:
            raise Refusal(43101)
        follower.once[template_id] -= 1

    def take_mass(self, openid: str, *, monthly: bool) -> bool:
        """Whether a mass message reaches them, counted where it does; `monthly` applies the limit of four."""
        follower = self.meet(openid)
        month = f"{now(self._clock):%Y-%m}"
        full = monthly and follower.mass[month] >= MASS_A_MONTH
        if not follower.following or follower.blacklisted or follower.blocking or full:
            return False
        follower.mass = Counter({month: follower.mass[month] + 1})
        return True

    def clear(self) -> None:
        """Forget everyone."""
        self._all.clear()

    def _window(self, rule: tuple[int, int]) -> Window:
        left, seconds = rule
        return Window(until=self._clock.time() + seconds, left=left)
