"""Numbers and names that the platform makes up: message ids, job ids, tokens, nonces."""

from __future__ import annotations

import random
import string

from bot.clock import Clock

LETTERS = string.ascii_letters + string.digits


class Serials:
    """Makes them up, the same ones again from the same `seed` and clock.

    Message ids carry the time, so that a restarted emulator repeats none; every id is beyond 2^53 and within int64.
    """

    def __init__(self, clock: Clock, seed: int | None = None) -> None:
        self._clock = clock
        self._chance = random.Random(seed)  # noqa: S311 - a played platform guards no secret
        self._last = 0

    def message_id(self) -> int:
        """Rising ids such as 14707206000000001."""
        self._last = max(self._last + 1, int(self._clock.time() * 1000) << 13)
        return self._last

    def job_id(self) -> int:
        """Ids of sent templates, notices and mass jobs, such as 3717005636572528642."""
        return (1 << 61) | self._chance.getrandbits(60)

    def nonce(self) -> str:
        """Ten digits."""
        return str(self._chance.randrange(10**9, 10**10))

    def salt(self) -> bytes:
        """The 16 random bytes before an encrypted message."""
        return self.letters(16).encode()

    def letters(self, count: int) -> str:
        """`count` letters and digits."""
        return "".join(self._chance.choices(LETTERS, k=count))

    def rid(self) -> str:
        """The id of one API call, as it ends every error text."""
        return f"{int(self._clock.time()):08x}-{self._chance.getrandbits(32):08x}-{self._chance.getrandbits(32):08x}"
