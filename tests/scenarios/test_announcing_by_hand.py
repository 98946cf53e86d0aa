"""An announcement by the command line alone, on the emulated platform: written, approved, watched, told, corrected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from io import StringIO

import msgspec
import pytest
from rich.console import Console

from bot.announcements import NOTICE, TEMPLATE
from bot.commands.bulletins import Bulletins, open_bulletins
from bot.commands.wishes import Wish
from bot.config import Console as Settings
from bot.config import Push
from bot.errors import BotError
from bot.store.audit import Audit, Entry
from bot.store.staff import Staff
from handlers.broadcasts import BROADCASTS
from tests.scenarios.conftest import Staging
from tests.scenarios.stage import Process, Stage


@pytest.fixture
async def stage(staging: Staging) -> Stage:
    """A service account whose bot has a console."""
    stage = await staging()
    console, push = Settings(enabled=True, secret="f" * 64), Push(pace=1000.0, workdays=False)
    return replace(stage, settings=msgspec.structs.replace(stage.settings, console=console, push=push))


@pytest.fixture
async def process(stage: Stage) -> Process:
    """The running bot, and two members of staff."""
    process = await stage.start()
    staff = Staff(process.services.database, Audit(process.services.database))
    for name, role in (("zhang", "editor"), ("wang", "approver")):
        entry = Entry(time=0.0, staff=0, who="", action="staff.invited", target=name)
        await staff.add(name, name, role=role, entry=entry)
    return process


@pytest.fixture
def lines() -> list[str]:
    """What the commands say."""
    return []


@pytest.fixture
async def bulletins(stage: Stage, process: Process, lines: list[str]) -> AsyncIterator[Bulletins]:
    """The commands, beside the running bot."""
    async with open_bulletins(stage.settings, BROADCASTS, say=lines.append, clock=stage.clock) as opened:
        yield opened


async def approve(bulletins: Bulletins, number: int, people: int | None = None) -> None:
    """Submit it by zhang, approve it by wang."""
    await bulletins.act("submit", number, "zhang", people=people)
    await bulletins.approve(number, (await bulletins.find(number)).digest, "wang", people=people)


async def work(stage: Stage, process: Process) -> None:
    """One round of the worker."""
    await next(job for job in process.services.worker.jobs if job.name == "broadcasts").run()
    await process.services.outbox.run_once()
    await stage.clock.advance(1.0)
    await stage.platform.jobs.idle()


async def test_the_whole_way(stage: Stage, process: Process, bulletins: Bulletins, lines: list[str]) -> None:
    """Everybody gets it; the bar ends by itself; the report has the platform's counts; the correction reaches exactly
    those who got it."""
    phones = [stage.platform.phone(f"oFollower{n:019d}") for n in range(4)]
    for phone in phones:
        await phone.follow()
    await phones[0].say("技改")
    await phones[3].say("退订公告")
    await stage.clock.advance(61.0)
    wish = Wish(name="说明会", text="三日下午开说明会", everyone=True, ways=["custom", "mass"])
    number = await bulletins.new(wish, "zhang")
    await bulletins.show(number)
    assert "到开始时能发到：3人（客服消息1，群发2）；共4人，发不到的：退订公告1" in lines
    await approve(bulletins, number, 4)
    lines.clear()
    await work(stage, process)
    screen = StringIO()
    watching = asyncio.create_task(bulletins.watch(number, minutes=30, screen=Console(file=screen, width=100)))
    while not watching.done():
        await work(stage, process)
    await watching
    assert lines == [f"{number}\t已发完\t说明会\t4/4，已发出3，跳过1，失败0，结果不明0"]
    lines.clear()
    await bulletins.report(number)
    assert "已发出3 + 失败0 + 结果不明0 + 跳过1 + 还没办完0 = 4" in lines
    assert "第1次：名单2人；微信收到2，过滤后2，发出2，出错0；对不上的0人" in lines
    fresh = await bulletins.correct(number, "zhang")
    await bulletins.edit(fresh, Wish(text="更正：是四日下午", ways=["custom", "mass"]), "zhang")
    await approve(bulletins, fresh)
    for _ in range(100):
        await work(stage, process)
        if (await bulletins.find(fresh)).ended:
            break
    got = [sum("更正" in bubble.text for bubble in phone.bubbles if bubble.sender != "me") for phone in phones]
    assert got == [1, 1, 1, 0]


async def test_a_notice_by_a_template_of_the_account(stage: Stage, bulletins: Bulletins) -> None:
    """Its title and lines are the platform's; a template or a key that is none is told with those there are."""
    stage.platform.add_template("T", {"thing1": "事项", "time2": "时间"})
    values = ["thing1=说明会", "time2=2026年12月3日 14:00"]
    number = await bulletins.new(Wish(name="x", notice="T", values=values, everyone=True), "zhang")
    content = (await bulletins.find(number)).content
    assert (content.form, content.channel, content.template) == (NOTICE, TEMPLATE, "T")
    assert content.values == {"thing1": "说明会", "time2": "2026年12月3日 14:00"}
    assert "事项:说明会" in content.words()
    await bulletins.edit(number, Wish(values=["thing1=宣讲会"]), "zhang")
    assert (await bulletins.find(number)).content.values["thing1"] == "宣讲会"
    with pytest.raises(BotError, match="没有模板 U。有：T"):
        await bulletins.new(Wish(name="x", notice="U"), "zhang")
    with pytest.raises(BotError, match="没有 thing9。有：thing1, time2"):
        await bulletins.edit(number, Wish(values=["thing9=x"]), "zhang")
    with pytest.raises(BotError, match="要写成 键=值"):
        await bulletins.edit(number, Wish(values=["thing1"]), "zhang")
