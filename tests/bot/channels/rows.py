"""Rows and notices for tests of the ways to push."""

from __future__ import annotations

import msgspec

from bot.config import Push
from bot.notices import Notice
from bot.store.calls import Claimed

PUSH = Push(
    pace=1000.0,
    template_id="T_TEMPLATE",
    template_fields={"thing1": "title", "thing2": "change", "date3": "date"},
    notice_id="T_NOTICE",
    notice_fields={"thing1": "title", "phrase2": "state"},
)
NOTICE = Notice(
    key="changed q91-3 2026-11-22 oA",
    openid="oA",
    kind="changed",
    text="政策有变化：技改补助上限 600万元→800万元 & 更多\n<详情>",
    title="鼓励技术改造",
    url="https://huiqi.example.gov.cn/p/q91-3",
    fields={"title": "鼓励技术改造", "change": "上限 600万元→800万元", "date": "2026年12月31日", "state": "有变化"},
    created=1_795_312_800.0,
)


def row(body: bytes, openid: str = "oA", *, key: str = "k1", openids: tuple[str, ...] = ()) -> Claimed:
    """A claimed row."""
    return Claimed(id=1, key=key, openid=openid, body=body, due=0.0, expires=9e9, attempts=1, openids=openids)


def json(value: object) -> bytes:
    """A body."""
    return msgspec.json.encode(value)
