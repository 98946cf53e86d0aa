"""The command that imports a file: says what was read, what must be mended, what would change, and stores drafts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bot.clock import SystemClock, now
from bot.config import Config
from bot.corpus import Corpus, build_corpus, read_corpus
from bot.editions.intake import Intake
from bot.errors import BotError, NotAllowed, Overtaken, StoreError
from bot.importers.matching import CHANGED, NEW, SAME, Comparison, Match
from bot.importers.reading import LARGEST_FILE, Fault, Item, Progress, Reading, shown, silent
from bot.importers.sentences import place, sentence
from bot.importers.shape import read_shape
from bot.store.audit import Audit, Entry
from bot.store.database import Database
from bot.store.revisions import Revisions
from bot.store.staff import ROLES, Member, Staff
from bot.words import Words

Say = Callable[[str], None]
Said = Mapping[str, str]
SHAPE = "import.toml"
STEPS = 20  # times that progress is told
MAY_EDIT = ROLES[ROLES.index("editor") :]
IMPORTED = "corpus.imported"  # the entry of the audit log


async def import_file(
    config: Config, path: Path, words: Words, *, say: Say, source: str = "", who: str = "", dry: bool = False
) -> bool:
    """Read a file, say all of it and, unless `dry`, store what is new as drafts of `who`; whether that went well."""
    said, folder = words.importing, Path(config.corpus.path)
    shape = read_shape(folder / SHAPE)
    data = _bytes(path, said)
    database = await _database(config, dry=dry)
    try:
        member = None if dry or database is None else await _member(database, who, said)
        revisions = Revisions(database) if database else None
        intake = Intake(revisions, shape=shape, clock=SystemClock())
        reading = await intake.read(data, _progress(said, say) if sys.stderr.isatty() else silent)
        number, corpus = await _in_force(revisions) or (0, read_corpus(folder))
        if source:
            reading = await intake.with_wordings(reading, corpus, source)
            if not any(name.rpartition("-")[0] == source for name in corpus.policies):
                say(said["unknown_source"].format(source=source, sources=", ".join(shape.source)))
        for line in report(reading, said):
            say(line)
        if not reading.is_whole:
            return False
        if not source:
            for item in reading.items:
                say(_item(item, said))
            say(said["no_source"].format(sources=", ".join(shape.source)))
            return dry
        return await _compared(intake, reading, (number, corpus), source, said=said, say=say, member=member)
    finally:
        if database:
            await database.close()


def _bytes(path: Path, said: Said) -> bytes:
    """The file, as far as one that is too large must be read to be told so."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BotError(said["unread"].format(path=path, reason=error.strerror)) from error


async def _database(config: Config, *, dry: bool) -> Database | None:
    """The database; None where it is not there yet and nothing is to be stored."""
    try:
        return await Database.open(config.database.url)
    except StoreError:
        if not dry:
            raise
        return None


async def _member(database: Database, name: str, said: Said) -> Member:
    """Whose drafts they will be: somebody who may edit. Nobody publishes what they brought in themselves."""
    member = await Staff(database, Audit(database)).named(name) if name else None
    if member is None or member.disabled or member.role not in MAY_EDIT:
        raise BotError(said["who"].format(name=name or "…"))
    return member


async def _in_force(revisions: Revisions | None) -> tuple[int, Corpus] | None:
    """The corpus of the database, with the number of its edition."""
    number = await revisions.newest() if revisions else 0
    if not revisions or not number:
        return None
    return number, build_corpus(await revisions.parts(number))


async def _compared(
    intake: Intake,
    reading: Reading,
    held: tuple[int, Corpus],
    source: str,
    *,
    said: Said,
    say: Say,
    member: Member | None,
) -> bool:
    """Say what the file would change of what is in force, and store it where it is somebody's to store."""
    number, corpus = held
    comparison = await intake.compare(reading, corpus, source)
    for line in differences(comparison, corpus, source, said=said):
        say(line)
    if member is None:
        say(said["dry"])
        return True
    drafts = await intake.drafts(comparison, corpus, source)
    if not drafts:
        say(said["nothing_new"])
        return True
    clock = SystemClock()
    batch = f"{source} {now(clock):%Y-%m-%d %H:%M:%S}"
    entry = Entry(
        time=clock.time(), staff=member.id, who=member.name, action=IMPORTED, target=batch,
        after={"kind": reading.kind, "items": len(reading.items), "drafts": len(drafts)},
    )  # fmt: skip
    try:
        stored = await intake.store(drafts, batch=batch, who=member.name, against=number, told=[entry])
    except NotAllowed:
        say(said["outdated"])
        return False
    except Overtaken as error:
        say(said["overtaken"].format(names=error))
        return False
    say(said["stored"].format(count=len(stored.drafts), batch=batch))
    return True


def _progress(said: Said, say: Say) -> Progress:
    """Says how far the reading is, some twenty times."""
    last = [-1]

    def told(done: int, total: int) -> None:
        step = STEPS * done // max(1, total)
        if step != last[0]:
            last[0] = step
            say(said["progress"].format(done=done, total=total))

    return told


def report(reading: Reading, said: Said) -> Iterator[str]:
    """What was read of a file and what is wrong with it."""
    if reading.items or reading.rows:
        kind = said[f"kind_{reading.kind}"]
        yield said["read"].format(kind=kind, rows=reading.rows, items=len(reading.items))
    else:
        yield said["read_nothing"]
    if reading.faults:
        yield said["faults"].format(count=len(reading.faults))
        yield from (told(fault, said, mark="fault") for fault in reading.faults)
    if reading.hints:
        yield said["hints"].format(count=len(reading.hints))
        yield from (told(hint, said, mark="hint") for hint in reading.hints)


def told(fault: Fault, said: Said, *, mark: str) -> str:
    """One fault or hint in a line: where it is, what stands there and what should."""
    where, text = place(fault.place, said), sentence(fault, said)
    return said[mark].format(place=where, sentence=text) if where else said["fault_file"].format(sentence=text)


def _item(item: Item, said: Said) -> str:
    period = item.period.text if item.period else ""
    return said["item"].format(
        number=item.number,
        title=_title(item, said),
        basis=", ".join(f"{paper.title} {paper.number}".strip() for paper in item.basis),
        validity=period or said["no_validity"],
        units=", ".join(f"{desk.unit} {desk.phone}".strip() for desk in item.desks),
    )


def _title(item: Item, said: Said) -> str:
    return item.title or said["no_title"].format(found=shown(item.wording))


def differences(comparison: Comparison, corpus: Corpus, source: str, *, said: Said) -> Iterator[str]:
    """What the corpus would gain, change and lose by a file."""
    counts = {kind: len(comparison.of_kind(kind)) for kind in (NEW, CHANGED, SAME)}
    yield said["compared"].format(source=source, gone=len(comparison.gone), **counts)
    adds = sum(match.adds for match in comparison.matches if match.kind != NEW)
    if adds:
        yield said["adds"].format(count=adds)
    for match in comparison.matches:
        yield from _difference(match, said)
    for name in comparison.gone:
        yield said["gone"].format(id=name, title=corpus.policies[name].title)


def _difference(match: Match, said: Said) -> Iterator[str]:
    if match.kind == SAME and not (match.moved or match.unknown):
        return
    yield said[NEW if match.kind == NEW else CHANGED].format(id=match.id, title=_title(match.item, said))
    if match.moved:
        yield said["moved"].format(number=match.item.number)
    for change in match.changes:
        yield said["change"].format(
            field=said[f"field_{change.field}"],
            before=shown(change.before) or said["nothing_said"],
            after=shown(change.after) or said["nothing_said"],
        )
    for unit in match.unknown:
        yield said["unknown_unit"].format(found=unit)
