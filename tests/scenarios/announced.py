"""Staff in front of a process whose followers live on the emulated platform, with announcements that were sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import msgspec
from aiohttp import web
from yarl import URL

from bot.announcements import FINISHED, NOTICE, TAG, WAYS, Announcement, Content, Criterion, Plan
from bot.broadcasts import Broadcasts
from bot.config import Console, Server
from bot.store.broadcasts import Sample
from tests.bot.console.client import SECRET, Office
from tests.scenarios.stage import Stage
from tests.scenarios.test_announcing import PUSH, Scene

PATTERN = "事项:{{thing1.DATA}}\n时间:{{time2.DATA}}"
NOTICED = Content(
    form=NOTICE,
    title="事项提醒",
    channel="template",
    template="T",
    pattern=PATTERN,
    values={"thing1": "技改说明会", "time2": "2026年12月3日 14:00"},
)


@asynccontextmanager
async def open_announced(stage: Stage) -> AsyncIterator[tuple[Scene, Office]]:
    """A process with a console, and browsers in front of it."""
    settings = msgspec.structs.replace(
        stage.settings,
        push=PUSH,
        server=Server(public_url="http://huiqi.example.gov.cn"),
        console=Console(enabled=True, secret=SECRET, totp_required=False),
    )
    stage = replace(stage, settings=settings)
    scene = Scene(stage=stage, process=await stage.start())
    async with AsyncExitStack() as stack:
        url = URL(scene.process.callback.removesuffix("wechat"))
        yield scene, Office(scene.process.services, url, app=web.Application(), stack=stack)


async def tell_much(scene: Scene) -> None:
    """Announcements of all kinds: one by customer service and by list, one by a template that partly failed, one of
    which nobody knows whether it arrived, others yet to come; kept texts, and tags."""
    platform, services = scene.stage.platform, scene.process.services
    await scene.people(8, "技改找谁")
    await scene.people(6)
    await send(scene, name="说明会通知", plan=Plan(ways=WAYS, stop_at=90))
    platform.add_template("T", {"thing1": "事项", "time2": "时间"})
    platform.faults.plan("template", "failed: system failed", "failed: system failed")
    await send(scene, name="申报提醒", content=NOTICED, plan=Plan(ways=("template",), stop_at=90))
    platform.faults.set("lost", True)
    one = await scene.approved(name="结果不明", plan=Plan(ways=("custom",), stop_at=90))
    for job in services.worker.jobs:
        if job.name == "broadcasts":
            for _ in range(4):
                await job.run()
    await services.outbox.run_once()
    platform.faults.set("lost", False)
    await scene.work(FINISHED, number=one.id)
    await scene.phones[0].unfollow()
    tag = await services.client.create_tag("重点企业")
    await services.client.tag(tag, [phone.openid for phone in scene.phones[3:8]])
    await services.tagging.read("zhang")
    soon = scene.stage.clock.time() + 86_400.0
    await scene.approved(name="放假安排", start=soon)
    await scene.compose(name="给企业的", start=soon, criteria=(Criterion(kind=TAG, value=str(tag)),))
    await keep(services.broadcasts, "说明会", Content(text="((日期))在((地点))举办说明会。"))
    await keep(services.broadcasts, "提醒", msgspec.structs.replace(NOTICED, pattern="旧:{{thing9.DATA}}", values={}))
    await scene.compose(name="下周的", content=Content(text="((日期))见。"), sample=1, version=1)


async def send(scene: Scene, **changed: object) -> Announcement:
    """An announcement, from the approval to its end."""
    one = await scene.approved(**changed)
    await scene.work(FINISHED, number=one.id)
    await scene.stage.clock.advance(2.0)
    await scene.stage.platform.jobs.idle()
    return await scene.get(one.id)


async def keep(broadcasts: Broadcasts, name: str, content: Content) -> int:
    """A kept text in its first version."""
    return await broadcasts.rows.keep(Sample(id=0, version=1, name=name, content=content, who="zhang", time=1.0))
