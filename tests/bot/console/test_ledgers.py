"""The ledger of an announcement: its words, its filters, its pages, and the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from bot.announcements import Announcement
from bot.console.ledgers import Wordings, kind_of
from bot.errors import Refused
from bot.store.broadcast_tables import broadcasts, recipients
from bot.store.driver import Script
from bot.store.ledgers import Recipient
from bot.store.sums import Sums
from bot.wechat.errcodes import TABLE
from tests.bot.console.announcing import kept
from tests.bot.console.client import Office, Visitor

HERE = "/console/broadcasts/1/ledger"
OURS = (
    *("left", "gone", "declined", "closed", "late", "silent", "cancelled", "window", "refused", "blocked"),
    *("interrupted", "unknown"),
)
SENDING = (  # codes of what is wrong with one request that a send can bring
    *(-2, 40003, 40031, 40032, 40037, 40130, 40152, 44004, 45002, 45008, 45065, 45066, 45067, 45166, 47001, 47003),
    *(48001, 49003, 87009),
)


@pytest.fixture
async def viewer(office: Office) -> Visitor:
    """Somebody who may only look, and an announcement."""
    await office.services.broadcasts.compose(Announcement(name="说明会", author="ann", created=1.0, changed=1.0))
    return await office.sign_in("viewer")


def row(number: int, state: str = "sent", **more: Any) -> dict[str, Any]:
    """A recipient."""
    plain = {"broadcast": 1, "openid": f"oFollower{number}", "state": state, "changed": 1.8e9, "tries": 1}
    return {**plain, "channel": "", "reason": "", "errcode": 0, **more}


async def put(office: Office, *rows: dict[str, Any]) -> None:
    """Recipients, as a worker would have left them."""
    database = office.services.database
    statement = database.insert(recipients)

    def script() -> Script[None]:
        yield statement, rows

    await database.run(script)


async def file(viewer: Visitor, query: str = "") -> list[list[str]]:
    """The file, read."""
    page = await viewer.get(f"{HERE}.csv{query}")
    assert page.status == 200
    assert page.headers["Content-Disposition"] == 'attachment; filename="huiqi-ledger-1.csv"'
    assert "Content-Security-Policy" in page.headers
    assert page.source.startswith("\ufeff")
    return list(csv.reader(io.StringIO(page.source.removeprefix("\ufeff"))))


def worded(office: Office, people: Sequence[Recipient]) -> list[list[str]]:
    """What the file says of recipients."""
    return list(csv.reader(Wordings(office.desk.templates).lines([("A", one) for one in people])))


def failed(reason: str = "", errcode: int = 0) -> Recipient:
    """Somebody with whom it failed."""
    return Recipient(
        id=1, openid="o", state="failed", channel="custom", reason=reason, errcode=errcode, tries=1, changed=1.0
    )


async def test_every_reason_has_words_and_says_what_can_be_done(office: Office) -> None:
    """Each of ours, and each code that the platform sorts by what to do next: none is shown as it came."""
    codes = [code for code, one in TABLE.items() if one.error is not Refused]
    people = [*(failed(reason) for reason in OURS), *(failed("errmsg", code) for code in (*codes, *SENDING))]
    for person, line in zip(people, worded(office, people), strict=True):
        why, advice = line[4], line[5]
        assert len(why) >= 4, person
        assert "程序出错" not in why, person
        assert len(advice) >= 5, person
        assert person.reason not in why, person
    for code in SENDING:
        assert "微信不接受这次发送" not in worded(office, [failed("x", code)])[0][4], code


async def test_what_nobody_foresaw_is_shown_with_its_own_words(office: Office) -> None:
    """A code that is not documented, an error of ours, a report of the platform's."""
    (unlisted, ours, report, judged, told) = worded(
        office,
        [
            failed("strange rid: 7", 77777),
            failed("ValueError"),
            failed("failed: system failed"),
            failed("err(20013); total 3 filtered 0 sent 0 errors 0"),
            failed("43101 user refuse"),
        ],
    )
    assert unlisted[4] == "微信不接受这次发送（微信 77777）"
    assert unlisted[5].endswith("原文：strange")  # the number of a call says nothing to anybody
    assert ours[4] == "程序出错：ValueError"
    assert report[4] == "微信回报没有送达"
    assert judged[4] == "群发没有通过：涉嫌版权"
    assert told[4] == "现在不能给他发（微信 43101）"
    assert (kind_of(-2), kind_of(502), kind_of(45009), kind_of(77777)) == (
        *("Temporary", "Temporary", "QuotaSpent", "Refused"),
    )


async def test_it_is_narrowed_by_state_way_and_reason(office: Office, viewer: Visitor) -> None:
    """Each choice says how many there would be beside what is chosen already; the file is narrowed alike."""
    rows = [row(n, "failed", channel="custom", reason=f"busy rid: {n}", errcode=45011) for n in range(3)]
    rows += [row(3, "skipped", reason="declined"), row(4, "sent", channel="mass"), row(5, "failed", channel="mass")]
    await put(office, *rows)
    page = await viewer.get(HERE)
    for option in ("失败（4）", "跳过（1）", "已发出（1）", "客服消息（3）", "群发（2）", "自己选择不收公告（1）"):
        assert option in page.text
    assert "发得太快，微信要求慢一点（微信 45011）（3）" in page.text
    narrow = await viewer.get(f"{HERE}?state=failed")
    assert "符合条件 4 人，全部 6 人" in narrow.text
    assert "群发（1）" in narrow.text
    assert "自己选择不收公告" not in narrow.text
    assert len(await file(viewer, "?state=failed")) == 1 + 4
    assert len(await file(viewer, "?cause=45011")) == 1 + 3
    assert len(await file(viewer, "?cause=declined")) == 1 + 1
    assert len(await file(viewer, "?state=failed&way=mass")) == 1 + 1
    assert "没有符合条件的人" in (await viewer.get(f"{HERE}?state=failed&cause=declined")).text


@pytest.mark.parametrize(
    "query",
    ["state=x&way=y", "cause=%00", "cause=99999999999999999999", "cause=-", "cause=²", "after=²", "after=99999999999",
     "cause=" + "x" * 5000],
)  # fmt: skip
async def test_odd_addresses_get_a_page(office: Office, viewer: Visitor, query: str) -> None:
    """Whatever was asked for, there is a page and a file."""
    await put(office, row(1))
    assert (await viewer.get(f"{HERE}?{query}")).status == 200
    assert (await viewer.get(f"{HERE}.csv?{query}")).status == 200


async def test_pages_follow_each_other_and_leave_out_nobody(office: Office, viewer: Visitor) -> None:
    """A hundred to a page, the rest behind it, the choice kept; the file has all, made piece by piece."""
    many = 2_105
    await put(office, *(row(n, "failed" if n % 2 else "sent") for n in range(many)))
    seen: list[str] = []
    address = f"{HERE}?state=failed"
    for _ in range(12):
        page = await viewer.get(address)
        seen += re.findall(r"<code>([0-9A-F]{6})</code>", page.source)
        following = re.search(r'rel="next" href="([^"]+)"', page.source)
        if following is None:
            break
        address = following[1].replace("&amp;", "&")
        assert "state=failed" in address
    assert len(seen) == many // 2
    lines = await file(viewer)
    assert len(lines) == 1 + many
    assert lines[0][0] == "代号"
    assert [line[0] for line in lines[1:] if line[2] == "失败"] == seen


async def test_no_cell_of_the_file_is_a_formula(office: Office, viewer: Visitor) -> None:
    """Whatever the platform said, over however many lines."""
    await put(
        office, row(1, "failed", reason='=HYPERLINK("http://x")\r\n,"b', errcode=0), row(2, "failed", reason="@a")
    )
    lines = (await file(viewer))[1:]
    assert len(lines) == 2
    assert all(len(line) == 9 for line in lines)
    for line in lines:
        assert not [text for text in line if text.startswith(("=", "@", "+", "-"))]


async def test_nobody_is_there_before_it_begins(viewer: Visitor) -> None:
    """There is a page that says so, and none of an announcement that is not there."""
    assert "还没有收件人" in (await viewer.get(HERE)).text
    assert "还没有结果" in (await viewer.get("/console/broadcasts/1/report")).text
    for page in ("ledger", "ledger.csv", "report", "report.csv"):
        assert (await viewer.get(f"/console/broadcasts/2/{page}")).status == 404


async def test_of_an_old_one_the_sums_are_shown(office: Office, viewer: Visitor) -> None:
    """The report and its file are as they were; the ledger says since when its people are gone, and has no file."""
    rows = [row(n, "failed", channel="custom", reason=f"busy rid: {n}", errcode=45011) for n in range(3)]
    await put(office, *rows, row(3, "skipped", reason="declined"), row(4, "sent", channel="mass", carrier="a1/1"))
    database = office.services.database
    async with database.write() as connection:
        await connection.execute(update(broadcasts).values(state="finished", began=1.8e9 - 60, ended=1.8e9, audience=5))
    before = (await viewer.get("/console/broadcasts/1/report.csv")).source
    assert "名单过了保存期限" not in (await viewer.get("/console/broadcasts/1/report")).text
    assert await Sums(database).purge(1.8e9 + 1, time=1.9e9) == 5
    assert (await viewer.get("/console/broadcasts/1/report.csv")).source == before
    report, ledger = await viewer.get("/console/broadcasts/1/report"), await viewer.get(HERE)
    assert "2030年3月18日起已删除" in report.text
    assert "ledger?cause=" not in report.source
    assert "起已删除" in ledger.text
    assert "ledger.csv" not in ledger.source
    file = await viewer.get(f"{HERE}.csv")
    assert (file.status, "起已删除" in file.text) == (410, True)


async def test_an_old_one_is_neither_tried_again_nor_corrected(office: Office) -> None:
    """There are no buttons for it, and who has the address of one is told why not; a draft to its receivers says so."""
    editor, approver = await office.sign_in("editor"), await office.sign_in("approver")
    gone = Announcement(name="说明会", author="ann", created=1.0, changed=1.0, began=1.0, ended=2.0, state="finished")
    await office.services.broadcasts.compose(msgspec.structs.replace(gone, forgotten=1.9e9))
    page = await editor.get("/console/broadcasts/1")
    assert "所以不能再重试" in page.text
    assert "corrects=1" not in page.source
    answer = await editor.get("/console/broadcasts/new?corrects=1")
    assert answer.location == "/console/broadcasts/1"
    assert "不能只发给收到过它的人" in (await editor.get(answer.location)).text
    refused = await approver.post("/console/broadcasts/1/retry", {})
    assert (refused.status, "不知道要给谁重发" in refused.text) == (409, True)
    number = await kept(editor, to="reached", corrects="1", text="更正")
    assert "那份公告的名单过了保存期限" in (await editor.get(f"/console/broadcasts/{number}")).text
    assert "那份公告的名单过了保存期限" in (await editor.get(f"/console/broadcasts/{number}/edit?check=1")).text
