"""How strictly a passive reply is read."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.emulator import pushes
from bot.emulator.answers import Answer, BadAnswer, Judge
from bot.emulator.envelope import Envelope
from bot.emulator.media import Media
from bot.emulator.pushes import Push
from bot.emulator.serials import Serials

from .conftest import ACCOUNT, PLAIN

ME = "oTest"
HEAD = (
    "<ToUserName><![CDATA[oTest]]></ToUserName><FromUserName><![CDATA[gh_0a1b2c3d4e5f]]></FromUserName>"
    "<CreateTime>1767225600</CreateTime>"
)
SAID = pushes.text("hi")
ARTICLE = "<item><Title>t</Title><Description>d</Description><PicUrl>p</PicUrl><Url>u</Url></item>"


@pytest.fixture
def media(clock: ManualClock) -> Media:
    """What the platform holds."""
    return Media(clock, Serials(clock, 1))


@pytest.fixture
def judge(media: Media) -> Judge:
    """Reads replies of the account in plain mode."""
    return Judge(PLAIN, Envelope(PLAIN), media)


def _read(judge: Judge, body: str, *, head: str = HEAD, push: Push = SAID) -> Answer:
    return judge.read(f"<xml>{head}{body}</xml>".encode(), push, ME)


def _text(content: str) -> str:
    return f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content>"


def test_reads_a_text(judge: Judge) -> None:
    """A text with line breaks and links comes out as it was written."""
    answer = _read(judge, _text('一\n<a href="https://e.cn">二</a>'))
    assert (answer.kind, answer.text) == ("text", '一\n<a href="https://e.cn">二</a>')


def test_a_text_may_have_2048_bytes(judge: Judge) -> None:
    """2048 bytes of UTF-8 are taken, one more is not."""
    assert _read(judge, _text("技" * 682 + "ab")).kind == "text"
    with pytest.raises(BadAnswer, match="2049 bytes"):
        _read(judge, _text("技" * 683))


@pytest.mark.parametrize("body", [_text(""), "<MsgType>text</MsgType>", "<MsgType>text</MsgType><Content/>"])
def test_an_empty_text_is_no_silence(judge: Judge, body: str) -> None:
    """An empty Content is a fault, not a way to say nothing."""
    with pytest.raises(BadAnswer, match="Content is empty"):
        _read(judge, body)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("oTest", "gh_0a1b2c3d4e5f", "ToUserName"),
        ("gh_0a1b2c3d4e5f", "oTest", "FromUserName"),
        ("1767225600", "1767225600.5", "CreateTime"),
        ("1767225600", "", "CreateTime"),
        ("1767225600", "now", "CreateTime"),
    ],
)
def test_checks_the_head(judge: Judge, old: str, new: str, why: str) -> None:
    """Names must be swapped and the time a whole number."""
    with pytest.raises(BadAnswer, match=why):
        _read(judge, _text("hi"), head=HEAD.replace(old, new))


@pytest.mark.parametrize("kind", ["Text", "TEXT", "link", "event", ""])
def test_the_type_must_be_known_in_its_case(judge: Judge, kind: str) -> None:
    """MsgType is one of seven words in lower case."""
    with pytest.raises(BadAnswer, match="MsgType"):
        _read(judge, f"<MsgType>{kind}</MsgType><Content>hi</Content>")


@pytest.mark.parametrize("body", [b"{}", b"ok", b'"success"', b"success\n", b"<xml>", b"\xff", b"<html></html>"])
def test_anything_but_xml_is_a_fault(judge: Judge, body: bytes) -> None:
    """JSON, a quoted success and broken XML are faults."""
    with pytest.raises(BadAnswer):
        judge.read(body, SAID, ME)


@pytest.mark.parametrize("kind", ["image", "voice", "video"])
def test_media_must_be_known_and_of_the_kind(judge: Judge, media: Media, kind: str) -> None:
    """A reply with an asset names one that the platform holds."""
    name = kind.capitalize()
    asset = media.put(kind, "a.bin", content=b"1")
    other = media.put("thumb", "a.bin", content=b"1")
    body = f"<MsgType>{kind}</MsgType><{name}><MediaId>{{}}</MediaId><Title>t</Title></{name}>"
    assert _read(judge, body.format(asset.media_id)).media_id == asset.media_id
    for media_id in (other.media_id, "unknown", ""):
        with pytest.raises(BadAnswer, match="media id"):
            _read(judge, body.format(media_id))
    with pytest.raises(BadAnswer, match="missing"):
        _read(judge, f"<MsgType>{kind}</MsgType>")


async def test_media_die_after_three_days(judge: Judge, media: Media, clock: ManualClock) -> None:
    """An expired asset is as good as none."""
    media_id = media.put("image", "a.png", content=b"1").media_id
    await clock.advance(3 * 86_400)
    with pytest.raises(BadAnswer, match="media id"):
        _read(judge, f"<MsgType>image</MsgType><Image><MediaId>{media_id}</MediaId></Image>")


def test_music_needs_a_thumbnail(judge: Judge, media: Media) -> None:
    """Music is taken with a thumbnail that is known, and its address is MusicUrl."""
    thumb = media.put("thumb", "a.jpg", content=b"1").media_id
    inner = f"<Title>t</Title><MusicUrl>http://m</MusicUrl><ThumbMediaId>{thumb}</ThumbMediaId>"
    answer = _read(judge, f"<MsgType>music</MsgType><Music>{inner}</Music>")
    assert (answer.kind, answer.title, answer.url, answer.media_id) == ("music", "t", "http://m", thumb)
    with pytest.raises(BadAnswer):
        _read(judge, "<MsgType>music</MsgType><Music><Title>t</Title></Music>")
    with pytest.raises(BadAnswer):
        _read(judge, "<MsgType>music</MsgType>")


def test_one_article_is_shown(judge: Judge) -> None:
    """A news reply has exactly one article with a title."""
    body = f"<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles>{ARTICLE}</Articles>"
    answer = _read(judge, body)
    assert (answer.title, answer.description, answer.picture, answer.url) == ("t", "d", "p", "u")


@pytest.mark.parametrize(
    "inner",
    [
        f"<ArticleCount>2</ArticleCount><Articles>{ARTICLE}{ARTICLE}</Articles>",
        f"<ArticleCount>2</ArticleCount><Articles>{ARTICLE}</Articles>",
        f"<ArticleCount>1</ArticleCount><Articles>{ARTICLE}{ARTICLE}</Articles>",
        f"<Articles>{ARTICLE}</Articles>",
        "<ArticleCount>0</ArticleCount><Articles/>",
        "<ArticleCount>1</ArticleCount><Articles><item><Url>u</Url></item></Articles>",
    ],
)
def test_any_other_number_of_articles_is_a_fault(judge: Judge, inner: str) -> None:
    """None, several, a wrong count, or no title."""
    with pytest.raises(BadAnswer, match="article"):
        _read(judge, f"<MsgType>news</MsgType>{inner}")


def test_only_messages_go_to_staff(judge: Judge) -> None:
    """Handing over answers a message; for an event it is a fault."""
    body = "<MsgType>transfer_customer_service</MsgType>"
    assert _read(judge, body).kind == "transfer_customer_service"
    with pytest.raises(BadAnswer, match="staff"):
        _read(judge, body, push=pushes.clicked("K"))


def test_the_mode_decides_on_encryption() -> None:
    """Plain mode takes no sealed reply, safe mode no clear one, compatible mode both."""
    clock = ManualClock()
    clear = f"<xml>{HEAD}{_text('hi')}</xml>"
    for mode, takes_clear, takes_sealed in (("plain", 1, 0), ("compatible", 1, 1), ("safe", 0, 1)):
        account = msgspec.structs.replace(ACCOUNT, mode=mode)
        judge = Judge(account, Envelope(account), Media(clock, Serials(clock, 1)))
        safe = Envelope(msgspec.structs.replace(ACCOUNT, mode="safe"))
        packet = safe.pack(clear, openid=ME, timestamp=1, nonce="2", salt=b"0" * 16)
        proof = packet.query["msg_signature"]
        more = f"<MsgSignature>{proof}</MsgSignature><TimeStamp>1</TimeStamp><Nonce>2</Nonce>"
        sealed = packet.body.removesuffix("</xml>") + more + "</xml>"
        for body, takes in ((clear, takes_clear), (sealed, takes_sealed)):
            if takes:
                assert judge.read(body.encode(), SAID, ME).text == "hi"
            else:
                with pytest.raises(BadAnswer, match="encrypted"):
                    judge.read(body.encode(), SAID, ME)


@given(st.binary(max_size=200))
def test_no_body_crashes_it(body: bytes) -> None:
    """Whatever comes, it is silence or refused."""
    clock = ManualClock()
    judge = Judge(PLAIN, Envelope(PLAIN), Media(clock, Serials(clock, 1)))
    with suppress(BadAnswer):
        assert judge.read(body, SAID, ME).kind == ""
