"""Nothing that anybody types or sends makes the program open a connection elsewhere: looked at live, at the sockets."""

from __future__ import annotations

import asyncio
import io
import socket
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import docx
import msgspec
import openpyxl
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from reportlab.pdfgen.canvas import Canvas

from bot import config
from bot.clock import ManualClock
from bot.commands.checkup import look
from bot.emulator.envelope import sign
from bot.errors import WeChatError
from bot.store.staff_tables import imports
from tests.bot.console.announcing import kept
from tests.bot.console.client import Office, Visitor, office_settings, open_office
from tests.bot.console.sheets import published, saved
from tests.bot.console.test_imports import ROWS, sent, table
from tests.bot.engines import rows as rows_of
from tests.bot.importers.samples import HEAD
from tests.scenarios.announced import open_announced
from tests.scenarios.connections import connections, trap
from tests.scenarios.stage import ACCOUNT, Stage
from tests.scenarios.test_announcing import Scene

API = 9  # the port of `office_settings`, where nobody listens
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FIELD = (
    '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:r>'
    '<w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:instrText> INCLUDEPICTURE "{url}/field.png" \\d </w:instrText></w:r><w:r>'
    '<w:fldChar w:fldCharType="end"/></w:r></w:p>'
)


def changed(data: bytes, parts: dict[str, tuple[str, str]], **more: bytes) -> bytes:
    """An archive in which texts of some parts are replaced, and which has some parts more."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name in parts:
                before, after = parts[name]
                assert before.encode() in text, (name, text[:500])
                text = text.replace(before.encode(), after.encode(), 1)
            new.writestr(name, text)
        for name, text in more.items():
            new.writestr(name.replace("__", "/"), text)
    return out.getvalue()


def document(url: str) -> bytes:
    """A Word document whose template, picture, link and field are elsewhere."""
    made = docx.Document()
    grid = made.add_table(rows=0, cols=len(HEAD))
    for texts in (HEAD, *ROWS):
        for cell, text in zip(grid.add_row().cells, texts, strict=True):
            cell.text = text
    out = io.BytesIO()
    made.save(out)
    outside = "".join(
        f'<Relationship Id="rTrap{n}" Type="{RELATIONS}/{kind}" Target="{url}/{kind}" TargetMode="External"/>'
        for n, kind in enumerate(("attachedTemplate", "image", "hyperlink", "oleObject", "subDocument", "frame"))
    )
    return changed(
        out.getvalue(),
        {
            "word/_rels/document.xml.rels": ("</Relationships>", f"{outside}</Relationships>"),
            "_rels/.rels": ("</Relationships>", f"{outside}</Relationships>"),
            "word/document.xml": ("<w:sectPr", FIELD.format(url=url) + "<w:sectPr"),
        },
    )


def workbook(url: str) -> bytes:
    """An Excel workbook with links, pictures, connections and formulas that fetch."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for texts in (HEAD, *ROWS):
        sheet.append(texts)
    sheet["H1"] = f'=WEBSERVICE("{url}/formula")'
    sheet["H2"] = f'=IMAGE("{url}/image.png")'
    sheet["H3"] = f"='{url}/[book.xlsx]Sheet1'!A1"
    sheet["H4"].hyperlink = f"{url}/hyperlink"
    sheet["H4"] = "看这里"
    out = io.BytesIO()
    book.save(out)
    outside = (
        f'<Relationship Id="rTrap" Type="{RELATIONS}/externalLink" Target="{url}/book.xlsx" TargetMode="External"/>'
    )
    return changed(
        out.getvalue(),
        {"xl/_rels/workbook.xml.rels": ("</Relationships>", f"{outside}</Relationships>")},
        xl__connections=f'<connections><connection id="1" odcFile="{url}/data.odc"/></connections>'.encode(),
    )


def print_out(url: str) -> bytes:
    """A PDF with links, an action on opening, and a stream that is said to be in a file elsewhere."""
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 700, "1. policy")
    canvas.linkURL(f"{url}/link", (90, 690, 300, 720))
    canvas.save()
    action = f"/OpenAction << /S /URI /URI ({url}/open) /Next << /S /SubmitForm /F ({url}/form) >> >>"
    data = out.getvalue().replace(b"/Type /Catalog", b"/Type /Catalog " + action.encode())
    return data.replace(b"/Type /Page\n", f"/Type /Page /F << /FS /URL /F ({url}/page) >>\n".encode())


def entities(url: str, data: bytes, part: str, *, root: str) -> bytes:
    """An archive one part of which names entities elsewhere."""
    declared = f'<!DOCTYPE x PUBLIC "x" "{url}/x.dtd" [<!ENTITY % a SYSTEM "{url}/a"> %a;]>'
    return changed(data, {part: (f"<{root} ", f"{declared}<{root} ")})


async def bring_in(office: Office, visitor: Visitor, data: bytes, name: str) -> None:
    """A file, sent, read, looked at, and stored where that can be."""
    answer = await visitor.post("/console/import", sent(data, name=name))
    assert answer.status in (303, 422), (name, answer.status, answer.text)
    if answer.status == 303:
        assert office.services.uploads is not None
        await office.services.uploads.settle()
        page = await visitor.follow(answer)
        assert page.status == 200
        await visitor.post(f"{answer.location}/store", {"version": office.services.corpus.version})


async def test_no_file_leads_elsewhere(tmp_path: Path, clock: ManualClock) -> None:
    """Files of every kind that name another place in every way their kind has: read, compared, stored, exported, and
    nobody was asked."""
    async with open_office(office_settings(tmp_path), clock) as office, trap() as door:
        visitor = await office.sign_in("editor")
        url = door.url
        rows = [(*ROWS[0][:2], f'=WEBSERVICE("{url}/csv") {ROWS[0][2]}', *ROWS[0][3:])]
        files = {
            "a.docx": document(url),
            "b.xlsx": workbook(url),
            "c.pdf": print_out(url),
            "d.csv": table(*rows),
            "e.txt": f"1. 政策 {url}/text\nfile:///etc/passwd\n\\\\127.0.0.1\\share\n".encode(),
            "f.docx": entities(url, document(url), "word/document.xml", root="w:document"),
            "g.xlsx": entities(url, workbook(url), "xl/workbook.xml", root="workbook"),
            f"{url}/h.csv": table(*ROWS),
        }
        with connections() as made:
            for name, data in files.items():
                await bring_in(office, visitor, data, name)
            for name in ("corpus.zip", "compendium.xlsx?source=q91", "compendium.csv?source=q91"):
                assert (await visitor.get(f"/console/export/{name}")).status == 200
        assert made.elsewhere(office.url.port or 0, API) == []
        assert door.visits == []
        became = {row["file"]: row["items"] for row in await rows_of(office.services.database, imports)}
        read = {name for name, items in became.items() if items}
        assert {"a.docx", "b.xlsx", "d.csv", "h.csv"} <= read, became
        assert not {"f.docx", "g.xlsx"} & read, became
        assert "corpus.imported" in await office.acts()


async def test_no_field_of_the_corpus_leads_elsewhere(tmp_path: Path, clock: ManualClock) -> None:
    """Addresses in every field of a policy that takes words, published and shown."""
    async with open_office(office_settings(tmp_path), clock) as office, trap() as door:
        url = f"{door.url}/x"
        with connections() as made:
            path = "/console/edit/policy?key=q91-1"
            await published(office, path, title=url[:60], gives=url, wording=f'<img src="{url}"> {url}')
            await saved(await office.sign_in("editor"), "/console/edit/policy?key=q91-10", title=f"<{url}>")
            reader = await office.stranger()
            for page in ("/p/q91-1", f"/policies?q={url}", f"/console/sign-in?next={url}", f"/p/{url}"):
                assert (await reader.get(page)).status in (200, 404)
        assert made.elsewhere(office.url.port or 0, API) == []
        assert door.visits == []


async def follower(scene: Scene, url: str) -> None:
    """All that a follower may send, with an address in it."""
    (phone,) = await scene.people(1, f"技改 {url}")
    for text in (url, f"订阅 {url}", f"转人工 {url}", f"我们企业叫{url}", f"答非所问 {url}"):
        await phone.say(text)
    await phone.link(title=url, description=url, url=url)
    await phone.voice(url)
    await phone.file(url)
    await phone.location(36.0, 120.0, label=url)
    query = {"timestamp": str(int(scene.stage.clock.time())), "nonce": "n"}
    query["signature"] = sign(ACCOUNT.token, query["timestamp"], query["nonce"])
    picture = f"<xml><PicUrl>{url}</PicUrl><MsgType>image</MsgType></xml>"
    foreign = f'<!DOCTYPE xml SYSTEM "{url}"><xml><Content>&x;</Content></xml>'
    async with aiohttp.ClientSession() as session:
        for body in (picture, foreign):
            await (await session.post(scene.process.callback, params=query, data=body.encode())).read()


async def test_nobody_else_is_asked_whatever_followers_and_staff_write(stage: Stage) -> None:
    """Followers' words, links, pictures and positions, announcements with cards, menus, codes and letters that hold an
    address: the platform is called, which the settings name, and nobody else."""
    async with open_announced(stage) as (scene, office), trap() as door:
        url = f"{door.url}/x"
        api = int(stage.settings.wechat.api_base_url.rpartition(":")[2])
        with connections() as made:
            await follower(scene, url)
            staff = await office.sign_in("admin")
            number = await kept(staff, form="card", title="说明会", text=url, url=url, to="everyone")
            for path in (f"broadcasts/{number}", "broadcasts", "unanswered", "tickets", "settings", f"try?q={url}"):
                assert (await staff.get(f"/console/{path}")).status == 200, path
            await staff.post(
                "/console/phone-menu/edit", {"seen": "0:0", "0.name": "看", "0.does": "open", "0.value": url}
            )
            await staff.post("/console/canned-answers", {"title": "t", "text": url})
            for job in scene.process.services.worker.jobs:
                if not job.name.startswith("bells"):
                    await job.run()
            await scene.process.services.client.get_callback_ips()
        assert made.elsewhere(office.url.port or 0, api) == []
        assert api in {port for _, port in made.made}, "the spy hears what does connect"
        assert door.visits == []


async def test_the_platform_cannot_send_us_elsewhere(stage: Stage, tmp_path: Path) -> None:
    """A redirect in the place of the platform's answer, or of our own address, is followed by no call and not by the
    doctor: neither token nor secret goes where it points."""
    async with trap() as door:

        async def away(request: web.Request) -> web.StreamResponse:
            raise web.HTTPTemporaryRedirect(f"{door.url}{request.path_qs}")

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", away)
        async with TestServer(app, shutdown_timeout=0.0) as server:
            base = str(server.make_url("")).rstrip("/")
            settings = msgspec.structs.replace(
                stage.settings,
                wechat=msgspec.structs.replace(stage.settings.wechat, api_base_url=base),
                server=config.Server(public_url=base),
            )
            process = await replace(stage, settings=settings).start()
            with connections() as made:
                client = process.services.client
                for call in (client.get_callback_ips, client.get_menu, client.get_templates, client.get_ticket):
                    with pytest.raises(WeChatError):
                        await call()
                found = {finding.name: finding async for finding in look(settings)}
            assert found["callback_bad"].detail.endswith("307")
            assert {port for _, port in made.made} == {server.port}
        assert door.visits == []


async def test_the_trap_notices() -> None:
    """A connection to the trap, and a name that is looked up, are seen by both."""
    async with trap() as door:
        with connections() as made:
            async with aiohttp.ClientSession() as session:
                with pytest.raises(aiohttp.ClientError):
                    await session.get(door.url)
            with pytest.raises(socket.gaierror):
                await asyncio.to_thread(socket.getaddrinfo, "nowhere.invalid", 80)
        assert door.visits
        assert set(made.elsewhere(1)) == {f"127.0.0.1:{door.port}", "nowhere.invalid"}
