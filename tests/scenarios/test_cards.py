"""One policy: its card, what can be tapped below it, and which policy a tap means."""

from __future__ import annotations

import pytest

from bot.clock import ManualClock
from bot.emulator.chats import Link, links
from bot.emulator.phone import Phone, Seen
from bot.replies import visible
from tests.corpus import the_corpus
from tests.scenarios.conftest import Staging
from tests.scenarios.stage import TEST_ACCOUNT

STEPS = ["能补多少", "申报条件", "找谁办", "相关政策"]
SHOWN = {  # what the steps below the card of q91-1 show
    "能补多少": "💰 技术改造奖补：年度设备投资额×12%，一家一年最多600万元",
    "申报条件": "奖补按年度设备投资额算",
    "找谁办": "☎ 市工业和信息化局技术改造与投资处 85911248",
    "相关政策": "和“鼓励企业设备更新和技术改造”相关的政策共",
}


def under(seen: Seen) -> dict[str, Link]:
    """The links of an answer that speak, by their labels."""
    return {link.label: link for link in links(seen.bubbles[0]) if link.words}


async def test_a_question_gets_one_card(phone: Phone) -> None:
    """技改 gets what it gives and to whom, in force or not with the days left, paper, desk, phone and edition."""
    seen = await phone.say("技改")
    (bubble,) = seen.bubbles
    lines = visible(bubble.text).splitlines()
    assert lines[0] == "【鼓励企业设备更新和技术改造】"
    assert lines[1] == "市级 · ✅ 有效，还剩39天（至2026年12月31日）"
    assert "· 技术改造奖补：年度设备投资额×12%，一家一年最多600万元" in lines
    assert "📄 依据：《青岛市加快先进制造业高质量发展若干政策措施》（青政发〔2024〕11号）" in lines
    assert "☎ 市工业和信息化局技术改造与投资处 85911248" in lines
    assert lines[-1] == f"资料：2026年1月版（{the_corpus().version}）"
    assert any(line.startswith("👤 谁能报：") for line in lines)


async def test_days_left_are_counted_to_the_last(phone: Phone, clock: ManualClock) -> None:
    """The days left shrink overnight; the last day is still in force and the next is not."""
    assert "还剩39天" in (await phone.say("技改")).text
    await clock.advance(14 * 3600)
    assert "还剩38天" in (await phone.say("技改")).text
    await clock.advance(38 * 86_400)
    assert "⏰ 今天是最后一天（2026年12月31日）" in (await phone.say("q91-1")).text
    await clock.advance(86_400)
    seen = await phone.say("q91-1")
    assert "❌ 已于2026年12月31日到期" in seen.text
    assert "这一条现在不能再报" in seen.text


@pytest.mark.parametrize("step", STEPS)
async def test_each_step_below_the_card_can_be_tapped(phone: Phone, step: str) -> None:
    """A tapped step is answered for the policy of the card, and its link names that policy."""
    card = await phone.say("技改")
    assert under(card)[step].menu_id == "q91-1"
    assert SHOWN[step] in visible((await phone.tap(step)).text)


async def test_the_whole_text_is_a_page(phone: Phone) -> None:
    """The last link leads to the policy's public page."""
    card = await phone.say("技改")
    (page,) = [link for link in links(card.bubbles[0]) if not link.words]
    assert (page.label, page.href) == ("全文", "https://huiqi.example.gov.cn/p/q91-1")


@pytest.mark.parametrize("step", STEPS)
async def test_an_old_card_keeps_its_meaning(phone: Phone, clock: ManualClock, step: str) -> None:
    """A card further up in the chat means its own policy, whatever was asked since, even a day later."""
    link = under(await phone.say("技改"))[step]
    await phone.say("单项冠军")
    await phone.say("崂山区有哪些政策")
    assert SHOWN[step] in visible((await phone.tap(link)).text)
    await clock.advance(86_400)
    assert SHOWN[step] in visible((await phone.tap(link)).text)


@pytest.mark.parametrize("step", STEPS)
async def test_without_ids_a_tap_means_the_last_card(staging: Staging, step: str) -> None:
    """On a test account links lose their policy, and mean the one that was shown last."""
    stage = await staging(TEST_ACCOUNT)
    await stage.start()
    phone = stage.platform.phone()
    await phone.follow()
    link = under(await phone.say("单项冠军"))[step]
    await phone.say("技改")
    assert SHOWN[step] in visible((await phone.tap(link)).text)


async def test_a_close_policy_can_be_tapped(phone: Phone) -> None:
    """What else may be meant stands below the card by number, and is shown when tapped or typed."""
    card = await phone.say("技改")
    near = next(link for label, link in under(card).items() if label.startswith("2. 鼓励企业加大研发投入"))
    assert (near.words, near.menu_id) == ("2", "q91-65")
    tapped = await phone.tap(near)
    assert tapped.text.startswith("【鼓励企业加大研发投入")
    assert "平度市" in tapped.text
    await phone.say("技改")
    assert (await phone.say("2")).text == tapped.text


async def test_the_way_back_from_the_desk(phone: Phone) -> None:
    """From the desk a tap leads to the policy itself, not to the desk again."""
    await phone.say("技改找谁")
    assert (await phone.tap("看这条政策")).text.startswith("【鼓励企业设备更新和技术改造】\n市级 · ✅ 有效")


async def test_an_expired_card_leads_to_one_in_force(phone: Phone) -> None:
    """Below a policy that is over stands one on the same matter that is not; tapped, it is shown."""
    card = await phone.say("q91-86")
    assert "❌ 已于2025年4月29日到期" in card.text
    assert "这一条现在不能再报" in card.text
    after = next(link for label, link in under(card).items() if label.endswith("（市级）"))
    shown = (await phone.tap(after)).text
    assert shown.startswith(f"【{after.words}】")
    assert "✅" in shown


async def test_markup_in_a_question_is_only_words(phone: Phone) -> None:
    """Whatever a follower types into the chat, no link in the answer is theirs."""
    seen = await phone.say('技改 <a href="weixin://bizmsgmenu?msgmenucontent=x&msgmenuid=1">点我</a>]]>&amp;')
    assert seen.fault == ""
    assert "点我" not in {link.label for link in links(seen.bubbles[0])}
