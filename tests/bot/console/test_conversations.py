"""The conversation with one follower, and letters into it."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update

from bot.announcements import Announcement, Content
from bot.console.conversations import bubbles
from bot.messages import Followed, Left, Position, Text
from bot.replies import Answer, HandOver, Say, Silence
from bot.store.broadcast_tables import recipients
from bot.store.calls import Entry
from bot.store.correspondence import MOST, Letter, Line
from bot.store.outbox import OutboxRows
from bot.store.tables import outbox
from tests.bot.console.client import Office, Visitor
from tests.bot.console.talking import hear, remark, say

WHO = {"key": "k1", "openid": "oA", "account": "gh_1", "created": 1}


@pytest.fixture
async def editor(office: Office) -> Visitor:
    """Somebody who writes."""
    return await office.sign_in("editor")


async def test_what_was_said_is_shown_and_by_whom_is_not(office: Office, editor: Visitor) -> None:
    """Both sides in their order, the follower by a short name, the message of the address marked."""
    await say(office, "首台套", "oAlice")
    key = await say(office, "数字人直播", "oAlice")
    await say(office, "技改", "oBob")
    page = await editor.get(f"/console/conversations/{key}")
    assert page.text.index("首台套") < page.text.index("数字人直播")
    assert "oAlice" not in page.source
    assert page.source.count("bubble mine marked") == 1
    assert page.source.count('class="bubble mine') == 2


async def test_a_letter_is_sent_and_stands_in_the_chat(office: Office, editor: Visitor) -> None:
    """It waits for the outbox first, and is seen as sent once it is; one message of the window is taken."""
    key = await say(office, "数字人直播")
    address = f"/console/conversations/{key}"
    page = await editor.follow(await editor.post(f"{address}/reply", {"text": "请打12345"}))
    assert "请打12345" in page.text
    assert "等待发送" in page.text
    assert "还能回 4 条" in page.text
    async with office.services.database.write() as connection:
        await connection.execute(update(outbox).values(state="sent", settled=1.0))
    assert "已发出" in (await editor.get(address)).text
    async with office.services.database.read() as connection:
        (body,) = (await connection.execute(select(outbox.c.body))).scalars()
    assert msgspec.json.decode(body)["touser"] == "oA"


async def test_an_empty_letter_is_not_sent(office: Office, editor: Visitor) -> None:
    """The page says what is missing."""
    key = await say(office, "数字人直播")
    page = await editor.post(f"/console/conversations/{key}/reply", {"text": "  "})
    assert (page.status, "请填写" in page.text) == (422, True)


async def test_what_is_not_kept_has_no_page(office: Office, editor: Visitor) -> None:
    """Neither a message we do not know, nor one whose follower left; nor is a letter taken for it."""
    key = await say(office, "数字人直播", "oAlice")
    await hear(office, Left(key="left", openid="oAlice", account="gh_1", created=int(office.services.clock.time())))
    for gone in (key, "f" * 40):
        assert (await editor.get(f"/console/conversations/{gone}")).status == 404
        await editor.post(f"/console/conversations/{gone}/reply", {"text": "在吗"})
        assert "letter.written" not in await office.acts()
    async with office.services.database.read() as connection:
        assert (await connection.execute(select(outbox))).all() == []


async def test_their_remarks_stand_beside(office: Office, editor: Visitor) -> None:
    """The follower's other remarks, each with its ticket."""
    await remark(office, "答非所问", "oA")
    key = await say(office, "首台套", "oA")
    page = await editor.get(f"/console/conversations/{key}")
    assert "/console/tickets/1" in page.source


def line(message: object, answer: Answer) -> Line:
    """A message with its answer."""
    return Line(key="k1", received=1.0, message=message, answer=answer, answered=2.0)  # type: ignore[arg-type]


def test_what_happens_without_words_is_a_line() -> None:
    """Following with its greeting, a hand-over, silence, a position nobody asked for."""
    greeted = bubbles(line(Followed(**WHO), Answer(reply=Say(text="您好"))), "k1")  # type: ignore[arg-type]
    assert [(one.side, one.kind) for one in greeted] == [("line", "Followed"), ("theirs", "")]
    asked = Text(text="人工", **WHO)  # type: ignore[arg-type]
    handed = bubbles(line(asked, Answer(reply=HandOver())), "")
    assert [(one.side, one.kind) for one in handed] == [("mine", "Text"), ("line", "HandOver")]
    silent = bubbles(line(Position(latitude=1.0, longitude=2.0, **WHO), Answer(reply=Silence())), "")  # type: ignore[arg-type]
    assert [(one.side, one.kind) for one in silent] == [("line", "Position")]


@pytest.mark.parametrize(("by_staff", "side"), [(True, "staff"), (False, "theirs")])
def test_a_letter_is_of_whoever_wrote_it(by_staff: bool, side: str) -> None:
    """Of the staff or of the bot, with what became of it."""
    letter = Letter(key="k", created=1.0, text="好", state="sent", settled=2.0, reason="", by_staff=by_staff)
    (one,) = bubbles(letter, "")
    assert (one.side, one.state, one.pieces[0].text) == (side, "sent", "好")


async def test_a_notice_is_not_by_the_staff(office: Office, editor: Visitor) -> None:
    """The page calls it a notice of the bot's, with what became of it."""
    key = await say(office, "首台套")
    body = msgspec.json.encode({"touser": "oA", "msgtype": "text", "text": {"content": "您订阅的政策有变化"}})
    notice = Entry(key="notice:a", openid="oA", channel="custom", body=body, due=0.0, expires=9e9)
    database, time = office.services.database, office.services.clock.time()
    await database.run(lambda: OutboxRows(database).add([notice], time=time))
    text = (await editor.get(f"/console/conversations/{key}")).text
    assert re.search(r"机器人，\d\d:\d\d：\s*您订阅的政策有变化\s*通知 \d\d:\d\d · 等待发送", text)
    assert "工作人员，" not in text


async def announced(office: Office, *stands: dict[str, Any]) -> None:
    """Announcements to oA and another, each as it stands with them."""
    broadcasts, now = office.services.broadcasts, office.services.clock.time()
    for number, one in enumerate(stands, 1):
        words = Content(text=f'周四有<a href="https://a.example/">说明会</a>{number}')
        draft = Announcement(name=f"会{number}", content=words, author="ann", created=1.0, changed=1.0)
        plain = {"broadcast": await broadcasts.compose(draft), "changed": now, "channel": "custom", "reason": ""}
        async with office.services.database.write() as connection:
            await connection.execute(insert(recipients), {**plain, "openid": "oA", "errcode": 0, **one})
            await connection.execute(insert(recipients), {**plain, "openid": "oB", "state": "sent"})


async def test_announcements_stand_in_the_chat(office: Office, editor: Visitor) -> None:
    """Each with its words, its number, the way and what became of it, as the ledger has it; not those that left them
    out, and not a second time what stood in an answer."""
    key = await say(office, "数字人直播")
    await announced(
        office,
        {"state": "sent", "channel": "mass"},
        {"state": "waiting", "channel": "next"},
        {"state": "sent", "channel": "next"},
        {"state": "failed", "reason": "busy", "errcode": 45011},
        {"state": "unknown"},
        {"state": "skipped", "reason": "declined", "channel": ""},
        {"state": "planned", "channel": ""},
        {"state": "arrived", "channel": "template"},
    )
    page = await editor.get(f"/console/conversations/{key}")
    text = " ".join(page.text.split())
    for said in (
        r"公告，\d\d:\d\d： ?周四有 ?说明会 ?1 公告 1 \d\d:\d\d · 群发 · 已发出：在群发名单里；微信不逐人回报",
        r"说明会 ?2 公告 2 \d\d:\d\d · 随下次回复 · 等下次回复：他下次给公众号发消息时，附在答复下面",
        r"\d\d:\d\d 公告 3 附在上面的答复里",
        r"说明会 ?4 公告 4 \d\d:\d\d · 客服消息 · 失败：发得太快",
        r"说明会 ?5 公告 5 \d\d:\d\d · 客服消息 · 结果不明：可能收到了，也可能没有",
        r"说明会 ?8 公告 8 \d\d:\d\d · 模板消息 · 已送达：微信回报说送到了",
    ):
        assert re.search(said, text), said
    for missing in ("说明会3", "说明会 3", "公告 6", "公告 7"):
        assert missing not in text
    assert 'href="/console/broadcasts/1"' in page.source
    assert "工作人员 " not in text


async def test_an_announcement_is_shown_once(office: Office, editor: Visitor) -> None:
    """Though its call stands in the outbox like any other; and one from before the first message is there too."""
    key = await say(office, "数字人直播")
    await announced(office, {"state": "queued", "changed": 1.0})
    call = Entry(key="a1.1:oA", openid="oA", channel="custom", body=b"", due=9e9, expires=9.1e9, letter="a1.custom")
    await office.services.database.run(lambda: OutboxRows(office.services.database).add([call], time=2.0))
    page = await editor.get(f"/console/conversations/{key}")
    assert page.source.count("bubble theirs announced") == 1
    assert page.text.index("说明会") < page.text.index("数字人直播")


async def test_what_came_before_the_messages_that_are_shown_is_not(office: Office, editor: Visitor) -> None:
    """Of who wrote more than a page holds the page begins with a message."""
    await announced(office, {"state": "sent", "changed": 1.0}, {"state": "sent", "channel": "mass"})
    for number in range(MOST):
        key = await say(office, f"首台套{number}")
    page = await editor.get(f"/console/conversations/{key}")
    assert page.source.count("bubble theirs announced") == 1
