"""Our enterprise: told over several messages, kept with consent, through restarts and retries, erased on leaving."""

from __future__ import annotations

import asyncio
from xml.etree import ElementTree

import msgspec

from bot.clock import ManualClock
from bot.conversation import REMEMBERED
from bot.emulator.chats import links
from bot.emulator.phone import Phone
from bot.emulator.wire import Exchange
from bot.person import Facts
from bot.replies import visible
from tests.bot.emulator.watching import exchanges
from tests.scenarios.stage import Stage

PINGDU = "我们是平度的规上制造企业，去年营收3亿"
TOLD: Facts = {"district": "平度市", "sector": "制造业", "scale": "规上", "last_turnover": 3e8}
FIRST = "👉 企业在哪个区（市）？"


async def follow(stage: Stage) -> Phone:
    """A follower of the running bot."""
    phone = stage.platform.phone()
    await phone.follow()
    return phone


def kept(stage: Stage) -> list[Facts]:
    """The facts of every enterprise that is kept."""
    return [msgspec.json.decode(row["facts"], type=Facts) for row in stage.rows("enterprises")]


def reply(exchange: Exchange) -> str:
    """The words of a reply on the wire."""
    return ElementTree.fromstring(exchange.reply).findtext("Content") or ""  # noqa: S314 - our own


async def test_told_over_several_messages(phone: Phone) -> None:
    """Question by question, by tapping and by typing, the list becomes theirs."""
    assert FIRST in (await phone.say("我能报什么")).text
    assert "企业做哪一行" in (await phone.tap("崂山区")).text
    assert "规上" in (await phone.say("软件")).text
    seen = await phone.tap("规上")
    assert visible(seen.text).startswith("按您说的（崂山区、软件和互联网、规上）：")
    skipped = await phone.tap("跳过")
    assert "年营业收入是多少" not in skipped.text
    assert "促进高成长软件企业持续发展" in visible((await phone.say("营收5个亿")).text)
    assert "❌ 支持远洋渔业发展" in visible((await phone.tap("为什么")).text)


async def test_a_policy_of_the_list_is_tapped(phone: Phone) -> None:
    """Its title shows its conditions, from there what it gives, and 更多 still goes on."""
    seen = await phone.say("我们崂山的软件公司，规上，营收5个亿，能报什么")
    title = next(link for link in links(seen.bubbles[0]) if link.label == "支持软件“名企”“名品”培育")
    assert "✅ 所在区（市）：崂山区" in (await phone.tap(title)).text
    assert "接着第" in (await phone.say("更多")).text


async def test_kept_with_consent_through_a_restart(stage: Stage, clock: ManualClock) -> None:
    """Nothing is written before they agree; then it outlasts the process and the conversation."""
    first = await stage.start()
    phone = await follow(stage)
    assert "存成“我的企业”" in (await phone.say(PINGDU)).text
    assert kept(stage) == []
    assert "存好了" in (await phone.tap("同意保存")).text
    assert kept(stage) == [TOLD]
    await first.stop()
    await clock.advance(2 * REMEMBERED)
    await stage.start()
    assert "· 所在区（市）：平度市" in (await phone.say("我的企业")).text
    text = visible((await phone.say("我们能报什么")).text)
    assert text.startswith("按您说的（平度市、制造业、规上、上一年度营业收入3亿元）")


async def test_declined_is_not_kept(stage: Stage, clock: ManualClock) -> None:
    """What was told serves the conversation, and is forgotten with it."""
    await stage.start()
    phone = await follow(stage)
    await phone.say(PINGDU)
    assert "不保存" in (await phone.tap("不用")).text
    assert "平度市、制造业" in (await phone.say("我们能报什么")).text
    await clock.advance(REMEMBERED + 1)
    assert FIRST in (await phone.say("我们能报什么")).text
    assert kept(stage) == []


async def test_one_fact_is_changed(stage: Stage) -> None:
    """Only it is replaced, and it is told what it was."""
    await stage.start()
    phone = await follow(stage)
    await phone.say(PINGDU)
    await phone.say("同意保存")
    assert "原来是：平度市" in (await phone.say("我们搬到崂山了")).text
    assert kept(stage) == [{**TOLD, "district": "崂山区"}]


async def test_forgotten_on_request(stage: Stage) -> None:
    """忘掉我的企业 deletes the row, and the facts of the conversation."""
    await stage.start()
    phone = await follow(stage)
    await phone.say(PINGDU)
    await phone.say("同意保存")
    assert "已删除" in (await phone.say("忘掉我的企业")).text
    assert kept(stage) == []
    assert FIRST in (await phone.say("我们能报什么")).text


async def test_leaving_erases_it(stage: Stage, clock: ManualClock) -> None:
    """After an unfollow nothing of it is left; another follower's stays; who comes back is asked anew."""
    await stage.start()
    phone, other = await follow(stage), stage.platform.phone("oAnotherFollower_00000000002")
    await other.follow()
    for who in (phone, other):
        await who.say(PINGDU)
        await who.say("同意保存")
    assert kept(stage) == [TOLD, TOLD]
    await clock.advance(1.0)
    await phone.unfollow()
    assert [row["openid"] for row in stage.rows("enterprises")] == [other.openid]
    await clock.advance(1.0)
    await phone.follow()
    assert "什么都没存" in (await phone.say("我的企业")).text
    assert "平度市" in (await other.say("我的企业")).text


async def test_a_retry_changes_nothing(stage: Stage, clock: ManualClock) -> None:
    """The second delivery of a consent, or of a fact, gets the same words from another process; it is kept once."""
    first = await stage.start()
    phone = await follow(stage)
    await phone.say(PINGDU)
    process = first
    for words in ("同意保存", "我们规下了", "我们能报什么", "没有", "忘掉我的企业"):
        stage.platform.faults.set("retry", True)
        with exchanges(stage.platform) as following:
            saying = asyncio.ensure_future(phone.say(words))
            one = await following()
            before = {table: stage.rows(table) for table in stage.tables()}
            await process.stop()
            process = await stage.start()
            await clock.advance(5.0)
            two = await following()
        assert reply(one) == reply(two), words
        await saying
        assert {table: stage.rows(table) for table in stage.tables()} == before
        stage.platform.faults.set("retry", False)
        await clock.advance(1.0)
    assert kept(stage) == []


async def test_the_own_district_is_shown_first(stage: Stage) -> None:
    """What is kept ranks answers a little, and the card says why."""
    await stage.start()
    phone = await follow(stage)
    await phone.say(PINGDU)
    await phone.say("同意保存")
    assert "📍 您在平度市" in (await phone.say("小巨人")).text


async def test_the_same_matter_elsewhere(phone: Phone) -> None:
    """A card, then the same for another place, then whether they may, with the place told."""
    await phone.say("技改")
    assert "【鼓励企业加大研发投入·技改】" in (await phone.say("平度的呢")).text
    assert "✅ 所在区（市）：平度市" in (await phone.say("我们在平度能拿吗")).text
    assert "❌ 规上（您：规下）" in (await phone.say("规下的呢")).text
