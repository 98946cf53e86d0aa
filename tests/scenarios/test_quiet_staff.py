"""What staff do and what is announced, with everything that can go wrong, and the log gives nothing away."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path

import pytest

from bot.announcements import Content, Plan
from bot.clock import ManualClock
from bot.console.codes import STEP
from bot.store.tables import tokens
from tests.bot.console.client import PASSWORD, SECRET, Office, Visitor, office_settings, open_office
from tests.bot.console.doors import SECRET as TOTP
from tests.bot.console.doors import code, knock, link_of, with_second_factor
from tests.bot.console.sheets import edit, published
from tests.bot.console.test_imports import ROWS, sent, table
from tests.bot.console.test_phones import offered
from tests.bot.engines import rows
from tests.scenarios.announced import open_announced, tell_much
from tests.scenarios.stage import Stage
from tests.scenarios.test_announcing import Scene
from tests.scenarios.test_quiet_logs import passing

WRONG = "correct horse battery staple"  # a password of somebody else
TELEPHONE, NAME = "13812345678", "王小明"
QUESTION, LETTER, DRAFT = "紫色的大象在跳舞", "您的事我们周四办", "未公布的上限是八百八十八万"
CALL = "/cgi-bin/message/custom/send"


@pytest.fixture
def heard(log: io.StringIO) -> io.StringIO:
    """All that this program logs, and what libraries do from warnings on, as `set_up_logs` has it."""
    logging.getLogger().setLevel(logging.WARNING)
    return log


async def come_in(office: Office, clock: ManualClock, known: set[str]) -> Visitor:
    """Sign in with a second factor, after wrong passwords and wrong codes; be invited, and set a password."""
    await with_second_factor(office, "wang", "admin")
    visitor = await office.stranger()
    for password in (WRONG, TELEPHONE, PASSWORD):
        page = await knock(visitor, "wang", password)
    page = await visitor.follow(page)
    for number in ("000000", "abcdefghjkmnpqq", code(clock)):
        page = await visitor.post("/console/second-step", {"code": number})
    assert (await visitor.get("/console/staff")).status == 200, page.text
    known |= {code(clock), visitor.cookie("huiqi"), visitor.token}
    invited = await visitor.post("/console/staff/new", {"name": "zhao", "display": "Zhao", "role": "editor"})
    link = link_of(invited if invited.status == 200 else await visitor.follow(invited))
    other = await office.stranger()
    await other.get(link)
    for password in ("1", WRONG):
        await other.post(link, {"password": password, "again": password})
    known |= {link.rpartition("/")[2], other.cookie("huiqi")}
    return visitor


async def serve(scene: Scene, office: Office, visitor: Visitor, known: set[str]) -> None:
    """Bind a phone, write a letter, look at what followers said, announce; the platform refuses, and names them."""
    phone, faults = scene.phones[2], scene.stage.platform.faults
    bound = await offered(visitor)
    known |= {bound, *(one.openid for one in scene.phones)}
    await phone.say("绑定 AAAABBBB")
    await phone.say(f"绑定 {bound}")
    await phone.say(f"转人工 请回电{TELEPHONE}{NAME}")
    await phone.say(QUESTION)
    key = next(row["key"] for row in scene.stage.rows("inbox") if QUESTION.encode() in row["message"])
    for path in (f"conversations/{key}", "tickets", "unanswered", f"unanswered?q={QUESTION}", f"try?q={QUESTION}"):
        assert (await visitor.get(f"/console/{path}")).status == 200, path
    reply = await visitor.get(f"/console/conversations/{key}")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', reply.source))
    await visitor.post(f"/console/conversations/{key}/reply", {**fields, "text": LETTER})
    for errcode in (40003, 45015, 48001):
        faults.fail(CALL, errcode, errmsg=f"invalid {phone.openid} hint: [abc] {scene.stage.platform.account.secret}")
        one = await scene.approved(name=f"一号{errcode}", content=Content(text=DRAFT), plan=Plan(ways=("custom",)))
        await visitor.post(f"/console/broadcasts/{one.id}/test", {"to": "wang"})
        for _ in range(5):
            for job in scene.process.services.worker.jobs:
                if job.name == "broadcasts":
                    await job.run()
            await passing(scene.stage.clock, scene.process.services.outbox.run_once())
            await scene.stage.clock.advance(2.0)
        faults.clear()


def told(log: io.StringIO, words: set[str]) -> list[str]:
    """Which of these stand in the log, each with its line."""
    lines = log.getvalue().splitlines()
    assert len(lines) > 3, "what happened is logged"
    return [f"{word}: {line[:300]}" for word in sorted(words) if word for line in lines if word in line]


async def test_staff_and_announcements_in_the_log(stage: Stage, clock: ManualClock, heard: io.StringIO) -> None:
    """No openid, phone, password, code, key of a session or form, secret of a second factor, token of the platform,
    nor any word of a follower, a letter or an announcement, whatever fails: the platform, a password, the database."""
    async with open_announced(stage) as (scene, office):
        known = {
            SECRET, PASSWORD, WRONG, TOTP, TELEPHONE, NAME, QUESTION, LETTER, DRAFT,
            stage.platform.account.secret, stage.platform.account.token, stage.platform.account.aes_key,
        }  # fmt: skip
        await tell_much(scene)
        visitor = await come_in(office, clock, known)
        await serve(scene, office, visitor, known)
        await clock.advance(STEP)
        known |= {str(row["value"]) for row in await rows(scene.process.services.database, tokens)}
        assert stage.rows("staff_phones")[0]["openid"] == scene.phones[2].openid
        assert any(LETTER.encode() in row["body"] for row in stage.rows("outbox")), "a letter was written"
        assert {"sent", "failed"} <= {row["state"] for row in stage.rows("outbox")}
        stage.path.rename(stage.path.with_suffix(".away"))  # the database is away from here on
        for path in ("", "staff", "tickets", "broadcasts", f"try?q={QUESTION}"):
            await visitor.get(f"/console/{path}")
        await knock(await office.stranger(), "wang", PASSWORD)
        await visitor.post("/console/canned-answers", {"title": NAME, "text": LETTER})
        await passing(clock, scene.phones[3].say(QUESTION))
        stage.path.with_suffix(".away").rename(stage.path)
        assert told(heard, known) == []


async def test_editing_and_importing_in_the_log(tmp_path: Path, clock: ManualClock, heard: io.StringIO) -> None:
    """No draft's words, no cell of a file and no name of one, where it is read, refused, stored and published."""
    name = f"{NAME}的表.csv"
    async with open_office(office_settings(tmp_path), clock) as office:
        visitor, uploads = await office.sign_in("editor"), office.services.uploads
        assert uploads is not None
        await published(office, "/console/edit/policy?key=q91-1", title=DRAFT)
        await edit(visitor, "/console/edit/policy?key=q91-10", title=DRAFT, status=QUESTION)
        wrong = [(*ROWS[0][:5], f"{NAME} {TELEPHONE}")]
        for data in (table(*ROWS), table(*wrong), b"PK\x03\x04" + QUESTION.encode(), b"%PDF-1.7 " + QUESTION.encode()):
            answer = await visitor.post("/console/import", sent(data, name=name))
            await uploads.settle()
            if answer.status == 303:
                await visitor.follow(answer)
                await visitor.post(f"{answer.location}/store", {"version": office.services.corpus.version})
        (tmp_path / "data" / "import.toml").write_text(f"broken = {QUESTION}", encoding="utf-8")
        await visitor.post("/console/import", sent(table(*ROWS), name=name))
        await uploads.settle()
        known = {DRAFT, NAME, TELEPHONE, QUESTION, ROWS[0][2], "85911248", SECRET}
        known |= {visitor.cookie("huiqi"), visitor.token}
        assert told(heard, known) == []
