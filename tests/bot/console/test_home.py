"""The first page: how the day goes."""

from __future__ import annotations

from bot.clock import ManualClock
from bot.messages import Text
from bot.store.audit import Search
from tests.bot.console.client import Office


async def test_the_first_page_greets_whoever_is_in(office: Office) -> None:
    """Somebody signed in sees the day, their name, and what ends soon."""
    page = await (await office.sign_in("viewer")).get("/console")
    assert page.status == 200, page.text
    for said in ("Viewer，今天是2026年11月22日，星期日", "60 天内到期", "鼓励技术改造", "剩 39 天"):
        assert said in page.text


async def test_the_day_is_counted(office: Office, clock: ManualClock) -> None:
    """What was typed today counts, with the share that found no answer; yesterday does not."""
    visitor = await office.sign_in("viewer")
    engine = office.services.engine

    async def ask(*texts: str) -> None:
        for number, text in enumerate(texts):
            key = f"{len(texts)}-{number}"
            await engine.handle(Text(key=key, openid="oA", account="gh_1", created=int(clock.time()), text=text))

    await ask("q91-1")
    assert "今天收到的文字消息 1 没答上的 0% 0 条" in (await visitor.get("/console")).text
    await ask("zzzz qqqq xxxx", "q91-2", "q91-10")
    assert "今天收到的文字消息 4 没答上的 25% 1 条" in (await visitor.get("/console")).text
    assert "已答 4" in (await visitor.get("/console")).text
    await clock.advance(14 * 3600.0)
    visitor = await office.sign_in("viewer")
    assert "今天还没有消息" in (await visitor.get("/console")).text


async def test_only_what_one_may_open_is_offered(office: Office) -> None:
    """The navigation shows each role its own places."""
    for role, places in (("viewer", ()), ("approver", ("操作记录",)), ("admin", ("账号", "操作记录", "设置"))):
        text = (await (await office.sign_in(role)).get("/console")).text
        for place in ("账号", "操作记录", "设置"):
            assert (f" {place} " in text) is (place in places), (role, place)
    assert [e.action for e in await office.audit.read(Search(action="sign"), 9)] == []


async def test_what_ends_soon_leads_to_the_console(office: Office) -> None:
    """To the policy as staff see it, not to the public page."""
    source = (await (await office.sign_in("viewer")).get("/console")).source
    card = source.partition('aria-labelledby="expiring"')[2].partition("</section>")[0]
    assert 'href="/console/policies/' in card
    assert 'href="/p/' not in card
