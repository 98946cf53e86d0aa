"""Editions of a small corpus, people who subscribed, and one process's herald, for tests."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from bot.clock import ManualClock
from bot.corpus import Corpus, read_corpus
from bot.messages import Text
from bot.notices import Notice
from bot.person import Change, Subscribe
from bot.replies import Answer, Say
from bot.store.driver import once
from bot.store.inbox import Inbox, Settlement
from bot.store.notices import TOLD, Notices, Settled
from bot.store.people import People
from bot.store.tables import notices
from bot.subscriptions import Herald
from handlers import WORDS
from tests.small import FILES, write_files

THIRD = """
[[policy]]
id = "q91-3"
title = "支持氢能产业"
level = "city"
district = "市"
chapter = "制造业"
topics = ["能源"]
paper = "city"
summary = "氢能项目给200万元。"
who = ["氢能企业"]
keywords = ["氢能"]
contacts = [{ unit = "市工信局投资处", phone = "85911248" }]
"""
TOPICS = FILES["topics.toml"] + '\n[[topic]]\nname = "能源"\n'


@cache
def edition(*changes: tuple[str, str], third: bool = False) -> Corpus:
    """The small corpus with texts of its city file changed; `third` adds a policy on hydrogen."""
    city = FILES["policies/city.toml"]
    for old, new in changes:
        assert old in city
        city = city.replace(old, new)
    files = {**FILES, "policies/city.toml": city + (THIRD if third else ""), "topics.toml": TOPICS}
    with tempfile.TemporaryDirectory() as folder:
        return read_corpus(write_files(Path(folder), files))


CAPPED = ("cap_year = 6_000_000", "cap_year = 10_000_000")
EXTENDED = ("end = 2026-12-31", "end = 2027-12-31")


class Process:
    """One process of the bot that tells people what is new."""

    def __init__(self, store: Any, clock: ManualClock, corpus: Corpus | None = None) -> None:
        self.corpus = corpus or edition()
        self.store = store
        self.clock = clock
        self.herald = Herald(store, corpus=lambda: self.corpus, words=WORDS, clock=clock)

    async def settle(self, corpus: Corpus | None = None) -> list[Notice]:
        """Do all there is to do, after a new edition where one is given; the notices of all time, in order."""
        self.corpus = corpus or self.corpus
        while await self.herald.run():
            pass
        return await told(self.store)


async def told(store: Any) -> list[Notice]:
    """Every notice that was made, oldest first."""
    rows = await store.run(lambda: once(select(notices.c.data).order_by(notices.c.created, notices.c.key)))
    return [msgspec.json.decode(row[0], type=Notice) for row in rows]


async def tell(store: Any) -> None:
    """All who wait for something are told it."""
    keys = [Settled(key=notice.key, state=TOLD, reason="answer") for notice in await told(store)]
    await store.run(lambda: Notices(store).take(keys))


async def change(store: Any, clock: ManualClock, openid: str, *changes: Change) -> None:
    """Make changes now, as an answer does."""
    await store.run(lambda: People(store).apply([(openid, one, clock.time()) for one in changes]))


async def subscribe(store: Any, clock: ManualClock, openid: str, *wanted: tuple[str, str]) -> None:
    """Subscribe somebody to these, each a kind and a value."""
    await change(store, clock, openid, *(Subscribe(kind=kind, value=value) for kind, value in wanted))


async def answer(store: Any, clock: ManualClock, openid: str, said: str, *policies: str) -> None:
    """Somebody asked and was answered so, with these policies."""
    inbox = Inbox(store)
    message = Text(key=f"{openid} {said}"[:40], openid=openid, account="gh_1", created=int(clock.time()), text="?")
    await inbox.claim(message, owner="p", lease=9.0, time=clock.time())
    settlement = Settlement(answer=Answer(reply=Say(text=said), policies=policies))
    await inbox.settle(message, settlement, owner="p", time=clock.time())
    await inbox.close()
