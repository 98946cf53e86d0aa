"""How the account stands at the platform: its kind, its templates, what is left of the day, its menu, its seats."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.channels import CHANNELS
from bot.config import Config
from bot.errors import CorpusError, Forbidden, Refused, WeChatError
from bot.findings import Finding
from bot.menu import menu_of, read_menu, spell, told
from bot.parts import MENU
from bot.store.database import Database
from bot.store.revisions import Revisions

T = TypeVar("T")

NOT_ALLOWED = (48001, 40200)  # this kind of account may not
NO_SEATS = (65400, 48001, 40200)  # customer service is not switched on, or not to be had
KEY = re.compile(r"\{\{(\w+)\.DATA\}\}")
GONE = {"first", "remark"}  # keys that the platform has not shown since 2023
NEARLY = 0.9  # of a day's calls
PATHS = {
    "custom": "/cgi-bin/message/custom/send",
    "template": "/cgi-bin/message/template/send",
    "subscribe": "/cgi-bin/message/subscribe/bizsend",
    "mass": "/cgi-bin/message/mass/sendall",
}


class Template(Protocol):
    """A template of the account."""

    @property
    def id(self) -> str:
        """By which it is sent."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def content(self) -> str:
        """Its text, with its keys."""

    @property
    def lasting(self) -> bool:
        """Whether one grant allows many sends."""


class Account(Protocol):
    """What is asked of the platform; nothing of it changes anything there."""

    async def get_callback_ips(self) -> tuple[str, ...]:
        """Where pushes come from."""

    async def get_templates(self) -> Sequence[Template]:
        """Those of template messages."""

    async def get_notices(self) -> Sequence[Template]:
        """Those of subscription notices."""

    async def get_menu(self) -> dict[str, Any]:
        """The menu set by API."""

    async def get_quota(self, path: str) -> Any:
        """How much of a day's calls is used: `used` and `limit`."""

    async def get_seats(self) -> tuple[str, ...]:
        """Accounts of customer service."""

    async def check_callback(self) -> dict[str, Any]:
        """What the platform's machines reach."""


async def look_at_account(config: Config, client: Account, database: Database) -> AsyncIterator[Finding]:
    """All that the platform's answers show."""
    templates, there = await _asked(client.get_templates()), await _asked(client.get_menu())
    yield _kind(config, templates, there)
    push = config.push
    if push.template_id:
        yield _template("template", push.template_id, push.template_fields, listed=templates)
    if push.notice_id:
        notices = await _asked(client.get_notices())
        yield _template("notice", push.notice_id, push.notice_fields, listed=notices)
        lasting = {} if isinstance(notices, WeChatError) else {one.id: one.lasting for one in notices}
        if lasting.get(push.notice_id, push.notice_lasting) != push.notice_lasting:
            yield Finding(name="notice_lasting", well=False, detail=str(lasting[push.notice_id]).lower())
    if config.wechat.may_push:
        for kind in CHANNELS:
            if finding := _quota(kind.name, await _asked(client.get_quota(PATHS[kind.name]))):
                yield finding
    if not _refused(there):
        yield await _menu(config, database, there)
    if config.replies.transfer:
        yield (
            _seats(await _asked(client.get_seats()))
            if config.wechat.may_push
            else Finding(name="transfer_idle", well=False)
        )
    if finding := _reached(await _asked(client.check_callback())):
        yield finding


async def _asked(call: Awaitable[T]) -> T | WeChatError:
    try:
        return await call
    except WeChatError as error:
        return error


def _refused(found: object) -> bool:
    return isinstance(found, Forbidden) and found.errcode in NOT_ALLOWED


def _kind(config: Config, templates: object, menu: object) -> Finding:
    """What the account may do, against what the settings say of it: only a certified account has the menu's calls, and
    only a service account templates."""
    wechat = config.wechat
    for answer in (templates, menu):
        if isinstance(answer, WeChatError) and not _refused(answer):
            return Finding(name="account_unsure", well=False, detail=str(answer))
    service = wechat.account == "test" or (wechat.account == "service" and wechat.certified)
    if wechat.may_push and _refused(menu):
        return Finding(name="account_uncertified", well=False)
    if not wechat.may_push and not _refused(menu):
        return Finding(name="account_certified", well=True, hint=True)
    if service and _refused(templates):
        return Finding(name="account_without_templates", well=not config.push.template_id, hint=True)
    if not service and not _refused(templates):
        return Finding(name="account_service", well=True, hint=True)
    return Finding(name="account", well=True, reason=f"kind_{wechat.account}")


def _template(
    kind: str, wanted: str, fields: Mapping[str, str], *, listed: Sequence[Template] | WeChatError
) -> Finding:
    if isinstance(listed, WeChatError):
        return Finding(name=f"{kind}_unsure", well=False, detail=str(listed))
    found = next((one for one in listed if one.id == wanted), None)
    if found is None:
        return Finding(name=f"{kind}_missing", well=False, detail=wanted)
    keys = set(KEY.findall(found.content)) - GONE
    if keys and keys != set(fields):
        wrong = [f"{'+' if key in fields else '-'}{key}" for key in sorted(keys ^ set(fields))]
        return Finding(name=f"{kind}_fields", well=False, detail=" ".join(wrong))
    return Finding(name=kind, well=True, detail=found.title or wanted)


def _quota(channel: str, quota: Any) -> Finding | None:
    """What is left of the day; nothing where the platform counts no calls of that kind for this account."""
    reason = f"channel_{channel}"
    if isinstance(quota, Refused | Forbidden):
        return None
    if isinstance(quota, WeChatError):
        return Finding(name="quota_unsure", well=True, hint=True, detail=str(quota), reason=reason)
    detail = f"{quota.used}/{quota.limit}"
    if quota.used >= quota.limit:
        return Finding(name="quota_spent", well=False, detail=detail, reason=reason)
    low = quota.used >= NEARLY * quota.limit
    return Finding(name="quota_low" if low else "quota", well=True, hint=low, detail=detail, reason=reason)


async def _menu(config: Config, database: Database, there: Any) -> Finding:
    if isinstance(there, WeChatError):
        return Finding(name="menu_unsure", well=False, detail=str(there))
    try:
        ours = await menu_in_force(config, database)
    except CorpusError as error:
        return Finding(name="menu_bad", well=False, detail=str(error))
    buttons = (there.get("menu") or {}).get("button") or []
    if not buttons:
        return Finding(name="menu_missing", well=not ours, hint=True)
    differing = [name for _, name, _ in sorted(set(told(ours)) ^ set(told(buttons)))]
    if differing:
        return Finding(name="menu_differs", well=True, hint=True, detail=", ".join(dict.fromkeys(differing)))
    return Finding(name="menu", well=True)


async def menu_in_force(config: Config, database: Database) -> list[dict[str, Any]]:
    """The buttons that the account is to have: of the menu the database keeps, or, where files are the truth or there
    is none yet, of that of the folder."""
    public_url = config.server.public_url
    standing = await Revisions(database).standing_of(MENU, MENU) if config.corpus.source == "database" else None
    if standing is None:
        return read_menu(Path(config.corpus.path) / "menu.toml", public_url)
    return spell(menu_of(standing.body, MENU), public_url, origin=MENU)


def _seats(found: Sequence[str] | WeChatError) -> Finding:
    if isinstance(found, WeChatError):
        off = found.errcode in NO_SEATS
        return Finding(name="seats_off" if off else "seats_unsure", well=False, detail=str(found))
    return Finding(name="seats" if found else "seats_none", well=bool(found), detail=str(len(found)))


def _reached(found: Any) -> Finding | None:
    """Whether the platform's own machines find the server. Many a firewall answers no ping, so that is a hint."""
    if isinstance(found, WeChatError):
        return None
    dns, pings = found.get("dns") or [], found.get("ping") or []
    if not dns:
        return Finding(name="unresolved", well=True, hint=True)
    if pings and all(str(ping.get("package_loss", "")) == "100%" for ping in pings):
        return Finding(name="unreached", well=True, hint=True)
    return Finding(name="reached", well=True, detail=str(dns[0].get("ip", "")))
