"""Every event of the platform becomes the message that it means."""

from __future__ import annotations

import pytest

from bot.errors import Malformed
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
    Message,
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
from bot.wechat.events import EVENTS
from bot.wechat.parsing import parse


def event(name: str, body: str = "") -> AnyMessage:
    """The message that an event becomes."""
    return parse(
        (
            "<xml><ToUserName><![CDATA[gh_0a1b2c3d4e5f]]></ToUserName><FromUserName><![CDATA[oTest]]></FromUserName>"
            f"<CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType>"
            f"<Event><![CDATA[{name}]]></Event>{body}</xml>"
        ).encode()
    )


def fields(message: AnyMessage) -> dict[str, object]:
    """The fields that are a kind's own and are set."""
    own = set(message.__struct_fields__) - set(Message.__struct_fields__)
    return {name: getattr(message, name) for name in own if getattr(message, name) not in ("", 0, ())}


PHOTO = (
    "<EventKey>P</EventKey><SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum>0f</PicMd5Sum></item>"
    "<item><PicMd5Sum>1f</PicMd5Sum></item></PicList></SendPicsInfo>"
)
SCAN = "<EventKey>S</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>https://e.cn/1</ScanResult></ScanCodeInfo>"
PLACE = (
    "<EventKey>L</EventKey><SendLocationInfo><Location_X><![CDATA[31.2]]></Location_X><Location_Y>121.4</Location_Y>"
    "<Scale>15</Scale><Label>人民广场</Label><Poiname><![CDATA[]]></Poiname></SendLocationInfo>"
)
MASS = (
    "<MsgID>1000000123</MsgID><Status><![CDATA[send success]]></Status><TotalCount>1200</TotalCount>"
    "<FilterCount>1100</FilterCount><SentCount>1098</SentCount><ErrorCount>2</ErrorCount><CopyrightCheckResult>"
    "<Count>0</Count><ResultList></ResultList><CheckState>0</CheckState></CopyrightCheckResult><ArticleUrlResult>"
    "<Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx></item></ResultList></ArticleUrlResult>"
)
PUBLISHED = (
    "<PublishEventInfo><publish_id>2247503051</publish_id><publish_status>0</publish_status><article_id>ART-1</article_id>"
    "<article_detail><count>1</count><item><idx>1</idx><article_url>https://e.cn/</article_url></item></article_detail>"
    "</PublishEventInfo>"
)
UNPUBLISHED = (
    "<PublishEventInfo><publish_id>9</publish_id><publish_status>2</publish_status>"
    "<fail_idx>1</fail_idx><fail_idx>2</fail_idx></PublishEventInfo>"
)
ACCEPTED = (
    "<List><TemplateId>TPL_A</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>"
    "<PopupScene>2</PopupScene></List>"
)
REJECTED = "<List><TemplateId>TPL_B</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List>"
SENT = (
    "<List><TemplateId>TPL_A</TemplateId><MsgID>1700827132819554304</MsgID><ErrorCode>0</ErrorCode>"
    "<ErrorStatus><![CDATA[success]]></ErrorStatus></List>"
)
PERSON = "<OpenID>oPerson</OpenID><UnionID/><AppID>wx1</AppID><RevokeInfo>205</RevokeInfo>"
EXPIRED = "<ExpiredTime>1798761600</ExpiredTime>"
FAILED = "<FailTime>1767225600</FailTime><FailReason><![CDATA[资料不全]]></FailReason>"
GRANTED = Grant(template_id="TPL_A", accepted=True, scene="2")
REFUSED = Grant(template_id="TPL_B", accepted=False)
DELIVERED = Delivery(template_id="TPL_A", msgid=1700827132819554304, error_code=0, status="success")

CASES: list[tuple[str, str, type, dict[str, object]]] = [
    ("subscribe", "", Followed, {}),
    ("subscribe", "<EventKey><![CDATA[]]></EventKey>", Followed, {}),
    (
        "subscribe",
        "<EventKey>qrscene_order77</EventKey><Ticket>gQ</Ticket>",
        Followed,
        {"scene": "order77", "ticket": "gQ"},
    ),
    ("subscribe", "<EventKey>qrscene_qrscene_a</EventKey>", Followed, {"scene": "qrscene_a"}),
    ("subscribe", "<EventKey>qrscene_</EventKey>", Followed, {}),
    ("subscribe", "<EventKey>last_trade_no_4200001</EventKey>", Followed, {}),
    ("subscribe", "<EventKey>scanbarcode|EAN_13,690</EventKey>", Followed, {}),
    ("subscribe", "<EventKey>scanimage|1</EventKey>", Followed, {}),
    ("unsubscribe", "<EventKey><![CDATA[]]></EventKey>", Left, {}),
    ("SCAN", "<EventKey>order77</EventKey><Ticket>gQ</Ticket>", Scanned, {"scene": "order77", "ticket": "gQ"}),
    ("scan", "<EventKey>order77</EventKey>", Scanned, {"scene": "order77"}),
    (
        "LOCATION",
        "<Latitude>31.230416</Latitude><Longitude>121.473701</Longitude><Precision>65.000000</Precision>",
        Position,
        {"latitude": 31.230416, "longitude": 121.473701, "precision": 65.0},
    ),
    ("CLICK", "<EventKey>MENU_HELP</EventKey>", Clicked, {"button": "MENU_HELP"}),
    ("CLICK", "", Clicked, {}),
    (
        "VIEW",
        "<EventKey>https://e.cn/</EventKey><MenuId>419</MenuId>",
        Viewed,
        {"url": "https://e.cn/", "menu_id": "419"},
    ),
    (
        "view_miniprogram",
        "<EventKey>pages/i</EventKey><MenuId>4</MenuId>",
        OpenedMiniProgram,
        {"path": "pages/i", "menu_id": "4"},
    ),
    ("scancode_push", SCAN, ScannedCode, {"button": "S", "scan_type": "qrcode", "result": "https://e.cn/1"}),
    (
        "scancode_waitmsg",
        SCAN,
        ScannedCode,
        {"button": "S", "scan_type": "qrcode", "result": "https://e.cn/1", "waiting": True},
    ),
    ("pic_sysphoto", PHOTO, PickedPictures, {"button": "P", "count": 2}),
    ("pic_photo_or_album", PHOTO, PickedPictures, {"button": "P", "count": 2}),
    ("pic_weixin", "<EventKey>P</EventKey>", PickedPictures, {"button": "P"}),
    (
        "location_select",
        PLACE,
        PickedLocation,
        {"button": "L", "latitude": 31.2, "longitude": 121.4, "label": "人民广场"},
    ),
    (
        "TEMPLATESENDJOBFINISH",
        "<MsgID>200163840</MsgID><Status>success</Status>",
        TemplateReport,
        {"msgid": 200163840, "status": "success"},
    ),
    (
        "templatesendjobfinish",
        "<MsgID>3717005636572528642</MsgID><Status>failed: system failed</Status>",
        TemplateReport,
        {"msgid": 3717005636572528642, "status": "failed: system failed"},
    ),
    (
        "MASSSENDJOBFINISH",
        MASS,
        MassReport,
        {"msgid": 1000000123, "status": "send success", "total": 1200, "filtered": 1100, "sent": 1098, "errors": 2},
    ),
    (
        "MASSSENDJOBFINISH",
        "<MsgID>1</MsgID><Status>sendsuccess</Status>",
        MassReport,
        {"msgid": 1, "status": "send success"},
    ),
    (
        "MASSSENDJOBFINISH",
        "<MsgID>1</MsgID><Status>err(30003)</Status>",
        MassReport,
        {"msgid": 1, "status": "err(30003)"},
    ),
    ("PUBLISHJOBFINISH", PUBLISHED, PublishReport, {"publish_id": "2247503051", "article_id": "ART-1"}),
    ("PUBLISHJOBFINISH", UNPUBLISHED, PublishReport, {"publish_id": "9", "status": 2, "failed": (1, 2)}),
    (
        "subscribe_msg_popup_event",
        f"<SubscribeMsgPopupEvent>{ACCEPTED}</SubscribeMsgPopupEvent>",
        Granted,
        {"grants": (GRANTED,)},
    ),
    (
        "subscribe_msg_popup_event",
        f"<SubscribeMsgPopupEvent>{ACCEPTED}{REJECTED}</SubscribeMsgPopupEvent>",
        Granted,
        {"grants": (GRANTED, REFUSED)},
    ),
    ("subscribe_msg_popup_event", "", Granted, {}),
    (
        "subscribe_msg_change_event",
        f"<SubscribeMsgChangeEvent>{REJECTED}</SubscribeMsgChangeEvent>",
        GrantsChanged,
        {"grants": (REFUSED,)},
    ),
    (
        "subscribe_msg_sent_event",
        f"<SubscribeMsgSentEvent>{SENT}{SENT}</SubscribeMsgSentEvent>",
        NoticeReport,
        {"deliveries": (DELIVERED, DELIVERED)},
    ),
    (
        "qualification_verify_success",
        EXPIRED,
        AccountNotice,
        {"name": "qualification_verify_success", "expires": 1798761600},
    ),
    (
        "qualification_verify_fail",
        FAILED,
        AccountNotice,
        {"name": "qualification_verify_fail", "failed": 1767225600, "reason": "资料不全"},
    ),
    ("naming_verify_success", EXPIRED, AccountNotice, {"name": "naming_verify_success", "expires": 1798761600}),
    (
        "naming_verify_fail",
        FAILED,
        AccountNotice,
        {"name": "naming_verify_fail", "failed": 1767225600, "reason": "资料不全"},
    ),
    ("annual_renew", EXPIRED, AccountNotice, {"name": "annual_renew", "expires": 1798761600}),
    ("verify_expired", EXPIRED, AccountNotice, {"name": "verify_expired", "expires": 1798761600}),
    (
        "user_info_modified",
        PERSON.replace("OpenID", "openid"),
        ConsentNotice,
        {"name": "user_info_modified", "person": "oPerson", "revoked": "205"},
    ),
    (
        "user_authorization_revoke",
        PERSON,
        ConsentNotice,
        {"name": "user_authorization_revoke", "person": "oPerson", "revoked": "205"},
    ),
    (
        "user_authorization_cancellation",
        "<OpenID>oPerson</OpenID>",
        ConsentNotice,
        {"name": "user_authorization_cancellation", "person": "oPerson"},
    ),
    (
        "kf_create_session",
        "<KfAccount>anna@s</KfAccount>",
        StaffSession,
        {"name": "kf_create_session", "staff": "anna@s"},
    ),
    (
        "kf_close_session",
        "<KfAccount>anna@s</KfAccount><CloseType>1</CloseType>",
        StaffSession,
        {"name": "kf_close_session", "staff": "anna@s"},
    ),
    (
        "kf_switch_session",
        "<FromKfAccount>anna@s</FromKfAccount><ToKfAccount>bo@s</ToKfAccount>",
        StaffSession,
        {"name": "kf_switch_session", "staff": "anna@s", "to": "bo@s"},
    ),
]


@pytest.mark.parametrize(("name", "body", "kind", "expected"), CASES)
def test_each_event_is_read(name: str, body: str, kind: type, expected: dict[str, object]) -> None:
    """Every event, in the platform's spellings and with what it may leave out or empty."""
    message = event(name, body)
    assert type(message) is kind
    assert fields(message) == expected


def test_every_line_of_the_table_is_tried() -> None:
    """No event stands in the table without a case above."""
    named = {"subscribe_scan", "subscribe_scan_product"}  # the names wechatpy gives to two ways of following
    assert {name.lower() for name, *_ in CASES} | named == set(EVENTS)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("LOCATION", "<Latitude>31.2</Latitude>"),
        ("LOCATION", "<Latitude>inf</Latitude><Longitude>1</Longitude>"),
        ("location_select", "<EventKey>L</EventKey>"),
        ("TEMPLATESENDJOBFINISH", "<Status>success</Status>"),
        ("TEMPLATESENDJOBFINISH", "<MsgID>one</MsgID><Status>success</Status>"),
        ("MASSSENDJOBFINISH", "<Status>send success</Status>"),
        ("PUBLISHJOBFINISH", ""),
        ("subscribe_msg_sent_event", "<SubscribeMsgSentEvent><List><MsgID>1</MsgID></List></SubscribeMsgSentEvent>"),
        ("CLICK", "<EventKey>a</EventKey><EventKey>b</EventKey>"),
    ],
)
def test_an_event_that_says_nothing_usable_is_malformed(name: str, body: str) -> None:
    """A place without coordinates and a report on no job are refused."""
    with pytest.raises(Malformed):
        event(name, body)
