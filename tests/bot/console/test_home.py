"""The first page: how the day goes."""

from __future__ import annotations

from sqlalchemy import insert

from bot.clock import ManualClock
from bot.messages import Text
from bot.store.audit import Search
from bot.store.saved import write_down
from bot.store.tables import editions, notices
from tests.bot.console.client import Office
from tests.bot.console.talking import count


async def test_the_first_page_greets_whoever_is_in(office: Office) -> None:
    """Somebody signed in sees the day, their name, and what ends soon."""
    page = await (await office.sign_in("viewer")).get("/console")
    assert page.status == 200, page.text
    for said in ("Viewer，今天是2026年11月22日，星期日", "60 天内到期", "鼓励技术改造", "剩 39 天"):
        assert said in page.text


async def test_the_day_is_counted(office: Office, clock: ManualClock) -> None:
    """What was typed today counts, with the share that found no answer, where not too few people are behind it, as
    among the figures; yesterday does not."""
    visitor = await office.sign_in("viewer")
    engine = office.services.engine

    async def ask(text: str, *people: str) -> None:
        for who in people:
            key = f"{text}-{who}"
            await engine.handle(Text(key=key, openid=who, account="gh_1", created=int(clock.time()), text=text))

    first = (await visitor.get("/console")).text
    assert "今天收到的文字消息 0 没答上的 — 今天还没有消息" in first
    assert "只数打字的消息； 统计 里“收到的问题”还数语音、点菜单按钮问的和发来的链接" in first
    few, many = ("oA", "oB", "oC", "oD"), ("oA", "oB", "oC", "oD", "oE")
    await ask("q91-1", *few)
    assert "今天收到的文字消息 * 没答上的 * 背后不到 5 人，不显示" in (await visitor.get("/console")).text
    await ask("q91-1", "oE")
    assert "今天收到的文字消息 5 没答上的 0% 0 条" in (await visitor.get("/console")).text
    await ask("zzzz qqqq xxxx", *few)
    assert "今天收到的文字消息 9 没答上的 * 背后不到 5 人，不显示" in (await visitor.get("/console")).text
    await ask("zzzz qqqq yyyy", *many)
    await ask("q91-2", *many)
    for _ in range(2):  # whether the figures have been counted or not
        assert "没答上的 47% 9 条" in (await visitor.get("/console")).text
        await count(office)
    assert "已答 19" in (await visitor.get("/console")).text
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


async def test_a_backup_that_is_missed(office: Office, clock: ManualClock) -> None:
    """Whoever is signed in reads that nothing was saved for too long or that a backup failed, and nothing of it while
    all is well."""
    visitor, database = await office.sign_in("viewer"), office.services.database
    url = office.services.config.database.url
    limit = office.services.config.database.backup_hours * 3600.0

    async def told() -> str:
        source = (await visitor.get("/console")).source
        return source.partition('aria-labelledby="backups"')[2].partition("</section>")[0]

    assert await told() == ""
    async with database.write() as connection:
        await connection.execute(insert(editions), {"number": 1, "version": "v", "time": clock.time() - limit})
    assert "数据库还没有备份过" in await told()
    await write_down(url, name="x", good=clock.time() - limit + 1)
    assert await told() == ""
    await write_down(url, name="x", tried=clock.time(), reason="the disk is full")
    assert "上一次备份没有做成" in await told()
    assert "the disk is full" not in await told()
    await write_down(url, name="x", good=clock.time() - limit)
    assert "数据库已经很久没有备份" in await told()


async def test_notices_that_wait(office: Office, clock: ManualClock) -> None:
    """Whoever is signed in reads how many notices wait and from when they go, though the outbox is empty: on a Sunday
    from Monday's morning, a last day's at once; nothing where none waits."""
    visitor, database = await office.sign_in("viewer"), office.services.database

    async def told() -> str:
        return (await visitor.get("/console")).text.partition("等着发的通知 ")[2].partition("不打扰人")[0]

    assert await told() == ""
    base = {"openid": "o1", "data": b"", "news": b"", "created": 0.0, "due": clock.time()}
    rows = [
        ("a", "changed", "pending"),
        ("b", "changed", "pending"),
        ("c", "expiring", "pending"),
        ("d", "new", "waiting"),
    ]
    async with database.write() as connection:
        for key, kind, state in rows:
            await connection.execute(insert(notices), {**base, "key": key, "kind": kind, "state": state})
    assert await told() == (
        "政策有变化 2 条，最早 2026-11-23 08:30 起 到期提醒 1 条，现在就发 新政策 1 条，等对方下次来消息时附上 "
        "20:30 到 08:30、休息日"
    )
