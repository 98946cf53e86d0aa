"""The calendar of announcements: holidays, what begins when, and who would get two on one day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from bot.announcements import EVERYONE, TAG, Announcement, Content, Criterion, Plan
from bot.clock import SHANGHAI, ManualClock
from bot.store.broadcast_tables import tagged
from bot.store.driver import once
from bot.store.tables import followers
from tests.bot.console.client import Office, Page, Visitor, office_settings, open_office

HERE = "/console/broadcasts/calendar"
EVERYBODY = (Criterion(kind=EVERYONE),)


@pytest.fixture
async def viewer(office: Office) -> Visitor:
    """Somebody who may only look."""
    return await office.sign_in("viewer")


def at(month: int, day: int, hour: int = 9, year: int = 2026) -> float:
    """A time in Shanghai."""
    return datetime(year, month, day, hour, tzinfo=SHANGHAI).timestamp()


async def put(office: Office, name: str, state: str, **more: Any) -> int:
    """An announcement in some state."""
    plain = Announcement(name=name, author="ann", created=at(11, 20), changed=at(11, 20), content=Content(text="好"))
    one = msgspec.structs.replace(plain, **{"criteria": EVERYBODY, "plan": Plan(), "state": state, **more})
    return await office.services.broadcasts.compose(one)


def day(page: Page, date: str) -> str:
    """What stands on a day."""
    return page.source.partition(f'<time datetime="{date}">')[2].partition("</td>")[0]


def kind(page: Page, date: str) -> str:
    """The classes of a day."""
    return page.source.partition(f'<time datetime="{date}">')[0].rpartition('<td class="')[2].partition('"')[0]


async def test_holidays_and_days_worked_for_them_are_marked(viewer: Visitor) -> None:
    """By the State Council's calendar; where that is not out yet the page says so."""
    page = await viewer.get(f"{HERE}?month=2026-10")
    assert "holiday" in kind(page, "2026-10-01")
    assert "makeup" in kind(page, "2026-10-10")
    assert "weekend" in kind(page, "2026-10-17")
    assert "outside" in kind(page, "2026-09-30")
    assert ">休<" in day(page, "2026-10-01")
    assert ">班<" in day(page, "2026-10-10")
    assert "还没有公布" not in page.text
    assert "还没有公布" in (await viewer.get(f"{HERE}?month=2050-01")).text


async def test_months_follow_each_other(viewer: Visitor) -> None:
    """From this one, over the end of a year; whatever was asked for."""
    page = await viewer.get(HERE)
    assert "2026 年 11 月" in page.text
    assert "today" in kind(page, "2026-11-22")
    assert 'href="/console/broadcasts/calendar?month=2026-12"' in page.source
    december = await viewer.get(f"{HERE}?month=2026-12")
    assert "month=2027-01" in december.source
    assert "month=2026-11" in december.source
    for odd in ("2026-13", "x", "0001-01", "9999-12", "2026-1é"):
        assert (await viewer.get(f"{HERE}?month={odd}")).status == 200


async def test_each_stands_where_it_is(office: Office, viewer: Visitor) -> None:
    """What ran, on its days; what is to come, where it may begin; what nobody has set a day for, nowhere."""
    await put(office, "跑完的", "finished", began=at(11, 17, 10), ended=at(11, 19, 12))
    await put(office, "正在发的", "running", began=at(11, 21, 10))
    await put(office, "定好的", "scheduled", start=at(11, 25, 10))
    await put(office, "夜里的", "in_review", start=at(11, 26, 23))
    await put(office, "草稿", "draft")
    await put(office, "放弃的", "discarded", start=at(11, 25))
    await put(office, "没开始就取消的", "cancelled", start=at(11, 25))
    await put(office, "正在取消的", "cancelling", start=at(11, 25))
    await put(office, "停了很久的", "paused", began=at(10, 8))
    page = await viewer.get(HERE)
    assert [("跑完的" in day(page, f"2026-11-{d}")) for d in (16, 17, 18, 19, 20)] == [False, True, True, True, False]
    assert "继续" in day(page, "2026-11-18")
    assert [("正在发的" in day(page, f"2026-11-{d}")) for d in (20, 21, 22, 23)] == [False, True, True, False]
    assert "10:00 · 已批准" in day(page, "2026-11-25")
    assert "夜里的" not in day(page, "2026-11-26")
    assert "夜里的" in day(page, "2026-11-27")  # in the morning after
    assert "停了很久的" in day(page, "2026-11-22")
    for name in (">草稿<", "放弃的", "没开始就取消的", "正在取消的"):
        assert name not in page.source


async def test_a_day_of_rest_puts_it_off(tmp_path: Any, clock: ManualClock) -> None:
    """Where the office sends on working days alone, what is set for a Saturday stands on the Monday."""
    config = office_settings(tmp_path)
    config = msgspec.structs.replace(config, push=msgspec.structs.replace(config.push, workdays=True))
    async with open_office(config, clock) as office:
        await put(office, "周六的", "scheduled", start=at(11, 28, 10))
        page = await (await office.sign_in("viewer")).get(HERE)
        assert "周六的" not in day(page, "2026-11-28")
        assert "周六的" in day(page, "2026-11-30")


async def test_who_would_get_two_on_one_day_is_counted(office: Office, viewer: Visitor) -> None:
    """Two for overlapping audiences on one day are named with how many share them; others are not."""
    database = office.services.database
    for number in range(3):
        row = {"openid": f"o{number}", "followed": 1.0}
        await database.run(lambda row=row: once(database.insert(followers), **row))  # type: ignore[misc]
    await database.run(lambda: once(database.insert(tagged), tag="100", openid="o1"))
    await put(office, "甲", "scheduled", start=at(11, 25))
    await put(office, "乙", "in_review", start=at(11, 25, 15), criteria=(Criterion(kind=TAG, value="100"),))
    await put(office, "丙", "scheduled", start=at(11, 25, 16), criteria=(Criterion(kind=TAG, value="101"),))
    await put(office, "丁", "scheduled", start=at(11, 27))
    page = await viewer.get(HERE)
    assert "11月25日，甲和乙：有1人两份都可能收到" in page.text.replace(" ", "")
    assert page.text.count("两份都可能收到") == 1
    assert "有人可能收到两份" in day(page, "2026-11-25")
    assert "有人可能收到两份" not in day(page, "2026-11-27")
