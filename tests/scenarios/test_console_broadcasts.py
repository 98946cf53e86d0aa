"""An announcement from two browsers: written and submitted in one, approved and watched in the other, on the phones."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.clock import ShiftedClock
from bot.demo import Demo, open_demo
from handlers import ROUTER, WORDS
from tests.scenarios.conftest import THE_DAY
from tests.scenarios.test_console_questions import signed_in
from tests.scenarios.test_console_sign_in import EVERYTHING, TAPPED
from tests.scenarios.test_pages_in_browser import TOO_FAINT, TOO_SMALL
from tests.scenarios.windows import open_window, tap, turning

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MONDAY = THE_DAY + 86_400.0  # a day on which the office sends
PEOPLE, TALKED = 12, 5
TEXT = "12月3日下午2点，市民中心三楼举办技改政策说明会。\n报名：https://huiqi.example.gov.cn/join"
ENDED = f"{TEXT}\n\n不收单位公告：回复“退订公告”"


@pytest_asyncio.fixture(loop_scope="session")
async def demo() -> AsyncIterator[Demo]:
    """The demo with its staff and followers, some of whom wrote a moment ago, and a template."""
    async with open_demo(ROUTER, WORDS, clock=ShiftedClock(MONDAY), staffed=True) as opened:
        opened.platform.add_template("TPL_meeting", {"thing1": "会议", "time2": "时间"}, title="会议通知")
        for number in range(PEOPLE):
            phone = opened.platform.phone(f"oFollower{number:019d}")
            await phone.follow()
            if number < TALKED:
                await phone.say("技改")
        yield opened


async def looks_well(page: Page, *widths: int) -> None:
    """Nothing slides sideways, all can be read, and on a phone tapped, with everything unfolded."""
    for width in widths:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.evaluate("document.querySelectorAll('main details:not(.confirm)').forEach((d) => (d.open = true))")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        assert await page.evaluate(TOO_FAINT) == [], page.url
        if width < 600:
            assert await page.evaluate(TOO_SMALL.replace(EVERYTHING, TAPPED)) == [], page.url
    await page.set_viewport_size({"width": 1280, "height": 900})


async def write(editor: Page) -> str:
    """Fill in the form, look at what comes of it as one types, and return the text that the preview shows."""
    await editor.get_by_label("名称").fill("技改说明会")
    async with turning(editor):
        await editor.locator("[name=form][value=notice]").check()  # the list of templates is asked for by itself
    await editor.get_by_role("radio", name="会议通知").check()
    await expect(editor.get_by_label("会议", exact=True)).to_be_visible()
    await expect(editor.get_by_label("内容", exact=True)).to_be_hidden()
    await editor.locator("[name=form][value=text]").check()
    await editor.get_by_label("内容", exact=True).fill(TEXT)
    await editor.get_by_label("全体关注者").check()
    await editor.locator("[name=way][value=mass]").check()
    await expect(editor.locator(".reach-total b")).to_have_text(str(PEOPLE))
    await expect(editor.locator(".reach-ways")).to_contain_text(f"群发{PEOPLE - TALKED}")
    shown = editor.locator("[data-look=words]").first  # leaves by itself; beneath an answer it is the text alone
    await expect(shown).to_have_text(ENDED)
    await expect(editor.locator("[data-look=words]").last).to_have_text(TEXT)
    line = len(ENDED.encode()) - len(TEXT.encode())
    count = editor.locator("#c-text")
    await expect(count).to_have_text(f"{len(ENDED.encode())} / 2048，其中末尾一行 {line}")
    await editor.locator("[name=urgent]").check()  # which has no such line
    await expect(count).to_have_text(f"{len(TEXT.encode())} / 2048")
    await editor.locator("[name=urgent]").uncheck()
    await looks_well(editor, 320, 390, 1280)
    return await shown.inner_text()


async def test_from_one_desk_to_all_phones(browser: Browser, demo: Demo) -> None:
    """Written with its looks and its reach beside it, submitted, approved by another, and followed to the last of all:
    what stands on the phone is what the preview showed."""
    editor = await signed_in(browser, demo, "editor")
    said: list[str] = []
    editor.on("console", lambda message: said.append(message.text) if "getImageData" not in message.text else None)
    await editor.goto(f"{demo.url}/console/broadcasts")
    await tap(editor.get_by_role("link", name="写公告"))
    preview = await write(editor)
    await tap(editor.get_by_role("button", name="保存草稿"))
    await expect(editor.get_by_text("全体关注者，共 12 人").first).to_be_visible()
    await editor.get_by_label("照写人数").fill("11")
    await tap(editor.get_by_role("button", name="提交审核"))
    await expect(editor.locator(".error")).to_contain_text("和上面的人数不一样")
    await editor.get_by_label("照写人数").fill(str(PEOPLE))
    await tap(editor.get_by_role("button", name="提交审核"))
    await expect(editor.get_by_role("status")).to_contain_text("等别人批准")

    approver = await signed_in(browser, demo, "approver")
    await tap(approver.get_by_role("link", name="技改说明会"))
    await expect(approver.locator("[data-look=words]").first).to_have_text(ENDED)
    await looks_well(approver, 320, 390, 1280)
    await approver.get_by_label("照写人数").fill(str(PEOPLE))
    await tap(approver.get_by_role("button", name="批准"))
    # Nobody presses anything from here on, in either browser: the pages follow.
    for page in (approver, editor):
        if page is editor:
            await page.reload()
        await expect(page.locator("#going .badge").first).to_have_text("已发完")
        await expect(page.locator("[data-count=reached]")).to_have_text(str(PEOPLE))
        await expect(page.locator("#going[data-progress]")).to_have_count(0)  # at its end it was asked for anew
        await page.wait_for_load_state()
    await looks_well(approver, 390)
    await demo.platform.jobs.idle()  # what goes to many is with them a moment after it was taken
    for number in range(PEOPLE):
        bubbles = demo.platform.phone(f"oFollower{number:019d}").bubbles
        assert sum(bubble.text == ENDED for bubble in bubbles) == 1, number

    phone = await open_window(browser)
    for number in (0, PEOPLE - 1):  # by customer service, and by mass
        await phone.goto(f"{demo.url}/emulator/?phone=oFollower{number:019d}")
        bubble = phone.locator("[data-test=bubble]", has_text="市民中心三楼").locator("[data-test=text]")
        await expect(bubble).to_have_text(ENDED)
        assert await bubble.inner_text() == preview
    assert [line for line in said if "status of 422" not in line] == []  # the wrong number that was typed on purpose
