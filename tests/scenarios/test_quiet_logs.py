"""A whole day, with everything that can go wrong, logged in full: and the log names nobody and gives nothing away."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from bot.clock import ManualClock
from bot.demo import Demo
from bot.emulator.phone import Phone
from bot.store.calls import Entry
from bot.store.tables import tokens
from tests.patience import PATIENCE

TOLD = (
    "你好",
    "技改补贴能给多少，我们设备投了3200万元",
    "我们是平度的规上制造企业，去年营收3.7亿",
    "转人工 请回电13812345678王小明",
    "答非所问",
    "订阅技改",
    "我能报什么",
    "保存",
    "同意保存",
    "导出我的数据",
    "我的数据",
    "紫色的大象在跳舞",
)
SECRETS = ("13812345678", "王小明", "3200万", "紫色的大象", "平度的规上")
PUSH = "今天下午三点在市民中心"


async def passing(clock: ManualClock, doing: Coroutine[Any, Any, Any]) -> None:
    """Let it come to its end while time goes by, whatever that is."""
    task = asyncio.ensure_future(doing)
    async with asyncio.timeout(PATIENCE):
        while not task.done():
            await clock.advance(0.5)
            await asyncio.sleep(0.005)
    await asyncio.gather(task, return_exceptions=True)


async def talk(phone: Phone) -> None:
    """Everything a follower may say and do."""
    await phone.follow("desk-7")
    for text in TOLD:
        await phone.say(text)
    await phone.image()
    await phone.location(36.07, 120.38, label="香港中路")
    await phone.voice("技改补贴")


async def push(demo: Demo, clock: ManualClock, phone: Phone) -> None:
    """A call to a follower that is made, and then refused, interrupted and forbidden."""
    rows, faults = demo.services.outbox_rows, demo.platform.faults
    path = "/cgi-bin/message/custom/send"
    for number, errcode in enumerate((0, 40003, 45015, -1, 48001)):
        if errcode:
            faults.fail(path, errcode, errmsg=f"invalid {phone.openid} hint: [abc]")
        if number == 3:
            faults.break_down(path, calls=1)
        body = json.dumps({"touser": phone.openid, "msgtype": "text", "text": {"content": PUSH}}).encode()
        entry = Entry(
            key=f"k{number}",
            openid=phone.openid,
            channel="custom",
            body=body,
            due=clock.time(),
            expires=clock.time() + 900,
        )
        await demo.services.database.run(lambda entry=entry: rows.add([entry], time=clock.time()))  # type: ignore[misc]
        await passing(clock, demo.services.outbox.run_once())
    faults.clear()


async def trespass(demo: Demo) -> None:
    """A stranger at the callback and at the pages."""
    query = {"signature": "0badc0ffee" * 4, "timestamp": "1", "nonce": "n", "openid": "oTrespasser0000000000000000"}
    async with aiohttp.ClientSession() as session:
        for path in ("/wechat", "/mine/stolenpass0123456789", "/policies?q=紫色的大象"):
            await (await session.get(f"{demo.url}{path}", params=query)).read()
        await (await session.post(f"{demo.url}/wechat", params=query, data=b"<xml>")).read()


async def test_a_day_in_the_log(still: Demo, clock: ManualClock, log: io.StringIO, tmp_path: Path) -> None:
    """No openid, no key, no token, nothing that anybody wrote or was written, at any level."""
    phone = still.platform.phone()
    await talk(phone)
    await push(still, clock, phone)
    await trespass(still)
    async with still.services.database.read() as connection:
        handed = [str(row[0]) for row in await connection.execute(select(tokens.c.value))]
    assert handed
    (tmp_path / "demo.sqlite3").unlink()  # the database is away from here on
    await passing(clock, phone.say("紫色的大象在跳舞"))
    assert "file was replaced" in log.getvalue() or "not stored" in log.getvalue()
    lines = log.getvalue().splitlines()
    told = "\n".join(lines)
    assert len(lines) > 5, told
    assert sum(line.startswith("{") for line in lines) > 5, "what the program logs is JSON"
    account = still.platform.account
    keys = (phone.openid, account.token, account.secret, account.aes_key, *handed)
    theirs = ("0badc0ffee", "oTrespasser", "stolenpass", "香港中路")
    assert [word for word in (*keys, *theirs, *SECRETS, PUSH) if word in told] == []
