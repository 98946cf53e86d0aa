"""The signature and the seal, against the platform's vectors and against everything that is nearly right."""

from __future__ import annotations

import base64
from random import Random

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError, Forged
from bot.wechat.crypto import Noise, Seal, is_signed, sign

KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
APP = "wx0123456789abcdef"
TOKEN = "pamplemousse"
MESSAGE = (
    "<xml><ToUserName><![CDATA[gh_0a1b2c3d4e5f]]></ToUserName>"
    "<FromUserName><![CDATA[oTest-OpenId_0000000000000001]]></FromUserName><CreateTime>1767225600</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content><MsgId>23000000000000001</MsgId></xml>"
).encode()
ENCRYPT = (
    "B2yGn7kE3nDyRso+xhlT9vZueHVonY0wnm+ToQKPVBuxbwSpxrDKbWWaZ+gzZxSktsY4DYmTAPDAChd+i4i53sPF32Wu7vT19aytei5q4+owh1Tz"
    "AanssLabJsnF2GsL2IDx+TZ74+29rValhS2p1k422onCCy1sYl1cF9I0S1qREkXVh1/axt/9RkOXIjuyIJEVXq8U8sKBBJoLMRVVT4m0n53xeG1w"
    "2yZ8KO5XIKNJ8cOhnZMgZ71nMkIxcn2lCErRe3PcJeUuH1gNbQY7ErDpPOg7TMG/GGbsQmPy88buOTA9f4JTex0HExq3j2YlPJszyrbp8lK2N9BQ"
    "7Jkbox7fIB94ZeKawaBsCKQ+jjvCf8XxtlgzyixV2l+jlT34QQqatfBAAQqWmwETKbyfvIQ9VFBcM+p0D4GXQtLzu+k="
)


def encrypt(content: bytes, key: str = KEY) -> str:
    """AES over whole blocks exactly as they are given."""
    secret = base64.b64decode(key + "=")
    encryptor = Cipher(AES(secret), CBC(secret[:16])).encryptor()
    return base64.b64encode(encryptor.update(content) + encryptor.finalize()).decode()


def content(message: bytes = b"<xml/>", *, app: str = APP, length: int | None = None) -> bytes:
    """What is sealed, without padding."""
    size = len(message) if length is None else length
    return b"n" * 16 + size.to_bytes(4, "big") + message + app.encode()


def padded(data: bytes, pad: bytes | None = None) -> bytes:
    """The content with the platform's padding, or with another."""
    size = 32 - len(data) % 32
    return data + (bytes([size]) * size if pad is None else pad)


@pytest.mark.parametrize(
    ("parts", "signature"),
    [
        (("AAAAA", "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("AAAAA", "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ((TOKEN, "1767225600", "1320562132"), "15b76b7e761f8d973063bbc0ceaf8d5943ce28ea"),
        ((TOKEN, "1767225600", "1320562132", ENCRYPT), "8e5a149ca190faa53e8c7753a5b19f185bbd4a52"),
    ],
)
def test_published_signatures_come_out(parts: tuple[str, ...], signature: str) -> None:
    """The platform's worked examples are signed as it signs them, in whatever order the parts are given."""
    assert sign(*parts) == signature
    assert sign(*reversed(parts)) == signature
    assert is_signed(signature, *parts)


def test_the_sealed_vector_opens() -> None:
    """A message sealed elsewhere opens to the byte."""
    assert Seal(KEY, APP).open(ENCRYPT) == MESSAGE


@pytest.mark.parametrize("given", ["", "f464", "F464B24FC39322E44B38AA78F5EDD27BD1441696", "签名", "\udc80", "é" * 40])
def test_another_signature_is_not_it(given: str) -> None:
    """Short, upper-case and undecodable signatures are wrong ones, and no errors."""
    assert not is_signed(given, "AAAAA", "1714036504", "1514711492")


@given(st.lists(st.text(st.characters(codec=None)), max_size=4))
def test_any_parts_can_be_signed(parts: list[str]) -> None:
    """Whatever a request holds, its signature can be worked out, and only that one fits."""
    assert is_signed(sign(*parts), *parts)
    assert not is_signed(sign(*parts), *parts, "x")


@given(st.binary(max_size=200))
def test_what_is_closed_opens(message: bytes) -> None:
    """Every message, and so every length of padding, comes back."""
    seal = Seal(KEY, APP)
    closed = seal.close(message)
    assert seal.open(closed) == message
    assert len(base64.b64decode(closed)) % 32 == 0


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=5), st.randoms())
def test_each_message_stands_alone(messages: list[bytes], random: Random) -> None:
    """What was sealed or opened before, or refused, makes no difference: who never saw it reads the same."""
    seal, reader = Seal(KEY, APP), Seal(KEY, APP)
    closed = [(seal.close(message), message) for message in messages]
    random.shuffle(closed)
    for sealed, message in closed:
        with pytest.raises(Forged):
            reader.open(encrypt(padded(content(message)), KEY[::-1]))
        assert reader.open(sealed) == Seal(KEY, APP).open(sealed) == message


def test_equal_messages_do_not_look_equal() -> None:
    """The noise in front is fresh each time."""
    seal = Seal(KEY, APP)
    assert len({seal.close(MESSAGE) for _ in range(50)}) == 50


@pytest.mark.parametrize("pad", range(1, 33))
def test_all_32_paddings_open(pad: int) -> None:
    """Padding reaches to 32, beyond AES's own block of 16."""
    message = b"m" * (64 - pad - len(content(b"")) % 32)
    data = padded(content(message))
    assert data[-1] == pad
    assert Seal(KEY, APP).open(encrypt(data)) == message


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(padded(content(app="wxffffffffffffffff")), id="another application"),
        pytest.param(padded(content(app="")), id="no application"),
        pytest.param(padded(content(app=APP + "x")), id="a longer application id"),
        pytest.param(padded(content(length=7)), id="length beyond the message"),
        pytest.param(padded(content(length=2**32 - 1)), id="length beyond the content"),
        pytest.param(padded(content(length=0)), id="length of nothing"),
        pytest.param(content(b"m" * 26), id="no padding at all"),
        pytest.param(padded(content(b"m" * 25), b"\x00"), id="padding of 0"),
        pytest.param(padded(content(b"m" * 25), b"\x21" * 33), id="padding of 33"),
        pytest.param(padded(content(b"m" * 24), b"\x01\x02"), id="padding of two kinds"),
        pytest.param(b"\x10" * 16, id="padding alone"),
        pytest.param(padded(b"n" * 18), id="no room for a length"),
        pytest.param(b"\x20" * 16, id="padding longer than the content"),
    ],
)
def test_content_that_does_not_fit_is_forged(data: bytes) -> None:
    """Padding, length and application id are each checked."""
    data += b"\x01" * (-len(data) % 16)
    with pytest.raises(Forged):
        Seal(KEY, APP).open(encrypt(data))


@pytest.mark.parametrize("data", [padded(content(app="", length=7)), padded(b"n" * 18)])
def test_a_length_is_checked_whatever_the_application(data: bytes) -> None:
    """The length must fit on its own account, not only because no application id would be left."""
    with pytest.raises(Forged):
        Seal(KEY, "").open(encrypt(data))


def test_another_key_is_forged() -> None:
    """What was sealed with another key does not open."""
    with pytest.raises(Forged):
        Seal(KEY, APP).open(encrypt(padded(content()), KEY[::-1]))


@pytest.mark.parametrize(
    "text", ["", "====", "a", "你好", "\udc80", ENCRYPT[:-4], ENCRYPT + "\n", ENCRYPT[:20] + "=" * 4]
)
def test_text_that_is_no_seal_is_forged(text: str) -> None:
    """Broken base64 and broken blocks are refused like a wrong key."""
    with pytest.raises(Forged):
        Seal(KEY, APP).open(text)


@given(st.text() | st.binary(max_size=300).map(lambda data: base64.b64encode(data).decode()))
def test_nothing_by_chance_opens(text: str) -> None:
    """Any other text is Forged, and never another error."""
    with pytest.raises(Forged):
        Seal(KEY, APP).open(text)


@pytest.mark.parametrize("key", ["", "short", KEY[:-1], KEY + "A", "é" * 43])
def test_a_wrong_key_is_a_wrong_setting(key: str) -> None:
    """Only 43 characters make a key."""
    with pytest.raises(ConfigError):
        Seal(key, APP)


def test_noise_is_never_given_twice() -> None:
    """However many bytes are asked for, each comes once, across what is fetched at a time."""
    noise = Noise()
    taken = [noise.take(many) for many in (16, 8) * 2000]
    assert [len(one) for one in taken] == [16, 8] * 2000
    assert len(set(taken)) == len(taken)
    assert len(noise.take(3 * Noise.FETCHED)) == 3 * Noise.FETCHED
