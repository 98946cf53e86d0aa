"""The platform's API as this program uses it: the token around each exchange, and one method for each call.

Client adds the access token, renews it once where the platform rejects it, and repeats calls that may be repeated: a
send is made once, since only the outbox knows whether a second could do harm. Ids of the platform exceed 2^53 and stay
text. Every error is one of `bot.errors.WeChatError`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
import structlog

from bot.clock import Clock
from bot.errors import Refused, Temporary, TokenRejected
from bot.wechat.errcodes import UNANSWERED
from bot.wechat.wire import Upload, Wire

logger = structlog.get_logger(__name__)

REPEAT_DELAYS = (1.0, 2.0)  # seconds before the second and the third attempt, as the platform advises for -1
NO_MENU = 46003
TAGGED_AT_ONCE = 50  # openids of one call that tags (40032)


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template of the account: `content` has a line for each of its keys, such as {{thing1.DATA}}; `lasting` where
    one grant allows many sends."""

    id: str
    title: str = ""
    content: str = ""
    lasting: bool = False


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """How often a call may be made today, and how often it was."""

    limit: int
    used: int


class TokenProvider(Protocol):
    """Whoever keeps the access token."""

    async def current(self) -> str:
        """The token to use now."""

    async def renew(self, rejected: str) -> str:
        """Another token than the rejected one, where there is one."""


class Client:
    """The calls this program makes. A send is made once; calls that change nothing twice are repeated when busy."""

    def __init__(self, wire: Wire, tokens: TokenProvider, *, clock: Clock) -> None:
        self._wire = wire
        self._tokens = tokens
        self._clock = clock

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        files: Mapping[str, Upload] | None = None,
    ) -> dict[str, Any]:
        """The answer to any call that takes an access token. A rejected token is renewed once and the call made once
        more; a second rejection is the caller's TokenRejected."""
        token = await self._tokens.current()
        try:
            asked = {**(query or {}), "access_token": token}
            return await self._wire.exchange(method, path, query=asked, json=json, files=files)
        except TokenRejected as error:
            logger.warning("access token rejected", path=path, errcode=error.errcode)
        asked["access_token"] = await self._tokens.renew(token)
        return await self._wire.exchange(method, path, query=asked, json=json, files=files)

    async def _repeat(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        for delay in REPEAT_DELAYS:
            try:
                return await self.call(method, path, query=query, json=json)
            except Temporary as error:
                logger.info("platform call will be repeated", path=path, errcode=error.errcode)
                await self._clock.sleep(delay)
        return await self.call(method, path, query=query, json=json)

    async def custom_send(self, body: Mapping[str, Any]) -> None:
        """Send a customer-service message: `touser`, `msgtype` and the branch of that name. It has no id by which the
        platform would know a repeat, so it is never repeated here."""
        await self.call("POST", "/cgi-bin/message/custom/send", json=body)

    async def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Replace the whole menu."""
        await self._repeat("POST", "/cgi-bin/menu/create", json={"button": buttons})

    async def delete_menu(self) -> None:
        """Take the menu away that the API set, and those for some followers."""
        await self._repeat("GET", "/cgi-bin/menu/delete")

    async def get_menu(self) -> dict[str, Any]:
        """The menu set through the API: `menu` and `conditionalmenu`; empty where none is set."""
        try:
            return await self._repeat("GET", "/cgi-bin/menu/get")
        except Refused as error:
            if error.errcode == NO_MENU:
                return {}
            raise

    async def get_self_menu(self) -> dict[str, Any]:
        """The menu followers see, wherever it was made; any kind of account may ask."""
        return await self._repeat("GET", "/cgi-bin/get_current_selfmenu_info")

    async def get_autoreplies(self) -> dict[str, Any]:
        """What the platform's own console answers, by keyword and otherwise, while no server does."""
        return await self._repeat("GET", "/cgi-bin/get_current_autoreply_info")

    async def check_callback(self) -> dict[str, Any]:
        """Whether the platform's machines resolve and reach the account's server: `dns` and `ping`."""
        body = {"action": "all", "check_operator": "DEFAULT"}
        return await self._repeat("POST", "/cgi-bin/callback/check", json=body)

    async def get_seats(self) -> tuple[str, ...]:
        """The accounts of staff who answer followers by hand; Forbidden (65400) where that is not switched on."""
        found = (await self._repeat("GET", "/cgi-bin/customservice/getkflist")).get("kf_list") or []
        return tuple(str(seat.get("kf_account", "")) for seat in found)

    async def create_qrcode(self, scene: str) -> str:
        """Make a permanent QR code of a scene, 1 to 64 characters; what is to be drawn. An account may have 100 000."""
        body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        return str((await self._repeat("POST", "/cgi-bin/qrcode/create", json=body)).get("url", ""))

    async def get_callback_ips(self) -> tuple[str, ...]:
        """The addresses and networks the platform's callbacks come from."""
        return await self._get_ips("/cgi-bin/getcallbackip")

    async def get_api_domain_ips(self) -> tuple[str, ...]:
        """The addresses the API answers at."""
        return await self._get_ips("/cgi-bin/get_api_domain_ip")

    async def _get_ips(self, path: str) -> tuple[str, ...]:
        listed = (await self._repeat("GET", path)).get("ip_list") or []
        return (listed,) if isinstance(listed, str) else tuple(str(ip) for ip in listed)

    async def send_template(self, body: Mapping[str, Any]) -> str:
        """Send a template message: `touser`, `template_id`, `data`, and a `client_msg_id` by which the platform knows
        a repeat for ten minutes. The id under which its outcome is reported."""
        return _id(await self.call("POST", "/cgi-bin/message/template/send", json=body), "msgid")

    async def send_notice(self, body: Mapping[str, Any]) -> str:
        """Send a subscription notice: `touser`, `template_id`, `data`, `page`. The platform documents no id in its
        answer; empty where there is none."""
        return _id(await self.call("POST", "/cgi-bin/message/subscribe/bizsend", json=body), "msgid")

    async def get_notices(self) -> tuple[Template, ...]:
        """The account's notices; type 3 may be sent many times for one grant."""
        found = (await self._repeat("GET", "/wxaapi/newtmpl/gettemplate")).get("data") or []
        return tuple(
            Template(
                id=str(one.get("priTmplId", "")),
                title=str(one.get("title", "")),
                content=str(one.get("content", "")),
                lasting=str(one.get("type")) == "3",
            )
            for one in found
        )

    async def get_templates(self) -> tuple[Template, ...]:
        """The account's message templates."""
        answer = await self._repeat("GET", "/cgi-bin/template/get_all_private_template")
        return tuple(
            Template(id=str(t.get("template_id", "")), title=str(t.get("title", "")), content=str(t.get("content", "")))
            for t in answer.get("template_list") or []
        )

    async def send_to_tag(self, body: Mapping[str, Any]) -> str:
        """Send to a tag's followers, or all: `filter`, `msgtype`, its branch, and a `clientmsgid` by which the platform
        knows a repeat for a day. The job's id."""
        return _id(await self.call("POST", "/cgi-bin/message/mass/sendall", json=body), "msg_id")

    async def send_to_list(self, body: Mapping[str, Any]) -> str:
        """Send to 2 to 10 000 openids in `touser`, otherwise as `send_to_tag`."""
        return _id(await self.call("POST", "/cgi-bin/message/mass/send", json=body), "msg_id")

    async def preview_mass(self, body: Mapping[str, Any]) -> None:
        """Show a mass message to one follower, `touser`."""
        await self.call("POST", "/cgi-bin/message/mass/preview", json=body)

    async def delete_mass(self, msg_id: str, article: int = 0) -> None:
        """Withdraw a mass message, or one article of it, counted from 1."""
        body = {"msg_id": int(msg_id), "article_idx": article}
        await self._repeat("POST", "/cgi-bin/message/mass/delete", json=body)

    async def get_mass(self, msg_id: str) -> str:
        """How a mass job stands: SEND_SUCCESS, SENDING, SEND_FAIL or DELETE."""
        answer = await self._repeat("POST", "/cgi-bin/message/mass/get", json={"msg_id": msg_id})
        return str(answer.get("msg_status", ""))

    async def create_tag(self, name: str) -> int:
        """A new tag's id; a name that is taken is Refused (45157)."""
        tag = (await self.call("POST", "/cgi-bin/tags/create", json={"tag": {"name": name}})).get("tag")
        if not isinstance(tag, dict) or not isinstance(tag.get("id"), int):
            raise Temporary(UNANSWERED, "no tag in the answer", sent=True)
        return int(tag["id"])

    async def get_tags(self) -> dict[int, str]:
        """The names of all tags, the platform's own too, by id."""
        found = (await self._repeat("GET", "/cgi-bin/tags/get")).get("tags") or []
        return {int(tag["id"]): str(tag.get("name", "")) for tag in found}

    async def get_tagged(self, tag_id: int, after: str = "") -> tuple[tuple[str, ...], str]:
        """A page of the followers who have a tag, at most 10 000, behind `after`; and behind whom the next begins,
        empty after the last."""
        answer = await self._repeat("POST", "/cgi-bin/user/tag/get", json={"tagid": tag_id, "next_openid": after})
        data = answer.get("data") or {}
        found = data.get("openid") or [] if isinstance(data, dict) else None
        if not isinstance(found, list):
            raise Temporary(UNANSWERED, "no followers in the answer")
        openids = tuple(str(openid) for openid in found)
        return openids, str(answer.get("next_openid") or "") if openids else ""

    async def tag(self, tag_id: int, openids: Sequence[str]) -> None:
        """Put a tag on followers."""
        await self._tag("/cgi-bin/tags/members/batchtagging", tag_id, openids)

    async def untag(self, tag_id: int, openids: Sequence[str]) -> None:
        """Take a tag off followers."""
        await self._tag("/cgi-bin/tags/members/batchuntagging", tag_id, openids)

    async def _tag(self, path: str, tag_id: int, openids: Sequence[str]) -> None:
        for start in range(0, len(openids), TAGGED_AT_ONCE):
            some = openids[start : start + TAGGED_AT_ONCE]
            await self._repeat("POST", path, json={"openid_list": some, "tagid": tag_id})

    async def get_ticket(self) -> tuple[str, float]:
        """The ticket that page scripts are signed with, and how many seconds it is good."""
        answer = await self._repeat("GET", "/cgi-bin/ticket/getticket", query={"type": "jsapi"})
        try:
            return str(answer["ticket"]), float(answer["expires_in"])
        except (KeyError, TypeError, ValueError) as error:
            raise Temporary(UNANSWERED, "no ticket in the answer") from error

    async def get_quota(self, path: str) -> Quota:
        """How much of a call's daily allowance is used; Refused where it has none (76021)."""
        quota = (await self._repeat("POST", "/cgi-bin/openapi/quota/get", json={"cgi_path": path})).get("quota")
        try:
            return msgspec.convert(quota, _Quota).quota()
        except msgspec.ValidationError as error:
            raise Temporary(UNANSWERED, "no quota in the answer") from error


class _Quota(msgspec.Struct):
    daily_limit: int
    used: int

    def quota(self) -> Quota:
        return Quota(limit=self.daily_limit, used=self.used)


def _id(answer: Mapping[str, Any], name: str) -> str:
    return str(answer.get(name) or "")
