"""Pushes as the platform sends them: who asks what in which order, sealed and signed, and what the answers hold."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, product

from benchmarks.competitors import ACCOUNT, APP, KEY, TOKEN
from bot.wechat.crypto import Seal, sign
from tests.scoring import every_file, read_rated

SEED = 20261126
TEXTS = 600  # that are asked again and again
FLAT = 20  # the first of them is asked this many times as often, plus one, as the one at this place
FOLLOWERS = 10**9  # so many that whoever begins a conversation has none yet
GOES_ON = 0.4  # the chance that somebody who was answered asks again within the half hour
OPEN = 400  # conversations that go on at the same time
FURTHER = ("找谁办", "能补多少", "要什么条件", "什么时候截止", "1", "更多")  # half of what is asked then
OPENINGS = (
    "请问",
    "你好，",
    "想问一下，",
    "麻烦问下，",
    "老师您好，",
    "咨询一下，",
    "您好，请教一下，",
    "我想了解一下，",
)
ENDINGS = ("，谢谢", "，急", "，在线等", "，麻烦了", "，多谢", "，盼复", "，感谢", "，打扰了")

_SEALED = re.compile(rb"<Encrypt><!\[CDATA\[([^\]]*)\]\]></Encrypt>")
_CONTENT = re.compile(r"<Content><!\[CDATA\[(.*)\]\]></Content>", re.DOTALL)
_RECEIVER = re.compile(r"<ToUserName>(?:<!\[CDATA\[)?([^\]<]*)")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One message: by whom, what, and whether it begins a conversation; the request that carries it."""

    openid: str
    text: str
    first: bool
    request: bytes


@cache
def rated_texts() -> tuple[str, ...]:
    """What people asked, each once, in an order of its own."""
    texts = list(dict.fromkeys(message.text for message in read_rated(*every_file()) if message.text.strip()))
    random.Random(SEED).shuffle(texts)
    return tuple(texts)


class Crowd:
    """Followers who ask: what others asked before them, in conversations too, or what nobody ever wrote like this."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)
        self._seal = Seal(KEY, APP)
        self._msgid = 24_000_000_000_000_000 + time.time_ns() % 10**12
        self._shares = list(accumulate(1 / (FLAT + rank) for rank in range(TEXTS)))
        self._open = [self._somebody() for _ in range(OPEN)]
        self._new = self._variations()

    def familiar(self, many: int) -> list[Asked]:
        """The first questions of so many people: the texts of TEXTS, some far more often than others."""
        texts = self._random.choices(rated_texts()[:TEXTS], cum_weights=self._shares, k=many)
        return [self._asked(self._somebody(), text, first=True) for text in texts]

    def talking(self, many: int) -> list[Asked]:
        """The same texts in conversations of one message or several, which go on with another or a short question."""
        return [self._next() for _ in range(many)]

    def unseen(self, many: int) -> list[Asked]:
        """Questions no two of which are spelled alike, each the first of somebody."""
        return [self._asked(self._somebody(), next(self._new), first=True) for _ in range(many)]

    def once(self, texts: list[str]) -> list[Asked]:
        """These texts, each the first of somebody."""
        return [self._asked(self._somebody(), text, first=True) for text in texts]

    def _somebody(self) -> str:
        return f"o{self._random.randrange(FOLLOWERS):027d}"

    def _next(self) -> Asked:
        place = self._random.randrange(OPEN)
        who = self._open[place]
        first = not who.endswith("+")
        if first or self._random.random() < 0.5:
            (text,) = self._random.choices(rated_texts()[:TEXTS], cum_weights=self._shares)
        else:
            text = self._random.choice(FURTHER)
        asked = self._asked(who.rstrip("+"), text, first=first)
        self._open[place] = f"{asked.openid}+" if self._random.random() < GOES_ON else self._somebody()
        return asked

    def _variations(self) -> Iterator[str]:
        dresses = list(product(OPENINGS, ENDINGS))
        self._random.shuffle(dresses)
        for opening, ending in dresses:
            for text in rated_texts()[TEXTS:]:
                yield f"{opening}{text}{ending}"

    def _asked(self, openid: str, text: str, *, first: bool) -> Asked:
        self._msgid += 1
        now = int(time.time())
        xml = (
            f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>\n<FromUserName><![CDATA[{openid}]]></FromUserName>\n"
            f"<CreateTime>{now}</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n"
            f"<Content><![CDATA[{text.replace(']]>', '')}]]></Content>\n<MsgId>{self._msgid}</MsgId>\n</xml>"
        ).encode()
        request = _request(self._seal.close(xml), str(now), str(self._random.randrange(10**9)), openid)
        return Asked(openid=openid, text=text, first=first, request=request)


def _request(sealed: str, stamp: str, nonce: str, openid: str) -> bytes:
    body = (
        f"<xml>\n    <ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>\n"
        f"    <Encrypt><![CDATA[{sealed}]]></Encrypt>\n</xml>\n"
    ).encode()
    query = (
        f"signature={sign(TOKEN, stamp, nonce)}&timestamp={stamp}&nonce={nonce}&openid={openid}"
        f"&encrypt_type=aes&msg_signature={sign(TOKEN, stamp, nonce, sealed)}"
    )
    return (
        f"POST /wechat?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\nConnection: Keep-Alive\r\nPragma: no-cache\r\n\r\n"
    ).encode() + body


_opener = Seal(KEY, APP)


def said(body: bytes) -> tuple[str, str]:
    """Whom a sealed answer is for, and its words; AssertionError where it is none."""
    sealed = _SEALED.search(body.replace(b"\n", b""))
    assert sealed, body[:200]
    xml = _opener.open(sealed[1].decode()).decode()
    receiver, content = _RECEIVER.search(xml), _CONTENT.search(xml)
    assert receiver, xml
    assert content, xml
    return receiver[1], content[1].replace("]]]]><![CDATA[>", "]]>")
