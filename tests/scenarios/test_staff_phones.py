"""A member of staff binds their phone, tries an announcement on it and follows it by chat; a follower wants none."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot.announcements import EVERYONE, FINISHED, MASS, NEXT, RUNNING, WAYS, Announcement, Content, Criterion, Plan
from bot.clock import ManualClock
from bot.config import Console, Push
from bot.console.codes import PHONE, new_phone_code
from bot.console.keys import Keys
from bot.emulator.phone import Phone
from bot.spellings import for_phones
from bot.store.audit import Audit, Entry, Search
from bot.store.phones import Phones
from bot.store.staff import Staff
from tests.scenarios.conftest import Staging
from tests.scenarios.stage import SILENT_ACCOUNT, Process, Stage

SECRET = "f" * 64
WORDS = "十二月三日下午两点，办事大厅举办技改政策说明会，欢迎来听。"


async def opened(stage: Stage) -> tuple[Stage, Process]:
    """The stage and a process with a console."""
    console, push = Console(enabled=True, secret=SECRET), Push(pace=1000.0, workdays=False)
    stage = replace(stage, settings=msgspec.structs.replace(stage.settings, console=console, push=push))
    return stage, await stage.start()


async def hire(process: Process, name: str, role: str) -> int:
    """An account; its number."""
    database, time = process.services.database, process.services.clock.time()
    entry = Entry(time=time, staff=0, who="test", action="staff.invited", target=name)
    return await Staff(database, Audit(database)).add(name, name.title(), role=role, entry=entry)


async def offer(process: Process, who: int) -> str:
    """A code that the console shows them."""
    code, time = new_phone_code(), process.services.clock.time()
    digest = Keys(SECRET).digest(PHONE, code)
    await Phones(process.services.database).offer(who, digest, time + 600.0)
    return code


async def announce(process: Process, plan: Plan, *, approved: bool = True) -> int:
    """An announcement to everybody, of zhang's, approved by wang; its number."""
    acts, time = process.services.broadcasts, process.services.clock.time()
    everybody = (Criterion(kind=EVERYONE),)
    one = Announcement(
        name="说明会", content=Content(text=WORDS), criteria=everybody, plan=plan, author="zhang",
        created=time, changed=time,
    )  # fmt: skip
    number = await acts.compose(one)
    if approved:
        await acts.submit(await stands(process, number), "zhang")
        one = await stands(process, number)
        await acts.approve(one, "wang", digest=one.digest)
    return number


async def stands(process: Process, number: int) -> Announcement:
    """How it stands."""
    found = await process.services.broadcasts.rows.get(number)
    assert found is not None
    return found


async def work(stage: Stage, process: Process, number: int, *states: str) -> None:
    """Let the worker work until it is in one of these states."""
    for _ in range(100):
        await next(job for job in process.services.worker.jobs if job.name == "broadcasts").run()
        if (await stands(process, number)).state in states:
            return
        await process.services.outbox.run_once()
        await stage.clock.advance(1.0)
        await stage.platform.jobs.idle()
    raise AssertionError((await stands(process, number)).state)


def last(phone: Phone) -> str:
    """The last words they got."""
    return [bubble.text for bubble in phone.bubbles if bubble.sender != "me"][-1]


def heard(phone: Phone) -> int:
    """How often somebody has got the announcement."""
    return sum(WORDS in bubble.text for bubble in phone.bubbles if bubble.sender != "me")


async def test_from_a_code_to_a_test_on_the_phone(staging: Staging, clock: ManualClock) -> None:
    """A stranger is told nothing; with the code of the console they are staff, see how announcements stand and get one
    as a test: one message, theirs alone. Once the account is closed they are a stranger again."""
    stage, process = await opened(await staging())
    phone, other = stage.platform.phone(), stage.platform.phone("oOther_0000000000000000001")
    for one in (phone, other):
        await one.follow()
        await one.say("你好")
    zhang = await hire(process, "zhang", "editor")
    draft = await announce(process, Plan(), approved=False)
    await phone.say("公告进度")
    stranger = last(phone)
    assert "说明会" not in stranger
    await phone.say("绑定 ABCD2345")
    assert "验证码不对" in last(phone)
    code = await offer(process, zhang)
    await clock.advance(601.0)
    await phone.say(f"绑定 {code}")
    assert "验证码不对" in last(phone)
    code = await offer(process, zhang)
    await phone.say(f"绑定 {code.lower()}")
    assert "“Zhang”" in last(phone)
    assert await Phones(process.services.database).bound() == {zhang: phone.openid}
    await other.say(f"绑定 {code}")
    assert "验证码不对" in last(other)

    await phone.say("公告进度")
    assert "没有发送中或等时间" in last(phone)
    await phone.say(f"公告 {draft}")
    assert "草稿" in last(phone)
    await phone.say(f"测试公告 {draft}")
    assert "马上发到您手机上" in last(phone)
    await process.services.outbox.run_once()
    assert [heard(one) for one in (phone, other)] == [1, 0]
    sent = [row for row in stage.rows("outbox") if row["key"].startswith("test:")]
    (spelled,) = for_phones((await stands(process, draft)).content, process.services.broadcasts.ways)
    assert [(row["openid"], row["body"], row["channel"]) for row in sent] == [(phone.openid, spelled.body, "custom")]
    log = await Audit(process.services.database).read(Search(staff=zhang), 9)
    assert [(entry.action, entry.target) for entry in log] == [
        ("broadcast.tested", str(draft)),
        ("profile.phone_bound", "zhang"),
    ]

    await hire(process, "chef", "admin")
    entry = Entry(time=clock.time(), staff=0, who="test", action="staff.disabled", target="zhang")
    database = process.services.database
    await Staff(database, Audit(database)).set_disabled(zhang, True, entry=entry)
    await phone.say(f"测试公告 {draft}")
    assert "马上发到" not in last(phone)
    assert len([row for row in stage.rows("outbox") if row["key"].startswith("test:")]) == 1


async def test_staff_follow_an_announcement_by_chat(staging: Staging) -> None:
    """While it waits, runs and is over."""
    stage, process = await opened(await staging())
    phone = stage.platform.phone()
    await phone.follow()
    await phone.say("你好")
    await phone.say(f"绑定 {await offer(process, await hire(process, 'li', 'viewer'))}")
    number = await announce(process, Plan(ways=WAYS))
    await phone.say("公告进度")
    assert "已批准，等时间" in last(phone)
    await work(stage, process, number, RUNNING)
    await phone.say("群发")
    assert "发送中，已处理0/1" in last(phone)
    await phone.say(f"测试公告 {number}")
    assert "只能查看" in last(phone)
    await work(stage, process, number, FINISHED)
    await phone.say(f"公告 {number}")
    assert "已发完，已处理1/1，已发出1" in last(phone)


async def test_who_wants_none_is_left_alone_but_in_an_emergency(staging: Staging) -> None:
    """From then on, until they want them again; the ledger says why."""
    stage, process = await opened(await staging())
    phone = stage.platform.phone()
    await phone.follow()
    await phone.say("退订公告")
    assert "紧急" in last(phone)
    await work(stage, process, await announce(process, Plan(ways=WAYS)), FINISHED)
    assert heard(phone) == 0
    assert [(row["state"], row["reason"]) for row in stage.rows("recipients")] == [("skipped", "declined")]
    urgent = Plan(ways=(MASS, *WAYS[:1]), urgent=True, reason="台风")
    await work(stage, process, await announce(process, urgent), FINISHED)
    assert heard(phone) == 1
    await phone.say("全部退订")
    await work(stage, process, await announce(process, Plan(ways=WAYS)), FINISHED)
    assert heard(phone) == 1
    await phone.say("恢复公告")
    await work(stage, process, await announce(process, Plan(ways=WAYS)), FINISHED)
    assert heard(phone) == 2
    await phone.say("我的数据")
    assert "发给过您的单位公告：2条" in last(phone)


async def test_what_waits_for_their_next_message_is_taken_back(staging: Staging) -> None:
    """On an account that may only answer: neither the answer to 退订公告 nor any later one carries it."""
    stage, process = await opened(await staging(SILENT_ACCOUNT))
    phone = stage.platform.phone()
    await phone.follow()
    number = await announce(process, Plan(ways=(NEXT,)))
    await work(stage, process, number, "closing")
    await phone.say("退订公告")
    await phone.say("技改找谁")
    assert heard(phone) == 0
    assert [(row["state"], row["reason"]) for row in stage.rows("recipients")] == [("skipped", "declined")]
    await work(stage, process, number, FINISHED)
