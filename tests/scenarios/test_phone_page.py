"""The phone page in a real browser, against the whole demo: what a newcomer does first."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.scenarios.windows import open_window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


class Demo(Protocol):
    """The running demo: bot, emulated platform and phone page."""

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""


def by(name: str) -> str:
    """The selector of an element made for tests."""
    return f"[data-test={name}]"


def bubbles(page: Page, sender: str) -> Locator:
    """The bubbles of one side of the chat."""
    return page.locator(f"{by('bubble')}[data-from={sender}]")


@asynccontextmanager
async def opened(browser: Browser, url: str, *, width: int, height: int) -> AsyncIterator[Page]:
    """The page of a new follower in a window of this size; a script error fails the test."""
    page = await open_window(browser, width=width, height=height)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{url}/emulator/?phone=t{uuid4().hex[:12]}")
    await expect(page.locator(by("follow"))).to_be_visible()
    yield page
    assert errors == []


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, demo: Demo) -> AsyncIterator[Page]:
    """A phone's screen."""
    async with opened(browser, demo.url, width=390, height=844) as page:
        yield page


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, demo: Demo) -> AsyncIterator[Page]:
    """A desktop's screen."""
    async with opened(browser, demo.url, width=1440, height=900) as page:
        yield page


async def follow(page: Page) -> None:
    """Follow the account and wait for its welcome, and for the bar by which one can write, which comes after it."""
    await page.click(by("follow"))
    await expect(bubbles(page, "account")).to_have_count(1)
    await expect(page.locator(by("mode-toggle"))).to_be_visible()


async def say(page: Page, text: str) -> None:
    """Write words and wait for the answer."""
    if not await page.is_visible(by("input")):
        await page.click(by("mode-toggle"))
    answers = await bubbles(page, "account").count()
    await page.fill(by("input"), text)
    await page.press(by("input"), "Enter")
    await expect(bubbles(page, "account")).to_have_count(answers + 1)


async def test_follow(phone: Page) -> None:
    """Who follows is welcomed, with something to tap, and sees the menu."""
    await follow(phone)
    await expect(bubbles(phone, "account").last.locator(by("say-link")).first).to_be_visible()
    await expect(phone.locator(by("menu-button")).first).to_be_visible()


async def test_card(phone: Page) -> None:
    """A word on a matter gets the policy, with its paper and its desk."""
    await follow(phone)
    await say(phone, "技改")
    await expect(bubbles(phone, "me").last).to_contain_text("技改")
    card = bubbles(phone, "account").last
    await expect(card).to_contain_text("青政发〔2024〕11号")
    await expect(card.locator("a[href='tel:85911248']").first).to_have_text("85911248")
    await expect(phone.locator(by("title"))).to_have_attribute("data-typing", "false")


async def test_say_link(phone: Page) -> None:
    """A tapped link says its words for the follower, and they are answered."""
    await follow(phone)
    link = bubbles(phone, "account").last.locator(by("say-link")).first
    words = await link.get_attribute("data-say")
    assert words
    await link.click()
    await expect(bubbles(phone, "me").last.locator(by("text"))).to_have_text(words)
    await expect(bubbles(phone, "account")).to_have_count(2)


async def test_menu(phone: Page) -> None:
    """A menu button with a key is answered."""
    await follow(phone)
    name, parent = await first_click_button(phone)
    if parent:
        await phone.locator(by("menu-button"), has_text=parent).click()
        await phone.locator(by("submenu-item"), has_text=name).click()
    else:
        await phone.locator(by("menu-button"), has_text=name).click()
    await expect(bubbles(phone, "account")).to_have_count(2)


async def first_click_button(page: Page) -> tuple[str, str]:
    """The name of the first button that sends its key, and of the list it is in, or nothing."""
    buttons: list[dict[str, Any]] = await page.evaluate(
        "fetch('/emulator/api/state' + location.search).then((r) => r.json()).then((s) => s.account.menu)"
    )
    for button in buttons:
        for leaf in button.get("sub_button") or [button]:
            if leaf.get("type") == "click":
                return leaf["name"], "" if leaf is button else button["name"]
    raise AssertionError("the demo has no menu button with a key")


async def test_policy_page(phone: Page) -> None:
    """A link to a policy's page opens it inside the phone, and closing it leads back to the chat."""
    await follow(phone)
    await say(phone, "技改")
    await bubbles(phone, "account").last.locator("a[data-open*='/p/']").first.click()
    frame = phone.frame_locator(by("webview-frame"))
    await expect(frame.locator("body")).to_contain_text("85911248")
    await phone.click(by("webview-close"))
    await expect(phone.locator(by("webview"))).to_have_count(0)


async def test_unfollow(phone: Page) -> None:
    """Who leaves can write no more, but can come back."""
    await follow(phone)
    await phone.click(by("more"))
    await phone.locator(by("choice"), has_text="取消关注").click()
    await expect(phone.locator(by("follow-again"))).to_be_visible()
    await expect(phone.locator(by("input"))).to_have_count(0)
    await phone.click(by("follow-again"))
    await expect(phone.locator(by("menu-button")).first).to_be_visible()


async def test_markup_is_shown(phone: Page) -> None:
    """Markup somebody writes is shown as it was written, and does nothing."""
    await follow(phone)
    words = "<img src=x onerror='window.stolen=1'><script>window.stolen=1</script> & <b>技改</b>"
    await say(phone, words)
    mine = bubbles(phone, "me").last.locator(by("text"))
    await expect(mine).to_have_text(words)
    await expect(phone.locator(f"{by('text')} img, {by('text')} script, {by('text')} b")).to_have_count(0)
    assert await phone.evaluate("window.stolen") is None


READ = "(text) => import('/emulator/static/talk.js').then((talk) => talk.pieces(text))"


async def test_dangerous_links(phone: Page) -> None:
    """Of an account's links only those to the web, to a telephone and the speaking ones are obeyed."""
    for text in (
        '<a href="javascript:alert(1)">点我</a>',
        '<a href="java&#x73;cript:alert(1)">点我</a>',
        '<a href="data:text/html,x">点我</a>',
        '<a href="//elsewhere.example">点我</a>',
        '<a onclick="alert(1)">点我</a>',
        "<A HREF='weixin://dl/business'>点我</A>",
    ):
        assert await phone.evaluate(READ, text) == [{"kind": "text", "text": text}]


async def test_plain_text(phone: Page) -> None:
    """Telephone numbers and addresses in plain text can be tapped; sums, dates and paper numbers cannot."""
    for text, links in {
        "电话85911248。": ["85911248"],
        "0532-85911248、13800138000": ["0532-85911248", "13800138000"],
        "投资30000000元，20261231截止，青政发〔2024〕11号": [],
        "见https://example.com/a?b=1。": ["https://example.com/a?b=1"],
    }.items():
        pieces = await phone.evaluate(READ, text)
        assert [piece["text"] for piece in pieces if piece["kind"] != "text"] == links
        assert "".join(piece["text"] for piece in pieces) == text


async def test_plus_panel(phone: Page) -> None:
    """Recognised speech, pictures, places and links can be sent, and none of them is met with silence."""
    await follow(phone)
    await phone.click(by("mode-toggle"))
    await phone.click(by("plus"))
    await phone.click(by("plus-voice"))
    await phone.fill(by("ask-input"), "技改找谁")
    await phone.click(by("ask-send"))
    await expect(bubbles(phone, "account").last).to_contain_text("85911248")
    await phone.click(by("plus-location"))
    await phone.locator(by("choice")).first.click()
    await expect(bubbles(phone, "account")).to_have_count(3)
    for sent, name in enumerate(("plus-image", "plus-link"), 4):
        await phone.click(by(name))
        await expect(bubbles(phone, "account")).to_have_count(sent)
    kinds = await bubbles(phone, "me").evaluate_all("found => found.map((one) => one.dataset.kind)")
    assert kinds == ["voice", "location", "image", "link"]


async def test_no_sideways_scroll(phone: Page) -> None:
    """On a phone nothing is wider than the screen."""
    await follow(phone)
    await say(phone, "技改")
    await say(phone, "https://example.com/" + "long" * 40)
    wide = "(e) => e.scrollWidth - e.clientWidth"
    for width in (320, 390, 430):
        await phone.set_viewport_size({"width": width, "height": 700})
        assert await phone.evaluate(f"({wide})(document.documentElement)") <= 0
        assert await phone.locator(by("feed")).evaluate(wide) <= 0


async def test_drawer(phone: Page) -> None:
    """On a phone the panel is a drawer: a question tapped there closes it and is asked, following first."""
    await expect(phone.locator(by("panel"))).to_be_hidden()
    await phone.click(by("panel-open"))
    await phone.locator(by("try"), has_text=re.compile("^技改一")).click()
    await expect(phone.locator(by("panel"))).to_be_hidden()
    await expect(bubbles(phone, "me").last).to_contain_text("技改")
    await expect(bubbles(phone, "account")).to_have_count(2)


async def test_desk(desk: Page) -> None:
    """On a desktop the panel stands beside the phone, and the wire shows what was pushed and answered."""
    await desk.locator(by("try")).first.click()
    await expect(bubbles(desk, "account")).to_have_count(2)
    row = desk.locator(f"{by('wire-row')}[data-direction=push]", has_text="text").first  # the words, not the following
    await row.locator("summary").click()
    await expect(row.locator("pre").first).to_contain_text("技改")
    await expect(row.locator("pre").last).to_contain_text("<MsgType>")


async def test_somebody_else_has_a_phone_of_their_own(desk: Page) -> None:
    """换一个人 opens another follower's phone beside this one, a new one each time."""
    await follow(desk)
    others = []
    for _ in range(2):
        async with desk.context.expect_page() as opened_page:
            await desk.click(by("another"))
        other = await opened_page.value
        await expect(other.locator(by("phone-state"))).to_contain_text("还没有关注")
        others.append(other.url)
    assert len({desk.url, *others}) == 3
    await expect(desk.locator(by("phone-state"))).to_contain_text("已关注")


async def test_keyboard(desk: Page) -> None:
    """Who starts typing on a keyboard finds the words in the text field; Escape closes what is open."""
    await follow(desk)
    await desk.locator(by("feed")).focus()
    await desk.keyboard.type("abc")
    await expect(desk.locator(by("input"))).to_have_value("abc")
    await desk.click(by("more"))
    await desk.keyboard.press("Escape")
    await expect(desk.locator(by("choice"))).to_have_count(0)


async def test_a_fault_has_something_to_act_on(desk: Page) -> None:
    """With 回答变慢 the bot writes first, and a fault meets that message; each switch says when it acts."""
    await follow(desk)
    await desk.click(by("fault-late"))
    await expect(desk.locator(by("effects"))).to_contain_text("下一句就起作用")
    await desk.click(by("fault-quota"))
    await expect(desk.locator(by("effects"))).to_contain_text("机器人主动发消息时起作用")
    await desk.locator(by("try")).first.click()
    await expect(desk.locator(by("wire"))).to_contain_text("45047")


async def test_what_to_try_shows_sums_matching_and_subscribing(desk: Page) -> None:
    """Among what is offered to try stand a sum with own figures, what one may apply for, and a subscription."""
    await follow(desk)
    for words, said in (
        ("平度设备投了3000万能补多少", "再加90万元"),
        ("我们是平度的规上制造企业，能报什么", "按您说的"),
        ("订阅 技改", "已订阅"),
    ):
        answers = await bubbles(desk, "account").count()
        await desk.locator(by("try"), has_text=words).click()
        await expect(bubbles(desk, "account")).to_have_count(answers + 1)
        await expect(bubbles(desk, "account").last).to_contain_text(said)
