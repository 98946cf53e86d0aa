"""Whoever subscribes to whatever: each is told what concerns them, once, and nobody is told anything else."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.interests import concerning
from bot.notices import Notice
from bot.person import SetRhythm
from tests.bot.inline import InlineStore
from tests.bot.publishing import CAPPED, EXTENDED, Process, change, edition, subscribe

INTERESTS = st.sampled_from([
    ("topic", "技术改造"), ("topic", "首台套"), ("topic", "能源"), ("district", "市"), ("district", "崂山区"),
    ("unit", "市工信局投资处"), ("unit", "崂山区工信局"), ("word", "氢能"), ("word", "技改"), ("word", "备用电源"),
    ("word", "新设备"), ("word", "无人机"), ("all", ""), ("expiring", ""),
])  # fmt: skip
PEOPLE = st.dictionaries(
    st.sampled_from([f"o{number}" for number in range(8)]),
    st.tuples(st.sets(INTERESTS, max_size=6), st.sampled_from(["at_once", "daily", "weekly"])),
)
EDITIONS = st.sampled_from([
    (edition(CAPPED), {"q91-1"}),
    (edition(EXTENDED), {"q91-1", "q91-2"}),
    (edition(third=True), {"q91-3"}),
    (edition(CAPPED, EXTENDED, third=True), {"q91-1", "q91-2", "q91-3"}),
    (edition(('keywords = ["技改", "买设备", "换新设备"]', "keywords = []")), set[str]()),
])  # fmt: skip
WEEK = 7 * 86_400.0


async def play(path: Path, people: dict[str, tuple[set[tuple[str, str]], str]], after: object) -> list[Notice]:
    """All notices within a week after an edition has changed, told by two processes."""
    store, clock = InlineStore(path), ManualClock()
    first, second = Process(store, clock), Process(store, clock)
    await first.settle()
    for openid, (wanted, rhythm) in people.items():
        await subscribe(store, clock, openid, *wanted)
        await change(store, clock, openid, SetRhythm(rhythm=rhythm))
    second.corpus = after  # type: ignore[assignment]
    await second.settle()
    await clock.advance(WEEK)  # to 29 November: no last day is near
    found = await first.settle(second.corpus)
    await store.close()
    return found


@given(people=PEOPLE, step=EDITIONS)
@settings(max_examples=60)
def test_everybody_concerned_once_and_nobody_else(
    sqlite_template: Path, people: dict[str, tuple[set[tuple[str, str]], str]], step: tuple[object, set[str]]
) -> None:
    """One notice for each person whose subscriptions meet what changed, which names just these policies."""
    after, changed = step
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        shutil.copy(sqlite_template, path)
        notices = asyncio.run(play(path, people, after))
    expected = {
        openid: {
            policy_id
            for kind, value in wanted
            if kind != "expiring"
            for policy_id in concerning(after, kind, value)  # type: ignore[arg-type]
        }
        & changed
        for openid, (wanted, _) in people.items()
    }
    assert sorted(notice.openid for notice in notices) == sorted(openid for openid, ids in expected.items() if ids)
    for notice in notices:
        named = {policy_id for policy_id in ("q91-1", "q91-2", "q91-3", "q91-10") if f'={policy_id}"' in notice.text}
        assert named == expected[notice.openid]
