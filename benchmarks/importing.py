"""A file is imported while the command is killed: all its drafts are there with their line in the log, or none is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.stores import SqliteStore, Stores
from benchmarks.wreck import Wreck, hold, pick, wrecked
from bot.folder import read_parts
from bot.store.audit import Audit, Entry
from bot.store.database import Database
from bot.store.revisions import Revisions
from bot.store.staff import Staff
from tests.bot.editions.test_intake import sheet
from tests.corpus import DATA
from tests.small import write_files

ITEMS = 120
PARTS = 2 * ITEMS  # a policy and its paper for each; the unit they share is known
ENTRY = Entry(time=1.0, staff=0, who="", action="staff.added")
DRAFTS = "SELECT count(*) FROM revisions WHERE state = 'draft'"
TOLD = "SELECT count(*) FROM audit WHERE action = 'corpus.imported'"


async def importing(
    folder: Path, chance: random.Random, runs: int, *, stores: Stores = SqliteStore
) -> AsyncIterator[Counter[str]]:
    """Kill the command at its work, so many times; then it runs again to its end."""
    corpus = write_files(folder / "corpus")
    (corpus / "import.toml").write_bytes((DATA / "import.toml").read_bytes())
    file = folder / "file.txt"
    file.write_bytes(written(ITEMS))
    async with wrecked(folder, stores, corpus=corpus, source="database") as wreck:
        await prepare(wreck, corpus)
        restore = wreck.store.keep()
        for _ in range(runs):
            counts = Counter[str]()
            while not counts["kills"]:  # the command may be done before its moment comes: that is no run
                restore()
                counts = await kill_once(wreck, chance, file)
            yield counts


def written(items: int) -> bytes:
    """A table of new policies, each of a paper of its own."""
    rows = (
        (
            str(number),
            f"支持第{number}类项目",
            f"给予{number}万元一次性奖励。",
            f"第{number}号办法（青政发〔2026〕{number}号）",
            "至2028年12月31日",
            "市工信局投资处 85911248",
        )
        for number in range(1, items + 1)
    )
    return sheet(*rows)


async def prepare(wreck: Wreck, corpus: Path) -> None:
    """The small corpus is the first edition, and an editor has an account."""
    database = await Database.open(wreck.store.url)
    await Staff(database, Audit(database)).add("li", "李", role="editor", entry=ENTRY)
    await Revisions(database).seed(read_parts(corpus), name="首版", version="v1", time=1.0)
    await database.close()


async def kill_once(wreck: Wreck, chance: random.Random, file: Path) -> Counter[str]:
    """One kill, what it left, and the same command again."""
    command = ("import", str(file), "--source", "q91", "--who", "li")
    moment = pick(chance, ("seconds", 0.3, 3.0), ("locks", 1, 1), ("locks", 1, 1), ("pages", 1, 80))
    wreck.begin(*command)
    killed = await wreck.strike(moment)
    wreck.check_database()
    left = look(wreck)
    hold(left in ((0, 0), (PARTS, 1)), "half of a file:", left, moment)
    wreck.begin(*command)
    code = await wreck.ended()
    hold((code == 0) == (left == (0, 0)), "the second time it says", code, "after", left, wreck.said()[-500:])
    hold(look(wreck) == (PARTS, 1), "not whole at the end:", look(wreck))
    amid = moment.what == "locks" and killed and left == (0, 0)  # in its transaction, of which nothing is left
    return Counter({"kills": int(killed), "amid": int(amid), "items": PARTS, "whole before": int(left != (0, 0))})


def look(wreck: Wreck) -> tuple[int, int]:
    """How many drafts there are, and how many lines of the log that tell of them."""
    ((drafts,),), ((told,),) = wreck.ask(DRAFTS), wreck.ask(TOLD)
    return drafts, told
