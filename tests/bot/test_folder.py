"""A corpus written as files and read again is the same corpus."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.corpus import build_corpus, read_corpus
from bot.errors import BotError, CorpusError
from bot.folder import files, part_of, read_parts, text_of, write_parts
from bot.parts import canonical
from bot.revisions import Part
from tests.corpus import DATA, the_corpus
from tests.small import FILES, write_files


def test_the_corpus_survives_being_written(tmp_path: Path) -> None:
    """Imported again, what was exported has the same version, index and parts, and exports to the same bytes."""
    parts = read_parts(DATA)
    write_parts(parts, tmp_path)
    again = read_corpus(tmp_path)
    assert again.version == the_corpus().version
    assert again == the_corpus()
    assert _bodies(read_parts(tmp_path)) == _bodies(parts)
    assert dict(files(read_parts(tmp_path))) == dict(files(parts))


def _bodies(parts: list[Part]) -> dict[tuple[str, str], object]:
    return {part.place: canonical(part).body for part in parts}


def test_an_older_export_is_replaced(tmp_path: Path) -> None:
    """A policy, a saying or a wording that is gone leaves no file behind."""
    parts = read_parts(write_files(tmp_path / "a"))
    worded = [msgspec.structs.replace(p, wording="第一条\n原文") if p.key == "q91-1" else p for p in parts]
    write_parts(worded, tmp_path / "b")
    assert read_corpus(tmp_path / "b").wordings == {"q91-1": "第一条\n原文"}
    write_parts(parts, tmp_path / "b")
    assert read_corpus(tmp_path / "b").wordings == {}
    assert not list((tmp_path / "b" / "wordings").glob("*"))


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["departments.toml", "policies/mine.toml", "wordings/q91-1.txt", "letter.txt"])
def test_a_folder_of_others_is_left_alone(tmp_path: Path, name: str) -> None:
    """Nothing is written into a folder with files in it that is no earlier export; and it is named."""
    out = tmp_path / "out"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine", encoding="utf-8")
    with pytest.raises(BotError, match=f"{out}: is neither an empty folder nor an earlier export"):
        write_parts(read_parts(DATA), out)
    assert _contents(out) == {out / name: b"mine"}


def test_the_corpus_that_is_shipped_is_no_export(tmp_path: Path) -> None:
    """A copy of data/ is somebody's own files: it is not replaced."""
    copy = shutil.copytree(DATA, tmp_path / "data")
    before = _contents(copy)
    with pytest.raises(BotError, match="neither an empty folder"):
        write_parts(read_parts(write_files(tmp_path / "a")), copy)
    assert _contents(copy) == before


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("policies/mine.toml", "was not written by an export"),
        ("sayings/ours.toml", "was not written by an export"),
        ("topics.toml", "was changed since"),
    ],
)
def test_what_stands_in_an_export_of_others_is_kept(tmp_path: Path, name: str, why: str) -> None:
    """A file put in later or changed by hand is named, and nothing is written; what is no part of a corpus stays."""
    out, parts = tmp_path / "out", read_parts(write_files(tmp_path / "a"))
    write_parts(parts, out)
    for kept in ("README.md", "import.toml"):
        (out / kept).write_text("ours", encoding="utf-8")
    write_parts(parts, out)
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_text("# mine\n", encoding="utf-8")
    before = _contents(out)
    with pytest.raises(BotError, match=f"{out / name}: {why}"):
        write_parts(read_parts(DATA), out)
    assert _contents(out) == before
    assert before[out / "README.md"] == before[out / "import.toml"] == b"ours"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file instead of a folder, and a folder that cannot be made, are errors of this program."""
    parts = read_parts(write_files(tmp_path / "a"))
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(BotError, match=f"{tmp_path / 'file'}: is neither an empty folder"):
        write_parts(parts, tmp_path / "file")
    with pytest.raises(BotError, match=f"{tmp_path / 'file'}.*: cannot be written: Not a directory"):
        write_parts(parts, tmp_path / "file" / "out")
    with pytest.raises(BotError, match=r"^/proc/none.*: cannot be written: No such file"):
        write_parts(parts, Path("/proc/none"))


def test_wording_changes_the_version(tmp_path: Path) -> None:
    """The official wording is part of what people are shown."""
    write_files(tmp_path)
    before = read_corpus(tmp_path).version
    write_files(tmp_path, {"wordings/q91-1.txt": "原文"})
    assert read_corpus(tmp_path).version != before


def test_rated_questions_are_read(tmp_path: Path) -> None:
    """Each line is a part; a line that is no JSON is named with its file."""
    write_files(tmp_path, {**FILES, "rated.jsonl": '{"id":"a","text":"技改","intent":"policy","expect":["q91-1"]}\n'})
    (rated,) = [part for part in read_parts(tmp_path) if part.kind == "rated"]
    assert (rated.key, rated.body["expect"]) == ("a", ["q91-1"])
    write_files(tmp_path, {"rated.jsonl": "{\n"})
    with pytest.raises(CorpusError, match=r"rated\.jsonl: is not valid JSON"):
        read_parts(tmp_path)


def test_a_part_can_be_edited_as_text() -> None:
    """The text of a part spells its body; a wrong one says at which line or field."""
    for part in map(canonical, read_parts(DATA)):
        assert part_of(text_of(part), part).body == part.body
    topic = Part(kind="topic", key="技改", body={"name": "技改"}, origin="topic")
    with pytest.raises(CorpusError, match="line 2"):
        part_of('name = "技改"\nwords = [}\n', topic)
    with pytest.raises(CorpusError, match="unknown field `wrods`"):
        part_of('name = "技改"\nwrods = []', topic)


@settings(max_examples=200)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda key: key not in ("start", "end")),
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"])),
            st.integers(-(2**53), 2**53),
            st.booleans(),
            st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4),
        ),
        max_size=5,
    )
)
@example({"path": "\\/", "mark": "\x7f", "quoted": '\\"/'})
def test_any_text_survives(words: dict[str, object]) -> None:
    """Whatever stands in a body, quotes and marks and all, is read again as it was."""
    from bot.folder import _pairs

    assert tomllib.loads(_pairs(words)) == words


def test_parts_make_the_corpus_of_the_files() -> None:
    """Read into parts and built, it is what reading the folder gives."""
    assert build_corpus(read_parts(DATA)) == the_corpus()
