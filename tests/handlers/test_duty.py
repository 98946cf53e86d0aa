"""绑定, 公告进度, 公告 12, 测试公告 12: for staff alone."""

from __future__ import annotations

import msgspec
import pytest

from bot.context import Office
from bot.duty import Duty, Standing
from bot.person import BindPhone, ShowTest, Spelled
from tests.handlers.talk import PAGES, Talk, check, said, written

RUNNING = Standing(
    id=12, name="技改说明会", state="running", author="zhang", began=1_795_312_800.0, audience=100,
    settled=42, reached=36, failed=3, unknown=1, skipped=2,
)  # fmt: skip
WAITS = Standing(id=13, name="停电通知", state="scheduled", start=1_795_399_200.0)
CALLS = (Spelled(channel="custom", body=b"{}"),)
MEMBER = Duty(binds=True, staff=3, name="li", may_test=True)


class Desk:
    """What there is for staff, and what was asked of it."""

    def __init__(self, duty: Duty) -> None:
        self.duty = duty
        self.asked: list[tuple[str, int]] = []

    async def attend(self, code: str, number: int) -> Duty:
        """Answer."""
        self.asked.append((code, number))
        return self.duty


def talk(duty: Duty, office: Office | None = None) -> tuple[Talk, Desk]:
    """Somebody for whom there is this."""
    one, desk = Talk(office=office), Desk(duty)
    one.attend = desk.attend
    return one, desk


@pytest.mark.parametrize(
    "words", ["绑定 ABCD2345", "绑定abcd2345", "绑定：ＡＢＣＤ２３４５", "我要绑定微信 ABCD-2345", "绑定验证码abcd2345"]
)
async def test_a_right_code_binds(words: str) -> None:
    """However it is typed; the answer says whose it is and what can be said here."""
    one, desk = talk(Duty(binds=True, invited="李雷", digest="d"))
    answer = await one.say(words)
    check(answer)
    assert desk.asked == [("abcd2345", 0)]
    assert one.changes == [BindPhone(digest="d")]
    assert "“李雷”" in said(answer)
    assert "测试公告 12" in said(answer)


async def test_a_wrong_code_binds_nobody() -> None:
    """A plain hint; and where phones cannot be bound, and for other words, the next handlers answer."""
    one, _ = talk(Duty(binds=True))
    assert "验证码不对" in said(await one.say("绑定 ABCD2345"))
    assert "验证码" not in said(await one.say("绑定企业信息有补贴吗"))
    assert one.changes == []
    shut, _ = talk(Duty())
    assert "验证码" not in said(await shut.say("绑定 ABCD2345"))


@pytest.mark.parametrize(
    "words", ["群发", "公告进度", "群发进度", "看看公告进度", "公告进展怎么样", "公告发完了吗", "正在发的公告"]
)
async def test_what_is_under_way(words: str) -> None:
    """With its state, how far it is, its failures, and a link to the console; nothing for anybody else."""
    one, desk = talk(msgspec.structs.replace(MEMBER, under_way=(WAITS, RUNNING)))
    answer = await one.say(words)
    check(answer)
    text = said(answer)
    assert "13号 停电通知：已批准，等时间，11-23 10:00起发" in text
    assert "12号 技改说明会：发送中，已处理42/100，已发出36，失败3，结果不明1，跳过2" in text
    assert f"{PAGES}/console/broadcasts" in written(answer)
    assert set(desk.asked) == {("", 0)}
    stranger, _ = talk(Duty(binds=True))
    assert said(await stranger.say(words)) == said(await Talk().say(words))


async def test_nothing_is_under_way() -> None:
    """That is said."""
    one, _ = talk(MEMBER)
    assert "没有发送中或等时间的公告" in said(await one.say("公告进度"))


@pytest.mark.parametrize(
    "words", ["公告 12", "公告12", "群发12", "12号公告", "公告十二", "查一下12号公告的进度", "公告第12号"]
)
async def test_one_of_them(words: str) -> None:
    """In full."""
    one, desk = talk(msgspec.structs.replace(MEMBER, asked=RUNNING))
    text = said(await one.say(words))
    assert desk.asked == [("", 12)]
    assert "12号公告：技改说明会" in text
    assert "已处理42/100" in text
    assert "11-22 10:00开始" in text
    stranger, _ = talk(Duty(binds=True))
    assert said(await stranger.say(words)) == said(await Talk().say(words))


async def test_one_that_is_not_there() -> None:
    """A number that none has; whoever asked for a test of it gets none."""
    one, _ = talk(MEMBER)
    assert "没有99号公告" in said(await one.say("公告99"))
    assert "没有99号公告" in said(await one.say("测试公告99"))
    assert one.changes == []


@pytest.mark.parametrize(
    "words", ["公告测试 12", "测试公告 12", "公告12测试", "测试12号公告", "测试一下公告12", "试发公告12"]
)
async def test_a_test_on_their_own_phone(words: str) -> None:
    """Exactly the calls that there are, in the transaction of the answer."""
    one, _ = talk(msgspec.structs.replace(MEMBER, asked=RUNNING, calls=CALLS))
    answer = await one.say(words)
    assert one.changes == [ShowTest(announcement=12, staff=3, who="li", calls=CALLS)]
    assert "马上发到您手机上" in said(answer)
    stranger, _ = talk(Duty(binds=True))
    assert said(await stranger.say(words)) == said(await Talk().say(words))
    assert stranger.changes == []


async def test_what_cannot_be_tested_says_why() -> None:
    """A role that only looks, words that are not finished, an account that cannot push."""
    ready = msgspec.structs.replace(MEMBER, asked=RUNNING, calls=CALLS)
    for duty, hint in (
        (msgspec.structs.replace(ready, may_test=False), "只能查看"),
        (msgspec.structs.replace(ready, faults=True), "还没写好"),
        (msgspec.structs.replace(ready, calls=()), "不能主动发消息"),
    ):
        one, _ = talk(duty)
        assert hint in said(await one.say("测试公告12"))
        assert one.changes == []


async def test_many_fit_into_one_message() -> None:
    """With long names, and without pages."""
    many = tuple(msgspec.structs.replace(RUNNING, id=n, name="长" * 60) for n in range(1, 9))
    one, _ = talk(msgspec.structs.replace(MEMBER, under_way=many), Office())
    answer = await one.say("公告进度")
    assert len(written(answer).encode()) <= 2048
    assert "管理台" in said(answer)
