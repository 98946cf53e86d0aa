"""A corpus as the files of a folder such as data/: read into parts, and written again."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bot.dictionary.lexicon import Lexicon
from bot.errors import BotError, CorpusError
from bot.parts import (
    COLLECTION,
    DEPARTMENT,
    EDITION,
    FACT,
    HOURS,
    LISTS,
    MENU,
    NAMED,
    NUMBERED,
    PAPER,
    PLACES,
    POLICY,
    RATED,
    SAYING,
    SYNONYM,
    TABLES,
    TOPIC,
    WORDS,
    Edition,
    canonical,
    convert,
    handle,
)
from bot.policies import Hours, Record
from bot.revisions import Body, Part

S = TypeVar("S")

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
BARE = re.compile(r"[A-Za-z0-9_-]+")
DAYS = frozenset({"start", "end"})  # what TOML has as a day
INLINE = frozenset({"needs", "contacts", "phones", "tiers", "options"})  # lists of small tables, one to a line
WIDE = 100  # characters of a list that stays on one line
OURS = ("policies", "sayings")  # folders of which every .toml file is a part of the corpus
ALONE = (*(f"{name}.toml" for name in ("departments", "topics", "facts", "lexicon", "edition", "menu")), "rated.jsonl")
WRITTEN = ".huiqi-export"  # what an export wrote, as `sha256sum --check` reads it
WORDINGS = "wordings"  # official wordings, a text file each, by the id of the policy


class PolicyFile(Record, frozen=True, kw_only=True):
    """A file of policies/; its entries are converted one by one, so that an error can name the record."""

    papers: dict[str, Any] = msgspec.field(default_factory=dict)
    policy: tuple[Any, ...] = ()


class DepartmentFile(Record, frozen=True, kw_only=True):
    """departments.toml."""

    hours: Hours
    department: tuple[Any, ...]


class TopicFile(Record, frozen=True, kw_only=True):
    """topics.toml."""

    topic: tuple[Any, ...]


class FactFile(Record, frozen=True, kw_only=True):
    """facts.toml."""

    fact: tuple[Any, ...] = ()


class SayingFile(Record, frozen=True, kw_only=True):
    """A file of sayings/: lines by the id of the policy they speak of."""

    say: dict[str, tuple[str, ...]]


def read_parts(folder: Path) -> list[Part]:
    """All parts of a folder, each once; CorpusError says file, record and field."""
    paths = sorted((folder / "policies").glob("*.toml"))
    if not paths:
        raise CorpusError(f"{folder / 'policies'}: has no policies")
    wordings = {path.stem: path.read_text(encoding="utf-8") for path in (folder / WORDINGS).glob("*.txt")}
    return [
        *_policies(paths, wordings),
        *_departments(folder / "departments.toml"),
        *_entries(folder / "topics.toml", TopicFile, TOPIC),
        *_entries(folder / "facts.toml", FactFile, FACT),
        *_lexicon(folder / "lexicon.toml"),
        *_sayings(sorted((folder / "sayings").glob("*.toml"))),
        *_beside(folder),
    ]


def _policies(paths: Iterable[Path], wordings: dict[str, str]) -> Iterator[Part]:
    papers: dict[str, Part] = {}
    places: dict[str, Path] = {}
    for path in paths:
        file = _read(path, PolicyFile)
        for key, entry in file.papers.items():
            paper = Part(kind=PAPER, key=key, body=entry, origin=str(path))
            if key not in papers:
                papers[key] = paper
                yield paper
            elif convert(papers[key]) != convert(paper):
                raise CorpusError(f"{path}: {key}: another file states this paper otherwise", kind=PAPER, key=key)
        for number, entry in enumerate(file.policy, 1):
            name = (str(entry.get("id", "")) if isinstance(entry, dict) else "") or f"policy {number}"
            if name in places:
                raise CorpusError(f"{path}: {name}: stands already in {places[name]}", kind=POLICY, key=name)
            places[name] = path
            yield Part(kind=POLICY, key=name, body=entry, wording=wordings.get(name, ""), origin=str(path))


def _departments(path: Path) -> Iterator[Part]:
    file = _read(path, DepartmentFile)
    yield Part(kind=HOURS, key=HOURS, body=msgspec.to_builtins(file.hours), origin=str(path))
    yield from _named(file.department, DEPARTMENT, path)


def _entries(path: Path, file: type[Record], kind: str) -> Iterator[Part]:
    yield from _named(getattr(_read(path, file), kind), kind, path)


def _named(entries: Iterable[Any], kind: str, path: Path) -> Iterator[Part]:
    seen = set()
    for entry in entries:
        name = str(entry.get(NAMED[kind], "")) if isinstance(entry, dict) else ""
        if name in seen:
            raise CorpusError(f"{path}: {name}: stands twice", kind=kind, key=name)
        seen.add(name)
        yield Part(kind=kind, key=name, body=entry, origin=str(path))


def _lexicon(path: Path) -> Iterator[Part]:
    lexicon = _read(path, Lexicon)
    for table in TABLES:
        for key, listed in getattr(lexicon, table).items():
            yield Part(kind=table, key=key, body={"words": list(listed)}, origin=str(path))
    for name in LISTS:
        yield Part(kind=WORDS, key=name, body={"words": list(getattr(lexicon, name).words)}, origin=str(path))
    for name in PLACES:
        yield Part(kind=WORDS, key=name, body={"words": list(getattr(lexicon.places, name))}, origin=str(path))
    for kind, entries in ((SYNONYM, lexicon.synonym), (COLLECTION, lexicon.collection)):
        taken: set[str] = set()
        for entry in entries:
            body: Body = msgspec.json.decode(msgspec.json.encode(entry))
            key = _free(handle(kind, body), taken)
            taken.add(key)
            yield Part(kind=kind, key=key, body=body, origin=str(path))


def _free(key: str, taken: set[str]) -> str:
    """A handle that no other part has."""
    return next(name for n in range(len(taken) + 1) if (name := f"{key}#{n}" if n else key) not in taken)


def _sayings(paths: Iterable[Path]) -> Iterator[Part]:
    said: dict[str, list[str]] = defaultdict(list)
    origins: dict[str, str] = {}
    for path in paths:
        for name, lines in _read(path, SayingFile).say.items():
            said[name] += lines
            origins.setdefault(name, str(path))
    for name, collected in said.items():
        yield Part(kind=SAYING, key=name, body={"words": collected}, origin=origins[name])


def _beside(folder: Path) -> Iterator[Part]:
    path = folder / "edition.toml"
    yield Part(kind=EDITION, key=EDITION, body=msgspec.to_builtins(_read(path, Edition)), origin=str(path))
    if (path := folder / "menu.toml").exists():
        yield Part(kind=MENU, key=MENU, body=_document(path), origin=str(path))
    if (path := folder / "rated.jsonl").exists():
        try:
            entries = [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line.strip()]
        except msgspec.DecodeError as error:
            raise CorpusError(f"{path}: is not valid JSON: {error}", kind=RATED) from error
        yield from _named(entries, RATED, path)


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: is not valid TOML: {error}") from error


def _read(path: Path, kind: type[S]) -> S:
    try:
        return msgspec.convert(_document(path), kind)
    except msgspec.ValidationError as error:
        raise CorpusError(f"{path}: {error}") from error


def write_parts(parts: Iterable[Part], folder: Path) -> int:
    """Write the files of a corpus into a folder that is new, empty or an earlier export, of which those go that are no
    longer of it; how many files stand then. BotError, and nothing is touched, where something of others would be lost
    or read as a part of the corpus."""
    texts = dict(files(parts))
    try:
        earlier = _written_before(folder)
        _refuse_to_harm(folder, earlier)
        (folder / WRITTEN).unlink(
            missing_ok=True
        )  # broken off halfway, it is no export of which a part may be replaced
        for name in earlier.keys() - texts.keys():
            (folder / name).unlink(missing_ok=True)
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        lines = (f"{_mark(text.encode())}  {name}\n" for name, text in texts.items())
        (folder / WRITTEN).write_text("".join(lines), encoding="utf-8", newline="\n")
    except OSError as error:
        raise BotError(f"{error.filename or folder}: cannot be written: {error.strerror}") from error
    return len(texts)


def _written_before(folder: Path) -> dict[str, str]:
    """The files of the export that a folder holds, each with the mark of its bytes; none in a folder that is new."""
    if (folder / WRITTEN).is_file():
        lines = (folder / WRITTEN).read_text(encoding="utf-8", errors="replace").splitlines()
        marks = {name: mark for mark, _, name in (line.partition("  ") for line in lines)}
        return {name: mark for name, mark in marks.items() if name in set(_held(folder))}
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BotError(f"{folder}: is neither an empty folder nor an earlier export; name a new folder")
    return {}


def _refuse_to_harm(folder: Path, earlier: Mapping[str, str]) -> None:
    for name in _held(folder):
        if name not in earlier:
            raise BotError(f"{folder / name}: was not written by an export; move it away, or name a new folder")
        if _mark((folder / name).read_bytes()) != earlier[name]:
            raise BotError(f"{folder / name}: was changed since it was exported; keep it, and name a new folder")


def _held(folder: Path) -> list[str]:
    """What stands in a folder under a name that a corpus is read from."""
    patterns = (*ALONE, *(f"{name}/*.toml" for name in OURS), f"{WORDINGS}/*.txt")
    return sorted(path.relative_to(folder).as_posix() for pattern in patterns for path in folder.glob(pattern))


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def files(parts: Iterable[Part]) -> Iterator[tuple[str, str]]:
    """The files of a corpus, each with its text: the same for the same parts."""
    by_kind: dict[str, dict[str, Part]] = defaultdict(dict)
    for part in parts:
        by_kind[part.kind][part.key] = canonical(part)
    yield from _policy_files(by_kind[PAPER], by_kind[POLICY])
    hours = "".join(f"[hours]\n{_pairs(part.body)}\n" for part in by_kind[HOURS].values())
    yield "departments.toml", hours + _tables(DEPARTMENT, by_kind[DEPARTMENT])
    yield "topics.toml", _tables(TOPIC, by_kind[TOPIC])
    yield "facts.toml", _tables(FACT, by_kind[FACT])
    yield "lexicon.toml", _lexicon_text(by_kind)
    for name, lines in _by_source(by_kind[SAYING]).items():
        yield f"sayings/{name}.toml", "[say]\n" + _pairs({part.key: part.body["words"] for part in lines})
    yield "edition.toml", "".join(_pairs(part.body) for part in by_kind[EDITION].values())
    for part in by_kind[MENU].values():
        yield "menu.toml", _tables("button", {str(n): _of(body) for n, body in enumerate(part.body["button"])})
    if by_kind[RATED]:
        yield "rated.jsonl", "".join(f"{msgspec.json.encode(p.body).decode()}\n" for p in by_kind[RATED].values())


def _of(body: Body) -> Part:
    return Part(kind="", key="", body=body)


def _policy_files(papers: dict[str, Part], policies: dict[str, Part]) -> Iterator[tuple[str, str]]:
    held: dict[str, dict[str, Part]] = defaultdict(dict)
    for key, part in policies.items():
        held[str(part.body["paper"])][key] = part
        if part.wording:
            yield f"{WORDINGS}/{key}.txt", part.wording
    for key, paper in papers.items():
        text = f"[papers.{_key(key)}]\n{_pairs(paper.body)}"
        yield f"policies/{key}.toml", f"{text}\n{_tables(POLICY, held[key])}" if held[key] else text


def _by_source(sayings: dict[str, Part]) -> dict[str, list[Part]]:
    groups: dict[str, list[Part]] = defaultdict(list)
    for key, part in sayings.items():
        groups[key.rpartition("-")[0] or key].append(part)
    return groups


def _lexicon_text(by_kind: dict[str, dict[str, Part]]) -> str:
    words = {key: part.body["words"] for key, part in by_kind[WORDS].items()}
    sections = [f"[{t}]\n{_pairs({k: p.body['words'] for k, p in by_kind[t].items()})}" for t in TABLES]
    sections += [f"[{name}]\n{_pairs({'words': words[name]})}" for name in LISTS if name in words]
    sections.append(f"[places]\n{_pairs({name: words[name] for name in PLACES if name in words})}")
    return "\n".join(sections) + "\n" + "\n".join(_tables(kind, by_kind[kind]) for kind in sorted(NUMBERED))


def _tables(name: str, parts: dict[str, Part]) -> str:
    return "\n".join(f"[[{name}]]\n{_pairs(part.body, name)}" for part in parts.values())


def _pairs(body: Body, name: str = "") -> str:
    """The keys of a table with their values, and below them the lists of tables that are too big for a line."""
    big = {key: value for key, value in body.items() if key not in INLINE and _is_tables(value)}
    small = "".join(f"{_key(key)} = {_value(value, key)}\n" for key, value in body.items() if key not in big)
    prefix = f"{name}." if name else ""
    below = "".join(
        f"\n[[{prefix}{key}]]\n{_pairs(inner, f'{prefix}{key}')}" for key, value in big.items() for inner in value
    )
    return small + below


def text_of(part: Part) -> str:
    """The body of one part as its file would spell it, to be edited by hand."""
    return _pairs(canonical(part).body)


def part_of(text: str, part: Part) -> Part:
    """The part with the body that a text spells; CorpusError says what is wrong with it."""
    try:
        body = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # no TOML; a number of too many digits; lists in lists without end
        raise CorpusError(str(error), kind=part.kind, key=part.key) from error
    return canonical(msgspec.structs.replace(part, body=body))


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(inner, dict) for inner in value)


def _value(value: Any, key: str = "") -> str:
    match value:
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
        case str() if key in DAYS and DAY.fullmatch(value):
            return value
        case str():
            return _text(value)
        case dict():
            return "{ " + ", ".join(f"{_key(k)} = {_value(v, k)}" for k, v in value.items()) + " }" if value else "{}"
        case _:
            items = [_value(inner) for inner in value]
            line = f"[{', '.join(items)}]"
            return line if len(line) <= WIDE else "[\n" + "".join(_filled(items)) + "]"


def _filled(items: list[str]) -> Iterator[str]:
    """Lines of items, as many to a line as fit; a table has one for itself."""
    line = " "
    for item in items:
        if line.strip() and (len(line) + len(item) > WIDE or item.startswith("{")):
            yield f"{line}\n"
            line = " "
        line += f" {item},"
    if line.strip():
        yield f"{line}\n"


def _text(value: str) -> str:
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _text(key)
