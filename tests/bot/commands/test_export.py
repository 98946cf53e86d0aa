"""The export command writes the edition in force, and nothing where there is none."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bot.clock import ManualClock
from bot.commands.export import export_corpus
from bot.config import Config
from bot.corpus import read_corpus
from bot.errors import StoreError
from bot.store.database import Database
from tests.bot.console.client import office_settings
from tests.bot.presses import Printing


def config(folder: Path, url: str) -> Config:
    """Settings with this database."""
    settings = office_settings(folder)
    return msgspec.structs.replace(settings, database=msgspec.structs.replace(settings.database, url=url))


async def test_the_edition_in_force_is_written(
    database: Database, store_url: str, tmp_path: Path, clock: ManualClock
) -> None:
    """Its files load to its version, rated questions and wording with them; a second export replaces the first."""
    printing = Printing(database, tmp_path, clock)
    await printing.press.read()
    for title in ("甲", "乙"):
        await printing.published("policy", "q91-2", body={"title": title}, wording=f"{title}原文")
        number, many = await export_corpus(config(tmp_path, store_url), tmp_path / "out")
        _, corpus = await printing.press.read()
        assert read_corpus(tmp_path / "out") == corpus
        assert many == len([path for path in (tmp_path / "out").rglob("[!.]*") if path.is_file()])
    assert number == 3
    assert (tmp_path / "out" / "wordings" / "q91-2.txt").read_text(encoding="utf-8") == "乙原文"
    assert (tmp_path / "out" / "rated.jsonl").read_bytes().count(b"\n") == 3


async def test_there_must_be_a_corpus(database: Database, store_url: str, tmp_path: Path) -> None:
    """A database without an edition is told so, and nothing is written."""
    assert database
    with pytest.raises(StoreError, match="no corpus yet"):
        await export_corpus(config(tmp_path, store_url), tmp_path / "out")
    assert not (tmp_path / "out").exists()
