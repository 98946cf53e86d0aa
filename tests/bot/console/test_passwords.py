"""Passwords: what is too weak, and their hashes."""

from __future__ import annotations

import asyncio
import threading
from typing import Literal

import pytest
from argon2 import PasswordHasher

from bot.console.passwords import QUEUE, STRANGERS, THREADS, Passwords, TooBusy, weakness
from tests.bot.console.client import QUICK
from tests.patience import PATIENCE


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("jade horse lantern", ""),
        ("a1!bC2?dE3#f", ""),
        ("青岛的海风 很大 很咸", ""),
        ("short", "short"),
        ("elevenchars", "short"),
        ("a b c", "short"),
        ("ab cd ef", "short"),
        ("海风 很大 很咸", ""),
        ("x" * 201, "long"),
        ("aaaaaaaaaaaa", "plain"),
        ("abcdabcdabcd", "plain"),
        ("abcabcabcabcabc", "plain"),
        ("1234567890123", "plain"),
        ("qwertyuiop[]", "plain"),
        ("poiuytrewq12", "plain"),
        ("abcdefghijklm", "plain"),
        ("password1234", "common"),
        ("Password!!!!!", "common"),
        ("woaini1314520", "common"),
        ("iloveyou iloveyou", "plain"),
        ("administrator", "common"),
        ("sunshineprincess", "common"),
        ("sunshine-Xq29mL7k", ""),
        ("zhang.wei123", "known"),
        ("ZHANG.WEI zhang.wei", "plain"),
        ("huiqizhang.wei", "known"),
        ("zhang.wei likes kites", ""),
    ],
)
def test_weak_passwords_are_told_why(password: str, why: str) -> None:
    """Short, long, plain, common, or made of what everybody knows of the account; three words make up for length."""
    assert weakness(password, "zhang.wei", "张伟", "huiqi") == why


async def test_a_hash_is_of_its_password() -> None:
    """It opens for that password alone, is another each time, and is made by argon2id."""
    passwords = Passwords(QUICK)
    one, two = await passwords.hash("jade horse"), await passwords.hash("jade horse")
    assert one != two
    assert one.startswith("$argon2id$")
    assert [await passwords.check(text, one) for text in ("jade horse", "jade hors", "")] == [True, False, False]
    passwords.close()


async def test_no_hash_opens_for_nothing() -> None:
    """Where there is no hash no password is right, not even that of nobody; nor where it is none."""
    passwords = Passwords(QUICK)
    await passwords.warm_up()
    assert [await passwords.check(text, "") for text in ("", "nobody's", "x")] == [False] * 3
    assert not await passwords.check("x", "not a hash")
    passwords.close()


def test_what_is_used_is_what_is_advised() -> None:
    """At least RFC 9106's second choice: 64 MiB, three passes."""
    hasher = PasswordHasher()
    assert (hasher.memory_cost >= 64 * 1024, hasher.time_cost >= 3) == (True, True)


async def test_few_at_once_and_few_in_line() -> None:
    """So many are hashed at once, so many wait, and the next is turned away; afterwards there is room again."""
    go, running = threading.Event(), threading.Semaphore(0)

    class Slow(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            running.release()
            go.wait(PATIENCE)
            return "x"

    passwords = Passwords(Slow())
    tasks = [asyncio.create_task(passwords.hash(str(number))) for number in range(QUEUE)]
    for _ in range(THREADS):
        assert await asyncio.to_thread(running.acquire, timeout=PATIENCE)
    with pytest.raises(TooBusy):
        await passwords.hash("one more")
    assert not running.acquire(blocking=False)  # nobody beside those
    go.set()
    assert await asyncio.gather(*tasks) == ["x"] * QUEUE
    assert await passwords.hash("now") == "x"
    passwords.close()


async def test_a_flood_of_strangers_leaves_room() -> None:
    """When as many of them wait as may, one more is turned away, and a colleague's password is still looked at."""
    go = threading.Event()

    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            go.wait(PATIENCE)
            return True

    passwords = Passwords(Slow())
    flood = [asyncio.create_task(passwords.check("x", "hash", stranger=True)) for _ in range(STRANGERS)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await passwords.check("x", "hash", stranger=True)
    colleague = asyncio.create_task(passwords.check("x", "hash"))
    await asyncio.sleep(0)
    go.set()
    assert await colleague
    assert all(await asyncio.gather(*flood))
    passwords.close()
