"""The account's menu: its form, its draft, its way to the account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestServer

from bot.clock import ManualClock
from bot.config import Corpus
from bot.console.forms import Form
from bot.console.menus import compare, menu_from, read_form, typed_of
from bot.console.site import build_site
from bot.emulator.platform import Platform
from bot.errors import Refused, Temporary
from bot.menu import Button, Menu
from bot.parts import MENU
from bot.store.audit import Audit, Search
from bot.wechat.client import Template
from tests.bot.console.client import Office, Visitor, office_settings, open_office
from tests.bot.console.sheets import send
from tests.scenarios.stage import ACCOUNT

HERE = "/console/phone-menu"
OURS = {
    "0.name": "查政策", "0.does": "below", "0.0.name": "技改", "0.0.does": "ask", "0.0.value": "技改补贴",
    "1.name": "快到期", "1.does": "ask", "1.value": "哪些政策快到期了",
}  # fmt: skip
BUTTONS: list[dict[str, Any]] = [
    {"name": "查政策", "sub_button": [{"type": "click", "name": "技改", "key": "ask:技改补贴"}]},
    {"type": "click", "name": "快到期", "key": "ask:哪些政策快到期了"},
]


@pytest.fixture
async def platform(clock: ManualClock) -> AsyncIterator[Platform]:
    """The platform."""
    async with Platform(ACCOUNT, clock=clock) as opened:
        yield opened


@pytest.fixture
async def joined(tmp_path: Path, clock: ManualClock, platform: Platform) -> AsyncIterator[Office]:
    """An office whose account the platform has."""
    async with TestServer(platform.app(), shutdown_timeout=0.0) as api:
        config = office_settings(tmp_path)
        wechat = msgspec.structs.replace(config.wechat, api_base_url=str(api.make_url("")).rstrip("/"))
        async with open_office(msgspec.structs.replace(config, wechat=wechat), clock) as opened:
            yield opened


async def drafted(editor: Visitor, **changed: str) -> str:
    """The address of the draft that a form makes."""
    seen = (await editor.get(f"{HERE}/edit")).source.partition('name="seen" value="')[2].partition('"')[0]
    page = await editor.post(f"{HERE}/edit", {"seen": seen, **OURS, **changed})
    assert page.status == 303, page.text
    return page.location


async def test_a_menu_goes_from_draft_to_the_account(joined: Office, platform: Platform) -> None:
    """Drafted by one, published by another, put on the account: the platform has it, the page finds no difference."""
    editor, approver = await joined.sign_in("editor"), await joined.sign_in("approver")
    address = await drafted(editor)
    await send(editor, address, "submit")
    assert platform.menu.buttons == []
    await send(approver, address, "publish")
    assert (
        "新加" in (await approver.get(f"{HERE}?compare=1")).text
        or "没有用接口设过" in (await approver.get(f"{HERE}?compare=1")).text
    )
    page = await approver.follow(await approver.post(f"{HERE}/put"))
    assert "已放到公众号上" in page.text
    assert "一致" in page.text
    assert platform.menu.buttons == BUTTONS
    done, begun = await joined.audit.read(Search(action="menu"), 9)
    assert [entry.action for entry in (begun, done)] == ["menu.put", "menu.put_done"]
    assert begun.after == done.after == {"menu": ["查政策", "技改", "快到期"]}


async def approved(office: Office) -> Visitor:
    """An approver, with the menu in force."""
    editor, approver = await office.sign_in("editor"), await office.sign_in("approver")
    address = await drafted(editor)
    await send(editor, address, "submit")
    assert (await send(approver, address, "publish")).status == 303
    await approver.get(HERE)
    return approver


class Told:
    """An account that looks what the audit log has when it is asked to take a menu, and then fails as it is told."""

    def __init__(self, audit: Audit, error: Exception) -> None:
        self.known: list[str] = []
        self._audit, self._error = audit, error

    async def get_menu(self) -> dict[str, Any]:
        """No menu."""
        return {}

    async def create_qrcode(self, scene: str) -> str:
        """No code."""
        return ""

    async def get_templates(self) -> Sequence[Template]:
        """None."""
        return ()

    async def get_notices(self) -> Sequence[Template]:
        """None."""
        return ()

    async def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Fail."""
        self.known = [entry.action for entry in await self._audit.read(Search(action="menu"), 9)]
        raise self._error


@pytest.mark.parametrize(
    ("error", "after", "said"),
    [
        (Refused(40018, "invalid button name size"), ["menu.put", "menu.put_failed"], "没有接受"),
        (Temporary(-1, "system error"), ["menu.put", "menu.put_failed"], "没有接受"),
        (Temporary(0, "TimeoutError", sent=True), ["menu.put", "menu.put_unknown"], "不知道放上没有"),
        (RuntimeError("the process dies"), ["menu.put"], ""),
    ],
)
async def test_the_log_has_a_menu_before_the_platform_has(
    office: Office, error: Exception, after: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The intent is written down when the call is made, so that a crash leaves a trace, and then what came of it."""
    approver, desk, account = await approved(office), office.desk, Told(office.audit, error)
    site = build_site(replace(desk, talk=replace(desk.talk, account=account)))
    async with office.serving(site) as visitor:
        cookie: SimpleCookie = SimpleCookie({"huiqi": approver.cookie("huiqi")})
        cookie["huiqi"]["path"] = "/console"
        visitor.session.cookie_jar.update_cookies(cookie, visitor.url)
        page = await visitor.post(f"{HERE}/put", token=approver.token)
        assert account.known == ["menu.put"]
        assert [act for act in await office.acts() if act.startswith("menu")] == after
        if said:
            assert said in (await visitor.follow(page)).text
        else:
            assert page.status == 500
    capsys.readouterr()


async def test_a_menu_that_is_taken_away_can_be_edited_after_all(office: Office) -> None:
    """The form begins with the menu in force, or an empty one; what is saved takes nothing away any more."""
    approver, editor = await approved(office), await office.sign_in("editor")
    await editor.get(HERE)
    removal = await editor.post(f"/console/parts/{MENU}/take-away?key={MENU}")
    page = await editor.get(f"{HERE}/edit")
    assert (page.status, 'value="查政策"' in page.source) == (200, True)
    assert await drafted(editor, **{"1.name": "快过期"}) == removal.location
    assert office.services.publishing
    draft = await office.services.publishing.revisions.open_of(MENU, MENU)
    assert draft
    assert (draft.gone, draft.body["button"][1]["name"]) == (False, "快过期")
    await send(editor, removal.location, "submit")
    assert (await send(approver, removal.location, "publish")).status == 303


async def test_a_menu_keeps_the_day_to_look_again(office: Office) -> None:
    """Its form knows nothing of the day, and does not touch it."""
    approver, editor = await approved(office), await office.sign_in("editor")
    await editor.get(HERE)
    await editor.post(f"/console/parts/{MENU}/review-by?key={MENU}", {"review_by": "2027-06-30"})
    address = await drafted(editor, **{"1.name": "快过期"})
    await send(editor, address, "submit")
    assert (await send(approver, address, "publish")).status == 303
    assert office.services.publishing
    standing = await office.services.publishing.revisions.standing_of(MENU, MENU)
    assert standing
    assert (standing.body["button"][1]["name"], standing.review_by) == ("快过期", "2027-06-30")


async def test_nobody_puts_a_menu_that_nobody_approved(joined: Office, platform: Platform) -> None:
    """A draft is not what is put on the account, and an editor may put nothing."""
    editor = await joined.sign_in("editor")
    await drafted(editor)
    assert (await editor.post(f"{HERE}/put")).status == 403
    approver = await joined.sign_in("approver")
    await approver.post(f"{HERE}/put")
    assert platform.menu.buttons == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"1.name": "看看快到期的"}, "太长了"),
        ({"1.name": ""}, "请填写"),
        ({"1.value": ""}, "请填写"),
        ({"1.value": "问" * 42}, "这句话太长"),
        ({"1.does": "page"}, "要以 / 开头"),
        ({"1.does": "url", "1.value": "x.cn"}, "要以 https:// 开头"),
        ({"0.0.name": "字" * 21}, "太长了"),
        ({"0.0.name": "", "0.0.value": ""}, "请填写"),
    ],
)
async def test_what_the_platform_would_refuse_is_said_beside_the_field(
    office: Office, changed: dict[str, str], said: str
) -> None:
    """Nothing is kept, and what was typed is still there."""
    editor = await office.sign_in("editor")
    page = await editor.post(f"{HERE}/edit", {"seen": "0:0", **OURS, **changed})
    assert (page.status, said in page.text) == (422, True)
    assert 'value="查政策"' in page.source
    assert office.services.publishing
    assert await office.services.publishing.revisions.open_of(MENU, MENU) is None


async def test_an_empty_form_is_no_menu(office: Office) -> None:
    """At least one button is needed."""
    editor = await office.sign_in("editor")
    assert "要有 1 到 3 个按钮" in (await editor.post(f"{HERE}/edit", {"seen": "0:0"})).text


async def test_a_look_keeps_nothing(office: Office) -> None:
    """The preview shows what is typed."""
    editor = await office.sign_in("editor")
    page = await editor.post(f"{HERE}/edit", {"seen": "0:0", **OURS, "action": "look"})
    assert "手机上的菜单：查政策（技改），快到期" in page.source
    assert office.services.publishing
    assert await office.services.publishing.revisions.open_of(MENU, MENU) is None


async def test_the_menu_of_another_is_shown_before_it_is_written_over(office: Office) -> None:
    """Both stand on the page: what the other saved, button by button, and what was typed, to be saved knowingly."""
    li, zhao = await office.sign_in("editor", "li"), await office.sign_in("editor", "zhao")
    before = (await zhao.get(f"{HERE}/edit")).source.partition('name="seen" value="')[2].partition('"')[0]
    address = await drafted(li, **{"0.name": "甲的按钮", "0.0.value": "甲的话"})
    page = await zhao.post(f"{HERE}/edit", {"seen": before, **OURS, "0.name": "乙的"})
    assert page.status == 409
    for said in ("别人改过这份菜单", "li 的", "甲的按钮", "说：“甲的话”"):
        assert said in page.text, said
    assert 'value="乙的"' in page.source
    seen = page.source.partition('name="seen" value="')[2].partition('"')[0]
    assert (await zhao.post(f"{HERE}/edit", {"seen": seen, **OURS, "0.name": "乙的"})).location == address


async def test_nobody_writes_over_what_they_have_not_seen(office: Office) -> None:
    """A form that was opened before somebody else saved says so, and keeps what was typed."""
    editor = await office.sign_in("editor")
    await drafted(editor)
    page = await editor.post(f"{HERE}/edit", {"seen": "0:0", **OURS, "1.name": "快过期"})
    assert (page.status, "别人改过这份菜单" in page.text, 'value="快过期"' in page.source) == (409, True, True)
    await drafted(editor, **{"1.name": "快过期"})
    assert office.services.publishing
    draft = await office.services.publishing.revisions.open_of(MENU, MENU)
    assert draft
    assert [button["name"] for button in draft.body["button"]] == ["查政策", "快过期"]


async def test_where_files_are_the_truth_it_is_only_looked_at(tmp_path: Path, clock: ManualClock) -> None:
    """The menu of the folder is shown, and edited nowhere."""
    config = office_settings(tmp_path)
    folder = Path(config.corpus.path)
    (folder / "menu.toml").write_text('[[button]]\nname = "快到期"\nask = "快到期"\n', encoding="utf-8")
    config = msgspec.structs.replace(config, corpus=Corpus(path=str(folder), source="files"))
    async with open_office(config, clock) as office:
        editor = await office.sign_in("editor")
        page = await editor.get(HERE)
        assert "手机上的菜单：快到期" in page.source
        assert "修改菜单" not in page.text
        assert (await editor.get(f"{HERE}/edit")).status == 409


def test_a_form_and_its_menu_mean_the_same() -> None:
    """What is shown of a menu and sent back unchanged is the menu; what is left empty in between moves up."""
    menu = Menu(button=(Button(name="查", below=(Button(name="一", ask="a"), Button(name="二", page="/p"))),
                        Button(name="网", url="https://x.cn")))  # fmt: skip
    assert menu_from(typed_of(menu)) == menu
    form = Form()
    form.fields.extend(
        {"0.name": "", "2.name": "后", "2.does": "ask", "2.value": "话", "0.does": "ask", "1.does": "ask"}
    )
    assert menu_from(read_form(form)) == Menu(button=(Button(name="后", ask="话"),))


def test_differences_are_told_button_by_button() -> None:
    """What is new, what goes, what does something else now."""
    here: list[dict[str, Any]] = [
        {"type": "click", "name": "快到期", "key": "ask:x"},
        {"type": "view", "name": "网", "url": "https://x.cn"},
    ]
    found = {
        line.place: (line.there is not None, line.here is not None, line.differs) for line in compare(BUTTONS, here)
    }
    assert found == {"0": (True, True, True), "0.0": (True, False, True), "1": (True, True, True)}
    assert not any(line.differs for line in compare(BUTTONS, BUTTONS))
