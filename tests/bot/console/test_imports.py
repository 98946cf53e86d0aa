"""Files that staff bring in: faults in their place, differences, drafts all or none, and back again."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.importers.reading import LARGEST_FILE
from bot.revisions import DRAFT, IN_REVIEW, WITHDRAWN, Revision
from bot.store.audit import Search
from bot.store.imports import READING, Import
from tests.bot.console.client import Office, Page, Visitor
from tests.bot.console.sheets import edit, published, saved, send
from tests.bot.importers.samples import HEAD

PAPER = "支持先进制造业若干政策（青政发〔2024〕11号）"
DAYS, DESK, UNIT = "至2026年12月31日", "市工信局投资处 85911248", "市新设局新设处 85910000"
FIRST = "对设备投资1000万元以上的企业，按照设备投资的12%给予补助，每年最高不超过600万元。"
ROWS = (
    ("1", "鼓励技术改造", FIRST, PAPER, DAYS, DESK),
    ("2", "奖励首台套", "对认定的首台套，给予一次性奖励100万元。", PAPER, DAYS, DESK),
    ("3", "新加的政策", "对新企业，给予一次性奖励30万元。", "新办法（青政发〔2026〕9号）", DAYS, UNIT),
)


def table(*rows: tuple[str, ...]) -> bytes:
    """A compilation as a spreadsheet saves it."""
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *rows])
    return out.getvalue().encode("utf-8-sig")


def sent(data: bytes, name: str = "汇编.csv", **fields: str) -> aiohttp.FormData:
    """The form of a file."""
    form = aiohttp.FormData(quote_fields=False)  # as browsers do
    form.add_field("file", io.BytesIO(data), filename=name, content_type="application/octet-stream")
    for field, value in {"source": "q91", **fields}.items():
        form.add_field(field, value)
    return form


async def uploaded(office: Office, visitor: Visitor, data: bytes, **fields: Any) -> Page:
    """A file, sent and read: its page."""
    answer = await visitor.post("/console/import", sent(data, **fields))
    assert answer.status == 303, (answer.status, answer.text)
    assert office.services.uploads is not None
    await office.services.uploads.settle()
    return await visitor.follow(answer)


def place(page: Page) -> str:
    """The address of an import, from its page."""
    found = re.search(r'action="(/console/import/\d+)/', page.source)
    assert found, page.text
    return found[1]


def version(page: Page) -> str:
    """Against which corpus a page compares."""
    found = re.search(r'name="version" value="(\w+)"', page.source)
    assert found, page.text
    return found[1]


async def stored(office: Office, visitor: Visitor, data: bytes) -> tuple[str, Page]:
    """A file, read and stored: the address of its page, and the answer."""
    page = await uploaded(office, visitor, data)
    return place(page), await visitor.post(f"{place(page)}/store", {"version": version(page)})


async def drafts(office: Office) -> list[Revision]:
    """What somebody works on."""
    assert office.services.publishing is not None
    return await office.services.publishing.revisions.unfinished()


async def test_faults_are_told_in_their_place(office: Office) -> None:
    """Row, column, what stands there and what should; the row is shown with those beside it; nothing can be stored."""
    visitor = await office.sign_in("editor")
    wrong = [ROWS[0], (*ROWS[1][:5], "市工信局投资处 8591"), ("三", *ROWS[2][1:])]
    page = await uploaded(office, visitor, table(*wrong))
    assert "2 处要改正" in page.text
    assert "第3行“责任处（科）室”一栏 电话“8591”位数不对" in page.text
    assert "第4行“序号”一栏 序号“三”看不懂" in page.text
    first, second = re.findall(r'<div class="excerpt".*?</div>', page.source, re.DOTALL)
    assert re.search(r'class="meant"[^>]*>市工信局投资处 8591</td>', first)
    assert "鼓励技术改造" in first
    assert "新加的政策" in first
    assert re.search(r'class="meant"[^>]*>三</td>', second)
    assert "存为草稿" not in page.text
    assert "只对比了读得懂的 1 条" in page.text
    assert "崂山区技改配套" not in page.text, "what is in a wrong row is not called gone"
    answer = await visitor.post("/console/import/1/store", {"version": office.services.corpus.version})
    assert (answer.status, "什么都没有存" in answer.text) == (409, True)
    assert await drafts(office) == []


async def test_the_difference_is_seen_before_anything_is_stored(office: Office) -> None:
    """New, changed, the first to bring a wording, gone: counted, shown field by field, filtered; figures are marked."""
    visitor = await office.sign_in("editor")
    page = await uploaded(office, visitor, table(*ROWS))
    for count in ("全部 3", "新增 1", "有变化 1", "补官方原文 1", "文件里没有 1"):
        assert count in page.text
    assert "<del>支持首台套</del>" in page.source
    assert "<ins>奖励首台套</ins>" in page.source
    assert "现有单位里没有“市新设局新设处”" in page.text
    assert "会一起建文件“新办法青政发〔2026〕9号”" in page.text
    assert re.findall(r"<mark[^>]*>([^<]+)</mark>", page.source)[:3] == ["1000万元", "12%", "600万元"]
    assert "会存成 5 份草稿：政策 3 条" in page.text
    only = await visitor.get(f"{place(page)}?kind=new")
    assert ("新加的政策" in only.text, "奖励首台套" in only.text) == (True, False)
    gone = await visitor.get(f"{place(page)}?kind=gone")
    assert ("崂山区技改配套" in gone.text, "不会自动删" in gone.text, "新加的政策" in gone.text) == (True, True, False)
    assert await drafts(office) == []


async def test_an_official_wording_is_compared_word_by_word(office: Office) -> None:
    """What is gone and what came stands in the sentence, the figure marked."""
    await published(office, "/console/edit/policy?key=q91-2", title="奖励首台套", wording=ROWS[1][2])
    visitor = await office.sign_in("editor")
    changed = (*ROWS[1][:2], ROWS[1][2].replace("100万元", "200万元"), *ROWS[1][3:])
    page = await uploaded(office, visitor, table(ROWS[0], changed))
    wording = page.source.partition("给予一次性奖励<")[2].partition("</p>")[0]
    assert "<del>100</del>" in f"<{wording}"
    assert re.search(r"<ins><mark[^>]*>200</mark></ins><mark[^>]*>万元</mark>", wording)


async def test_all_is_stored_or_nothing(office: Office) -> None:
    """Stored, all parts are drafts of one batch by whoever brought them, with one entry of the audit log; once."""
    visitor = await office.sign_in("editor")
    path, answer = await stored(office, visitor, table(*ROWS))
    assert (answer.status, answer.location) == (303, path)
    page = await visitor.follow(answer)
    assert "已存成 5 份草稿" in page.text
    assert 'href="/console/drafts?tab=all"' in page.source
    held = await drafts(office)
    assert {(r.kind, r.key) for r in held} == {
        ("policy", "q91-1"), ("policy", "q91-2"), ("policy", "q91-3"),
        ("paper", "qzf-2026-9"), ("department", "市新设局新设处"),
    }  # fmt: skip
    assert {(r.author, r.batch, r.state) for r in held} == {("editor", "q91 2026-11-22 #1", DRAFT)}
    (entry,) = await office.audit.read(Search(action="corpus.imported"), 10)
    assert (entry.target, entry.who) == ("q91 2026-11-22 #1", "editor")
    assert entry.after == {"file": "汇编.csv", "kind": "csv", "items": 3, "drafts": 5}
    again = await visitor.post(f"{path}/store", {"version": office.services.corpus.version})
    assert (again.status, "已经存成草稿" in again.text) == (409, True)
    assert len(await drafts(office)) == 5


async def test_nothing_is_stored_where_somebody_works_on_one_of_them(office: Office) -> None:
    """One draft in the way and all are left; the page names it and leads to it."""
    other, visitor = await office.sign_in("editor", "li"), await office.sign_in("editor", "mei")
    number = await saved(other, "/console/edit/policy?key=q91-2", title="别人改的")
    _, answer = await stored(office, visitor, table(*ROWS))
    assert answer.status == 409
    assert "什么都没有存" in answer.text
    assert f'href="/console/drafts/{number}"' in answer.source
    assert [r.id for r in await drafts(office)] == [number]
    assert "corpus.imported" not in await office.acts()


async def test_what_was_not_seen_is_not_stored(office: Office) -> None:
    """An edition that came between the look and the button stops it; the page compares anew."""
    visitor = await office.sign_in("editor", "mei")
    page = await uploaded(office, visitor, table(*ROWS))
    await published(office, "/console/edit/policy?key=q91-2", title="奖励首台套", wording=ROWS[1][2])
    answer = await visitor.post(f"{place(page)}/store", {"version": version(page)})
    assert (answer.status, "刚刚发布了新版本" in answer.text) == (409, True)
    assert version(answer) != version(page)
    assert "没有变化 1" in answer.text
    assert await drafts(office) == []


async def test_whoever_brings_in_stores(office: Office) -> None:
    """Another could store it under their name and the first approve it: nobody approves what they brought in."""
    visitor, other = await office.sign_in("approver"), await office.sign_in("editor")
    page = await uploaded(office, visitor, table(*ROWS))
    await other.get(place(page))
    answer = await other.post(f"{place(page)}/store", {"version": version(page)})
    assert (answer.status, await drafts(office)) == (403, [])
    assert "存为草稿" not in (await other.get(place(page))).text


async def test_a_batch_is_taken_back_whole(office: Office) -> None:
    """As long as none is submitted; then it can be stored again. Another editor may not."""
    visitor, other = await office.sign_in("editor", "li"), await office.sign_in("editor", "mei")
    path, answer = await stored(office, visitor, table(*ROWS))
    await visitor.follow(answer)
    await other.get(path)
    assert (await other.post(f"{path}/withdraw")).status == 403
    await visitor.get(path)
    back = await visitor.follow(await visitor.post(f"{path}/withdraw"))
    assert "已撤回这一批 5 份草稿" in back.text
    assert await drafts(office) == []
    assert "corpus.import_withdrawn" in await office.acts()
    again = await visitor.post(f"{path}/store", {"version": version(back)})
    assert again.status == 303
    assert len(await drafts(office)) == 5


async def test_what_is_submitted_is_not_taken_back(office: Office) -> None:
    """One of the batch up for review keeps all of it; nothing is given up."""
    visitor = await office.sign_in("editor")
    path, answer = await stored(office, visitor, table(ROWS[0]))
    (held,) = await drafts(office)
    await visitor.get(f"/console/drafts/{held.id}")
    assert (await send(visitor, f"/console/drafts/{held.id}", "submit")).status == 303
    page = await visitor.get(path)
    assert "撤回这一批" not in page.text
    refused = await visitor.post(f"{path}/withdraw")
    assert (refused.status, "不能整批撤回" in refused.text) == (409, True)
    assert [r.state for r in await drafts(office)] == [IN_REVIEW]
    assert WITHDRAWN not in {r.state for r in await drafts(office)}
    assert answer.status == 303


async def test_an_imported_draft_is_completed_from_its_page(office: Office) -> None:
    """A new policy has no sentence of ours yet: its form is one click away, and it stays in its batch."""
    visitor = await office.sign_in("editor")
    path, answer = await stored(office, visitor, table(*ROWS))
    page = await visitor.follow(answer)
    assert 'href="/console/edit/policy?key=q91-3"' in page.source
    saved_page = await edit(visitor, "/console/edit/policy?key=q91-3", summary="给30万元。", chapter="制造业")
    assert saved_page.status == 303, re.findall(r'id="e-([^"]+)"', saved_page.source)
    (held,) = [r for r in await drafts(office) if r.key == "q91-3"]
    assert (held.body["summary"], held.batch) == ("给30万元。", "q91 2026-11-22 #1")
    assert path


def bomb() -> bytes:
    """A workbook that unpacks to far more than it is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (26 * 1024 * 1024))
    return out.getvalue()


def declaring() -> bytes:
    """A workbook whose markup declares entities."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xlsx", bomb(), "解开后大得不正常"),
        ("a.xlsx", declaring(), "不该有的XML声明"),
        ("a.xlsx", b"<html><script>alert(1)</script>", "不是能导入的文件"),
        ("a.csv", b"%PDF-1.7\n" + b"0" * 100, "已损坏"),
        ("a.pdf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧格式"),
        ("a.txt", b"   \n", "是空的"),
    ],
)
async def test_a_file_is_what_is_in_it(office: Office, name: str, data: bytes, said: str) -> None:
    """Whatever it is called; what is no file of ours, or a trap, is refused with a plain sentence."""
    visitor = await office.sign_in("editor")
    page = await uploaded(office, visitor, data, name=name)
    assert page.status == 200
    assert said in page.text
    assert "存为草稿" not in page.text


async def test_what_is_too_large_is_not_read(office: Office) -> None:
    """A body over the limit is refused as such, and nothing is kept of it."""
    visitor = await office.sign_in("editor")
    answer = await visitor.post("/console/import", sent(b"0" * (LARGEST_FILE + 200 * 1024)))
    assert (answer.status, "文件太大" in answer.text) == (413, True)
    answer = await visitor.post("/console/import", sent(b"0" * (LARGEST_FILE + 1)))
    assert (answer.status, "最多 20 MB" in answer.text) == (422, True)
    assert "还没有导入过" in (await visitor.get("/console/import")).text


async def test_a_name_is_only_shown(office: Office, tmp_path: Path) -> None:
    """Folders are cut off, markup is text, and no file of that name appears anywhere."""
    visitor = await office.sign_in("editor")
    page = await uploaded(office, visitor, table(*ROWS), name='..\\..\\etc/<b>"x.csv')
    assert "&lt;b&gt;" in page.source
    assert "etc" not in page.text
    assert "<b>&" not in page.source
    kept = await asyncio.to_thread(lambda: [path for path in tmp_path.rglob("*") if path.suffix == ".csv"])
    assert kept == []


async def test_what_is_missing_stands_beside_its_field(office: Office) -> None:
    """No file, no known compilation, a new one with an odd name or one that there is: said, and nothing begun."""
    visitor = await office.sign_in("editor")
    nothing = await visitor.post("/console/import", {"source": "q91"})
    assert (nothing.status, 'id="e-file"' in nothing.source) == (422, True)
    for fields, name in (
        ({"source": "../x"}, "source"),
        ({"source": "new", "new_source": "Q 1"}, "new_source"),
        ({"source": "new", "new_source": "q91"}, "new_source"),
    ):
        page = await visitor.post("/console/import", sent(table(*ROWS), **fields))
        assert (page.status, f'id="e-{name}"' in page.source) == (422, True), fields
    assert "还没有导入过" in (await visitor.get("/console/import")).text


async def test_a_new_compilation_brings_only_new_policies(office: Office) -> None:
    """Under its own name, held against nothing; none is called gone."""
    visitor = await office.sign_in("editor")
    page = await uploaded(office, visitor, table(*ROWS), source="new", new_source="Q120")
    assert ("新增 3" in page.text, "文件里没有" in page.text, "q120-1" in page.text) == (True, False, True)


async def begun(office: Office, author: str, *, lease: float = 30.0) -> int:
    """A file that another process reads."""
    assert office.services.uploads is not None
    time = office.services.clock.time()
    one = Import(author=author, file="大.pdf", source="q91", created=time, lease=time + lease)
    return await office.services.uploads.imports.begin(one, most=9)


async def test_progress_is_seen_with_and_without_script(office: Office) -> None:
    """A bar with how far it is, a page that asks for itself again, and the figures for the script."""
    visitor = await office.sign_in("editor")
    number = await begun(office, "editor")
    assert office.services.uploads is not None
    lease = office.services.clock.time() + 30.0
    await office.services.uploads.imports.note(number, state=READING, done=3, total=12, lease=lease)
    page = await visitor.get(f"/console/import/{number}")
    assert '<progress id="going-bar" value="3" max="12">' in page.source
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.source
    async with visitor.session.get(visitor.url / f"console/import/{number}/progress") as answer:
        assert await answer.json() == {"going": True, "state": "reading", "done": 3, "total": 12}


async def test_one_file_of_each_colleague_at_a_time(office: Office) -> None:
    """The second waits for the first, and beyond four nobody adds another."""
    visitor = await office.sign_in("editor")
    await begun(office, "editor")
    answer = await visitor.post("/console/import", sent(table(*ROWS)))
    assert (answer.status, "已经有一个文件在读" in answer.text) == (409, True)
    for name in ("a", "b", "c"):
        await begun(office, name)
    other = await office.sign_in("editor", "mei")
    answer = await other.post("/console/import", sent(table(*ROWS)))
    assert (answer.status, "排队的文件太多" in answer.text) == (409, True)


async def test_what_a_restart_cut_short_says_so(office: Office) -> None:
    """Left by a dead process or given up at the end of this one, it is interrupted and nothing of it is stored."""
    visitor = await office.sign_in("editor")
    number = await begun(office, "dead", lease=-1.0)
    assert "程序重启了" in (await visitor.get(f"/console/import/{number}")).text
    answer = await visitor.post("/console/import", sent(table(*ROWS)))
    assert office.services.uploads is not None
    await office.services.uploads.close()
    page = await visitor.follow(answer)
    assert ("程序重启了" in page.text, "存为草稿" in page.text) == (True, False)
