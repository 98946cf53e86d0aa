"""Documents become messages; the short way and the strict way read the same."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import Malformed
from bot.messages import AnyMessage, File, Followed, Image, Link, Location, Message, Text, Unknown, Video, Voice
from bot.wechat.parsing import parse, parse_any, parse_ordinary, sealed, sealed_any, sealed_ordinary
from tests.bot.wechat.documents import ACCOUNT, CREATED, OPENID, document, words

ROOT = Path(__file__).parents[3]


def without_header(message: AnyMessage) -> dict[str, object]:
    """The fields that are a kind's own."""
    own = set(message.__struct_fields__) - set(Message.__struct_fields__)
    return {name: getattr(message, name) for name in own if getattr(message, name) != ""}


MESSAGES: list[tuple[str, str, type, dict[str, object]]] = [
    ("text", "<Content><![CDATA[天气]]></Content>", Text, {"text": "天气"}),
    (
        "text",
        "<Content><![CDATA[天气]]></Content><bizmsgmenuid>201</bizmsgmenuid>",
        Text,
        {"text": "天气", "menu_id": "201"},
    ),
    ("text", "<Content>天&amp;气</Content><MsgDataId>2247483700</MsgDataId><Idx>1</Idx>", Text, {"text": "天&气"}),
    ("text", "<Content><![CDATA[]]></Content>", Text, {}),
    ("text", "<New><Deep>1</Deep></New><New/>", Text, {}),
    ("TEXT", "<Content>a</Content>", Text, {"text": "a"}),
    (
        "image",
        "<PicUrl><![CDATA[http://mmbiz.qpic.cn/x/0]]></PicUrl><MediaId><![CDATA[m1]]></MediaId>",
        Image,
        {"url": "http://mmbiz.qpic.cn/x/0", "media_id": "m1"},
    ),
    (
        "voice",
        "<MediaId>m1</MediaId><Format><![CDATA[amr]]></Format><MediaId16K>m2</MediaId16K><Recognition>早</Recognition>",
        Voice,
        {"media_id": "m1", "format": "amr", "recognition": "早"},
    ),
    ("voice", "<MediaId>m1</MediaId><Recognition><![CDATA[]]></Recognition>", Voice, {"media_id": "m1"}),
    (
        "video",
        "<MediaId>m1</MediaId><ThumbMediaId>t1</ThumbMediaId>",
        Video,
        {"media_id": "m1", "thumb_media_id": "t1", "short": False},
    ),
    (
        "shortvideo",
        "<MediaId>m1</MediaId><ThumbMediaId>t1</ThumbMediaId>",
        Video,
        {"media_id": "m1", "thumb_media_id": "t1", "short": True},
    ),
    (
        "location",
        "<Location_X>31.2304</Location_X><Location_Y>-121.4737</Location_Y><Scale>16</Scale><Label>人民广场</Label>",
        Location,
        {"latitude": 31.2304, "longitude": -121.4737, "scale": 16, "label": "人民广场"},
    ),
    (
        "location",
        "<Location_X>31</Location_X><Location_Y>121</Location_Y><Scale>far</Scale>",
        Location,
        {"latitude": 31.0, "longitude": 121.0, "scale": 0},
    ),
    (
        "link",
        "<Title>t</Title><Description>d</Description><Url>https://e.cn/</Url>",
        Link,
        {"title": "t", "description": "d", "url": "https://e.cn/"},
    ),
    (
        "file",
        "<Title>a.pdf</Title><Description/><FileKey>k</FileKey><FileMd5>0f</FileMd5><FileTotalLen>9</FileTotalLen>",
        File,
        {"title": "a.pdf", "file_key": "k"},
    ),
]


@pytest.mark.parametrize(("kind", "body", "expected", "fields"), MESSAGES)
def test_each_kind_of_message_is_read(kind: str, body: str, expected: type, fields: dict[str, object]) -> None:
    """Every kind a follower can send, with the nodes that may be missing, empty, extra or new."""
    message = parse(document(kind, body + "<MsgId>23000000000000001</MsgId>"))
    assert type(message) is expected
    assert without_header(message) == fields
    assert (message.openid, message.account, message.created) == (OPENID, ACCOUNT, 1767225600)


def test_an_unknown_kind_is_kept() -> None:
    """A kind that does not exist yet is kept as flat fields, without what names its sender."""
    message = parse(document("channels", "<Info><Name>n</Name></Info><MsgId>1</MsgId><Encrypt>QQ==</Encrypt>"))
    assert isinstance(message, Unknown)
    assert message.kind == "channels"
    assert message.fields == {"MsgType": "channels", "Info.Name": "n", "MsgId": "1"}


@pytest.mark.parametrize(
    ("kind", "body", "name"),
    [
        ("event", "<Event>card_pass_check</Event><CardId>c</CardId>", "event:card_pass_check"),
        ("event", "<EventKey>k</EventKey>", "event:event"),
        ("device_event", "<Event>bind</Event><DeviceID>d</DeviceID><MsgID>1</MsgID>", "event:bind"),
        ("device_text", "<DeviceID>d</DeviceID><Content>QQ==</Content><MsgID>1</MsgID>", "event:device_text"),
    ],
)
def test_an_unknown_event_is_no_unknown_message(kind: str, body: str, name: str) -> None:
    """Where nobody said anything, the kind says so: `event:` and its name."""
    message = parse(document(kind, body))
    assert isinstance(message, Unknown)
    assert message.kind == name


@pytest.mark.parametrize(
    "body",
    [
        b"<xml><MsgType>text</MsgType></xml>",
        document("text", "").replace(CREATED.encode(), b""),
        document("text", "", created="yesterday"),
        document("text", "", created="-1"),
        document("text", "", created="10000000000"),
        document("text", "", created="１７６７２２５６００"),
        document("text", "", openid=""),
        document("text", "", openid="o 1"),
        document("text", "", openid="o" * 65),
        document("text", "<FromUserName>second</FromUserName>"),
        document("text", "<Content>a</Content><Content>b</Content>"),
        document("text", "<Content><b>a</b></Content>"),
        document("location", "<Location_X>31</Location_X>"),
        document("location", "<Location_X>nan</Location_X><Location_Y>1</Location_Y>"),
    ],
)
def test_what_must_be_there_is_demanded(body: bytes) -> None:
    """Sender, time and a place's coordinates are there and well-formed, or the push is refused."""
    with pytest.raises(Malformed):
        parse(body)


def test_ordinary_words_take_the_short_way() -> None:
    """The platform's usual spelling, a sticker, brackets, lines, a tapped link: all are read without the strict way."""
    usual = [
        words("高新区 [微笑] a]] ]>"),
        words("多\n行\t<a> & ]", "<bizmsgmenuid>201</bizmsgmenuid>"),
        b"\n" + re.sub(rb"(?<=>)(?=</?[A-Z][A-Za-z]+><!|<CreateTime|<MsgId|</xml)", rb"\n  ", words("")) + b"\n",
    ]
    assert [parse_ordinary(body) for body in usual] == [parse_any(body) for body in usual]


@pytest.mark.parametrize(
    "body",
    [
        words("a\rb"),
        words("a\x08b"),
        words("a\ufffeb"),
        words("a]]></Content><Content><![CDATA[b"),
        words("a", "<bizmsgmenuid>１</bizmsgmenuid>"),
        words("a", msgid="１"),
        words("a", "<MsgDataId>1</MsgDataId>"),
        b"\xef\xbb\xbf" + words("a"),
        b"\xc2\xa0" + words("a"),
        words("a") + b"\x00",
        words("a") + b"<xml/>",
        words("a")[:-1],
        words("a").replace(b"text", b"TEXT"),
        words("\ud800".encode("utf-16-le", "surrogatepass").decode("latin-1")).replace(b"\xc3\x98", b"\xed\xa0\x80"),
    ],
)
def test_other_spellings_take_the_strict_way(body: bytes) -> None:
    """Whatever is spelled otherwise does not match the short way."""
    assert parse_ordinary(body) is None


CHARACTERS = "a你 \u3000\n\r\t\x00\x0b\x1f\x7f\x85\u00a0]><&/\ufffe\ufeff𠮷１"
MARKUP = (
    "]] ]]> &lt; <![CDATA[ [微笑] <!-- --> </Content> <Content> <MsgId>1</MsgId> <MsgID>1</MsgID> </xml> text event"
)
PIECES = st.sampled_from([*CHARACTERS, *MARKUP.split()])


@st.composite
def nearly_ordinary(draw: st.DrawFn) -> bytes:
    """Documents around the edge of the short way: ordinary ones with odd words, and with pieces put in or cut out."""
    tapped = draw(st.sampled_from(["", "<bizmsgmenuid>7</bizmsgmenuid>", "\n<bizmsgmenuid>x</bizmsgmenuid>\n"]))
    text = words("".join(draw(st.lists(PIECES, max_size=5))), tapped).decode()
    for _ in range(draw(st.integers(0, 2))):
        place, cut = draw(st.integers(0, len(text))), draw(st.sampled_from([0, 0, 1, 2]))
        text = text[:place] + draw(PIECES) + text[place + cut :]
    return text.encode()


@given(nearly_ordinary())
@example(words("x"))
@example(words("]"))
@example(words("]]"))
@example(words("]]]"))
@example(words(" \u3000x\u3000 "))
def test_the_short_way_reads_what_the_strict_way_reads(body: bytes) -> None:
    """The short way takes nothing that the strict way refuses, and reads nothing otherwise, the key included."""
    quick = parse_ordinary(body)
    if quick is not None:
        assert quick == parse_any(body)


@given(st.text().filter(lambda text: "\r" not in text))
def test_any_words_arrive(text: str) -> None:
    """Words that XML can hold arrive as they were said, less the space around them; others are refused."""
    body = words(text.replace("]]>", "]]]]><![CDATA[>"))
    try:
        message = parse(body)
    except Malformed:
        assert any((ord(c) < 32 and c not in "\t\n") or c in "\ufffe\uffff" for c in text)
        return
    assert isinstance(message, Text)
    assert message.text == text.strip()
    assert message == parse_any(body)


def test_ordinary_words_do_not_load_the_library() -> None:
    """The strict way takes 0.2 s and 29 MB to load; a process that gets only ordinary words never pays them."""
    code = (
        "import sys; from bot.wechat.parsing import parse, sealed\n"
        f"parse({words('x')!r}); sealed({ENVELOPE.format('QQ==').encode()!r}); sys.exit('wechatpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


ENVELOPE = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{}]]></Encrypt></xml>"


def test_the_usual_envelope_takes_the_short_way() -> None:
    """The platform's two nodes, with or without lines between them."""
    assert sealed_ordinary(ENVELOPE.format("QUJD+/==").encode()) == "QUJD+/=="
    assert (
        sealed_ordinary(ENVELOPE.format("QQ==").replace("xml><", "xml>\n  <").replace("><E", ">\n  <E").encode())
        == "QQ=="
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<xml><Encrypt><![CDATA[QQ==]]></Encrypt><ToUserName>gh_1</ToUserName></xml>", "QQ=="),
        ("<xml><Encrypt>QQ==</Encrypt></xml>", "QQ=="),
        ("<xml><ToUserName>gh_1</ToUserName></xml>", ""),
        ("<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[]]></Encrypt></xml>", ""),
        ("\ufeff" + ENVELOPE.format("QQ=="), "QQ=="),
        (words("x").decode().replace("</xml>", "<Encrypt><![CDATA[QQ==]]></Encrypt></xml>"), "QQ=="),
    ],
)
def test_other_envelopes_take_the_strict_way(body: str, text: str) -> None:
    """Order, clear fields beside it and a missing Encrypt make no difference to the reading."""
    assert sealed_ordinary(body.encode()) is None
    assert sealed(body.encode()) == text


@pytest.mark.parametrize("body", [b"", b"QQ==", b"<xml><Encrypt>QQ==", ENVELOPE.format("QQ==").encode() * 2])
def test_a_broken_envelope_is_malformed(body: bytes) -> None:
    """What is no document holds nothing sealed."""
    with pytest.raises(Malformed):
        sealed(body)


@given(st.text("QUJD+/=]> \n\r&<é", max_size=12), st.sampled_from(["", "\n", " ", "\x00", "<!--x-->"]))
def test_the_short_envelope_reads_what_the_strict_one_reads(text: str, space: str) -> None:
    """For envelopes too, the short way is the strict way, faster."""
    body = ENVELOPE.format(text).replace("><", f">{space}<").encode()
    quick = sealed_ordinary(body)
    if quick is not None:
        assert quick == sealed_any(body)


NAMES = (
    "ToUserName FromUserName CreateTime MsgType MsgId MsgID Event EventKey Content Encrypt List SubscribeMsgSentEvent "
    "SubscribeMsgPopupEvent PublishEventInfo fail_idx Count ScanCodeInfo x a.b"
)
VALUES = (
    f"{ACCOUNT} {OPENID} {CREATED} text event location subscribe qrscene_ CLICK device_text scanimage|1 -1 nan "
    "subscribe_msg_sent_event PUBLISHJOBFINISH MASSSENDJOBFINISH <![CDATA[x]]> 999999999999999999999999"
)
TREES = st.recursive(
    st.sampled_from([*VALUES.split(), ""]),
    lambda inner: st.lists(st.tuples(st.sampled_from(NAMES.split()), inner), max_size=6).map(
        lambda nodes: "".join(f"<{name}>{value}</{name}>" for name, value in nodes)
    ),
    max_leaves=12,
)


@given(st.lists(st.tuples(st.sampled_from(NAMES.split()), TREES), max_size=9), st.booleans())
def test_any_tree_is_a_message_or_malformed(children: list[tuple[str, str]], header: bool) -> None:
    """Whatever nodes stand where, reading them raises nothing but Malformed."""
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in children)
    body = document("event", inner) if header else f"<xml>{inner}</xml>".encode()
    with suppress(Malformed):
        assert isinstance(parse(body), Message)


@given(st.sampled_from(MESSAGES), st.integers(0, 400), st.integers(0, 30), st.binary(max_size=5))
def test_any_damage_is_a_message_or_malformed(
    case: tuple[str, str, type, dict[str, object]], start: int, size: int, patch: bytes
) -> None:
    """A document with a piece cut out and bytes put in raises nothing but Malformed."""
    body = document(case[0], case[1])
    with suppress(Malformed):
        assert isinstance(parse(body[:start] + patch + body[start + size :]), Message)


def test_following_and_words_are_different_kinds() -> None:
    """MsgType decides first: an Event node in a text is no event."""
    assert isinstance(parse(document("text", "<Event>subscribe</Event><MsgId>1</MsgId>")), Text)
    assert isinstance(parse(document("event", "<Event>subscribe</Event>")), Followed)
