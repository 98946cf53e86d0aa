"""Announcements from the approval to the last recipient, on the emulated platform."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import msgspec
import pytest

from bot.announcements import (
    CLOSING,
    EVERYONE,
    FINISHED,
    MASS,
    NEXT,
    NOTICE,
    RUNNING,
    TAG,
    TOPIC,
    WAYS,
    Announcement,
    Content,
    Criterion,
    Plan,
)
from bot.broadcasts import Broadcasts
from bot.config import Push
from bot.emulator.phone import Phone
from bot.errors import NotAllowed, Overtaken
from bot.store.broadcast_tables import tagged
from bot.store.driver import once
from bot.store.ledgers import Counts
from tests.scenarios.conftest import Staging
from tests.scenarios.stage import SILENT_ACCOUNT, Process, Stage

WORDS = "十二月三日下午两点，办事大厅举办技改政策说明会，欢迎来听。"
PUSH = Push(pace=1000.0, workdays=False)
EVERYBODY = (Criterion(kind=EVERYONE),)
ROUNDS = 200


@dataclass(kw_only=True)
class Scene:
    """A process that does everything, and the phones of its followers."""

    stage: Stage
    process: Process
    phones: list[Phone] = field(default_factory=list)

    @property
    def broadcasts(self) -> Broadcasts:
        """What staff act with."""
        return self.process.services.broadcasts

    async def people(self, many: int, words: str = "") -> list[Phone]:
        """More followers; their windows are shut unless they say something."""
        first = len(self.phones)
        fresh = [self.stage.platform.phone(f"oFollower{first + number:019d}") for number in range(many)]
        for phone in fresh:
            await phone.follow()
        await self.stage.clock.advance(61.0)
        for phone in fresh:
            if words:
                await phone.say(words)
        self.phones += fresh
        return fresh

    async def compose(self, **changed: object) -> Announcement:
        """A draft of zhang's."""
        time = self.stage.clock.time()
        plain = Announcement(
            name="说明会", content=Content(text=WORDS), criteria=EVERYBODY, author="zhang", created=time, changed=time
        )
        one = msgspec.structs.replace(plain, **changed)
        return await self.get(await self.broadcasts.compose(one))

    async def get(self, number: int) -> Announcement:
        """How an announcement stands."""
        found = await self.broadcasts.rows.get(number)
        assert found is not None
        return found

    async def approved(self, **changed: object) -> Announcement:
        """One that wang approved."""
        one = await self.compose(**changed)
        await self.broadcasts.submit(one, "zhang")
        one = await self.get(one.id)
        await self.broadcasts.approve(one, "wang", digest=one.digest)
        return await self.get(one.id)

    async def work(self, *states: str, number: int = 1) -> Announcement:
        """Let the worker work until the announcement is in one of these states."""
        for _ in range(ROUNDS):
            for job in self.process.services.worker.jobs:
                if job.name == "broadcasts":
                    await job.run()
            if (one := await self.get(number)).state in states:
                return one
            await self.process.services.outbox.run_once()
            await self.stage.clock.advance(1.0)
            await self.stage.platform.jobs.idle()
        raise AssertionError(f"it is {one.state}, {await self.counts(number)}")

    async def counts(self, number: int = 1) -> Counts:
        """How many are in each state."""
        return await self.broadcasts.ledgers.counts(number)

    def heard(self, phone: Phone, words: str = WORDS) -> int:
        """How often somebody has got the words."""
        return sum(words in f"{b.text}{b.title}{b.description}" for b in phone.bubbles if b.sender != "me")


@pytest.fixture
async def scene(staging: Staging) -> Scene:
    """A service account."""
    return await open_scene(await staging())


async def open_scene(stage: Stage) -> Scene:
    """A process with settings for announcements."""
    stage = replace(stage, settings=msgspec.structs.replace(stage.settings, push=PUSH))
    return Scene(stage=stage, process=await stage.start())


async def test_everybody_gets_it_once_by_the_cheapest_way(scene: Scene) -> None:
    """Who wrote lately is answered by customer service, the rest by one mass call; the ledger has a row for each."""
    await scene.people(3, "技改")
    await scene.people(4)
    one = await scene.approved(plan=Plan(ways=WAYS))
    reach = await scene.broadcasts.reach(one)
    assert reach.ways == {"custom": 3, "mass": 4}
    one = await scene.work(FINISHED)
    assert one.audience == 7
    assert (await scene.counts()) == Counts(sent=7)
    assert [scene.heard(phone) for phone in scene.phones] == [1] * 7
    channels = Counter(row["channel"] for row in scene.stage.rows("recipients"))
    assert channels == {"custom": 3, "mass": 4}
    (call,) = await scene.broadcasts.ledgers.calls(one.id)
    assert (call.ours, call.total, call.filtered, call.sent, call.unexplained) == (4, 4, 4, 4, 0)


async def test_what_cannot_be_pushed_is_told_with_the_next_answer(staging: Staging) -> None:
    """An account that may only answer tells it beneath what people are answered next, and waits for them."""
    scene = await open_scene(await staging(SILENT_ACCOUNT))
    await scene.people(2)
    await scene.approved(plan=Plan(ways=(NEXT,)))
    one = await scene.work(CLOSING)
    assert await scene.counts() == Counts(waiting=2)
    first, second = scene.phones
    await first.say("技改找谁")
    assert (scene.heard(first), scene.heard(second)) == (1, 0)
    assert await scene.counts() == Counts(waiting=1, sent=1)
    await scene.stage.clock.advance(4 * 86_400.0)
    one = await scene.work(FINISHED)
    assert await scene.counts() == Counts(sent=1, skipped=1)
    assert one.ended
    await second.say("技改找谁")
    assert scene.heard(second) == 0


async def test_nobody_approves_their_own_work(scene: Scene) -> None:
    """Neither who submitted it nor who wrote on it; and what is changed meanwhile is not what was read."""
    await scene.people(1)
    one = await scene.compose()
    await scene.broadcasts.submit(one, "zhang")
    one = await scene.get(one.id)
    with pytest.raises(NotAllowed, match="own_work"):
        await scene.broadcasts.approve(one, "zhang", digest=one.digest)
    other = msgspec.structs.replace(one, content=Content(text="别的话"))
    await scene.broadcasts.save(other, "li")
    with pytest.raises(Overtaken):
        await scene.broadcasts.approve(one, "wang", digest=one.digest)
    assert (await scene.get(one.id)).state == "draft"
    assert await scene.work("draft", number=one.id)
    assert not scene.stage.rows("recipients")


async def test_of_two_who_approve_at_once_one_is_told(scene: Scene) -> None:
    """It is approved once, in one name."""
    one = await scene.compose()
    await scene.broadcasts.submit(one, "zhang")
    one = await scene.get(one.id)
    await scene.broadcasts.approve(one, "wang", digest=one.digest)
    with pytest.raises(Overtaken):
        await scene.broadcasts.approve(one, "zhao", digest=one.digest)
    assert (await scene.get(one.id)).reviewer == "wang"


async def test_it_waits_for_working_hours(scene: Scene) -> None:
    """What is approved at night goes out in the morning; an emergency at once."""
    await scene.people(1, "技改")
    await scene.stage.clock.advance(12 * 3600.0)  # ten in the evening
    await scene.approved()
    urgent = Plan(ways=WAYS, urgent=True, reason="台风")
    await scene.approved(plan=urgent)
    await scene.work(FINISHED, number=2)
    assert (await scene.get(1)).state == "scheduled"
    await scene.stage.clock.advance(11 * 3600.0)
    await scene.work(FINISHED, number=1)
    assert scene.heard(scene.phones[0]) == 2


async def test_who_comes_later_is_not_in_it_and_who_leaves_is_no_name(scene: Scene) -> None:
    """The audience is who followed when it began; the row of who leaves stays and names nobody."""
    _, stays, leaves = await scene.people(3)
    await scene.approved(plan=Plan(ways=WAYS))
    await scene.work(RUNNING)
    await leaves.unfollow()
    (late,) = await scene.people(1)
    one = await scene.work(FINISHED)
    assert one.audience == 3
    assert (scene.heard(stays), scene.heard(late)) == (1, 0)
    rows = {row["openid"]: (row["state"], row["reason"]) for row in scene.stage.rows("recipients")}
    assert leaves.openid not in rows
    assert ("skipped", "left") in rows.values()
    assert (await scene.counts()).audience == 3


async def test_a_pause_takes_back_what_nobody_has_begun(scene: Scene) -> None:
    """Nothing goes out while it pauses; then everybody gets it, once."""
    await scene.people(3, "技改")
    await scene.people(3)
    one = await scene.approved(plan=Plan(ways=WAYS))
    await scene.work(RUNNING)
    for job in scene.process.services.worker.jobs:
        if job.name == "broadcasts":
            await job.run()
    await scene.broadcasts.pause(await scene.get(one.id), "wang")
    await scene.process.services.outbox.run_once()
    assert await scene.counts() == Counts(planned=6)
    await scene.broadcasts.resume(await scene.get(one.id), "wang")
    await scene.work(FINISHED)
    assert await scene.counts() == Counts(sent=6)
    assert [scene.heard(phone) for phone in scene.phones] == [1] * 6


async def test_a_cancelled_one_adds_up(scene: Scene) -> None:
    """Whoever was not reached is skipped, and says why."""
    await scene.people(5)
    one = await scene.approved(plan=Plan(ways=WAYS))
    await scene.work(RUNNING)
    await scene.broadcasts.cancel(await scene.get(one.id), "wang")
    await scene.work("cancelled")
    assert await scene.counts() == Counts(skipped=5)
    assert {row["reason"] for row in scene.stage.rows("recipients")} == {"cancelled"}
    assert [scene.heard(phone) for phone in scene.phones] == [0] * 5


async def test_failures_pause_it_and_only_the_failed_go_again(scene: Scene) -> None:
    """A share of failures stops it; once mended, those with whom it failed get it, and nobody twice."""
    scene.stage.platform.add_template("T", {"thing1": "事项"})
    await scene.people(30)
    notice = Content(form=NOTICE, title="事项", channel="template", template="T", pattern="事项:{{thing1.DATA}}")
    notice = msgspec.structs.replace(notice, values={"thing1": "技改说明会"})
    for _ in range(25):
        scene.stage.platform.faults.plan("template", "failed: system failed")
    one = await scene.approved(content=notice, plan=Plan(ways=("template",)))
    await scene.work("paused")
    one = await scene.get(one.id)
    assert one.why == "errors"
    counts = await scene.counts()
    assert counts.failed >= 20
    assert await scene.broadcasts.retry(one, "wang") == counts.failed
    await scene.work(FINISHED)
    await scene.stage.clock.advance(2.0)
    await scene.stage.platform.jobs.idle()
    assert await scene.counts() == Counts(arrived=30)
    shown = [sum(b.kind == "template" for b in phone.bubbles) for phone in scene.phones]
    assert shown == [1] * 30


async def test_a_topic_and_a_tag_make_an_audience(scene: Scene) -> None:
    """Who subscribed to the topic, who wants everything, and who has the tag: each once; who declined is skipped."""
    topic, everything, has_tag, declined, _ = await scene.people(5)
    await topic.say("订阅 技改")
    await everything.say("订阅全部")
    await has_tag.say("你好")
    database = scene.process.services.database
    await database.run(lambda: once(database.insert(tagged), tag="101", openid=has_tag.openid))
    kinds = {row["kind"]: row["value"] for row in scene.stage.rows("subscriptions")}
    wanted = (Criterion(kind=TOPIC, value=kinds["topic"]), Criterion(kind=TAG, value="101"))
    one = await scene.approved(criteria=wanted, plan=Plan(ways=WAYS))
    await scene.work(FINISHED)
    got = [scene.heard(phone) for phone in (topic, everything, has_tag, declined)]
    assert got == [1, 1, 1, 0]
    assert (await scene.get(one.id)).audience == 3


async def test_a_reserve_of_mass_messages_is_kept(scene: Scene) -> None:
    """Three in a month reach somebody by mass; the fourth is kept for emergencies."""
    await scene.people(2)
    for number in range(1, 4):
        await scene.approved(plan=Plan(ways=(MASS,)))
        await scene.work(FINISHED, number=number)
    await scene.approved(plan=Plan(ways=(MASS,)))
    await scene.work(FINISHED, number=4)
    assert await scene.counts(4) == Counts(skipped=2)
    await scene.approved(plan=Plan(ways=(MASS,), urgent=True, reason="台风"))
    await scene.work(FINISHED, number=5)
    assert await scene.counts(5) == Counts(sent=2)
