"""From a notice to the platform's report of it: two processes, one that answers the platform and one that sends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest

from bot.clock import ManualClock
from bot.config import Push
from bot.emulator.phone import Phone, Seen
from bot.notices import Notice
from bot.store.calls import Entry
from bot.store.notices import Notices, pack
from bot.store.outbox import OutboxRows
from tests.scenarios.conftest import Staging
from tests.scenarios.stage import SILENT_ACCOUNT, Process, Stage

PUSH = Push(
    pace=1000.0,
    template_id="T_CHANGED",
    template_fields={"thing1": "title", "thing2": "change"},
    notice_id="N_CHANGED",
    notice_fields={"thing1": "title"},
    workdays=False,
)
FIELDS = {"title": "鼓励技术改造", "change": "上限 600万元→800万元"}
NEWS = "技改补助上限：600万元→800万元"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A process that listens, another that works, and somebody's phone."""

    stage: Stage
    serving: Process
    working: Process
    phone: Phone

    async def tell(self, key: str = "n1", *, kind: str = "changed", text: str = NEWS) -> None:
        """A notice for the phone's owner; the working process plans and sends what it can."""
        notice = Notice(
            key=key,
            openid=self.phone.openid,
            kind=kind,
            text=text,
            title="鼓励技术改造",
            url="https://huiqi.example.gov.cn/p/q91-3",
            fields=FIELDS,
            created=self.stage.clock.time(),
        )
        database = self.working.services.database
        await database.run(lambda: Notices(database).keep([pack(notice, [1])]))
        await self.work()

    async def work(self) -> None:
        """Plan and send."""
        for job in self.working.services.worker.jobs:
            if job.name == "notices":
                await job.run()
        await self.working.services.outbox.run_once()

    async def report(self) -> None:
        """The platform delivers, and tells the process that listens."""
        await self.stage.clock.advance(1.0)
        await self.stage.platform.jobs.idle()

    def row(self) -> dict[str, Any]:
        """The one row of the outbox."""
        (row,) = self.stage.rows("outbox")
        return row

    def notices(self) -> dict[str, str]:
        """The state of every notice."""
        return {row["key"]: row["state"] for row in self.stage.rows("notices")}

    def shown(self, kind: str) -> list[str]:
        """What stands in the chat as one kind of message: its fields."""
        return [" ".join(f.value for f in bubble.fields) for bubble in self.phone.bubbles if bubble.kind == kind]


@pytest.fixture
async def scene(staging: Staging) -> Scene:
    """Somebody who follows and has written nothing: their window is shut after a minute."""
    return await open_scene(await staging())


async def open_scene(stage: Stage, push: Push = PUSH) -> Scene:
    """Both processes, with these settings."""
    stage.platform.add_template("T_CHANGED", {"thing1": "政策", "thing2": "变化"})
    stage.platform.add_template("N_CHANGED", {"thing1": "政策"}, kind="notice", long_term=push.notice_lasting)
    stage = replace(stage, settings=msgspec.structs.replace(stage.settings, push=push))
    working = await stage.start()
    serving = await stage.start()
    phone = stage.platform.phone()
    await phone.follow()
    await stage.clock.advance(61.0)
    return Scene(stage=stage, serving=serving, working=working, phone=phone)


@pytest.mark.parametrize(
    ("outcome", "row", "shown"),
    [
        ("success", ("sent", "", "success"), ["鼓励技术改造 上限 600万元→800万元"]),
        ("failed:user block", ("skipped", "blocked", "failed:user block"), []),
        ("failed: system failed", ("failed", "failed: system failed", "failed: system failed"), []),
    ],
)
async def test_a_template_message_and_what_became_of_it(
    scene: Scene, outcome: str, row: tuple[str, str, str], shown: list[str]
) -> None:
    """`ok` is not yet delivered: the event says it, and the row that was sent by one process is found by the other."""
    scene.stage.platform.faults.plan("template", outcome)
    await scene.tell()
    sent = scene.row()
    assert (sent["channel"], sent["state"], sent["report"]) == ("template", "sent", "")
    assert int(sent["msgid"]) > 2**53
    await scene.report()
    told = scene.row()
    assert (told["state"], told["reason"], told["report"]) == row
    assert scene.shown("template") == shown


async def test_a_message_costs_nothing_while_the_window_is_open(scene: Scene) -> None:
    """Who wrote lately gets the notice in full as a customer-service message."""
    await scene.phone.say("技改")
    await scene.tell()
    assert (scene.row()["channel"], scene.row()["state"]) == ("custom", "sent")
    assert scene.phone.bubbles[-1].text == NEWS


async def test_a_consent_given_on_a_page_is_spent_once(scene: Scene) -> None:
    """Where they refused the template: the notice goes, is reported, and the next one waits for their next message."""
    scene.stage.platform.followers.refuse(scene.phone.openid, "T_CHANGED")
    await scene.tell("n1")
    assert (scene.row()["state"], scene.row()["reason"]) == ("skipped", "refused")
    assert scene.notices() == {"n1": "waiting"}
    await scene.phone.answer_notice("N_CHANGED")
    await scene.tell("n2")
    await scene.report()
    (_, row) = scene.stage.rows("outbox")
    assert (row["channel"], row["state"], row["report"]) == ("subscribe", "sent", "success")
    assert scene.shown("notice") == ["鼓励技术改造"]
    await scene.tell("n3")
    assert scene.notices() == {"n1": "waiting", "n2": "planned", "n3": "waiting"}


async def test_a_notice_that_the_platform_could_not_deliver_is_a_dead_letter(scene: Scene) -> None:
    """Its event has no id that we know: follower and template find the row."""
    scene.stage.platform.followers.refuse(scene.phone.openid, "T_CHANGED")
    scene.stage.platform.faults.plan("notice", "43")
    await scene.tell("n0")
    await scene.phone.answer_notice("N_CHANGED")
    await scene.tell("n1")
    await scene.report()
    row = scene.stage.rows("outbox")[-1]
    assert (row["state"], row["reason"], row["report"]) == ("failed", "43 failed", "43 failed")


async def test_a_lasting_consent_is_sent_under_until_it_is_withdrawn(staging: Staging) -> None:
    """In the settings, of which the platform tells."""
    scene = await open_scene(await staging(), msgspec.structs.replace(PUSH, notice_lasting=True))
    await scene.phone.answer_notice("N_CHANGED")
    for key in ("n1", "n2"):
        await scene.tell(key)
    assert [(row["channel"], row["state"]) for row in scene.stage.rows("outbox")] == [("subscribe", "sent")] * 2
    await scene.phone.refuse("N_CHANGED")
    await scene.stage.clock.advance(2 * 86_400.0)
    await scene.tell("n3")
    assert scene.stage.rows("outbox")[-1]["channel"] == "template"


async def test_a_refusal_on_the_page_is_heeded(scene: Scene) -> None:
    """No notice goes to who said no, though a consent was there before."""
    await scene.phone.answer_notice("N_CHANGED")
    await scene.phone.answer_notice("N_CHANGED", accept=False)
    (grant,) = scene.stage.rows("grants")
    assert (grant["sends"], grant["refused"]) == (0, 1)
    await scene.tell()
    assert scene.row()["channel"] == "template"


async def test_what_cannot_be_pushed_stands_beneath_the_next_answer(staging: Staging) -> None:
    """An account that may only answer tells it then, once, and it counts as told."""
    scene = await open_scene(await staging(SILENT_ACCOUNT))
    await scene.tell()
    assert scene.notices() == {"n1": "waiting"}
    assert scene.stage.rows("outbox") == []
    first = (await scene.phone.say("技改")).text
    assert first.startswith("【鼓励企业设备更新和技术改造】")
    assert first.endswith(f"📌 给您的消息（不收单位公告：回复“退订公告”）：\n{NEWS}")
    assert scene.notices() == {"n1": "told"}
    assert NEWS not in (await scene.phone.say("技改")).text


async def test_every_delivery_of_that_message_tells_it(staging: Staging) -> None:
    """The answer to a retry is the first to the letter."""
    scene = await open_scene(await staging(SILENT_ACCOUNT))
    await scene.tell()
    scene.stage.platform.faults.set("retry", True)
    seen = await during(scene.stage.clock, scene.phone.say("技改"))
    assert seen.attempts == 2
    assert seen.text.endswith(NEWS)
    assert scene.notices() == {"n1": "told"}


async def test_too_much_for_one_answer_goes_on_in_the_next(staging: Staging) -> None:
    """Nothing is cut, and the oldest comes first."""
    scene = await open_scene(await staging(SILENT_ACCOUNT))
    texts = [f"第{n}条：" + "新政策" * 60 for n in range(4)]
    for number, text in enumerate(texts):
        await scene.tell(f"n{number}", text=text)
        await scene.stage.clock.advance(1.0)
    told = ""
    for _ in range(4):
        told += (await scene.phone.say("你好")).text
    places = [told.index(text) for text in texts]
    assert places == sorted(places)
    assert all(told.count(text) == 1 for text in texts)


async def test_stale_news_is_not_told(staging: Staging) -> None:
    """A reminder that counts days is wrong tomorrow."""
    scene = await open_scene(await staging(SILENT_ACCOUNT))
    await scene.tell(kind="expiring", text="还剩7天")
    await scene.stage.clock.advance(86_400.0)
    assert "还剩7天" not in (await scene.phone.say("技改")).text


async def test_who_stops_being_told_is_not_told_beside_it(staging: Staging) -> None:
    """退订 is answered alone."""
    scene = await open_scene(await staging(SILENT_ACCOUNT))
    await scene.phone.say("订阅 技改")
    await scene.tell()
    assert NEWS not in (await scene.phone.say("退订 全部")).text


async def test_who_left_is_not_told(scene: Scene) -> None:
    """And nothing of what waited is kept."""
    scene.stage.platform.followers.refuse(scene.phone.openid, "T_CHANGED")
    await scene.tell()
    await scene.phone.unfollow()
    assert scene.stage.rows("notices") == []
    assert scene.stage.rows("grants") == []
    assert scene.phone.openid not in str(scene.stage.rows("outbox"))


async def test_a_mass_message_and_its_counts(scene: Scene) -> None:
    """Handed in by one process, reported to the other; whoever it did not reach is in the counts."""
    other = scene.stage.platform.phone("oAnotherFollower_00000000002")
    await other.follow()
    scene.stage.platform.followers.meet(other.openid).blocking = True
    rows, time = OutboxRows(scene.working.services.database), scene.stage.clock.time()
    body = msgspec.json.encode({"msgtype": "text", "text": {"content": NEWS}})
    entry = Entry(key="b1", openid="", channel="mass", body=body, due=time, expires=time + 3600)
    run = scene.working.services.database.run
    await run(lambda: rows.add([entry], time=time))
    await run(lambda: rows.address("b1", [scene.phone.openid, other.openid]))
    await scene.work()
    assert (scene.row()["state"], scene.row()["report"]) == ("sent", "")
    await scene.report()
    assert scene.row()["report"] == "success; total 2 filtered 1 sent 1 errors 0"
    assert scene.phone.bubbles[-1].text == NEWS


async def during(clock: ManualClock, act: Coroutine[Any, Any, Seen]) -> Seen:
    """What comes of an act while time goes on."""
    task = asyncio.ensure_future(act)
    while not task.done():
        await clock.advance(1.0)
        await asyncio.sleep(0.01)
    return task.result()
