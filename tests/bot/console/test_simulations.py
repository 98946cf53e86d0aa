"""Before saving words staff see which real questions would turn, without whose they were."""

from __future__ import annotations

from bot.clock import ManualClock
from bot.messages import Left, Text
from bot.store.simulations import Simulation
from tests.bot.console.client import Office
from tests.bot.console.sheets import saved, send


async def test_a_draft_is_tried_on_real_questions(office: Office, clock: ManualClock) -> None:
    """Counts and examples by kind, no openid; what was erased meanwhile is only counted."""
    for number, text in enumerate(("备用电源", "备用电源", "充电宝怎么补", "套装", "你好")):
        await office.services.engine.handle(
            Text(key=f"k{number}", openid=f"secret{number}", account="gh_1", created=int(clock.time()), text=text)
        )
    editor = await office.sign_in("editor")
    draft = await saved(editor, "/console/edit/policy?key=q91-2", keywords="首台套\n套装\n充电宝")
    answer = await send(editor, f"/console/drafts/{draft}", "simulate")
    assert office.services.publishing is not None
    await office.services.publishing.trials.settle()
    page = await editor.follow(answer)
    for said in ("试过的问法 4 共 4", "新答上 1 问过 1 次", "答不上了 1 问过 2 次", "充电宝怎么补", "支持首台套"):
        assert said in page.text, said
    assert "secret" not in page.source
    assert 'http-equiv="refresh"' not in page.source, "it is at its end"
    await office.services.engine.handle(
        Left(key="bye", openid="secret2", account="gh_1", created=int(clock.time()) + 1)
    )
    page = await editor.get(answer.location)
    assert ("充电宝怎么补" in page.text, "已经按要求删除" in page.text) == (False, True)


async def test_a_simulation_of_nothing_is_not_found(office: Office) -> None:
    """By a number that nobody has; viewers see none at all."""
    assert (await (await office.sign_in("editor")).get("/console/simulations/77")).status == 404
    assert (await (await office.sign_in("viewer")).get("/console/simulations/77")).status == 403


async def test_a_simulation_that_was_cut_off_says_so(office: Office, clock: ManualClock) -> None:
    """Its process ended before it could: once its time is over the page rests, and claims nothing."""
    editor = await office.sign_in("editor", "li")
    draft = await saved(editor, "/console/edit/policy?key=q91-2", title="甲")
    assert office.services.publishing is not None
    cut = Simulation(revision=draft, edits=0, author="li", created=clock.time())
    number = await office.services.publishing.simulations.begin(cut)
    assert "refresh" in (await editor.get(f"/console/simulations/{number}")).source
    await clock.advance(120)
    page = await editor.get(f"/console/simulations/{number}")
    assert ("refresh" in page.source, "请再试一次" in page.text, "没有人问过" in page.text) == (False, True, False)
