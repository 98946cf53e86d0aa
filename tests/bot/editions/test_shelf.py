"""A new edition takes its place while questions come in: each answer is of one edition, whole, and none is lost."""

from __future__ import annotations

import asyncio
import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from bot.assembly import answering
from bot.clock import ManualClock
from bot.context import Context, Office
from bot.corpus import Corpus, read_corpus
from bot.editions.shelf import Files, Shelf
from bot.errors import CorpusError, StoreError
from bot.messages import Text
from bot.replies import Answer, Say, Silence
from bot.routing import Router
from bot.store.database import Database
from tests.bot.operating import ended
from tests.bot.presses import Printing
from tests.corpus import DATA
from tests.databases import prepare
from tests.patience import PATIENCE
from tests.scenarios.programs import free_port, started, write_settings
from tests.scenarios.stage import ACCOUNT
from tests.small import CITY, FILES, small_corpus, write_files

QUESTIONS, ASKERS = 400, 20
RELOADS = 6
TURNS = 1_000_000  # questions of one follower, until a test gives up
OTHER = {
    **FILES,
    "policies/city.toml": CITY.replace("的，给100万元", "的，给150万元").replace("支持首台套", "奖励首台套"),
    "edition.toml": 'name = "修订版"\n',
}
BROKEN = {**FILES, "policies/city.toml": CITY.replace('paper = "city"', 'paper = "nowhere"')}
SORRY = Answer(reply=Silence())


async def deliberate(ctx: Context) -> Answer:
    """An answer that looks into the corpus again and again, with time for a new edition to come in between."""
    said = [ctx.corpus.edition]
    (best, *_) = ctx.finding.ids
    for look in ("title", "summary"):
        await asyncio.sleep(0)
        said.append(getattr(ctx.corpus.policies[best], look))
    await asyncio.sleep(0)
    said.append(ctx.corpus.version)
    return Answer(reply=Say(text="\n".join(said)), policies=(best,))


def whole(folder: Path) -> tuple[str, str]:
    """The version of the corpus in a folder, and what `deliberate` says of it."""
    corpus = read_corpus(folder)
    policy = corpus.policies["q91-2"]
    return corpus.version, "\n".join((corpus.edition, policy.title, policy.summary, corpus.version))


def text(number: int) -> Text:
    """Somebody asks."""
    return Text(key=f"k{number}", openid=f"o{number}", account="gh_1", created=0, text="首台套")


async def test_every_answer_is_of_one_edition(tmp_path: Path, clock: ManualClock) -> None:
    """Hundreds of questions while the corpus is replaced again and again: version and words agree in each answer."""
    editions = dict(whole(write_files(tmp_path / name, files)) for name, files in (("a", FILES), ("b", OTHER)))
    assert len(editions) == 2
    folder = write_files(tmp_path / "data")
    shelf = await Shelf.open(Files(folder))
    answer = answering(Router(deliberate, apology=SORRY), lambda: shelf.current, Office())
    ended = asyncio.Event()

    async def asker(first: int) -> list[tuple[str, str]]:
        heard: list[tuple[str, str]] = []
        for number in range(first, first + TURNS):
            if ended.is_set() and len(heard) >= QUESTIONS // ASKERS:
                return heard
            outcome = await answer(text(number), None, clock.time())
            assert isinstance(outcome.answer.reply, Say)
            heard.append((outcome.answer.version, outcome.answer.reply.text))
        raise AssertionError("the reloads never ended")

    async def reloads() -> None:
        for number in range(RELOADS):
            write_files(folder, (OTHER, FILES)[number % 2])
            await shelf.reload()
        ended.set()

    async with asyncio.timeout(PATIENCE):
        asking = asyncio.gather(*(asker(n * TURNS) for n in range(ASKERS)))
        await reloads()
        answers = [pair for pairs in await asking for pair in pairs]
    assert len(answers) >= QUESTIONS
    assert {version for version, _ in answers} == set(editions), "both editions were answered from"
    assert [pair for pair in answers if editions.get(pair[0]) != pair[1]] == []


async def test_a_message_keeps_the_edition_it_began_with(tmp_path: Path, clock: ManualClock) -> None:
    """Where a new edition comes in the midst of an answer, the old one is used to its end, and the next has the new."""
    folder = write_files(tmp_path)
    shelf = await Shelf.open(Files(folder))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(ctx: Context) -> Answer:
        before = ctx.corpus
        begun.set()
        await go_on.wait()
        assert ctx.corpus is before
        return Answer(reply=Say(text=ctx.corpus.policies[ctx.finding.ids[0]].title))

    answer = answering(Router(slow, apology=SORRY), lambda: shelf.current, Office())
    old = shelf.current
    asking = asyncio.ensure_future(answer(text(1), None, clock.time()))
    await begun.wait()
    write_files(folder, OTHER)
    new = await shelf.reload()
    assert new is shelf.current is not old
    go_on.set()
    first = (await asking).answer
    second = (await answer(text(2), None, clock.time())).answer
    assert (first.version, first.reply) == (old.version, Say(text="支持首台套"))
    assert (second.version, second.reply) == (new.version, Say(text="奖励首台套"))


@pytest.mark.parametrize(
    "files",
    [BROKEN, {**FILES, "topics.toml": "[["}, {**FILES, "lexicon.toml": "[intents]\nnonsense = []\n"}],
    ids=["points nowhere", "no TOML", "not a lexicon"],
)
async def test_a_bad_corpus_leaves_the_old_one(tmp_path: Path, files: dict[str, str]) -> None:
    """What does not load changes nothing and is logged with file and reason; mended, it takes its place."""
    folder = write_files(tmp_path)
    shelf = await Shelf.open(Files(folder))
    before = shelf.current
    write_files(folder, files)
    with structlog.testing.capture_logs() as logs:
        assert await shelf.reload() is before
    assert shelf.current is before
    (line,) = logs
    assert (line["log_level"], line["version"]) == ("error", before.version)
    assert str(folder) in line["reason"]
    write_files(folder, OTHER)
    assert (await shelf.reload()).edition == "修订版"


async def test_one_reading_at_a_time(tmp_path: Path) -> None:
    """However many ask at once, one reads, and those who asked meanwhile share the next, which sees what they saved."""
    folder = write_files(tmp_path)
    shelf = await Shelf.open(Files(folder))
    with structlog.testing.capture_logs() as logs:
        first = asyncio.create_task(shelf.reload())
        await asyncio.sleep(0)  # it reads now
        write_files(folder, OTHER)
        later = await asyncio.gather(*(shelf.reload() for _ in range(50)))
        await first
    assert {corpus.edition for corpus in later} == {"修订版"}
    assert len({id(corpus) for corpus in later}) == 1
    assert [line["event"] for line in logs][1:] == ["corpus replaced"], "the first may have seen a half-written file"


async def test_a_reading_that_is_given_up_changes_nothing(tmp_path: Path) -> None:
    """Where whoever asked goes away, the corpus stays, and the next who asks is served."""
    folder = write_files(tmp_path)
    shelf = await Shelf.open(Files(folder))
    before = shelf.current
    write_files(folder, OTHER)
    asking = asyncio.create_task(shelf.reload())
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert shelf.current is before
    assert (await shelf.reload()).edition == "修订版"


async def test_what_a_question_needs_is_built_beside(tmp_path: Path) -> None:
    """A new corpus stands with its index, its words and their sounds built: the first question does not wait."""
    shelf = await Shelf.open(Files(write_files(tmp_path)))
    corpus = await shelf.reload()
    assert "index" in vars(corpus)
    assert {"matcher", "sounds"} <= set(vars(corpus.index))


async def test_a_shelf_is_never_empty(tmp_path: Path) -> None:
    """Without a first corpus that loads there is none."""
    with pytest.raises(CorpusError):
        await Shelf.open(Files(write_files(tmp_path, BROKEN)))


class Stubborn:
    """A source whose mark says what it has, and which may be away or broken."""

    def __init__(self) -> None:
        self.number = 1
        self.error: Exception | None = None
        self.reads = 0

    async def mark(self) -> int:
        """Which corpus it has."""
        return self.number

    async def read(self) -> tuple[int, Corpus]:
        """The small corpus, as of that number."""
        self.reads += 1
        if self.error:
            raise self.error
        return self.number, replace(small_corpus(), version=f"v{self.number}")


async def test_a_look_reads_only_what_is_new() -> None:
    """Nothing is read while the mark stays; a new one is read once, also where it is refused."""
    source = Stubborn()
    shelf = await Shelf.open(source)
    assert [await shelf.look() for _ in range(3)] == [0, 0, 0]
    source.number = 2
    assert [await shelf.look(), await shelf.look()] == [1, 0]
    assert (shelf.current.version, source.reads) == ("v2", 2)
    source.number, source.error = 3, CorpusError("broken")
    assert [await shelf.look() for _ in range(3)] == [0, 0, 0]
    assert (shelf.current.version, source.reads) == ("v2", 3)
    source.number, source.error = 4, None
    assert await shelf.look() == 1
    assert shelf.current.version == "v4"


async def test_a_database_that_is_away_changes_nothing() -> None:
    """Asked to read again, the shelf keeps what it has."""
    source = Stubborn()
    shelf = await Shelf.open(source)
    source.error = StoreError("away")
    assert (await shelf.reload()).version == "v1"


def test_a_process_takes_up_what_another_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A worker answers from the database's corpus: what this process publishes stands there within seconds."""
    folder = write_files(tmp_path / "data")
    settings = write_settings(tmp_path, ACCOUNT, port=free_port())
    text = settings.read_text(encoding="utf-8").replace(str(DATA), str(folder)).replace('source = "files"\n', "")
    settings.write_text(text, encoding="utf-8")
    prepare(tmp_path / "huiqi.sqlite3")
    assert ended("export", "--config", str(settings), str(tmp_path / "early")) == 2
    assert "no corpus yet" in capsys.readouterr().err
    with started("worker", "--config", str(settings)) as program:
        old = json.loads(program.until('"corpus":'))["corpus"]
        edition = asyncio.run(_publish(tmp_path))
        replaced = json.loads(program.until("corpus replaced"))
        assert program.stop() == 0
    assert (old, replaced["before"], replaced["version"]) == (small_corpus().version, old, edition)
    assert ended("export", "--config", str(settings), str(tmp_path / "out")) == 0
    assert read_corpus(tmp_path / "out").version == edition


async def _publish(folder: Path) -> str:
    """Another title for q91-2, published on the database of write_settings; the new version."""
    database = await Database.open(f"sqlite:///{folder}/huiqi.sqlite3")
    printing = Printing(database, folder / "unread", ManualClock())
    await printing.published("policy", "q91-2", body={"title": "奖励首台套"})
    (edition, *_) = await printing.revisions.editions()
    await database.close()
    return edition.version


@pytest.mark.parametrize("process", ["serve", "worker"])
def test_a_hangup_reloads_what_runs(tmp_path: Path, process: str) -> None:
    """SIGHUP puts the edited files in place, a broken edit is refused with its reason, and the process goes on."""
    folder = write_files(tmp_path / "data")
    settings = write_settings(tmp_path, ACCOUNT, port=free_port())
    settings.write_text(settings.read_text(encoding="utf-8").replace(str(DATA), str(folder)), encoding="utf-8")
    prepare(tmp_path / "huiqi.sqlite3")
    with started(process, "--config", str(settings)) as program:
        old = json.loads(program.until('"corpus":'))["corpus"]
        write_files(folder, BROKEN)
        program.process.send_signal(signal.SIGHUP)
        refused = json.loads(program.until("new corpus refused"))
        write_files(folder, OTHER)
        program.process.send_signal(signal.SIGHUP)
        replaced = json.loads(program.until("corpus replaced"))
        assert program.stop() == 0
    assert refused["version"] == replaced["before"] == old != replaced["version"]
    assert "nowhere does not exist" in refused["reason"]
