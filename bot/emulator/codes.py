"""QR codes with a scene: how they are made, found again by ticket, and drawn."""

from __future__ import annotations

import base64
import io
from collections import OrderedDict
from typing import Any

import msgspec
import segno

from bot.clock import Clock
from bot.emulator.refusals import Refusal
from bot.emulator.serials import Serials

LONGEST = 2_592_000  # seconds a temporary code lives at most
SHORTEST = 30  # where no time is given
PERMANENT = 100_000  # codes, and the largest number of a permanent scene
KEPT = 10_000  # temporary codes remembered
# Action -> (permanent, with a number for a scene).
ACTIONS = {
    "QR_SCENE": (False, True),
    "QR_STR_SCENE": (False, False),
    "QR_LIMIT_SCENE": (True, True),
    "QR_LIMIT_STR_SCENE": (True, False),
}


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """One code. `expires` in seconds since 1970, or 0 for never; `url` is what is drawn."""

    ticket: str
    scene: str
    url: str
    expires: float


class Codes:
    """All codes of the account."""

    def __init__(self, clock: Clock, serials: Serials) -> None:
        self._clock = clock
        self._serials = serials
        self._temporary: OrderedDict[str, Code] = OrderedDict()
        self._permanent: OrderedDict[str, Code] = OrderedDict()

    def create(self, body: dict[str, Any]) -> dict[str, object]:
        """Make a code from the body of qrcode/create; Refusal 40053 where that is wrong."""
        action = ACTIONS.get(str(body.get("action_name")))
        if action is None:
            raise Refusal(40053)
        permanent, numbered = action
        info = body.get("action_info")
        scene = _scene(info.get("scene") if isinstance(info, dict) else None, numbered, permanent=permanent)
        if permanent:
            return self._keep(scene, 0)
        seconds = body.get("expire_seconds", SHORTEST)
        if not isinstance(seconds, int) or not 1 <= seconds <= LONGEST:
            raise Refusal(40053)
        return {**self._keep(scene, seconds), "expire_seconds": seconds}

    def find(self, ticket: str) -> Code | None:
        """The code, unless unknown or expired."""
        code = self._temporary.get(ticket) or self._permanent.get(ticket)
        return code if code and (not code.expires or code.expires > self._clock.time()) else None

    def ticket(self, scene: str) -> str:
        """The ticket of a scene's latest code; one made up where the account never made one."""
        made = [*self._permanent.values(), *self._temporary.values()]
        return next((code.ticket for code in reversed(made) if code.scene == scene), "") or self._ticket()

    def _keep(self, scene: str, seconds: int) -> dict[str, object]:
        if not seconds and len(self._permanent) >= PERMANENT:
            raise Refusal(40053)
        url = f"http://weixin.qq.com/q/{self._serials.letters(22)}"
        expires = self._clock.time() + seconds if seconds else 0.0
        code = Code(ticket=self._ticket(), scene=scene, url=url, expires=expires)
        (self._temporary if seconds else self._permanent)[code.ticket] = code
        if len(self._temporary) > KEPT:
            self._temporary.popitem(last=False)
        return {"ticket": code.ticket, "url": code.url}

    def _ticket(self) -> str:
        # Real tickets hold characters that must be quoted in an address, so these do too.
        return "gQ" + base64.b64encode(self._serials.letters(61).encode()).decode()


def draw(code: Code) -> bytes:
    """The code as a PNG."""
    buffer = io.BytesIO()
    segno.make(code.url, error="m").save(buffer, kind="png", scale=8)
    return buffer.getvalue()


def _scene(scene: object, numbered: bool, *, permanent: bool) -> str:
    if not isinstance(scene, dict):
        raise Refusal(40053)
    if not numbered:
        name = scene.get("scene_str")
        if not isinstance(name, str) or not 1 <= len(name) <= 64:
            raise Refusal(40053)
        return name
    number = scene.get("scene_id")
    if not isinstance(number, int) or not 1 <= number <= (PERMANENT if permanent else 2**32 - 1):
        raise Refusal(40053)
    return str(number)
