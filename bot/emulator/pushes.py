"""The XML of every message and event the platform pushes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

import msgspec

PLACES = 6  # decimals of a coordinate, as the platform writes them


class Plain(str):
    """Text that stands in its node without CDATA."""

    __slots__ = ()


Node = str | int | Mapping[str, "Node"] | Sequence[Mapping[str, "Node"]]


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """What is pushed, without the four header nodes. `event` is empty for a message, which then gets a MsgId.

    `audible`: its failure shows the follower the fault line. `answerable`: its reply reaches the follower.
    """

    kind: str
    nodes: Mapping[str, Node]
    event: str = ""
    audible: bool = True
    answerable: bool = True

    @property
    def what(self) -> str:
        """A name for the log: the MsgType, or the Event."""
        return self.event or self.kind


def compose(push: Push, *, to: str, sender: str, created: int, message_id: int) -> str:
    """The whole document. `to` is the account's gh_ id, `sender` an openid, `created` in seconds since 1970."""
    head: dict[str, Node] = {"ToUserName": to, "FromUserName": sender, "CreateTime": created, "MsgType": push.kind}
    tail: dict[str, Node] = {"Event": push.event} if push.event else {"MsgId": message_id}
    nodes = {**head, **tail, **push.nodes} if push.event else {**head, **push.nodes, **tail}
    return f"<xml>{_render(nodes)}</xml>"


def cdata(text: str) -> str:
    """`text` in CDATA; what would end it early is split."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _render(nodes: Mapping[str, Node]) -> str:
    return "".join(f"<{name}>{inner}</{name}>" for name, value in nodes.items() for inner in _inners(value))


def _inners(value: Node) -> Iterable[str]:
    if isinstance(value, Plain):
        return [escape(value)]
    if isinstance(value, str):
        return [cdata(value)]
    if isinstance(value, int):
        return [str(value)]
    if isinstance(value, Mapping):
        return [_render(value)]
    return [_render(item) for item in value]


# Messages


def text(content: str, menu_id: str = "") -> Push:
    """Words; `menu_id` where they were spoken by a tapped link."""
    return Push(kind="text", nodes={"Content": content} | ({"bizmsgmenuid": Plain(menu_id)} if menu_id else {}))


def image(media_id: str, url: str) -> Push:
    """A picture the platform holds."""
    return Push(kind="image", nodes={"PicUrl": url, "MediaId": media_id})


def voice(media_id: str, recognition: str | None = None, format: str = "amr") -> Push:
    """A recording. `recognition` None leaves the node out; since 2023 it is empty or missing."""
    nodes: dict[str, Node] = {"MediaId": media_id, "Format": format, "MediaId16K": media_id}
    return Push(kind="voice", nodes=nodes if recognition is None else {**nodes, "Recognition": recognition})


def video(media_id: str, thumb_media_id: str, *, short: bool = False) -> Push:
    """A film; `short` for one recorded in the chat."""
    return Push(kind="shortvideo" if short else "video", nodes={"MediaId": media_id, "ThumbMediaId": thumb_media_id})


def location(latitude: float, longitude: float, *, label: str, scale: int = 16) -> Push:
    """A place in degrees; the platform calls latitude X."""
    place = {"Location_X": Plain(f"{latitude:.{PLACES}f}"), "Location_Y": Plain(f"{longitude:.{PLACES}f}")}
    return Push(kind="location", nodes={**place, "Scale": scale, "Label": label})


def link(title: str, description: str, *, url: str) -> Push:
    """An article or page."""
    return Push(kind="link", nodes={"Title": title, "Description": description, "Url": url})


def file(title: str, key: str, *, md5: str, size: int) -> Push:
    """A file: its name and a key, not its bytes. `size` in bytes."""
    nodes: dict[str, Node] = {"Title": title, "Description": "", "FileKey": key, "FileMd5": md5, "FileTotalLen": size}
    return Push(kind="file", nodes=nodes)


# Events


def event(name: str, nodes: Mapping[str, Node], *, audible: bool = True, answerable: bool = True) -> Push:
    """An event by its platform name."""
    return Push(kind="event", event=name, nodes=nodes, audible=audible, answerable=answerable)


def followed(scene: str = "", ticket: str = "") -> Push:
    """Someone follows, by a QR code of ours if `scene` is set."""
    return event("subscribe", {"EventKey": f"qrscene_{scene}", "Ticket": ticket} if scene else {"EventKey": ""})


def left() -> Push:
    """Someone stops following; nothing reaches them."""
    return event("unsubscribe", {"EventKey": ""}, audible=False, answerable=False)


def scanned(scene: str, ticket: str) -> Push:
    """A follower scans a QR code of ours."""
    return event("SCAN", {"EventKey": scene, "Ticket": ticket})


def clicked(key: str) -> Push:
    """A menu button with a key."""
    return event("CLICK", {"EventKey": key})


def viewed(url: str, menu_id: int) -> Push:
    """A menu button that opens a page: the follower has left the chat and sees no fault line."""
    return event("VIEW", {"EventKey": url, "MenuId": menu_id}, audible=False)


def opened(path: str, menu_id: int) -> Push:
    """A menu button that opens a mini-program."""
    return event("view_miniprogram", {"EventKey": path, "MenuId": menu_id}, audible=False)


def position(latitude: float, longitude: float, precision: float = 65.0) -> Push:
    """Where the follower is on entering the chat; `precision` in metres."""
    places = {"Latitude": latitude, "Longitude": longitude, "Precision": precision}
    nodes = {name: Plain(f"{value:.{PLACES}f}") for name, value in places.items()}
    return event("LOCATION", nodes, audible=False)


def scanned_code(key: str, result: str, *, waiting: bool, scan_type: str = "qrcode") -> Push:
    """A menu button that opens the scanner; `waiting` shows a waiting line in the chat."""
    code: dict[str, Node] = {"ScanType": scan_type, "ScanResult": result}
    return event("scancode_waitmsg" if waiting else "scancode_push", {"EventKey": key, "ScanCodeInfo": code})


def picked_pictures(name: str, key: str, *, digests: Sequence[str]) -> Push:
    """A menu button that opens camera or album: pic_sysphoto, pic_photo_or_album or pic_weixin."""
    pictures: Node = {"item": [{"PicMd5Sum": digest} for digest in digests]}
    return event(name, {"EventKey": key, "SendPicsInfo": {"Count": len(digests), "PicList": pictures}}, audible=False)


def picked_location(key: str, latitude: float, longitude: float, *, label: str, place: str = "") -> Push:
    """A menu button that opens the map."""
    info: dict[str, Node] = {"Location_X": f"{latitude:.{PLACES}f}", "Location_Y": f"{longitude:.{PLACES}f}"}
    more: dict[str, Node] = {"Scale": "15", "Label": label, "Poiname": place}
    return event("location_select", {"EventKey": key, "SendLocationInfo": {**info, **more}}, audible=False)


# Reports of the platform itself


def template_report(msgid: int, status: str) -> Push:
    """What became of a template message."""
    return _report("TEMPLATESENDJOBFINISH", {"MsgID": msgid, "Status": status})


def mass_report(msgid: int, status: str, *, total: int, filtered: int, sent: int, errors: int) -> Push:
    """What became of a mass send without articles."""
    counts = {"TotalCount": total, "FilterCount": filtered, "SentCount": sent, "ErrorCount": errors}
    empty: Node = {"Count": 0, "ResultList": {}}
    reprint: Node = {"Count": 0, "ResultList": {}, "CheckState": 0}
    head: dict[str, Node] = {"MsgID": msgid, "Status": status}
    return _report("MASSSENDJOBFINISH", {**head, **counts, "CopyrightCheckResult": reprint, "ArticleUrlResult": empty})


def answered_notice(grants: Mapping[str, bool], scene: int = 1) -> Push:
    """A follower's words on notice templates; `scene` 1 is a page, 2 an article."""
    items = [{**item, "PopupScene": scene} for item in _verdicts(grants)]
    return _report("subscribe_msg_popup_event", {"SubscribeMsgPopupEvent": {"List": items}})


def changed_notice(template_ids: Iterable[str]) -> Push:
    """A follower refuses notices in the settings; the platform tells of refusals alone."""
    items = _verdicts(dict.fromkeys(template_ids, False))
    return _report("subscribe_msg_change_event", {"SubscribeMsgChangeEvent": {"List": items}})


def notice_report(template_id: str, msgid: int, *, code: int, status: str) -> Push:
    """What became of a subscription notice."""
    item: dict[str, Node] = {"TemplateId": template_id, "MsgID": msgid, "ErrorCode": code, "ErrorStatus": status}
    return _report("subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": item}})


def _verdicts(grants: Mapping[str, bool]) -> list[dict[str, Node]]:
    words = {True: "accept", False: "reject"}
    return [{"TemplateId": name, "SubscribeStatusString": words[accepted]} for name, accepted in grants.items()]


def _report(name: str, nodes: Mapping[str, Node]) -> Push:
    return event(name, nodes, audible=False, answerable=False)
