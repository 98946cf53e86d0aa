"""The corpus to take away: all of it as the files of a folder, or a compilation as a table, of any edition."""

from __future__ import annotations

import asyncio
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from aiohttp import web

from bot.console.corpus import publishing
from bot.console.sheets import BOM, cell
from bot.console.visit import Visit
from bot.corpus import build_corpus
from bot.editions.compendium import Compendium, compendium, sources
from bot.editions.uploads import SHAPE
from bot.editions.workbooks import workbook
from bot.folder import files
from bot.revisions import Edition, Part

BEGINNING = (1980, 1, 1, 0, 0, 0)  # the day of every entry: the same corpus makes the same archive
WIDTHS = (8, 28, 80, 44, 20, 36)  # of the columns of the table, in characters
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def show(visit: Visit) -> web.Response:
    """What can be taken."""
    editions = await publishing(visit).revisions.editions()
    return visit.page(
        "export",
        editions=editions,
        chosen=await _edition(visit, editions),
        known=sources(visit.desk.corpus()),
        unworded=len(visit.desk.corpus().policies) - len(visit.desk.corpus().wordings),
    )


async def give_corpus(visit: Visit) -> web.Response:
    """The files of the corpus, as a folder for `[corpus] path`."""
    edition = await _edition(visit)
    parts = await _parts(visit, edition)
    shape = Path(visit.desk.config.corpus.path) / SHAPE
    body = await asyncio.to_thread(_archive, parts, shape)
    return visit.file(body, name=f"huiqi-{edition.number}-{edition.version}.zip", content_type="application/zip")


async def give_workbook(visit: Visit) -> web.Response:
    """A compilation as a workbook."""
    edition, source, table = await _table(visit)
    body = await asyncio.to_thread(workbook, source, table.head, table.rows, widths=WIDTHS)
    return visit.file(body, name=f"huiqi-{source}-{edition.number}.xlsx", content_type=EXCEL)


async def give_table(visit: Visit) -> web.Response:
    """A compilation as a table of text."""
    edition, source, table = await _table(visit)
    lines = [",".join(cell(text) for text in row) for row in (table.head, *table.rows)]
    body = (BOM + "\r\n".join(lines) + "\r\n").encode()
    return visit.file(body, name=f"huiqi-{source}-{edition.number}.csv", content_type="text/csv")


async def _edition(visit: Visit, editions: Sequence[Edition] = ()) -> Edition:
    """The edition that is asked for, else the newest; HTTPNotFound where there is none."""
    wanted = visit.asked("edition")
    known = editions or await publishing(visit).revisions.editions()
    found = [edition for edition in known if not wanted or str(edition.number) == wanted]
    if not found:
        raise web.HTTPNotFound
    return found[0]


async def _parts(visit: Visit, edition: Edition) -> list[Part]:
    return [revision.part for revision in await publishing(visit).revisions.standing(edition.number)]


async def _table(visit: Visit) -> tuple[Edition, str, Compendium]:
    edition, source = await _edition(visit), visit.asked("source")
    parts = await _parts(visit, edition)
    assert visit.desk.uploads is not None  # it is there where publishing is
    shape, said = visit.desk.uploads.shape(), visit.desk.templates.importing

    def build() -> Compendium | None:
        corpus = build_corpus(parts)
        return compendium(corpus, source, shape=shape, said=said) if source in sources(corpus) else None

    table = await asyncio.to_thread(build)
    if table is None:
        raise web.HTTPNotFound
    return edition, source, table


def _archive(parts: Sequence[Part], shape: Path) -> bytes:
    """The files in one archive; no name leads out of the folder it is unpacked in."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        texts = [*files(parts), *([(SHAPE, shape.read_text(encoding="utf-8"))] if shape.exists() else [])]
        for name, text in texts:
            safe = "/".join(re.sub(r'[\x00-\x1f<>:"|?*\\]', "_", step) for step in name.split("/") if step.strip("."))
            archive.writestr(zipfile.ZipInfo(safe, BEGINNING), text.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()
