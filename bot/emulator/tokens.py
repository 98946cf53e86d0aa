"""Access tokens: the two namespaces with their overlaps, forced renewals, and who may ask for one."""

from __future__ import annotations

import msgspec

from bot.clock import Clock, now
from bot.emulator.account import Account
from bot.emulator.refusals import Refusal
from bot.emulator.serials import Serials

LIFE = 7200  # seconds
OVERLAP = 300  # seconds two tokens live side by side
FORCED_A_DAY = 20
FORCED_APART = 30  # seconds
KEPT = 100  # tokens remembered, dead ones too


class Token(msgspec.Struct):
    """One token. `replaced` once a later one has taken its place: then it dies by 40001, else by 42001."""

    value: str
    expires: float
    replaced: bool = False


class Tokens:
    """All tokens of an account. `allowed` holds the addresses that may ask for one, or None for any."""

    def __init__(self, account: Account, clock: Clock, *, serials: Serials) -> None:
        self._account = account
        self._clock = clock
        self._serials = serials
        self._known: dict[str, Token] = {}
        self._plain: Token | None = None
        self._stable: Token | None = None
        self._ticket: Token | None = None
        self._forced: tuple[str, int, float] = ("", 0, 0.0)  # day, times, last time
        self.allowed: frozenset[str] | None = None
        self.frozen = False

    def fetch(self) -> dict[str, object]:
        """A new token of /cgi-bin/token; the one before lives five more minutes at most."""
        if self._plain:
            self._retire(self._plain, OVERLAP)
        self._plain = self._make()
        return self._render(self._plain)

    def fetch_stable(self, *, force: bool) -> dict[str, object]:
        """The stable token: the same until its last five minutes, unless forced."""
        if force and self._stable and self._may_force():
            self._retire(self._stable, 0)
            self._stable = None
        if self._stable and self._stable.expires - self._clock.time() < OVERLAP:
            self._stable = None  # it lives on beside the new one until its own end
        if self._stable is None:
            self._stable = self._make()
        return self._render(self._stable)

    def ticket(self) -> dict[str, object]:
        """The JS-SDK ticket; the same until it expires."""
        moment = self._clock.time()
        if self._ticket is None or self._ticket.expires <= moment:
            self._ticket = Token(self._serials.letters(86), moment + LIFE)
        return {"ticket": self._ticket.value, "expires_in": int(self._ticket.expires - moment)}

    def admit(self, *, grant_type: object, app_id: object, secret: object, address: str) -> None:
        """Refusal where someone may not have a token: 40002, 40013, 40125, 40164, 40243, 41002, 41004."""
        if grant_type != "client_credential":
            raise Refusal(40002)
        self.identify(app_id, secret)
        if self.frozen:
            raise Refusal(40243)
        if self.allowed is not None and address not in self.allowed:
            raise self.stranger(address)

    def identify(self, app_id: object, secret: object) -> None:
        """Refusal where app id and secret are not the account's."""
        for value, right, missing, wrong in (
            (app_id, self._account.app_id, 41002, 40013),
            (secret, self._account.secret, 41004, 40125),
        ):
            if not value:
                raise Refusal(missing)
            if value != right:
                raise Refusal(wrong)

    @staticmethod
    def stranger(address: str) -> Refusal:
        """The refusal of an address, worded as developers see it."""
        return Refusal(40164, f"invalid ip {address} ipv6 ::ffff:{address}, not in whitelist")

    def check(self, value: str) -> None:
        """Refusal 41001, 40001 or 42001 where a call's token is not worth anything."""
        if not value:
            raise Refusal(41001)
        token = self._known.get(value)
        if token is None:
            raise Refusal(40001)
        if token.expires <= self._clock.time():
            raise Refusal(40001 if token.replaced else 42001)

    def expire(self) -> None:
        """Let every token given out so far die at once."""
        for token in self._known.values():
            token.expires = min(token.expires, self._clock.time())
        self._plain = self._stable = None

    def _may_force(self) -> bool:
        moment, day = self._clock.time(), f"{now(self._clock):%Y-%m-%d}"
        last_day, times, last = self._forced
        times = times if day == last_day else 0
        if times >= FORCED_A_DAY or moment - last < FORCED_APART:
            return False
        self._forced = (day, times + 1, moment)
        return True

    def _make(self) -> Token:
        token = Token(f"90_{self._serials.letters(133)}", self._clock.time() + LIFE)
        self._known[token.value] = token
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return token

    def _retire(self, token: Token, seconds: float) -> None:
        token.expires = min(token.expires, self._clock.time() + seconds)
        token.replaced = True

    def _render(self, token: Token) -> dict[str, object]:
        return {"access_token": token.value, "expires_in": int(token.expires - self._clock.time())}
