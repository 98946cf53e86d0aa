"""The drill of docs/reliability.md, one kill for each kind of work; announcements have test_announcing_crash."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.importing import importing
from benchmarks.kill import Killing
from benchmarks.publishing import publishing
from benchmarks.receiving import PHONES, ROUNDS, Outage, Said, begin_talk, check, receiving, speak
from benchmarks.wreck import Broken, Moment, Wreck, wrecked
from tests.small import write_files

NEVER = Outage(0.0, 0.0)


@pytest.mark.parametrize("killing", [receiving, publishing, importing])
async def test_a_kill_loses_nothing_and_doubles_nothing(tmp_path: Path, killing: Killing) -> None:
    """The program is killed at its work and started again, and every promise is found kept."""
    found = Counter[str]()
    async for counts in killing(tmp_path, random.Random(3), 1):
        found += counts
    assert found["kills"] <= 1
    assert found["items"] > 0


async def test_a_stop_under_load_finishes_what_it_began(tmp_path: Path) -> None:
    """SIGTERM amid the talk of many: it ends well, what it took in is answered by it, and the rest by the next one."""
    async with wrecked(tmp_path, corpus=write_files(tmp_path / "corpus")) as wreck:
        await wreck.start("serve")
        phones = [wreck.platform.phone(f"oKilled_{number:020d}") for number in range(PHONES)]
        talk = begin_talk(wreck, phones, random.Random(5), 1)
        await wreck.until(lambda: wreck.answers >= PHONES)
        wreck.up.clear()
        await wreck.stop()
        assert "inbox running" not in wreck.standing()
        await wreck.start("serve")
        said = [one for several in await talk for one in several]
        await wreck.until(wreck.is_drained)
        assert check(wreck, said, NEVER).total() == 0
        assert len(said) == PHONES * ROUNDS
        await wreck.stop()


async def test_the_drill_notices_what_is_lost(tmp_path: Path) -> None:
    """What is taken away, left open, or sent besides, is missed; and who is struck is dead."""
    async with wrecked(tmp_path, corpus=write_files(tmp_path / "corpus")) as wreck:
        await wreck.start("serve")
        phone = wreck.platform.phone("oKilled_00000000000000000001")
        said = await speak(wreck, phone, random.Random(1), 1)
        assert check(wreck, said, NEVER).total() == 0
        wreck.platform.sent["custom", phone.openid] += 1
        misses(wreck, "pushed twice", said)
        wreck.platform.sent.clear()
        wreck.ask("UPDATE inbox SET delivery = 'active'")
        misses(wreck, "not its answer's", said)
        wreck.ask("UPDATE inbox SET state = 'running'")
        misses(wreck, "not answered", said)
        wreck.ask("DELETE FROM inbox")
        misses(wreck, "answered without a row", said)
        assert await wreck.strike(Moment(what="seconds"))
        assert wreck.process.returncode == -9


@pytest.mark.parametrize("what", ["locks", "pages", "calls"])
async def test_who_ends_before_its_moment_is_not_killed(tmp_path: Path, what: str) -> None:
    """A program that is done sooner was not struck, and nothing of it is left to be waited for."""
    async with wrecked(tmp_path, corpus=write_files(tmp_path / "corpus")) as wreck:
        wreck.begin("migrate")
        assert not await wreck.strike(Moment(what=what, count=1e9))
        assert wreck.process.returncode == 0


def misses(wreck: Wreck, what: str, said: list[Said]) -> None:
    """The check of the drill says that it is broken."""
    with pytest.raises(Broken, match=what):
        check(wreck, said, NEVER)
