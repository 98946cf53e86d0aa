"""From a file to drafts in the database: all or none, and nothing that somebody works on is written over."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bot.clock import ManualClock
from bot.corpus import Corpus, build_corpus
from bot.editions.intake import Intake
from bot.errors import NotAllowed, Overtaken, StoreError
from bot.folder import read_parts
from bot.importers.drafts import Draft
from bot.importers.kinds import read_file
from bot.importers.reading import Reading
from bot.revisions import DRAFT, Edition, applied
from bot.store.audit import Audit, Entry, Search
from bot.store.database import Database
from bot.store.revisions import Revisions
from tests.bot.importers.samples import HEAD, the_shape
from tests.small import write_files

SHAPE = the_shape()
OLD = (
    "1", "鼓励技术改造", "按投资的12%补助，最多600万元。",
    "关于印发支持先进制造业若干政策的通知（青政发〔2024〕11号）", "至2026年12月31日", "市工信局投资处 85911248",
)  # fmt: skip
NEW = (
    "3",
    "支持低空经济",
    "给予50万元一次性奖励。",
    "低空经济办法（青政发〔2026〕5号）",
    "至2028年12月31日",
    "市低空办 85910000",
)


def sheet(*rows: tuple[str, ...]) -> bytes:
    """A table of these rows."""
    return "\n".join("\t".join(cells) for cells in (HEAD, *rows)).encode()


class Office:
    """An intake on a database that holds the small corpus."""

    def __init__(self, database: Database, folder: Path, clock: ManualClock) -> None:
        self.parts = read_parts(write_files(folder / "data"))
        self.corpus: Corpus = build_corpus(self.parts)
        self.kept = Revisions(database)
        self.audit = Audit(database)
        self.intake = Intake(self.kept, shape=SHAPE, clock=clock)

    async def opened(self) -> Office:
        """The office, once its corpus is the first edition."""
        await self.kept.seed(self.parts, name="首版", version=self.corpus.version, time=1.0)
        return self

    async def drafts(self, *rows: tuple[str, ...]) -> tuple[Draft, ...]:
        """What a table of these rows calls for."""
        comparison = await self.intake.compare(read_file(sheet(*rows), SHAPE), self.corpus, "q91")
        return await self.intake.drafts(comparison, self.corpus, "q91")


@pytest.fixture
async def office(database: Database, tmp_path: Path, clock: ManualClock) -> Office:
    """An office at work."""
    return await Office(database, tmp_path, clock).opened()


async def test_reading_does_not_hold_up_the_loop(office: Office) -> None:
    """It is done in a thread, gives what reading gives, and tells how far it is."""
    told: list[int] = []
    reading: Reading = await office.intake.read(sheet(OLD, NEW), lambda done, total: told.append(done))
    assert reading == read_file(sheet(OLD, NEW), SHAPE)
    assert told == [1, 2, 3]


async def test_drafts_are_stored_with_what_they_need(office: Office) -> None:
    """The new policy, its paper and its unit, and the wording of the old one, in one batch, with their entry."""
    entry = Entry(time=2.0, staff=1, who="li", action="corpus.imported", target="b1")
    stored = await office.intake.store(await office.drafts(OLD, NEW), batch="b1", who="li", against=1, told=[entry])
    batch = await office.kept.batch("b1")
    assert [r.id for r in batch] == list(stored.drafts)
    assert [(r.kind, r.key) for r in batch] == [
        ("paper", "qzf-2026-5"), ("department", "市低空办"), ("policy", "q91-1"), ("policy", "q91-3"),
    ]  # fmt: skip
    assert {(r.state, r.author, r.edition) for r in batch} == {(DRAFT, "li", 0)}
    old, new = batch[2:]
    assert (old.wording, new.wording) == (OLD[2], NEW[2])
    assert (old.based_on > 0, new.based_on, new.body["summary"]) == (True, 0, "")
    (written,) = await office.audit.read(Search(action="corpus."), 9)
    assert (written.who, written.target) == ("li", "b1")


async def test_a_draft_that_is_completed_is_a_corpus(office: Office) -> None:
    """With a summary and a topic it loads, its paper and its unit beside it; what was there is unchanged but worded."""
    await office.intake.store(await office.drafts(OLD, NEW), batch="b1", who="li", against=1)
    done = [
        msgspec.structs.replace(r, body=r.body | {"summary": "给50万元。", "topics": ["技术改造"]})
        if r.key == "q91-3"
        else r
        for r in await office.kept.batch("b1")
    ]
    after = build_corpus(applied(office.parts, done))
    assert after.policies["q91-1"] == office.corpus.policies["q91-1"]
    assert after.wordings == {"q91-1": OLD[2], "q91-3": NEW[2]}
    assert after.paper(after.policies["q91-3"]).number == "青政发〔2026〕5号"
    assert after.policies["q91-3"].district == "市"


async def test_what_somebody_works_on_is_not_written_over(office: Office) -> None:
    """The second import is refused as a whole, and says which parts are taken."""
    drafts = await office.drafts(OLD, NEW)
    await office.intake.store(drafts[:1], batch="b1", who="li", against=1)
    with pytest.raises(Overtaken, match="q91-1"):
        await office.intake.store(drafts, batch="b2", who="wang", against=1)
    assert await office.kept.batch("b2") == []


async def test_what_was_compared_with_another_edition_is_not_stored(office: Office) -> None:
    """Else a draft would stand on what nobody held the file against."""
    drafts = await office.drafts(OLD, NEW)
    (standing,) = [r for r in await office.kept.standing(1, "policy") if r.key == "q91-1"]
    changed = msgspec.structs.replace(
        standing, id=0, body=standing.body | {"title": "刚发布的"}, edition=0, based_on=standing.id
    )
    edition = Edition(number=2, name="版", created=2.0, author="boss", version="v2", parts=1)
    await office.kept.enter_published([changed], edition)
    with pytest.raises(NotAllowed) as caught:
        await office.intake.store(drafts, batch="b1", who="li", against=1)
    assert (caught.value.rule, await office.kept.batch("b1")) == ("import_outdated", [])
    await office.intake.store(drafts, batch="b1", who="li", against=2)


async def test_nothing_is_stored_where_there_is_no_corpus(
    database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    """Without a first edition a draft would stand on nothing; without a database there is nowhere to put it."""
    empty = Office(database, tmp_path, clock)
    drafts = await empty.drafts(OLD)
    for intake in (empty.intake, Intake(None, shape=SHAPE, clock=clock)):
        with pytest.raises(StoreError):
            await intake.store(drafts, batch="b1", who="li", against=1)
