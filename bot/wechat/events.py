"""The events: one line for each name the platform uses, in lower case, and the message it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from bot.messages import (
    AccountNotice,
    AnyMessage,
    Clicked,
    ConsentNotice,
    Delivery,
    Followed,
    Grant,
    Granted,
    GrantsChanged,
    Left,
    MassReport,
    NoticeReport,
    OpenedMiniProgram,
    PickedLocation,
    PickedPictures,
    Position,
    PublishReport,
    Scanned,
    ScannedCode,
    StaffSession,
    TemplateReport,
    Viewed,
)
from bot.wechat.nodes import Nodes


class Header(TypedDict):
    """What every message has; see `bot.messages.Message`."""

    key: str
    openid: str
    account: str
    created: int


def _followed(header: Header, nodes: Nodes) -> Followed:
    # EventKey without our prefix is no scene: last_trade_no_… after a payment, scanbarcode|… and scanimage|… for goods.
    return Followed(**header)


def _followed_by_code(header: Header, nodes: Nodes) -> Followed:
    return Followed(**header, scene=nodes.text("EventKey"), ticket=nodes.text("Ticket"))


def _scanned_code(header: Header, nodes: Nodes) -> ScannedCode:
    info = nodes.inner("ScanCodeInfo")
    return ScannedCode(
        **header,
        button=nodes.text("EventKey"),
        scan_type=info.text("ScanType"),
        result=info.text("ScanResult"),
        waiting=nodes.text("Event").lower() == "scancode_waitmsg",
    )


def _picked_pictures(header: Header, nodes: Nodes) -> PickedPictures:
    return PickedPictures(
        **header, button=nodes.text("EventKey"), count=nodes.inner("SendPicsInfo").integer("Count", 0)
    )


def _picked_location(header: Header, nodes: Nodes) -> PickedLocation:
    info = nodes.inner("SendLocationInfo")
    return PickedLocation(
        **header,
        button=nodes.text("EventKey"),
        latitude=info.decimal("Location_X"),
        longitude=info.decimal("Location_Y"),
        label=info.text("Label"),
        place=info.text("Poiname"),
    )


def _position(header: Header, nodes: Nodes) -> Position:
    return Position(
        **header,
        latitude=nodes.decimal("Latitude"),
        longitude=nodes.decimal("Longitude"),
        precision=nodes.decimal("Precision", 0.0),
    )


def _mass_report(header: Header, nodes: Nodes) -> MassReport:
    status = nodes.text("Status")
    return MassReport(
        **header,
        msgid=nodes.integer("MsgID"),
        status="send success" if status == "sendsuccess" else status,  # written so by some senders
        total=nodes.integer("TotalCount", 0),
        filtered=nodes.integer("FilterCount", 0),
        sent=nodes.integer("SentCount", 0),
        errors=nodes.integer("ErrorCount", 0),
    )


def _publish_report(header: Header, nodes: Nodes) -> PublishReport:
    info = nodes.inner("PublishEventInfo")
    return PublishReport(
        **header,
        publish_id=info.text("publish_id"),
        status=info.integer("publish_status"),
        article_id=info.text("article_id"),
        failed=tuple(int(place) for place in info.texts("fail_idx") if place.isascii() and place.isdigit()),
    )


def _grants(nodes: Nodes, wrapper: str) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            template_id=item.text("TemplateId"),
            accepted=item.text("SubscribeStatusString").lower() == "accept",
            scene=item.text("PopupScene"),
        )
        for item in nodes.inner(wrapper).several("List")
    )


def _notice_report(header: Header, nodes: Nodes) -> NoticeReport:
    deliveries = tuple(
        Delivery(
            template_id=item.text("TemplateId"),
            msgid=item.integer("MsgID"),
            error_code=item.integer("ErrorCode"),
            status=item.text("ErrorStatus"),
        )
        for item in nodes.inner("SubscribeMsgSentEvent").several("List")
    )
    return NoticeReport(**header, deliveries=deliveries)


def _account_notice(header: Header, nodes: Nodes) -> AccountNotice:
    return AccountNotice(
        **header,
        name=nodes.text("Event").lower(),
        expires=nodes.integer("ExpiredTime", 0),
        failed=nodes.integer("FailTime", 0),
        reason=nodes.text("FailReason"),
    )


def _consent_notice(header: Header, nodes: Nodes) -> ConsentNotice:
    return ConsentNotice(
        **header, name=nodes.text("Event").lower(), person=nodes.text("OpenID"), revoked=nodes.text("RevokeInfo")
    )


def _staff_session(header: Header, nodes: Nodes) -> StaffSession:
    return StaffSession(
        **header,
        name=nodes.text("Event").lower(),
        staff=nodes.text("KfAccount") or nodes.text("FromKfAccount"),
        to=nodes.text("ToKfAccount"),
    )


EVENTS: dict[str, Callable[[Header, Nodes], AnyMessage]] = {
    "subscribe": _followed,
    "subscribe_scan_product": _followed,
    "subscribe_scan": _followed_by_code,
    "unsubscribe": lambda h, n: Left(**h),
    "scan": lambda h, n: Scanned(**h, scene=n.text("EventKey"), ticket=n.text("Ticket")),
    "location": _position,
    "click": lambda h, n: Clicked(**h, button=n.text("EventKey")),
    "view": lambda h, n: Viewed(**h, url=n.text("EventKey"), menu_id=n.text("MenuId")),
    "view_miniprogram": lambda h, n: OpenedMiniProgram(**h, path=n.text("EventKey"), menu_id=n.text("MenuId")),
    "scancode_push": _scanned_code,
    "scancode_waitmsg": _scanned_code,
    "pic_sysphoto": _picked_pictures,
    "pic_photo_or_album": _picked_pictures,
    "pic_weixin": _picked_pictures,
    "location_select": _picked_location,
    "templatesendjobfinish": lambda h, n: TemplateReport(**h, msgid=n.integer("MsgID"), status=n.text("Status")),
    "masssendjobfinish": _mass_report,
    "publishjobfinish": _publish_report,
    "subscribe_msg_popup_event": lambda h, n: Granted(**h, grants=_grants(n, "SubscribeMsgPopupEvent")),
    "subscribe_msg_change_event": lambda h, n: GrantsChanged(**h, grants=_grants(n, "SubscribeMsgChangeEvent")),
    "subscribe_msg_sent_event": _notice_report,
    "qualification_verify_success": _account_notice,
    "qualification_verify_fail": _account_notice,
    "naming_verify_success": _account_notice,
    "naming_verify_fail": _account_notice,
    "annual_renew": _account_notice,
    "verify_expired": _account_notice,
    "user_info_modified": _consent_notice,
    "user_authorization_revoke": _consent_notice,
    "user_authorization_cancellation": _consent_notice,
    "kf_create_session": _staff_session,
    "kf_close_session": _staff_session,
    "kf_switch_session": _staff_session,
}
