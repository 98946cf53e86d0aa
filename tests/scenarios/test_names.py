"""Where the database names followers: only where it must, nowhere in what is counted, and nowhere once they left."""

from __future__ import annotations

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing, suppress
from hashlib import blake2b, md5, sha1, sha256, sha512
from pathlib import Path
from typing import Any

import msgspec

from bot.assembly import marking
from bot.chores import build_tally
from bot.clock import ManualClock
from bot.config import Config
from bot.editions.shelf import Files, Shelf
from bot.statistics.tally import LAG
from bot.store.database import Database
from tests.bot.console.test_phones import offered
from tests.corpus import DATA, the_corpus
from tests.scenarios.announced import open_announced, tell_much
from tests.scenarios.stage import Stage
from tests.scenarios.test_announcing import Scene

# Where a follower may be named while they follow: each of these says in docs/operations.md until when.
NAMING = {
    "audiences", "broadcasts", "concerns", "enterprises", "feedback", "followers", "grants", "inbox",
    "news", "notices", "outbox", "recipients", "reports", "rhythms", "staff_phones", "subscriptions", "tagged",
}  # fmt: skip
COUNTED = {"endings", "rulings", "tallies", "tally_marks", "turnover", "unanswered"}
TOLD = (
    "技改补贴能给多少", "答非所问", "紫色的大象在跳舞", "转人工 请回电", "订阅技改", "订阅崂山区", "每周告诉我",
    "我们是平度的规上制造企业，去年营收3.7亿", "同意保存", "退订崂山区", "退订公告", "恢复公告",
)  # fmt: skip


def texts(value: object) -> Iterable[str]:
    """A value of a column as it can be read, packed ones unpacked."""
    yield value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    if isinstance(value, bytes):
        with suppress(zlib.error):
            yield zlib.decompress(value).decode(errors="replace")


def naming(path: Path, words: Iterable[str]) -> dict[str, set[str]]:
    """The tables of a file, whoever made them, with the columns in which one of these words stands."""
    found = defaultdict[str, set[str]](set)
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608
                for column, value in dict(row).items():
                    if any(word in text for text in texts(value) for word in words):
                        found[table].add(column)
    return dict(found)


def unkeyed(openid: str) -> set[str]:
    """What anybody could make of an openid who has a list of them."""
    made = [kind(openid.encode()).hexdigest() for kind in (md5, sha1, sha256, sha512)]
    made += [blake2b(openid.encode(), digest_size=size).hexdigest() for size in (8, 16, 20, 32, 64)]
    return {text[:length] for text in made for length in (12, 16, 32, 64)}


async def live(scene: Scene, stage: Stage) -> None:
    """What followers do and staff do to them, of every kind; the hours in which the worker counts it."""
    await tell_much(scene)
    for phone in scene.phones[1:]:
        for text in TOLD:
            await phone.say(text)
        await phone.image()
        await phone.location(36.07, 120.38, label="香港中路")
    await stage.clock.advance(LAG + 1.0)


async def count(config: Config, path: Path, secret: str, clock: ManualClock) -> list[tuple[Any, ...]]:
    """The counts that come of a database, by the console's secret."""
    console = msgspec.structs.replace(config.console, secret=secret)
    key = marking(msgspec.structs.replace(config, console=console))
    database = await Database.open(f"sqlite:///{path}", marking=key)
    shelf = await Shelf.open(Files(DATA), the_corpus())
    tally = build_tally(database, shelf, clock=clock)
    while await tally.run():
        pass
    await database.close()
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT kind, value, count, people FROM tallies ORDER BY 1, 2").fetchall()


async def test_followers_are_named_where_they_must_and_nowhere_once_they_left(stage: Stage, clock: ManualClock) -> None:
    """Through all that is kept, said, announced, counted and looked at, an openid stands in tables that are said to
    name followers, and in none that counts; nor does a hash of one that anybody could make. When all have left, it
    stands in no column of any table."""
    async with open_announced(stage) as (scene, office):
        await live(scene, stage)
        staff = await office.sign_in("editor", "li")
        await scene.phones[2].say(f"绑定 {await offered(staff)}")
        assert stage.rows("staff_phones")
        config = scene.process.services.config
        counted = await count(config, stage.path, config.console.secret, clock)
        openids = [phone.openid for phone in scene.phones]
        found = naming(stage.path, openids)
        assert set(found) <= NAMING, found
        assert {"inbox", "followers", "outbox", "recipients", "subscriptions", "staff_phones"} <= set(found)
        for table in COUNTED:
            assert stage.rows(table) or table == "rulings", table
        for openid in openids:
            hashed = naming(stage.path, unkeyed(openid))
            assert set(hashed) <= {"departures"}, hashed  # for a day, of who left
        for phone in scene.phones[1:]:
            await phone.unfollow()
        await clock.advance(LAG + 1.0)
        assert await count(config, stage.path, config.console.secret, clock) != counted  # who left is counted too
        assert naming(stage.path, openids) == {}
        assert len(stage.rows("departures")) == len(openids)


async def test_who_is_behind_a_count_is_told_by_the_secret_alone(stage: Stage, clock: ManualClock) -> None:
    """The marks beside counts are of another secret others, where all figures are the same; and none is what a hash
    without a key gives."""
    async with open_announced(stage) as (scene, _):
        await scene.people(12, "订阅技改")
        await clock.advance(LAG + 1.0)
        config, counted = scene.process.services.config, []
        for name in ("one", "other"):
            path = stage.path.with_name(name)
            with closing(sqlite3.connect(stage.path)) as connection, closing(sqlite3.connect(path)) as copy:
                connection.backup(copy)
            counted.append(await count(config, path, name * 16, clock))
        assert counted[0] != counted[1]
        assert [row[:3] for row in counted[0]] == [row[:3] for row in counted[1]]
        plain = {int.from_bytes(blake2b(p.openid.encode(), digest_size=2).digest()) % 4096 for p in scene.phones}
        marks = {row["mark"] % 4096 for row in stage.rows("turnover")}
        assert len(marks) > 5
        assert len(marks & plain) < 3, "marks of subscriptions are those of a hash without a key"
