"""The phone of a member of staff, on the page of their account."""

from __future__ import annotations

import re

from bot.clock import ManualClock
from bot.console.codes import LETTERS, PHONE
from bot.store.broadcast_tables import phones
from bot.store.phones import Phones
from tests.bot.console.client import Office, Page, Visitor
from tests.bot.engines import rows

PROFILE = "/console/profile"


def shown(page: Page) -> str:
    """The code that a page shows."""
    found = re.search(r"<code>绑定 ([A-Z2-9]+)</code>", page.source)
    assert found is not None, page.text
    return found[1]


async def offered(visitor: Visitor) -> str:
    """A new code: the page that shows it is led to, and can be loaded again."""
    page = await visitor.post(f"{PROFILE}/phone")
    assert (page.status, page.location) == (303, PROFILE)
    return shown(await visitor.follow(page))


async def test_a_code_is_shown_once_and_kept_as_a_hash(office: Office, clock: ManualClock) -> None:
    """Eight characters that are not mistaken, good for ten minutes; the database has no trace of them."""
    visitor = await office.sign_in("viewer", "li")
    page = await visitor.get(PROFILE)
    assert "我的微信" in page.text
    assert "没有绑定" in page.text
    code = await offered(visitor)
    assert len(code) == 8
    assert set(code.lower()) <= set(LETTERS)
    (row,) = await rows(office.services.database, phones)
    assert row["until"] == clock.time() + 600.0
    assert row["digest"] == office.keys.digest(PHONE, code)
    assert code not in (await visitor.get(PROFILE)).source
    assert await offered(visitor) != code
    assert (await office.acts())[-2:] == ["profile.phone_offered"] * 2


async def test_the_page_says_that_it_is_bound_and_takes_it_back(office: Office) -> None:
    """And what can be said in the chat; once taken back there is nothing to take."""
    visitor = await office.sign_in("editor", "li")
    code = await offered(visitor)
    database, table = office.services.database, Phones(office.services.database)
    time = office.services.clock.time()
    await database.run(lambda: table.bind("oPhone", office.keys.digest(PHONE, code), time))
    page = await visitor.get(PROFILE)
    assert "已绑定" in page.text
    assert "测试公告 12" in page.text
    assert "oPhone" not in page.source
    page = await visitor.follow(await visitor.post(f"{PROFILE}/phone/unbind"))
    assert "已解除绑定" in page.text
    assert await table.bound() == {}
    page = await visitor.follow(await visitor.post(f"{PROFILE}/phone/unbind"))
    assert "已解除绑定" not in page.text
    assert (await office.acts())[-2:] == ["profile.phone_bound", "profile.phone_unbound"]
