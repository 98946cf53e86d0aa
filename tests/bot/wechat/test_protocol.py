"""The wire in its three modes: against wechatpy as the other end, against the platform's vectors, against forgers."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.parser import xmltodict

from bot.errors import ConfigError, Forged, Malformed, ProtocolError, TooLarge
from bot.messages import Clicked, Text
from bot.replies import Say, Silence
from bot.wechat.protocol import MAX_BODY, SUCCESS, WINDOW, Received, Wire

TOKEN, APP, ACCOUNT = "pamplemousse", "wx0123456789abcdef", "gh_0a1b2c3d4e5f"
KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
NOW, NONCE = 1767225600, "1320562132"
TEXT = (
    f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
    "<FromUserName><![CDATA[oTest-OpenId_0000000000000001]]></FromUserName><CreateTime>1767225600</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content><MsgId>23000000000000001</MsgId></xml>"
)
CLICK = (
    f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[oTest]]></FromUserName>"
    "<CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[CLICK]]></Event>"
    "<EventKey><![CDATA[HELP]]></EventKey></xml>"
)
VECTOR = (
    "B2yGn7kE3nDyRso+xhlT9vZueHVonY0wnm+ToQKPVBuxbwSpxrDKbWWaZ+gzZxSktsY4DYmTAPDAChd+i4i53sPF32Wu7vT19aytei5q4+owh1Tz"
    "AanssLabJsnF2GsL2IDx+TZ74+29rValhS2p1k422onCCy1sYl1cF9I0S1qREkXVh1/axt/9RkOXIjuyIJEVXq8U8sKBBJoLMRVVT4m0n53xeG1w"
    "2yZ8KO5XIKNJ8cOhnZMgZ71nMkIxcn2lCErRe3PcJeUuH1gNbQY7ErDpPOg7TMG/GGbsQmPy88buOTA9f4JTex0HExq3j2YlPJszyrbp8lK2N9BQ"
    "7Jkbox7fIB94ZeKawaBsCKQ+jjvCf8XxtlgzyixV2l+jlT34QQqatfBAAQqWmwETKbyfvIQ9VFBcM+p0D4GXQtLzu+k="
)
MODES = pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
SEALED = pytest.mark.parametrize("mode", ["safe", "compatible"])


def wire(mode: str, **changed: str) -> Wire:
    """Our end."""
    settings = {
        "app_id": APP,
        "token": TOKEN,
        "encoding_aes_key": "" if mode == "plain" else KEY,
        "original_id": ACCOUNT,
    }
    return Wire(**{**settings, **changed}, mode=mode)


def sha1(*parts: str) -> str:
    """The platform's signature, written down once more."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324


def sign(token: str = TOKEN, timestamp: object = NOW, nonce: str = NONCE) -> dict[str, str]:
    """The query of every request."""
    stamp = str(timestamp)
    return {"signature": sha1(token, stamp, nonce), "timestamp": stamp, "nonce": nonce}


def push(
    mode: str, xml: str = TEXT, *, app_id: str = APP, key: str = KEY, timestamp: int = NOW
) -> tuple[dict[str, str], bytes]:
    """Query and body of a push, sealed by wechatpy."""
    query = sign(timestamp=timestamp)
    if mode == "plain":
        return query, xml.encode()
    envelope = WeChatCrypto(TOKEN, key, app_id).encrypt_message(xml, NONCE, str(timestamp))
    nodes = xmltodict.parse(envelope)["xml"]
    query |= {"encrypt_type": "aes", "msg_signature": nodes["MsgSignature"], "openid": "oTest"}
    encrypt = f"<Encrypt><![CDATA[{nodes['Encrypt']}]]></Encrypt>"
    if mode == "safe":
        return query, f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>{encrypt}</xml>".encode()
    return query, xml.replace("</xml>", f"{encrypt}</xml>").encode()


def unsealed(answer: bytes) -> Any:
    """The nodes of a sealed answer, checked and opened by wechatpy."""
    nodes = xmltodict.parse(answer)["xml"]
    crypto = WeChatCrypto(TOKEN, KEY, APP)
    return xmltodict.parse(crypto.decrypt_message(answer, nodes["MsgSignature"], nodes["TimeStamp"], nodes["Nonce"]))[
        "xml"
    ]


@MODES
def test_the_console_is_answered_in_every_mode(mode: str) -> None:
    """The echo is clear and under the plain signature, in safe mode too; age and repetition do not count."""
    query = {**sign("AAAAA", 1714036504, "1514711492"), "echostr": "4375120948345356249"}
    assert query["signature"] == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    ours = wire(mode, token="AAAAA")
    assert [ours.verify(query) for _ in range(5)] == ["4375120948345356249"] * 5


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "echostr"])
def test_a_console_that_cannot_sign_is_forged(name: str) -> None:
    """Without any one of its parameters a verification is refused."""
    query = {**sign(), "echostr": "x"}
    del query[name]
    with pytest.raises(Forged):
        wire("safe").verify(query)


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
def test_a_console_with_a_changed_parameter_is_forged(name: str) -> None:
    """The signature covers timestamp and nonce."""
    query = {**sign(), "echostr": "x"}
    with pytest.raises(Forged):
        wire("safe").verify(query | {name: query[name] + "0"})


def test_the_sealed_vector_is_read() -> None:
    """A push worked out elsewhere is read to the last field."""
    query = {
        "signature": "15b76b7e761f8d973063bbc0ceaf8d5943ce28ea",
        "timestamp": "1767225600",
        "nonce": "1320562132",
        "encrypt_type": "aes",
        "msg_signature": "8e5a149ca190faa53e8c7753a5b19f185bbd4a52",
    }
    body = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{VECTOR}]]></Encrypt></xml>"
    received = wire("safe").read(query, body.encode(), NOW)
    assert isinstance(received.message, Text)
    assert received.message.text == "你好"
    assert (received.encrypted, received.signature) == (True, query["msg_signature"])


@MODES
@pytest.mark.parametrize("xml", [TEXT, CLICK])
def test_what_wechatpy_sends_is_read(mode: str, xml: str) -> None:
    """Each mode reads what another implementation of it writes."""
    received = wire(mode).read(*push(mode, xml), NOW)
    assert isinstance(received.message, Text if xml == TEXT else Clicked)
    assert received.encrypted is (mode != "plain")


def test_a_message_has_one_key_in_all_modes() -> None:
    """A retry is recognised though its sealing, or the mode itself, has changed since."""
    for xml in (TEXT, CLICK):
        reads = [wire(mode).read(*push(mode, xml), NOW) for mode in ("safe", "safe", "compatible", "plain")]
        reads.append(wire("compatible").read(sign(), push("compatible", xml)[1], NOW))
        assert len({received.message.key for received in reads}) == 1


@SEALED
def test_what_is_rendered_wechatpy_opens(mode: str) -> None:
    """A sealed push gets a sealed answer, which another implementation checks and opens."""
    ours = wire(mode)
    nodes = unsealed(ours.render(Say(text="您好 ]]> <b>"), ours.read(*push(mode), NOW), NOW + 2.7))
    assert nodes == {
        "ToUserName": "oTest-OpenId_0000000000000001",
        "FromUserName": ACCOUNT,
        "CreateTime": str(NOW + 2),
        "MsgType": "text",
        "Content": "您好 ]]> <b>",
    }


@pytest.mark.parametrize("mode", ["compatible", "plain"])
def test_a_clear_push_gets_a_clear_answer(mode: str) -> None:
    """Without encrypt_type, compatible mode speaks as plain mode does."""
    ours = wire(mode)
    received = ours.read(*push("plain"), NOW)
    assert not received.encrypted
    assert xmltodict.parse(ours.render(Say(text="好"), received, NOW))["xml"]["Content"] == "好"


def test_plain_mode_reads_the_clear_nodes_whatever_the_query_says() -> None:
    """A sandbox account has no key; encrypt_type cannot make plain mode look for one."""
    received = wire("plain").read({**sign(), "encrypt_type": "aes"}, TEXT.encode(), NOW)
    assert not received.encrypted


@MODES
def test_no_reply_is_the_bare_word(mode: str) -> None:
    """`success` is never sealed and never XML, in any mode; nor are empty words ever sent."""
    ours = wire(mode)
    received = ours.read(*push(mode), NOW)
    assert ours.render(Silence(), received, NOW) == ours.render(Say(text=" "), received, NOW) == SUCCESS == b"success"


def test_every_rendering_is_fresh() -> None:
    """The stored answer to a retry is sealed anew: other noise, other nonce, other signature."""
    ours = wire("safe")
    received = ours.read(*push("safe"), NOW)
    answers = [xmltodict.parse(ours.render(Say(text="好"), received, NOW))["xml"] for _ in range(20)]
    assert all(len({answer[name] for answer in answers}) == 20 for name in ("Encrypt", "MsgSignature", "Nonce"))


@MODES
@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
@pytest.mark.parametrize(
    "change", [lambda value: "", lambda value: value[:-1], lambda value: value + "1", lambda value: "汉"]
)
def test_a_changed_query_is_forged(mode: str, name: str, change: Any) -> None:
    """Every parameter under the signature counts, in every mode."""
    query, body = push(mode)
    with pytest.raises(Forged):
        wire(mode).read(query | {name: change(query[name])}, body, NOW)
    del query[name]
    with pytest.raises(Forged):
        wire(mode).read(query, body, NOW)


@SEALED
@pytest.mark.parametrize(
    "change", [lambda value: "", lambda value: value[:-1] + "g", lambda value: sign()["signature"]]
)
def test_the_body_needs_its_own_signature(mode: str, change: Any) -> None:
    """The plain signature does not cover the body, so it does not stand for the other one."""
    query, body = push(mode)
    with pytest.raises(Forged):
        wire(mode).read(query | {"msg_signature": change(query["msg_signature"])}, body, NOW)
    del query["msg_signature"]
    with pytest.raises(Forged):
        wire(mode).read(query, body, NOW)


@given(st.integers(0, 2000), st.integers(1, 255))
def test_one_changed_byte_in_the_seal_is_refused(place: int, bits: int) -> None:
    """Wherever the sealed text is touched, nothing of it is read."""
    query, body = push("safe")
    start, end = body.index(b"<Encrypt>"), body.index(b"</Encrypt>")
    at = start + place % (end - start)
    changed = body[:at] + bytes([body[at] ^ bits]) + body[at + 1 :]
    with pytest.raises(ProtocolError):
        wire("safe").read(query, changed, NOW)


@SEALED
@pytest.mark.parametrize(("app_id", "key"), [("wxffffffffffffffff", KEY), (APP, KEY[::-1])])
def test_a_message_for_another_application_is_forged(mode: str, app_id: str, key: str) -> None:
    """One token in two accounts does not let one speak to the other."""
    query, body = push(mode, app_id=app_id, key=key)
    with pytest.raises(Forged):
        wire(mode).read(query, body, NOW)


@MODES
def test_a_message_to_another_account_is_forged(mode: str) -> None:
    """ToUserName is this account's name, exactly."""
    for account in ("gh_other", ACCOUNT.upper(), ""):
        with pytest.raises(Forged):
            wire(mode).read(*push(mode, TEXT.replace(ACCOUNT, account)), NOW)


@SEALED
def test_a_clear_body_where_a_sealed_one_is_due_is_forged(mode: str) -> None:
    """A captured signature cannot carry somebody's own clear words into a sealed callback."""
    query, _ = push(mode)
    for body in (TEXT, TEXT.replace("</xml>", "<Encrypt></Encrypt></xml>")):
        with pytest.raises(Forged, match="not sealed"):
            wire(mode).read(query | {"msg_signature": query["signature"]}, body.encode(), NOW)


def test_safe_mode_does_not_ask_the_query_whether_to_be_safe() -> None:
    """Leaving encrypt_type out, or saying raw, opens nothing in safe mode."""
    for query in (sign(), {**sign(), "encrypt_type": "raw"}):
        with pytest.raises(Forged):
            wire("safe").read(query, TEXT.encode(), NOW)


@pytest.mark.parametrize("shift", [-WINDOW, -1, 0, WINDOW])
def test_a_timestamp_within_the_window_is_good(shift: int) -> None:
    """Clocks may differ by five minutes either way."""
    assert wire("safe").read(*push("safe", timestamp=NOW + shift), NOW)


@MODES
@pytest.mark.parametrize("shift", [-WINDOW - 1, WINDOW + 1, -NOW])
def test_a_timestamp_outside_the_window_is_forged(mode: str, shift: int) -> None:
    """A well-signed request of another time is a captured one."""
    with pytest.raises(Forged, match="window"):
        wire(mode).read(*push(mode, timestamp=NOW + shift), NOW)


@pytest.mark.parametrize(
    "stamp", ["", "now", "-1", "1e9", "１７６７２２５６００", " 1767225600", "9" * 400, "1767225600.0"]
)
def test_a_timestamp_is_digits(stamp: str) -> None:
    """Even under a good signature, what is no time is refused."""
    with pytest.raises(Forged, match="timestamp"):
        wire("plain").read(sign(timestamp=stamp), TEXT.encode(), NOW + 0.5)


def test_the_checks_come_in_their_order() -> None:
    """Cheap checks first: size, age, signature, the body's signature, the seal, the XML, the account."""
    ours = wire("safe")
    query, body = push("safe")
    late, unsigned = NOW + 2 * WINDOW, query | {"signature": ""}
    bad_xml = push("safe", "<xml>")
    steps: list[tuple[type[ProtocolError], str, dict[str, str], bytes, float]] = [
        (TooLarge, "large", unsigned, b"x" * (MAX_BODY + 1), late),
        (Forged, "window", unsigned, b"", late),
        (Forged, "the signature differs", unsigned, b"", NOW),
        (Malformed, "document", query, b"", NOW),
        (Forged, "of the body differs", query | {"msg_signature": ""}, bad_xml[1], NOW),
        (Forged, "another application", *push("safe", "<xml>", app_id="wxother"), NOW),
        (Malformed, "document", *bad_xml, NOW),
        (Malformed, "FromUserName", *push("safe", "<xml><MsgType>text</MsgType><CreateTime>1</CreateTime></xml>"), NOW),
        (Forged, "another account", *push("safe", TEXT.replace(ACCOUNT, "gh_x")), NOW),
    ]
    for kind, reason, parameters, content, time in steps:
        with pytest.raises(kind, match=reason):
            ours.read(parameters, content, time)
    assert ours.read(query, body, NOW)


def test_the_longest_text_fits_and_one_byte_too_many_does_not() -> None:
    """Room for 2 048 characters in the widest mode; MAX_BODY is the last size that is looked at."""
    query, body = push("compatible", TEXT.replace("你好", "好" * 2048))
    assert len(body) < MAX_BODY / 3
    message = wire("compatible").read(query, body, NOW).message
    assert isinstance(message, Text)
    assert len(message.text) == 2048
    full = TEXT.encode() + b" " * (MAX_BODY - len(TEXT.encode()))
    assert wire("plain").read(sign(), full, NOW)
    with pytest.raises(TooLarge):
        wire("plain").read(sign(), full + b" ", NOW)


@MODES
@given(body=st.binary(max_size=300), query=st.dictionaries(st.text(), st.text(st.characters(codec=None))))
def test_any_request_is_read_or_refused(mode: str, body: bytes, query: dict[str, str]) -> None:
    """Whatever is posted, signed or not, nothing but a ProtocolError is raised."""
    for parameters in (query, query | sign(), query | sign() | {"encrypt_type": "aes"}):
        with suppress(ProtocolError):
            assert isinstance(wire(mode).read(parameters, body, NOW), Received)


def test_wechatpy_sees_a_tampered_answer() -> None:
    """The answer's signature covers its sealed text."""
    ours = wire("safe")
    answer = ours.render(Say(text="好"), ours.read(*push("safe"), NOW), NOW)
    with pytest.raises(InvalidSignatureException):
        unsealed(answer.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA"))


@pytest.mark.parametrize("mode", ["", "SAFE", "raw"])
def test_an_unknown_mode_is_a_wrong_setting(mode: str) -> None:
    """There are three modes."""
    with pytest.raises(ConfigError):
        wire(mode)


@SEALED
def test_a_sealing_mode_needs_its_key(mode: str) -> None:
    """Without a key nothing starts."""
    with pytest.raises(ConfigError):
        wire(mode, encoding_aes_key="")
