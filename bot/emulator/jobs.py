"""What the platform does after it has said ok: deliver, then report by an event."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any

import msgspec
import structlog

from bot.clock import Clock
from bot.emulator import pushes
from bot.emulator.chats import Bubble, Chats
from bot.emulator.courier import Courier
from bot.emulator.faults import Faults
from bot.emulator.followers import Followers

DELAY = 1.0  # seconds between ok and delivery
KEPT = 1000  # mass jobs remembered
ONCE = 600  # seconds in which a client_msg_id is sent once
IDS = 100_000  # client ids remembered
HELPER = "mphelper"  # who reports a mass job
BLOCKED = "failed:user block"

logger = structlog.get_logger(__name__)


class MassJob(msgspec.Struct, kw_only=True):
    """One mass send. `status` is SENDING, SEND_SUCCESS, SEND_FAIL or DELETE; `created` in seconds since 1970."""

    msg_id: int
    audience: tuple[str, ...]
    bubble: Bubble
    created: float
    client_id: str = ""
    to_all: bool = False
    film: str = ""  # media_id of what can be withdrawn
    status: str = "SENDING"


class Jobs:
    """Work that goes on behind the calls; `delay` in seconds may be changed between calls."""

    def __init__(self, clock: Clock, *, courier: Courier, chats: Chats, followers: Followers, faults: Faults) -> None:
        self._clock = clock
        self._courier = courier
        self._chats = chats
        self._followers = followers
        self._faults = faults
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()
        self.masses: OrderedDict[int, MassJob] = OrderedDict()
        self.delay = DELAY

    def sent_before(self, openid: str, client_id: str) -> int | None:
        """The msgid of a template message sent to them under this client_msg_id in the last ten minutes."""
        when, msgid = self._sent.get((openid, client_id), (0.0, 0))
        return msgid if client_id and self._clock.time() - when < ONCE else None

    def send_template(self, openid: str, msgid: int, *, bubble: Bubble, client_id: str = "") -> None:
        """Deliver a template message and report it."""
        if client_id:
            self._sent[openid, client_id] = self._clock.time(), msgid
        if len(self._sent) > IDS:
            self._sent.popitem(last=False)
        self._start(self._finish_template(openid, msgid, bubble=bubble))

    def send_notice(self, openid: str, msgid: int, *, template_id: str, bubble: Bubble) -> None:
        """Deliver a subscription notice and report it."""
        self._start(self._finish_notice(openid, msgid, template_id=template_id, bubble=bubble))

    def send_mass(self, job: MassJob, *, monthly: bool) -> None:
        """Deliver to the audience and report; `monthly` applies the limit of four a month."""
        self.masses[job.msg_id] = job
        while len(self.masses) > KEPT:
            self.masses.popitem(last=False)
        self._start(self._finish_mass(job, monthly=monthly))

    async def idle(self) -> None:
        """Return when nothing is under way; the clock must move for that."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Drop what is under way."""
        for task in self._tasks:
            task.cancel()
        await self.idle()

    async def _finish_template(self, openid: str, msgid: int, *, bubble: Bubble) -> None:
        await self._clock.sleep(self.delay)
        status = self._faults.outcome("template", BLOCKED if self._followers.meet(openid).blocking else "success")
        if status == "success":
            self._chats.of(openid).add(bubble)
        await self._courier.deliver(pushes.template_report(msgid, status), openid)

    async def _finish_notice(self, openid: str, msgid: int, *, template_id: str, bubble: Bubble) -> None:
        await self._clock.sleep(self.delay)
        code = int(self._faults.outcome("notice", "0"))
        if code == 0:
            self._chats.of(openid).add(bubble)
        status = "failed" if code else "success"
        await self._courier.deliver(pushes.notice_report(template_id, msgid, code=code, status=status), openid)

    async def _finish_mass(self, job: MassJob, *, monthly: bool) -> None:
        await self._clock.sleep(self.delay)
        status = self._faults.outcome("mass", "send success")
        held = status == "send fail" or status.startswith("err")
        reached = [openid for openid in job.audience if self._followers.take_mass(openid, monthly=monthly)]
        errors = len(reached) if held else min(len(reached), int(self._faults.outcome("mass_errors", "0")))
        sent = len(reached) - errors
        for openid in reached[:sent]:
            self._chats.of(openid).add(job.bubble)
        if job.status == "SENDING":
            job.status = "SEND_FAIL" if held else "SEND_SUCCESS"
        report = pushes.mass_report(
            job.msg_id, status, total=len(job.audience), filtered=len(reached), sent=sent, errors=errors
        )
        await self._courier.deliver(report, HELPER)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("emulator.job_failed", exc_info=error)
