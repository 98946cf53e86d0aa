"""What the platform does after it has said ok."""

from __future__ import annotations

from bot.emulator.chats import Bubble
from bot.emulator.jobs import KEPT, MassJob

from .conftest import Stage
from .watching import exchanges


def _job(stage: Stage, number: int) -> MassJob:
    return MassJob(msg_id=number, audience=("o1",), bubble=Bubble(kind="mass"), created=stage.clock.time())


async def test_nothing_is_delivered_before_its_time(stage: Stage) -> None:
    """The delay is the job's own and may be changed."""
    stage.platform.jobs.delay = 30
    phone = stage.platform.phone("o1")
    await phone.follow()
    stage.platform.jobs.send_mass(_job(stage, 1), monthly=True)
    await stage.clock.advance(29)
    assert phone.bubbles[-1].kind == "system"
    await stage.clock.advance(1)
    await stage.platform.jobs.idle()
    assert phone.bubbles[-1].kind == "mass"


async def test_a_report_is_repeated_like_any_push(stage: Stage) -> None:
    """A server that fails gets the same report again, and no follower sees a fault line."""
    phone = stage.platform.phone("o1")
    await phone.follow()
    stage.listener.statuses = [500]
    with exchanges(stage.platform) as following:
        stage.platform.jobs.send_template("o1", 7, bubble=Bubble(kind="template"))
        await stage.clock.advance(1)
        assert (await following()).outcome == "500"
    await stage.clock.advance(5)
    await stage.platform.jobs.idle()
    assert stage.listener.xml[-1] == stage.listener.xml[-2]
    assert phone.bubbles[-1].kind == "template"


async def test_closing_drops_what_is_under_way(stage: Stage) -> None:
    """A job that has not finished is not delivered."""
    phone = stage.platform.phone("o1")
    await phone.follow()
    stage.platform.jobs.send_mass(_job(stage, 1), monthly=True)
    await stage.platform.jobs.close()
    await stage.clock.advance(1)
    assert phone.bubbles[-1].kind == "system"


async def test_old_jobs_are_forgotten(stage: Stage) -> None:
    """The record of mass jobs is bounded."""
    for number in range(KEPT + 1):
        stage.platform.jobs.send_mass(_job(stage, number), monthly=True)
    assert len(stage.platform.jobs.masses) == KEPT
    assert 0 not in stage.platform.jobs.masses
    await stage.platform.jobs.close()


async def test_a_client_id_counts_for_its_receiver_alone(stage: Stage) -> None:
    """The same id to another follower is another message; no id is never the same."""
    jobs = stage.platform.jobs
    jobs.send_template("o1", 7, bubble=Bubble(kind="template"), client_id="row")
    jobs.send_template("o1", 8, bubble=Bubble(kind="template"))
    assert [jobs.sent_before("o1", "row"), jobs.sent_before("o2", "row"), jobs.sent_before("o1", "")] == [7, None, None]
    await jobs.close()
