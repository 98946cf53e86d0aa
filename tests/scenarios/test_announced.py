"""What the console tells of announcements that went out on the emulated platform."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.announcements import MASS, Plan
from bot.store.tags import Progress
from bot.tagging import Tagging
from tests.bot.console.client import Office, Page, Visitor
from tests.scenarios.announced import NOTICED, keep, open_announced, send, tell_much
from tests.scenarios.conftest import Staging
from tests.scenarios.stage import SILENT_ACCOUNT
from tests.scenarios.test_announcing import Scene

HERE = "/console/broadcasts"
LOOKED = (f"{HERE}/1/ledger", f"{HERE}/2/ledger?state=failed", *(f"{HERE}/{number}/report" for number in (1, 2, 3)))


@pytest.fixture
async def opened(staging: Staging) -> AsyncIterator[tuple[Scene, Office]]:
    """A service account, and staff."""
    async with open_announced(await staging()) as both:
        yield both


def rows(page: Page) -> list[list[str]]:
    """A file, read."""
    assert page.source.startswith("\ufeff")
    return list(csv.reader(io.StringIO(page.source.removeprefix("\ufeff"))))


def figures(page: Page, kind: str) -> dict[str, str]:
    """The figures of one kind in a report."""
    return {row[1]: row[2] for row in rows(page) if row[0] == kind}


async def reports(visitor: Visitor, number: int) -> Page:
    """The report of an announcement as a file."""
    return await visitor.get(f"{HERE}/{number}/report.csv")


async def test_what_went_out_adds_up_everywhere(opened: tuple[Scene, Office]) -> None:
    """Ledger, report and file agree with each other, with what was foreseen and with what the platform counted."""
    scene, office = opened
    await tell_much(scene)
    visitor = await office.sign_in("viewer")
    for number in (1, 2, 3):
        sums = {name: int(value) for name, value in figures(await reports(visitor, number), "合计").items()}
        audience = sums.pop("受众")
        assert sum(sums.values()) == audience == 14
        ledger = rows(await visitor.get(f"{HERE}/{number}/ledger.csv"))[1:]
        states = Counter(row[2] for row in ledger)
        assert states["已送达"] + states["已发出"] == sums["已送达或已发出"]
        assert (states["失败"], states["结果不明"]) == (sums["失败"], sums["结果不明"])
    first = await reports(visitor, 1)
    assert figures(first, "方式·批准时预计") == {"客服消息": "8", "群发": "6"}
    assert figures(first, "方式·走了这条路") == {"客服消息": "8", "群发": "6"}
    for name in ("我们的名单", "TotalCount", "FilterCount", "SentCount"):
        assert figures(first, f"群发·{name}") == {"第1次": "6"}
    assert figures(first, "群发·差额") == {"第1次": "0"}
    second = await reports(visitor, 2)
    assert figures(second, "方式·微信回报送达") == {"模板消息": "12"}
    assert figures(second, "方式·失败") == {"模板消息": "2"}
    assert figures(second, "原因") == {"微信回报没有送达": "2"}
    third = await visitor.get(f"{HERE}/3/report")
    assert "结果不明的 8 人怎么办" in third.text
    assert figures(await reports(visitor, 3), "合计")["结果不明"] == "8"


async def test_a_ledger_names_nobody(opened: tuple[Scene, Office]) -> None:
    """No openid stands on a page or in a file; one person has one short name in each; who left has none."""
    scene, office = opened
    await tell_much(scene)
    visitor = await office.sign_in("viewer")
    pages = [await visitor.get(path) for path in (*LOOKED, f"{HERE}/1/ledger.csv", f"{HERE}/2/ledger.csv")]
    for page in pages:
        assert page.status == 200
        assert not [phone.openid for phone in scene.phones if phone.openid in page.source]
        assert "left:" not in page.source
    first, second = ([row[0] for row in rows(page)[1:]] for page in pages[-2:])
    assert set(first) == set(second)
    assert len(set(first)) == 14
    assert first.count("已离开") == 1
    assert "微信不逐人回报" in pages[0].text
    assert "群发按名单计数" in pages[0].text
    assert "群发按名单计数" not in pages[1].text


async def test_the_difference_to_what_the_platform_counts_is_shown(opened: tuple[Scene, Office]) -> None:
    """Whom its own rules leave out is in its counts; what is left unexplained stands on the page."""
    scene, office = opened
    await scene.people(5)
    scene.stage.platform.faults.plan("mass", "err(20013)")
    await send(scene, plan=Plan(ways=(MASS,)))
    visitor = await office.sign_in("viewer")
    page = await visitor.get(f"{HERE}/1/ledger")
    assert page.text.count("群发没有通过：涉嫌版权") == 6  # a row each, and the list to choose from
    report = await reports(visitor, 1)
    assert figures(report, "合计")["失败"] == "5"
    assert figures(report, "原因") == {"群发没有通过：涉嫌版权": "5"}


async def test_tags_are_read_from_the_platform(opened: tuple[Scene, Office]) -> None:
    """Page by page, behind the page that asked; a tag that was taken away there goes here too."""
    scene, office = opened
    await scene.people(7)
    services, platform = scene.process.services, scene.stage.platform
    platform.followers.page = 3
    first, second = [await services.client.create_tag(name) for name in ("企业", "园区")]
    await services.client.tag(first, [phone.openid for phone in scene.phones])
    await services.client.tag(second, [phone.openid for phone in scene.phones[:2]])
    editor = await office.sign_in("editor")
    page = await editor.post(f"{HERE}/tags")
    assert "已开始读取" in (await editor.follow(page)).text
    await services.tagging.idle()
    known = {tag.name: tag.people for tag in await services.tagging.tags.everything()}
    assert (known["企业"], known["园区"]) == (7, 2)
    page = await editor.get(f"{HERE}/tags")
    assert "上次全部读完：2026-11-22" in page.text
    assert "tags.read" in await office.acts()
    platform.world.tags.delete(second)
    await services.client.untag(first, [scene.phones[0].openid])
    assert await services.tagging.read("zhang")
    assert {tag.name: tag.people for tag in await services.tagging.tags.everything() if tag.people} == {"企业": 6}
    assert "园区" not in (await editor.get(f"{HERE}/tags")).text


async def test_a_reading_that_fails_says_why_and_keeps_what_was_known(opened: tuple[Scene, Office]) -> None:
    """What was not read stays as it was; the platform's number stands in words."""
    scene, office = opened
    await scene.people(2)
    services, faults = scene.process.services, scene.stage.platform.faults
    tag = await services.client.create_tag("企业")
    await services.client.tag(tag, [phone.openid for phone in scene.phones])
    await services.tagging.read("zhang")
    faults.fail("/cgi-bin/user/tag/get", 45009)
    await services.tagging.read("zhang")
    page = await (await office.sign_in("viewer")).get(f"{HERE}/tags")
    assert "今天的接口次数用完（微信 45009）" in page.text
    assert "上次没有读完" in page.text
    assert {t.name: t.people for t in await services.tagging.tags.everything() if t.people} == {"企业": 2}
    faults.fail("/cgi-bin/user/tag/get", 45159)  # taken away between the list and its people
    await services.tagging.read("zhang")
    assert not (await services.tagging.tags.standing(scene.stage.clock.time())).progress.errcode


async def test_a_reading_has_an_end(opened: tuple[Scene, Office]) -> None:
    """One of too many pages is given up, and so is one that the program's end comes upon: both say so, and another may
    begin at once."""
    scene, office = opened
    await scene.people(3)
    services, platform = scene.process.services, scene.stage.platform
    await services.client.tag(await services.client.create_tag("企业"), [phone.openid for phone in scene.phones])
    platform.followers.page = 1
    few = Tagging(services.client, services.tagging.tags, clock=scene.stage.clock, pages=3)
    assert await few.read("zhang")
    viewer = await office.sign_in("viewer")
    assert "标签里的人太多" in (await viewer.get(f"{HERE}/tags")).text
    platform.faults.set("slow", True)  # by a clock that stands still: it is under way until its end comes
    assert await services.tagging.start("zhang")
    assert not await few.read("li")
    page = await viewer.get(f"{HERE}/tags")
    assert "正在读取" in page.text
    assert '<meta http-equiv="refresh" content="3">' in page.source
    await services.tagging.close()
    platform.faults.set("slow", False)
    assert "程序重启，没有读完" in (await viewer.get(f"{HERE}/tags")).text
    assert await services.tagging.read("zhang")
    assert {tag.name: tag.people for tag in await services.tagging.tags.everything()}["企业"] == 3


async def test_of_two_who_press_the_button_one_reads(opened: tuple[Scene, Office]) -> None:
    """The other is told that it is under way."""
    scene, office = opened
    tags, clock = scene.process.services.tagging.tags, scene.stage.clock
    assert await tags.begin("another process", Progress(who="mei"), time=clock.time(), until=clock.time() + 60.0)
    editor = await office.sign_in("editor")
    page = await editor.get(f"{HERE}/tags")
    assert "mei 开始的" in page.text
    assert "disabled" in page.source
    assert "已经有人在读取" in (await editor.follow(await editor.post(f"{HERE}/tags"))).text
    assert "tags.read" not in await office.acts()


async def test_an_account_that_may_not_ask_is_told(staging: Staging) -> None:
    """One without certification has no tags to read: nothing is asked of the platform."""
    async with open_announced(await staging(SILENT_ACCOUNT)) as (_, office):
        editor = await office.sign_in("editor")
        assert "没有认证" in (await editor.follow(await editor.post(f"{HERE}/tags"))).text
        assert "从微信读取" not in (await editor.get(f"{HERE}/tags")).text


async def test_a_template_that_changed_is_shown_with_what_it_breaks(opened: tuple[Scene, Office]) -> None:
    """What was made of a kept text and cannot be sent any more is named; where the platform cannot be asked, that."""
    scene, office = opened
    scene.stage.platform.add_template("T", {"thing1": "事项", "time2": "时间"})
    number = await keep(scene.broadcasts, "提醒", NOTICED)
    soon = scene.stage.clock.time() + 86_400.0
    made = {"content": NOTICED, "plan": Plan(ways=("template",)), "sample": number, "version": 1, "start": soon}
    await scene.approved(name="明天的提醒", **made)
    editor = await office.sign_in("editor")
    page = await editor.get(f"{HERE}/samples/{number}")
    assert "和公众号上的一样" in page.text
    assert "没有坏" in page.text
    scene.stage.platform.add_template("T", {"thing1": "事项", "thing3": "地点"})
    page = await editor.get(f"{HERE}/samples/{number}")
    assert page.text.count("少了 time2，多了 thing3") == 2  # of the text, and of what was made of it
    assert "它已经批准，请先收回来改" in page.text.partition("明天的提醒")[2]
    scene.stage.platform.faults.fail("/cgi-bin/template/get_all_private_template", 48001)
    assert "问不到公众号现在的模板" in (await editor.get(f"{HERE}/samples/{number}")).text
    new = await editor.get(f"{HERE}/samples/new?form=notice")
    assert "channel=template&amp;template=T" in new.source
    form = await editor.get(f"{HERE}/samples/new?form=notice&channel=template&template=T")
    assert "微信叫它 thing3" in form.text
