"""The corpus taken away: as files that load again, and as tables that nothing runs in."""

from __future__ import annotations

import csv
import io
import tomllib
import zipfile
from pathlib import Path

import openpyxl

from bot.folder import read_parts
from tests.bot.console.client import Office
from tests.bot.console.sheets import published
from tests.bot.console.test_imports import DAYS, DESK, PAPER
from tests.bot.importers.samples import HEAD


async def test_the_corpus_is_taken_away_as_files(office: Office, tmp_path: Path) -> None:
    """The archive is a folder that loads as the same corpus, of the edition that is asked for."""
    await published(office, "/console/edit/policy?key=q91-2", title="改了的标题")
    visitor = await office.sign_in("viewer")
    titles = {}
    for number in (1, 2):
        async with visitor.session.get(visitor.url / "console/export/corpus.zip" % {"edition": number}) as answer:
            body = await answer.read()
            assert "attachment" in answer.headers["Content-Disposition"]
        folder = tmp_path / str(number)
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            assert archive.testzip() is None
            assert not [name for name in archive.namelist() if ".." in name or name.startswith("/")]
            archive.extractall(folder)
        titles[number] = {part.key: part.body.get("title") for part in read_parts(folder)}["q91-2"]
        assert tomllib.loads((folder / "import.toml").read_text(encoding="utf-8"))["columns"]
    assert titles == {1: "支持首台套", 2: "改了的标题"}


async def test_a_table_that_is_taken_away_is_never_run(office: Office) -> None:
    """What begins like a formula is a text, in the workbook and in the table of text; a wording not known is not made
    up."""
    await published(office, "/console/edit/policy?key=q91-2", title='=HYPERLINK("http://x")', wording="@SUM(1)+1")
    visitor = await office.sign_in("viewer")
    async with visitor.session.get(visitor.url / "console/export/compendium.xlsx" % {"source": "q91"}) as answer:
        book = openpyxl.load_workbook(io.BytesIO(await answer.read()))
    rows = {row[0].value: row for row in book["q91"].iter_rows()}
    assert tuple(cell.value for cell in rows["序号"]) == HEAD
    assert [(c.value, c.data_type, c.quotePrefix) for c in rows["2"][1:3]] == [
        ('=HYPERLINK("http://x")', "s", True),
        ("@SUM(1)+1", "s", True),
    ]
    assert rows["1"][2].value in (None, "")
    async with visitor.session.get(visitor.url / "console/export/compendium.csv" % {"source": "q91"}) as answer:
        lines = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert lines[0] == list(HEAD)
    assert lines[2][1:3] == ['\'=HYPERLINK("http://x")', "'@SUM(1)+1"]
    assert lines[1][3:] == [PAPER, DAYS, DESK]


async def test_there_is_nothing_to_take_of_what_there_is_not(office: Office) -> None:
    """No such edition, no such compilation: 404."""
    visitor = await office.sign_in("viewer")
    for path in ("corpus.zip?edition=9", "compendium.csv?source=zzz", "compendium.xlsx", "corpus.zip?edition=x"):
        assert (await visitor.get(f"/console/export/{path}")).status == 404, path


async def test_who_may_bring_nothing_in_is_not_sent_there(office: Office) -> None:
    """The page leads an editor to the import; a viewer, whom that page refuses, it does not."""
    for role, led in (("viewer", False), ("editor", True)):
        page = await (await office.sign_in(role)).get("/console/export")
        assert ("再导入" in page.text) is led, role
