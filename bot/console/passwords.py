"""Passwords: what is too weak, and their hashes, made in threads so that nobody's answer waits for one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import BotError

T = TypeVar("T")
Hasher = PasswordHasher

SHORTEST = 12  # characters, or
WORDS = 3  # words of three letters or two characters
LONGEST = 200  # characters: more would only cost time
THREADS = 2  # hashes at once: each takes 64 MiB for a tenth of a second
QUEUE = 16  # that wait for a thread; more are turned away
STRANGERS = 12  # of them for browsers in which nobody was signed in before: a flood leaves the others room
COMMONEST = Path(__file__).parent / "commonest.txt"
ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb6yhn")


class TooBusy(BotError):
    """More people sign in at once than can be looked at."""


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self, hasher: Hasher | None = None) -> None:
        self._hasher = hasher or Hasher()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._waiting = 0
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises TooBusy."""
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def check(self, password: str, against: str, *, stranger: bool = False) -> bool:
        """Whether the password is right; an empty hash takes as long as any other and is never matched. Raises TooBusy,
        to a stranger sooner."""
        room = STRANGERS if stranger else QUEUE
        right = await self._in_thread(lambda: self._verify(password[:LONGEST], against or self._of_nobody()), room)
        return right and bool(against)

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made under weaker settings than are used now."""
        return self._hasher.check_needs_rehash(kept)

    async def warm_up(self) -> None:
        """Make ready what a name without an account is checked against, or the first such name would take longer."""
        await self._in_thread(self._of_nobody)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, against: str) -> bool:
        try:
            return self._hasher.verify(against, password)
        except (VerificationError, InvalidHashError):
            return False

    def _of_nobody(self) -> str:
        """What a name without an account is checked against: made once, with the settings of the day."""
        self._nobody = self._nobody or self._hasher.hash("nobody's")
        return self._nobody

    async def _in_thread(self, work: Callable[[], T], room: int = QUEUE) -> T:
        if self._waiting >= room:
            raise TooBusy("too many sign in at once")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def weakness(password: str, *known: str) -> str:
    """Why a password is refused: short, long, plain, common, known; or nothing.

    `known` is what a stranger would try first, such as the name of the account.
    """
    folded = re.sub(r"\s+", "", password.lower())
    words = [word for word in password.split() if len(word) >= (3 if word.isascii() else 2)]
    if len(password) < SHORTEST and len(words) < WORDS:
        return "short"
    if len(password) > LONGEST:
        return "long"
    if len(set(folded)) < 5 or _is_repeated(folded) or _is_row(folded):
        return "plain"
    half = len(folded) // 2
    if {folded, _stem(folded)} & _commonest() or {folded[:half], folded[half:]} <= _commonest():
        return "common"
    rest = folded
    for word in known:
        rest = rest.replace(word.lower(), "") if len(word) > 1 else rest
    return "known" if rest != folded and len(rest) < SHORTEST // 2 else ""


def _stem(text: str) -> str:
    """A word without the digits and signs that people put behind it."""
    return re.sub(r"[\W\d_]+$", "", text)


def _is_repeated(text: str) -> bool:
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _is_row(text: str) -> bool:
    """Whether it is walked along rows of the keyboard or of the alphabet."""
    steps = sum(any(pair in row or pair in row[::-1] for row in (*ROWS, "90")) for pair in map("".join, pairwise(text)))
    return steps >= len(text) - 3


@cache
def _commonest() -> frozenset[str]:
    lines = COMMONEST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
