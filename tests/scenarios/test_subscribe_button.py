"""The subscribe button in a real browser that calls itself WeChat's, with a script in the place of the platform's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, Route, expect

from tests.bot.test_mine import PHONE, SIGNED, Site
from tests.scenarios.windows import open_window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCRIPT = """
window.given = null;
window.wx = {
  config(given) { window.given = given; },
  ready(call) { setTimeout(call, 0); },
  error() {},
};
customElements.define("wx-open-subscribe", class extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.textContent = "agree";
    button.style = "width: 100%; height: 48px";
    button.onclick = () => {
      const one = JSON.stringify({status: window.status_to_give || "accept"});
      const detail = {errMsg: "openSubscribe:ok", subscribeDetails: JSON.stringify({TPL_A: one})};
      this.dispatchEvent(new CustomEvent("success", {detail}));
    };
    this.attachShadow({mode: "open"}).append(button);
  }
});
"""


@pytest_asyncio.fixture(loop_scope="session")
async def url() -> AsyncIterator[str]:
    """The pages of an account with a subscription notice."""
    async with TestServer(Site(notice_id="TPL_A").app) as server:
        yield str(server.make_url("/p/q91-1"))


async def opened(browser: Browser, url: str, *, script: str | None, width: int = 390) -> tuple[Page, list[str]]:
    """The page and what the browser complains of; where there is no script its host cannot be reached."""
    page = await open_window(browser, width=width, height=844, user_agent=PHONE["User-Agent"])
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    async def answer(route: Route) -> None:
        if script is None:
            await route.abort()
        else:
            await route.fulfill(body=script, content_type="application/javascript")

    await page.route("https://res.wx.qq.com/**", answer)
    await page.goto(url)
    return page, complaints


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_the_button_asks_for_consent(browser: Browser, url: str, width: int) -> None:
    """Once the script has taken the signature the button shows, fits its window, and says what became of the tap; the
    page's own rules forbid nothing of it."""
    page, complaints = await opened(browser, url, script=SCRIPT, width=width)
    button = page.locator("wx-open-subscribe")
    await expect(button).to_be_visible()
    given = await page.evaluate("window.given")
    assert (given["appId"], given["signature"]) == (SIGNED["app_id"], SIGNED["signature"])
    assert (given["nonceStr"], given["timestamp"]) == (SIGNED["nonce"], int(SIGNED["timestamp"]))
    assert given["openTagList"] == ["wx-open-subscribe"]
    await button.click()
    await expect(page.locator(".subscribe [role=status]")).to_contain_text("好了，有消息会发到微信")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []


async def test_a_refusal_is_taken(browser: Browser, url: str) -> None:
    """Who taps and then refuses is told that nothing will come."""
    page, _ = await opened(browser, url, script="window.status_to_give = 'cancel';" + SCRIPT)
    await page.locator("wx-open-subscribe").click()
    await expect(page.locator(".subscribe [role=status]")).to_have_text("没有同意，不会给您发消息。")


async def test_without_the_platforms_script(browser: Browser, url: str) -> None:
    """Where it does not load there is no button that does nothing, and the words to send stay."""
    page, _ = await opened(browser, url, script=None)
    await expect(page.locator(".subscribe")).to_contain_text("订阅 技术改造")
    await expect(page.locator(".subscribe-button")).to_be_hidden()
