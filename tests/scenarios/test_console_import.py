"""A compilation is brought in by the browser: wrong rows shown in place, mended, compared, stored, and taken back."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import openpyxl
import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from bot.demo import Demo
from tests.bot.importers.documents import compendium_xlsx
from tests.bot.importers.samples import HEAD
from tests.scenarios.test_console_publishing import signed_in
from tests.scenarios.test_console_sign_in import EVERYTHING, TAPPED
from tests.scenarios.test_pages_in_browser import TOO_FAINT, TOO_SMALL
from tests.scenarios.windows import open_window, tap

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PAPER = "长办法（青政发〔2026〕1号）"
MANY = 1_900  # items of a long file
WINDOWS = [pytest.param(1280, 900, id="desk"), pytest.param(390, 844, id="phone")]
FIELD = "#f-file"


def changed(change: Callable[[Any], None]) -> bytes:
    """The compendium as a workbook, with a change to its sheet."""
    book = openpyxl.load_workbook(io.BytesIO(compendium_xlsx()))
    change(book["政策汇编"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def mistyped(sheet: Any) -> None:
    """Two wrong rows: half a phone number, and a number in words."""
    sheet["F6"], sheet["A9"] = "市工业和信息化局 8591", "七"


def mended(sheet: Any) -> None:
    """Both put right, one of them with another title and another phone than the corpus has."""
    sheet["B6"], sheet["F6"] = "培育制造业优质企业和单项冠军", "市工业和信息化局产业政策处 85911316"


def long() -> bytes:
    """A workbook of many items."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("长")
    sheet.append(HEAD)
    for number in range(1, MANY + 1):
        wording = f"对符合条件的企业，给予一次性奖励{number}万元。" * 6
        sheet.append([number, f"第{number}种奖励", wording, PAPER, "", "市财政局 85850000"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def send(page: Page, demo: Demo, name: str, data: bytes) -> None:
    """Choose a file and send it."""
    await page.goto(f"{demo.url}/console/import")
    file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    await page.locator(FIELD).set_input_files(file)
    await tap(page.get_by_role("button", name="上传并检查"))


@asynccontextmanager
async def another_is_read(demo: Demo) -> AsyncIterator[None]:
    """Files that are sent wait their turn until the end of the block: however fast they would be read."""
    assert demo.services.uploads is not None
    async with demo.services.uploads.turn:
        yield


async def looks_well(page: Page, width: int) -> None:
    """Nothing slides sideways, all can be read, and on a phone tapped, with everything unfolded."""
    await page.evaluate("document.querySelectorAll('main details:not(.confirm)').forEach((d) => (d.open = true))")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate(TOO_FAINT) == []
    if width < 600:
        assert await page.evaluate(TOO_SMALL.replace(EVERYTHING, TAPPED)) == []


@pytest.mark.parametrize(("width", "height"), WINDOWS)
async def test_from_a_wrong_file_to_drafts_and_back(browser: Browser, staffed: Demo, width: int, height: int) -> None:
    """Two wrong rows are shown in place; the mended file shows its differences; stored, taken back."""
    page = await signed_in(browser, staffed, "editor", width=width, height=height)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "getImageData" not in message.text else None)
    await send(page, staffed, "汇编.xlsx", changed(mistyped))
    faults = page.locator(".faulty .fault")
    await expect(page.get_by_role("heading", name="2 处要改正")).to_be_visible()
    await expect(faults).to_have_count(2)
    await expect(faults.nth(0)).to_contain_text("工作表“政策汇编”第6行“责任处（科）室”一栏")
    await expect(faults.nth(0).locator(".meant").last).to_contain_text("8591")
    await expect(faults.nth(1).locator("td.meant")).to_have_text("七")
    await expect(page.get_by_role("button", name="存为草稿")).to_have_count(0)
    await looks_well(page, width)

    await tap(page.get_by_role("link", name="改好再传"))
    await expect(page.locator("#f-source")).to_have_value("q91")
    await looks_well(page, width)
    await send(page, staffed, "汇编-改.xlsx", changed(mended))
    await expect(page.get_by_text("没有错。")).to_be_visible()
    await tap(page.get_by_role("link", name="有变化"))
    item = page.locator(".item").first
    await item.locator("summary").click()
    await expect(item.locator(".difference")).to_contain_text("85911316")
    await expect(item.locator(".wording mark")).to_have_text("200万元")
    await looks_well(page, width)
    await tap(page.get_by_role("button", name="存为草稿"))
    await expect(page.get_by_role("status")).to_contain_text("已存成 91 份草稿")
    await looks_well(page, width)
    await tap(page.get_by_role("link", name="去草稿和待审"))
    await expect(page.get_by_role("heading", name="草稿和待审")).to_be_visible()
    await expect(page.get_by_text("成批").first).to_be_visible()
    await page.goto(f"{staffed.url}/console/import/2")
    await page.get_by_text("撤回这一批").click()
    await tap(page.get_by_role("button", name="撤回 91 份草稿"))
    await expect(page.get_by_role("status")).to_contain_text("已撤回这一批 91 份草稿")
    await expect(page.get_by_role("button", name="存为草稿")).to_be_visible()
    await page.goto(f"{staffed.url}/console/export")
    await looks_well(page, width)
    assert said == []


async def test_a_long_file_shows_how_far_it_is(browser: Browser, staffed: Demo) -> None:
    """The bar is there while it is read and gives way to the result by itself."""
    page = await signed_in(browser, staffed, "editor", width=1280, height=900)
    async with another_is_read(staffed):
        await send(page, staffed, "长.xlsx", long())
        await expect(page.locator("#going-bar")).to_be_visible()
        await looks_well(page, 1280)
    await expect(page.get_by_role("heading", name="与现有政策的差别")).to_be_visible()
    await expect(page.get_by_text(f"读到 {MANY} 条政策")).to_be_visible()


async def test_a_file_can_be_let_go_on_its_box(browser: Browser, staffed: Demo) -> None:
    """Dropped beside the field it is in the field; one that is too large is told before it is sent."""
    page = await signed_in(browser, staffed, "editor", width=1280, height=900)
    await page.goto(f"{staffed.url}/console/import")
    dropped = """([size, name]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(size)], name));
        const box = document.querySelector(".drop-box");
        box.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        return document.querySelector("#f-file").files[0].name;
    }"""
    assert await page.evaluate(dropped, [10, "小.csv"]) == "小.csv"
    await expect(page.locator("#drop-said")).to_be_empty()
    await page.evaluate(dropped, [21 * 1024 * 1024, "大.csv"])
    await expect(page.locator("#drop-said")).to_contain_text("太大")
    await page.get_by_role("button", name="上传并检查").click()
    assert page.url.endswith("/console/import"), "the browser does not send it"


async def test_without_a_script_the_page_asks_for_itself(browser: Browser, staffed: Demo) -> None:
    """With scripts off a file is sent, waited for and shown all the same."""
    page = await open_window(browser, java_script_enabled=False)
    await page.goto(f"{staffed.url}/console/import")
    await page.get_by_label("账号").fill("editor")
    await page.get_by_label("密码").fill(staffed.passwords["editor"])
    await tap(page.get_by_role("button", name="登录"))
    await page.locator(FIELD).wait_for()
    async with another_is_read(staffed):
        await send(page, staffed, "长.xlsx", long())
        await expect(page.locator("#going-bar")).to_be_visible()
    await expect(page.get_by_text(f"读到 {MANY} 条政策")).to_be_visible()
