"""Figures on their page and as a file."""

from __future__ import annotations

import csv
import io

import aiohttp
import pytest

from bot.messages import Left
from bot.person import Change, Subscribe, Unsubscribe
from bot.store.people import People
from bot.store.tallies import Cell, Mark
from tests.bot.console.client import Office, Visitor
from tests.bot.console.talking import count, hear, say

HERE = "/console/analytics"
CROWD = frozenset(range(5))


@pytest.fixture
async def viewer(office: Office) -> Visitor:
    """Somebody who may only look."""
    return await office.sign_in("viewer")


async def put(office: Office, *cells: Cell) -> None:
    """Counts, as if they had been counted."""
    await office.desk.talk.tallies.add("test", Mark(), Mark(1.0), cells=cells)


def cell(kind: str, number: int, value: str = "", people: frozenset[int] = CROWD, day: str = "2026-11-20") -> Cell:
    """A count."""
    return Cell(day=day, kind=kind, value=value, count=number, people=people)


async def change(office: Office, openid: str, change: Change) -> None:
    """A follower subscribes to something, or ends it, which the words of a small corpus do not know."""
    database, time = office.services.database, office.services.clock.time()
    await database.run(lambda: People(database).apply([(openid, change, time)]))


async def rows(viewer: Visitor, query: str = "") -> list[list[str]]:
    """The file, read."""
    async with viewer.session.get(viewer.url.with_path(f"{HERE}.csv").with_query(query)) as response:
        assert isinstance(response, aiohttp.ClientResponse)
        assert response.headers["Content-Disposition"].startswith('attachment; filename="huiqi-')
        body = await response.read()
    assert body.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


async def test_what_followers_ask_is_counted(office: Office, viewer: Visitor) -> None:
    """Five people show a figure, with its policy and its unit; four do not."""
    for number in range(4):
        await say(office, "首台套", f"o{number}")
    await count(office)
    assert ["合计", "收到的问题", "*"] in await rows(viewer)
    await say(office, "首台套", "o4")
    await count(office)
    found = await rows(viewer)
    assert ["合计", "收到的问题", "5"] in found
    assert ["政策", "支持首台套", "5"] in found
    assert ["单位问到", "市工信局投资处", "5"] in found
    assert ["每天收到", "2026-11-22", "5"] in found
    page = await viewer.get(HERE)
    assert "支持首台套" in page.text
    assert '<svg class="columns-chart"' in page.source
    assert "2026-11-22" in page.text


async def test_a_figure_of_few_people_is_nowhere(office: Office, viewer: Visitor) -> None:
    """Neither in a table, nor in a picture, nor in the file."""
    await put(office, cell("asked", 4711, people=frozenset({1, 2})), cell("district", 4711, "崂山区", frozenset({1})))
    page = await viewer.get(HERE)
    assert "收到的问题 *" in page.text or "* 收到的问题" in page.text
    assert "4711" not in page.source
    assert not [row for row in await rows(viewer) if "4711" in row]


async def test_those_of_whom_few_are_have_one_name(office: Office, viewer: Visitor) -> None:
    """What was asked by few is together what it is in the other tables, and nobody is said to have said nothing."""
    few = [cell("intent", 6, intent, frozenset({n})) for n, intent in enumerate(("list", "amount", "contact"))]
    await put(office, cell("intent", 18, "help", frozenset(range(3, 8))), *few)
    page, found = await viewer.get(HERE), await rows(viewer)
    assert "人太少、不单独列的 36" in page.text
    assert "没说话" not in page.text
    assert [row[1:] for row in found if row[0] == "问法"] == [["人太少、不单独列的", "36"]]


async def test_no_cell_of_the_file_is_a_formula(office: Office, viewer: Visitor) -> None:
    """Not even where somebody's words became a name."""
    await put(office, cell("unit", 9, "=HYPERLINK(1)"))
    assert ["单位问到", "'=HYPERLINK(1)", "9"] in await rows(viewer)


async def test_days_are_chosen(office: Office, viewer: Visitor) -> None:
    """Only the days from the first to the last count."""
    await put(office, cell("asked", 7), cell("asked", 9, day="2026-10-01"))
    assert ["合计", "收到的问题", "9"] in await rows(viewer, "first=2026-10-01&last=2026-10-02")
    assert ["合计", "收到的问题", "7"] in await rows(viewer)


@pytest.mark.parametrize(
    "query",
    [
        "first=2026-13-01",
        "first=x&last=y",
        "first=2026-11-22&last=2026-11-01",
        "first=1900-01-01",
        "last=2999-01-01",
        "last=0001-01-01",
        "first=0001-01-01&last=0001-01-05",
    ],
)
async def test_odd_days_get_a_page(viewer: Visitor, query: str) -> None:
    """A range of days that can be shown, whatever was asked for."""
    page = await viewer.get(f"{HERE}?{query}")
    assert page.status == 200
    assert "2026" in page.text


async def test_nothing_yet_has_a_page(viewer: Visitor) -> None:
    """On the first day a sentence stands in the place of each picture."""
    page = await viewer.get(HERE)
    assert page.text.count("这段时间没有") >= 3
    assert '<svg class="columns-chart"' not in page.source


async def test_subscriptions_that_came_and_went_are_counted(office: Office, viewer: Visitor) -> None:
    """Made and ended, by hand or by leaving, of five people; what four did is not shown."""
    for number in range(5):
        await say(office, "技改", f"o{number}")
        await change(office, f"o{number}", Subscribe(kind="topic", value="技术改造"))
    for number in range(4):
        created = int(office.services.clock.time())
        await hear(office, Left(key=f"left{number}", openid=f"o{number}", account="gh_1", created=created))
    found = await rows(viewer)
    assert ["合计", "新订阅", "5"] in found
    assert ["合计", "退订", "*"] in found
    await change(office, "o4", Unsubscribe())
    found = await rows(viewer)
    assert ["合计", "退订", "5"] in found
    assert ["每天退订", "2026-11-22", "5"] in found
    assert "新订阅 5 退订 5" in (await viewer.get(HERE)).text


async def test_what_nobody_may_see_is_no_picture(office: Office, viewer: Visitor) -> None:
    """Days of too few people are no empty frame with dots but a sentence; a day that may be seen is a picture."""
    few = frozenset({1})
    await put(office, cell("asked", 9), cell("came", 1, people=few), cell("came", 1, people=few, day="2026-11-21"))
    page = await viewer.get(HERE)
    assert (page.source.count('<svg class="columns-chart"'), "每天背后的人都太少，画不成图" in page.text) == (1, True)


async def test_what_is_hidden_stands_together_in_the_last_row(office: Office, viewer: Visitor) -> None:
    """Of units and of how fast answers came as of all else: one row without a name, on the page as in the file."""
    few = frozenset({1})
    await put(
        office,
        *(cell("unit", 3, name, people=few) for name in ("甲处", "乙处")),
        *(cell("unit", 30, "丙处"), cell("unit_found", 30, "丙处")),
        *(cell("took", 50, "0.1"), cell("took", 4, "1.0", people=few), cell("took", 5, "more", people=few)),
    )
    page = (await viewer.get(HERE)).text
    assert "丙处 30 30 0 人太少、不单独列的 * — * 问题里" in page
    assert ("甲处" in page, "1.0 秒以内" in page, page.count("人太少、不单独列的")) == (False, False, 2)
    table = await rows(viewer)
    assert [row for row in table if row[0] == "单位问到"] == [
        ["单位问到", "丙处", "30"],
        ["单位问到", "人太少、不单独列的", "*"],
    ]
    assert [row[1] for row in table if row[0] == "用时"][-1] == "人太少、不单独列的"
