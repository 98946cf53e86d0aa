"""The drill of docs/reliability.md on PostgreSQL, one kill for each kind of work."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.announcing import announcing
from benchmarks.importing import importing
from benchmarks.kill import Killing
from benchmarks.publishing import publishing
from benchmarks.receiving import receiving
from benchmarks.stores import SESSIONS, Line, Store, Stores, postgres_stores
from bot.store.database import NAME

pytestmark = [pytest.mark.postgres]


@pytest.fixture(scope="module")
def stores(postgres: Any) -> Stores:
    """Makes databases on the server of the tests."""
    return postgres_stores(postgres)


@pytest.fixture
def store(stores: Stores, tmp_path: Path) -> Iterator[Store]:
    """One of them."""
    made = stores(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("killing", [receiving, publishing, importing, announcing])
async def test_a_kill_loses_nothing_and_doubles_nothing(tmp_path: Path, stores: Stores, killing: Killing) -> None:
    """The program is killed at its work and started again, and every promise is found kept."""
    found = Counter[str]()
    async for counts in killing(tmp_path, random.Random(3), 1, stores=stores):
        found += counts
    assert found["kills"] <= 1
    assert found["items"] > 0


def test_a_database_is_brought_back(store: Store) -> None:
    """What was written since it was kept is gone, and it can be brought back again."""
    store.ask("INSERT INTO followers (openid, followed) VALUES (?, ?)", "o1", 1.0)
    restore = store.keep()
    for _ in range(2):
        store.ask("DELETE FROM followers WHERE openid = ?", "o1")
        assert store.ask("SELECT count(*) FROM followers") == [(0,)]
        restore()
        assert store.ask("SELECT openid FROM followers") == [("o1",)]


def test_what_another_writes_is_seen(store: Store) -> None:
    """A transaction is seen from its first row on until it ends, and how much it wrote."""
    with store.pages() as pages, store.holding() as is_held:
        before = pages()
        assert not is_held()
        rows = "SELECT 'k' || n, sha256('x'), 1 FROM generate_series(1, 999) AS n"
        store.ask(f"INSERT INTO letters (key, body, expires) {rows}")
        assert pages() - before > 50
        assert not is_held()
        other = Line(store.url)
        other.do("BEGIN")
        other.do("INSERT INTO followers (openid, followed) VALUES ('o1', 1)")
        assert is_held()
        other.close()


def test_nobody_writes_to_what_is_held(store: Store) -> None:
    """As while another program locks the tables: they can be read, and written again when it is done."""
    store.ask("SET lock_timeout = '20ms'")
    with store.hold():
        assert store.ask("SELECT count(*) FROM outbox") == [(0,)]
        with pytest.raises(Exception, match="lock timeout"):
            store.ask("DELETE FROM outbox")
    store.ask("DELETE FROM outbox")


async def test_a_session_that_outlives_its_process_is_waited_for(store: Store) -> None:
    """The database rests when the sessions of the program have ended, and not before."""
    await store.rest()
    other = Line(f"{store.url}&application_name={NAME}")
    assert store.ask(SESSIONS) == [(1,)]
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        await store.rest(0.05)
    assert time.monotonic() - began >= 0.05
    other.close()
    await store.rest()
