"""The corpus is edited by one, looked at by another, and answered with at once: two browsers, a phone, every page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.clock import ManualClock
from bot.demo import Demo
from bot.messages import Text
from tests.bot.console.client import Office, office_settings, open_office
from tests.bot.console.sheets import published, saved, send, submitted
from tests.scenarios.test_console_sign_in import EVERYTHING, SIZES, TAPPED
from tests.scenarios.test_pages_in_browser import TOO_SMALL, faint, slides
from tests.scenarios.windows import enter, let_in, open_window, tap

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WINDOWS = [pytest.param(1280, 900, id="desk"), pytest.param(390, 844, id="phone")]
VERSION = re.compile(r"（([0-9a-f]{8})）")


async def signed_in(browser: Browser, demo: Demo, who: str, *, width: int, height: int) -> Page:
    """A browser of somebody who came in by the door."""
    page = await open_window(browser, width=width, height=height)
    await page.goto(f"{demo.url}/console/policies")
    await page.get_by_label("账号").fill(who)
    await page.get_by_label("密码").fill(demo.passwords[who])
    await tap(page.get_by_role("button", name="登录"))
    await expect(page.get_by_role("heading", name="政策库")).to_be_visible()
    return page


@pytest.mark.parametrize(("width", "height"), WINDOWS)
async def test_from_the_draft_to_the_phone_and_back(browser: Browser, staffed: Demo, width: int, height: int) -> None:
    """An editor writes and submits, an approver sees difference and gate and publishes, the phone has the new answer
    at once with the new version; rolled back, it has the old one again."""
    phone = staffed.platform.phone()
    await phone.follow()

    async def asked() -> tuple[str, str]:
        said = (await phone.say("贯标服务机构奖多少")).text
        found = VERSION.search(said)
        assert found, said
        return said, found[1]

    before, old = await asked()
    assert "100万元" in before
    editor = await signed_in(browser, staffed, "editor", width=width, height=height)
    approver = await signed_in(browser, staffed, "approver", width=width, height=height)
    await editor.get_by_label("搜索").fill("贯标服务机构")
    await tap(editor.get_by_role("button", name="查看"))
    await tap(editor.get_by_role("link", name="开展数字化转型贯标试点").first)
    await tap(editor.get_by_role("link", name="编辑", exact=True))
    await editor.locator("[name='benefits.0.amount']").fill("一百五十")
    await editor.locator("[name='summary']").fill("服务并通过贯标的企业超过10家的贯标服务机构，奖励150万元。")
    await editor.locator("[name='conditions']").fill("服务且通过贯标的企业数量要超过10家")
    await editor.locator("[name='wording']").fill("第四十条 对服务企业超过10家的贯标服务机构给予150万元奖励。")
    await tap(editor.get_by_role("button", name="保存草稿").last)
    await expect(editor.locator("[name='benefits.0.amount']")).to_have_attribute("aria-invalid", "true")
    await expect(editor.locator("[name='wording']")).to_have_value(re.compile("150万元"))
    await editor.locator("[name='benefits.0.amount']").fill("150万")
    await tap(editor.get_by_role("button", name="保存草稿").last)
    await expect(editor.locator(".deltas")).to_contain_text("100万元 → 150万元")
    await tap(editor.get_by_role("button", name="提交审核"))
    await expect(editor.get_by_role("status")).to_contain_text("已提交")
    assert await asked() == (before, old), "nothing is answered otherwise yet"

    await approver.goto(f"{staffed.url}/console/drafts")
    await tap(approver.get_by_role("link", name="开展数字化转型贯标试点"))
    await expect(approver.locator(".deltas")).to_contain_text("100万元 → 150万元")
    await expect(approver.locator("#gate")).to_contain_text("通过了发布检查。考题 260 道")
    await tap(approver.get_by_role("button", name="发布", exact=True))
    await expect(approver.get_by_role("status")).to_contain_text("已发布")
    after, new = await asked()
    assert ("150万元" in after, "100万元" in after, new != old) == (True, False, True)
    await approver.goto(f"{staffed.url}/p/q91-40")
    await expect(approver.get_by_role("heading", name="官方原文")).to_be_visible()

    await editor.goto(f"{staffed.url}/console/editions/1")
    await tap(editor.get_by_role("button", name="起草退回"))
    await tap(editor.get_by_role("button", name="提交审核"))
    await approver.goto(f"{staffed.url}/console/drafts")
    await tap(approver.get_by_role("link", name="开展数字化转型贯标试点"))
    await tap(approver.get_by_role("button", name="发布", exact=True))
    await expect(approver.get_by_role("status")).to_contain_text("已发布")
    assert await asked() == (before, old)


@pytest.mark.parametrize(("width", "height"), WINDOWS)
async def test_two_browsers_on_one_policy(browser: Browser, staffed: Demo, width: int, height: int) -> None:
    """The second to save sees the conflict with both versions, and what they typed is still in the form."""
    pages = [await signed_in(browser, staffed, who, width=width, height=height) for who in ("editor", "approver")]
    for page in pages:
        await page.goto(f"{staffed.url}/console/edit/policy?key=q91-2")
    for page, title in zip(pages, ("甲的标题", "乙的标题"), strict=True):
        await page.locator("[name='title']").fill(title)
        await tap(page.get_by_role("button", name="保存草稿").last)
    await expect(pages[0].locator(".deltas")).to_contain_text("甲")
    await expect(pages[1].get_by_role("alert")).to_contain_text("在您之后保存过")
    await expect(pages[1].locator("[name='title']")).to_have_value("乙的标题")
    await expect(pages[1].locator(".columns")).to_contain_text("甲的标题")
    await tap(pages[1].get_by_role("button", name="用我的版本保存"))
    await expect(pages[1].get_by_role("heading", name="乙的标题")).to_be_visible()


async def test_groups_are_added_by_the_keyboard(browser: Browser, staffed: Demo) -> None:
    """A benefit of another kind is added, filled in and kept; the new group is where the reader is."""
    page = await signed_in(browser, staffed, "editor", width=1280, height=900)
    await page.goto(f"{staffed.url}/console/edit/policy?key=q91-4")
    await page.get_by_role("button", name="按比例").focus()
    await enter(page)
    await expect(page.locator("[name='benefits.0.name']")).to_be_focused()
    await page.keyboard.type("升规补助")
    await page.locator("[name='benefits.0.percent']").fill("5")
    await page.locator("[name='benefits.0.base']").fill("当年增量")
    await page.locator("[name='benefits.0.name']").focus()
    await enter(page)
    await expect(page.locator(".deltas")).to_contain_text("升规补助")


@pytest.mark.parametrize(("width", "height"), WINDOWS)
async def test_two_drafts_are_put_together_and_published(
    browser: Browser, office: Office, width: int, height: int
) -> None:
    """A policy that is to go and the one that names it: the first does not load alone, and the reviewer ticks the other
    beside it and publishes both, at a desk and on a phone, without anything that slides sideways or cannot be read."""
    editor = await office.sign_in("editor", "li")
    named = await submitted(editor, "/console/edit/policy?key=q91-1", related="")
    gone = (await editor.post("/console/parts/policy/take-away?key=q91-10")).location
    assert (await send(editor, gone, "submit")).status == 303
    page = await inside(browser, office, width=width, height=height)
    await page.goto(f"{office.url}console/drafts?tab=review")
    await expect(page.get_by_role("checkbox")).to_have_count(2)
    assert [await slides(page, SIZES), await faint(page)] == [[], []]
    await page.goto(f"{office.url}{gone.lstrip('/')}")
    await expect(page.locator("#gate")).to_contain_text("装不起来")
    await expect(page.get_by_role("button", name="发布", exact=True)).to_be_disabled()
    assert [await slides(page, SIZES), await faint(page)] == [[], []]
    await page.locator("#together").get_by_role("checkbox").check()
    await tap(page.get_by_role("button", name="放在一起看"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("一起发布的 2 处改动")
    await expect(page.locator("#gate")).to_contain_text("通过了发布检查")
    assert [await slides(page, SIZES), await faint(page)] == [[], []]
    await tap(page.get_by_role("button", name="发布", exact=True))
    await expect(page.get_by_role("status")).to_contain_text("已发布")
    corpus = office.services.corpus
    assert ("q91-10" in corpus.policies, corpus.policies["q91-1"].related) == (False, ())
    page_of_other = await page.goto(f"{office.url}console/drafts/{named}")
    assert page_of_other is not None
    await expect(page.locator(".marks").first).to_contain_text("已发布")


@pytest_asyncio.fixture(loop_scope="session")
async def office(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Office]:
    """The running bot with its console and a small corpus."""
    async with open_office(office_settings(tmp_path), clock) as opened:
        yield opened


async def filled(office: Office) -> tuple[str, ...]:
    """An office with something on every page of the corpus, and the paths of these pages."""
    editor = await office.sign_in("editor", "li")
    second = "/console/edit/policy?key=q91-2"
    done = await published(office, second, title="奖励首台套", wording="第二条 原文", review_by="2026-12-01")
    draft = await saved(editor, "/console/edit/policy?key=q91-1", benefits__0__percent="15", keywords="技改\n换新")
    waiting = await submitted(editor, second, summary="认定为首台套的，给150万元，分两年给。", keywords="首台套")
    await published(office, "/console/edit/topic?key=首台套", words="三首", effective="2027-01-01")
    question = {"id": "r-1", "text": "备用电源怎么申请补贴，要哪些材料", "intent": "policy", "expect": "q91-2"}
    await published(office, "/console/edit/rated", **question)
    eased = await submitted(editor, "/console/edit/rated?key=r-1", expect="q91-1")
    for number, text in enumerate(("备用电源", "换新", "买设备")):
        message = Text(key=f"k{number}", openid="o", account="gh", created=int(office.services.clock.time()), text=text)
        await office.services.engine.handle(message)
    simulation = (await send(editor, f"/console/drafts/{waiting}", "simulate")).location
    assert office.services.publishing is not None
    await office.services.publishing.trials.settle()
    return (
        "/console/policies", "/console/policies?q=买设备", "/console/policies?q=zzz", "/console/policies/q91-1",
        "/console/policies/q91-2", "/console/edit/policy", "/console/edit/policy?key=q91-1",
        "/console/edit/policy?key=q91-1&tab=source", "/console/edit/department?key=市工信局投资处",
        "/console/edit/synonym", "/console/books/topic", "/console/books/paper", "/console/books/fact",
        "/console/books/rated", "/console/departments", "/console/lexicon", "/console/lexicon?kind=words",
        "/console/parts/department?key=市工信局投资处", "/console/parts/words?key=stop", "/console/drafts?tab=all",
        "/console/drafts?tab=due", "/console/drafts?tab=waiting", f"/console/drafts/{draft}",
        f"/console/drafts/{waiting}", f"/console/drafts/{eased}", "/console/editions", "/console/editions/1",
        "/console/editions/2", f"/console/revisions/{done}", simulation,
    )  # fmt: skip


async def inside(browser: Browser, office: Office, *, width: int, height: int) -> Page:
    """A window of an approver, who sees all that can be done."""
    page = await open_window(browser, width=width, height=height)
    await let_in(page, office, await office.sign_in("approver", "sun"))
    return page


async def test_nothing_slides_sideways(browser: Browser, office: Office) -> None:
    """No page of the corpus is wider than its window, and the browser has no complaint of any."""
    paths = await filled(office)
    page = await inside(browser, office, width=1280, height=900)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in paths:
        answer = await page.goto(str(office.url) + path.lstrip("/"))
        assert answer is not None
        assert answer.status == 200, path
        await page.evaluate("document.querySelectorAll('main details').forEach((d) => (d.open = true))")
        assert await slides(page, SIZES) == [], path
    assert said == []


async def test_all_text_can_be_read(browser: Browser, office: Office) -> None:
    """Every text stands out from its ground by WCAG AA, by day and by night, also what is folded away."""
    paths = await filled(office)
    page = await inside(browser, office, width=1280, height=900)
    for path in paths:
        await page.goto(str(office.url) + path.lstrip("/"))
        await page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        assert await faint(page) == [], path


async def test_everything_is_large_enough_to_tap(browser: Browser, office: Office) -> None:
    """On a phone buttons and fields are 44 pixels high."""
    paths = await filled(office)
    page = await inside(browser, office, width=390, height=844)
    for path in paths:
        await page.goto(str(office.url) + path.lstrip("/"))
        assert await page.evaluate(TOO_SMALL.replace(EVERYTHING, TAPPED)) == [], path
