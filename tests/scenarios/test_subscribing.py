"""Being told of news, from the subscription to the message on the phone, edition by edition."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from bot import config
from bot.chores import jobs
from bot.clock import ManualClock
from bot.commands.corrections import correct
from bot.commands.errands import publish
from bot.emulator.account import Account
from bot.emulator.phone import Phone
from bot.store.people import People
from handlers import WORDS
from tests.bot.operating import ended
from tests.corpus import DATA
from tests.databases import prepare
from tests.scenarios.conftest import Staging
from tests.scenarios.programs import write_settings
from tests.scenarios.stage import ACCOUNT, SILENT_ACCOUNT, Process, Stage

CITY = "policies/city-advanced-manufacturing.toml"
DAY = 86_400.0
HYDROGEN = """
[[policy]]
id = "q91-900"
title = "支持叉车换氢能"
level = "city"
district = "市"
chapter = "制造业"
topics = ["能源"]
paper = "{paper}"
summary = "把叉车换成氢能的，每台给2万元。"
who = ["工业企业"]
contacts = [{{ unit = "市工业和信息化局技术改造与投资处", phone = "85911248" }}]
"""


class Office:
    """One process of the bot on a corpus of its own, which can be edited, and its worker by hand."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.folder = folder
        self.process: Process
        self.followers = 0

    async def open(self) -> None:
        """Start, and publish the first edition."""
        self.process = await self.stage.start()
        await self.work()

    async def work(self) -> None:
        """Do all that a worker has to do now."""
        services = self.process.services
        parts = (services.config, services.engine, services.inbox, services.outbox_rows, services.outbox)
        found = jobs(*parts, database=services.database, clock=services.clock)
        doing = [services.herald.run, *(job.run for job in found if job.name != "purge")]
        while sum([await one() for one in doing]):
            pass

    async def edit(self, name: str, old: str, new: str) -> None:
        """Put another edition in place, as an operator does: a file, a signal."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        before = self.process.services.corpus.version
        corpus = await self.process.services.shelf.reload()
        assert corpus.version != before
        await self.work()

    async def follower(self, *words: str) -> Phone:
        """Somebody who follows and says all this."""
        self.followers += 1
        phone = self.stage.platform.phone(f"oSubscriber_{self.followers:017}")
        await phone.follow()
        for one in words:
            await phone.say(one)
        return phone


Opening = Callable[..., Awaitable[Office]]


@pytest.fixture
def opening(staging: Staging, tmp_path: Path, clock: ManualClock) -> Opening:
    """What opens an office for a kind of account: on a Monday at ten, without a limit on messages a day."""

    async def open_office(account: Account = ACCOUNT) -> Office:
        await clock.advance(DAY)
        folder = tmp_path / "data"
        shutil.copytree(DATA, folder)
        stage = await staging(account)
        settings = msgspec.structs.replace(
            stage.settings,
            corpus=config.Corpus(path=str(folder), source="files"),
            push=config.Push(per_day=20, per_week=20),
        )
        office = Office(dataclasses.replace(stage, settings=settings), folder)
        await office.open()
        return office

    return open_office


def pushed(phone: Phone, since: int = 0) -> list[str]:
    """What the account wrote to them of its own accord, or beneath an answer."""
    return [bubble.text for bubble in list(phone.bubbles)[since:] if bubble.sender == "account"]


CAP = ("cap_year = 6_000_000", "cap_year = 10_000_000")
LINE = "技术改造奖补：一家一年最多600万元→1000万元"


async def test_from_the_subscription_to_the_message(opening: Opening) -> None:
    """A changed sum reaches exactly those who subscribed to what it is about, once, as a difference; after 退订
    nothing comes any more."""
    office = await opening()
    mine = await office.follower("订阅 技改", "订阅 市级")
    other = await office.follower("订阅 渔业")
    silent = await office.follower("技改")
    seen = [len(phone.bubbles) for phone in (mine, other, silent)]
    await office.edit(CITY, *CAP)
    await office.work()
    news = pushed(mine, seen[0])
    assert len(news) == 1
    assert LINE in news[0]
    assert [pushed(other, seen[1]), pushed(silent, seen[2])] == [[], []]
    await mine.say("退订 技改")
    await mine.say("退订 市级")
    seen = [len(mine.bubbles)]
    await office.edit(CITY, CAP[1], "cap_year = 9_000_000")
    assert pushed(mine, seen[0]) == []


async def test_a_tap_opens_the_policy_that_changed(opening: Opening) -> None:
    """The link in the message shows the card as it is now."""
    office = await opening()
    phone = await office.follower("订阅 技改")
    await office.edit(CITY, *CAP)
    card = await phone.tap("看这条政策")
    assert "一家一年最多1000万元" in card.text


async def test_a_wish_fires_when_a_policy_is_published(opening: Opening) -> None:
    """What there is not is written down, and told once there is."""
    office = await opening()
    phone = await office.follower("订阅 叉车")
    assert "资料里还没有“叉车”的政策" in list(phone.bubbles)[-1].text
    paper = next(iter(office.process.services.corpus.papers))
    whole = (office.folder / CITY).read_text(encoding="utf-8")
    await office.edit(CITY, whole, whole + HYDROGEN.format(paper=paper))
    assert "您要的“叉车”有政策了" in list(phone.bubbles)[-1].text
    assert "每台给2万元" in list(phone.bubbles)[-1].text


async def test_last_days_are_reminded_of(opening: Opening, clock: ManualClock) -> None:
    """30 days before 31 December everybody concerned gets one message, and no second one that day."""
    office = await opening()
    phone = await office.follower("到期提醒")
    await clock.advance(8 * DAY)  # 1 December, a Tuesday
    await phone.say("你好")  # opens the window anew
    seen = len(phone.bubbles)
    await office.work()
    await clock.advance(3600.0)
    await office.work()
    news = pushed(phone, seen)
    assert len(news) == 1
    assert "还剩30天，最后一天是2026年12月31日" in news[0]


async def test_a_morning_message(opening: Opening, clock: ManualClock) -> None:
    """Who wants it once a day gets two editions' news in one message on the next morning."""
    office = await opening()
    phone = await office.follower("订阅 市级", "每天发一次")
    seen = len(phone.bubbles)
    await office.edit(CITY, *CAP)
    await office.edit("policies/gaoxin.toml", "percent = 50", "percent = 60")
    await office.edit(CITY, "percent = 12", "percent = 15")
    assert pushed(phone, seen) == []
    await clock.advance(23 * 3600.0)
    await office.work()
    news = pushed(phone, seen)
    assert len(news) == 1
    assert "比例12%→15%" in news[0]
    assert "600万元→1000万元" in news[0]


async def test_leaving_erases_it_all(opening: Opening) -> None:
    """Who left is in no table any more, and gets nothing; what they had subscribed to is a count."""
    office = await opening()
    phone = await office.follower("订阅 技改", "每周发一次")
    await office.edit(CITY, *CAP)
    openid = phone.follower.openid
    await phone.unfollow()
    for table in office.stage.tables():
        assert not [row for row in office.stage.rows(table) if openid in str(row)], table
    assert [row["reason"] for row in office.stage.rows("endings")] == ["left"]


async def test_erasing_ones_data(opening: Opening) -> None:
    """我的数据 says what is kept; after 删除 and its confirmation that is all gone, and they still follow."""
    office = await opening()
    phone = await office.follower("技改", "订阅 技改")
    assert "订阅：技术改造" in (await phone.say("我的数据")).text
    await phone.say("删除我的数据")
    assert "已删除" in (await phone.say("确认删除")).text
    services = office.process.services
    person = await services.database.run(lambda: People(services.database).read(phone.follower.openid))
    assert person.subscriptions == ()
    told = [row for row in office.stage.rows("inbox") if row["openid"] == phone.follower.openid]
    assert len(told) == 1, "the confirmation itself"
    assert len(office.stage.rows("followers")) == 1
    assert "问答：1条" in (await phone.say("我的数据")).text


async def test_told_with_the_next_answer(opening: Opening) -> None:
    """An account that may not write first tells its news beneath the next answer, once."""
    office = await opening(SILENT_ACCOUNT)
    phone = await office.follower("订阅 技改")
    assert "下次您来问时告诉您" in list(phone.bubbles)[-1].text
    seen = len(phone.bubbles)
    await office.edit(CITY, *CAP)
    assert len(phone.bubbles) == seen
    assert "600万元→1000万元" in (await phone.say("你好")).text
    assert "600万元→1000万元" not in (await phone.say("你好")).text


async def test_a_correction(opening: Opening, clock: ManualClock) -> None:
    """The operator's command finds who was answered with the policy; the worker tells each of them once, also where
    the command is given twice."""
    office = await opening()
    asked = await office.follower("技改")
    other = await office.follower("渔业")
    seen = [len(asked.bubbles), len(other.bubbles)]
    note = "电话应为85911249，之前写错了一位。"
    for _ in range(2):
        said = await correct(office.stage.settings, WORDS, "q91-1", note=note, clock=clock)
        assert said.startswith("q91-1: 1 people were answered with it")
    await office.work()
    news = pushed(asked, seen[0])
    assert len(news) == 1
    assert "更正：【鼓励企业设备更新和技术改造】" in news[0]
    assert note in news[0]
    assert pushed(other, seen[1]) == []


async def test_a_change_is_taken_back(opening: Opening, clock: ManualClock) -> None:
    """The earlier files alone are no news; by the operator's command they are, once."""
    office = await opening()
    phone = await office.follower("订阅 技改")
    path = office.folder / CITY
    before = path.read_text(encoding="utf-8")
    await office.edit(CITY, *CAP)
    seen = len(phone.bubbles)
    path.write_text(before, encoding="utf-8")
    await office.work()
    assert pushed(phone, seen) == []
    await clock.advance(60.0)
    said = [await publish(office.stage.settings, WORDS, clock=clock) for _ in range(2)]
    assert ["is published" in one for one in said] == [True, False]
    await office.work()
    assert ["1000万元→600万元" in text for text in pushed(phone, seen)] == [True]


def test_the_command_refuses_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown policy, an empty note, a database that is not there: each with a reason, and nothing written."""
    settings = str(write_settings(tmp_path, ACCOUNT, port=8080))
    for is_there, arguments, reason in (
        (False, ("q91-1", "--note", " "), "--note: must say"),
        (False, ("q91-1", "--note", "x"), "there is no such database"),
        (True, ("q91-12345", "--note", "x"), "no such policy"),
    ):
        if is_there:
            prepare(tmp_path / "huiqi.sqlite3")
        assert ended("correct", "--config", settings, *arguments) == 2
        assert reason in capsys.readouterr().err
