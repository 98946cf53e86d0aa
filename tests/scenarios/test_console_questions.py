"""A question that nobody could answer: staff find it, make a keyword of it, publish it, and write to who asked."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, expect

from bot.chores import build_tally
from bot.clock import ShiftedClock
from bot.demo import Demo
from bot.emulator.phone import Phone
from bot.statistics.tally import LAG
from tests.patience import PATIENCE
from tests.scenarios.windows import enter, open_window, tap

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ASKED = "数字人直播补贴怎么申请"
WORD = "数字人直播"


async def signed_in(browser: Browser, demo: Demo, who: str, *, width: int = 1280) -> Page:
    """A page in which one of the staff is signed in; whatever the browser complains of ends the test."""
    page = await open_window(browser, width=width)
    await page.goto(f"{demo.url}/console/sign-in")
    await page.get_by_label("账号").fill(who)
    await page.get_by_label("密码").fill(demo.passwords[who])
    await enter(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text("工作台")
    return page


async def count(demo: Demo) -> None:
    """Count what came, as the worker does in a while."""
    services = demo.services
    later = ShiftedClock(services.clock.time() + LAG + 1)
    tally = build_tally(services.database, services.shelf, clock=later)
    while await tally.run():
        pass


async def asked(phone: Phone, text: str) -> str:
    """What a follower is answered."""
    return (await phone.say(text)).text


async def arrived(demo: Demo, phone: Phone, text: str) -> None:
    """Return once the phone shows it: sent by the worker, or by what is asked here, whichever is first."""
    async with asyncio.timeout(PATIENCE):
        while not any(text in bubble.text for bubble in phone.bubbles):
            await demo.services.outbox.run_once()


async def test_from_a_question_in_vain_to_its_answer(browser: Browser, staffed: Demo) -> None:
    """Found among the unanswered, led to a policy, tried on real questions, reviewed, published: then it is answered,
    and who asked got a letter in the meantime."""
    phone = staffed.platform.phone()
    await phone.follow()
    assert "没有找到" in await asked(phone, ASKED)
    assert "600万元" in await asked(phone, "技改")
    await count(staffed)

    editor = await signed_in(browser, staffed, "editor")
    await tap(editor.get_by_role("link", name="没答上的").first)
    await tap(editor.get_by_role("link", name=ASKED))
    await expect(editor.get_by_label("群众用的词或说法")).to_have_value(WORD)

    await editor.get_by_label(re.compile("^给用户 .* 回复$")).check()
    await editor.get_by_label("答复").fill("您好，这方面的政策我们正在核实，请稍后再问。")
    await tap(editor.get_by_role("button", name="发送"))
    await expect(editor.get_by_text("已交给微信发送，共 1 条。")).to_be_visible()
    await arrived(staffed, phone, "这方面的政策我们正在核实")

    await editor.get_by_text("别的政策").first.click()
    await editor.get_by_label("别的政策").select_option("q91-33")
    await tap(editor.get_by_role("button", name="加进草稿，试算影响"))
    await expect(editor.get_by_role("heading", name="新答上")).to_be_visible()
    await expect(editor.get_by_role("row", name=ASKED)).to_be_visible()

    await tap(editor.get_by_role("link", name="回到草稿"))
    await tap(editor.get_by_role("button", name="提交审核"))
    approver = await signed_in(browser, staffed, "approver")
    await approver.goto(editor.url)
    await expect(approver.get_by_text(f"＋{WORD}")).to_be_visible()
    await tap(approver.get_by_role("button", name="发布", exact=True))
    await expect(approver.get_by_text("已发布")).to_be_visible()

    policy = staffed.services.corpus.policies["q91-33"]
    assert policy.title in await asked(phone, ASKED)
    await editor.goto(f"{staffed.url}/console/unanswered")
    await tap(editor.get_by_role("link", name=ASKED))
    await tap(editor.get_by_role("button", name="已处理"))
    await expect(editor.get_by_text("没有待处理的问题")).to_be_visible()


async def test_the_box_is_used_by_keyboard_and_by_taps(browser: Browser, staffed: Demo) -> None:
    """Typed words and Enter, then a tapped link, without a script as well; why it was answered so stands beside it."""
    page = await signed_in(browser, staffed, "editor")
    await page.goto(f"{staffed.url}/console/try")
    await expect(page.get_by_label("说一句")).to_be_focused()
    await page.keyboard.type("技改")
    await enter(page)
    await expect(page.locator(".bubble.theirs")).to_contain_text("600万元")
    await tap(page.locator(".bubble.theirs").get_by_role("link", name="找谁办"))
    await expect(page.locator(".bubble.mine")).to_have_count(2)
    await expect(page.locator(".bubble.theirs").last).to_contain_text("85911248")
    await expect(page.get_by_role("region", name="为什么这样答")).to_contain_text("找谁办")
    await tap(page.get_by_role("link", name="为什么这样答"))
    await expect(page.get_by_role("heading", name="各条政策的得分")).to_be_visible()
