"""An account's server written with wechatpy, to hold the emulated platform against another's idea of the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply
from wechatpy.utils import check_signature

from bot.emulator.account import Account

Answer = Callable[[Any], Any]


class Listener:
    """Answers every message with `answer`, or with `raw` where that is set, once `gate` is open.

    `statuses` are used up first, one a request; 200 follows.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        self.answer: Answer = lambda message: f"echo {message.content}" if message.type == "text" else None
        self.raw: bytes | None = None
        self.clear_reply = False
        self.statuses: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.came = asyncio.Semaphore(0)
        self.queries: list[dict[str, str]] = []
        self.bodies: list[str] = []
        self.xml: list[str] = []
        self.messages: list[Any] = []

    def app(self) -> web.Application:
        """The server."""
        app = web.Application()
        app.router.add_get("/wechat", self.verify)
        app.router.add_post("/wechat", self.receive)
        return app

    async def verify(self, request: web.Request) -> web.Response:
        """The console's question."""
        query = request.query
        check_signature(self.account.token, query["signature"], query["timestamp"], query["nonce"])
        return web.Response(text=query["echostr"])

    async def receive(self, request: web.Request) -> web.Response:
        """A push."""
        query, body = request.query, await request.text()
        check_signature(self.account.token, query["signature"], query["timestamp"], query["nonce"])
        xml = self._decrypt(body, query) if "Encrypt" in body else body
        message = parse_message(xml)
        self.queries.append(dict(query))
        self.bodies.append(body)
        self.xml.append(xml)
        self.messages.append(message)
        self.came.release()
        await self.gate.wait()
        if self.statuses and (status := self.statuses.pop(0)) != 200:
            return web.Response(status=status)
        return web.Response(body=self.raw if self.raw is not None else self._reply(message, query))

    def _decrypt(self, body: str, query: Any) -> str:
        crypto = WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)
        opened = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        return opened if isinstance(opened, str) else opened.decode()

    def _reply(self, message: Any, query: Any) -> bytes:
        answer = self.answer(message)
        if answer is None:
            return b"success"
        xml: str = create_reply(answer, message).render()
        if self.account.mode == "plain" or self.clear_reply:
            return xml.encode()
        crypto = WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)
        sealed: str = crypto.encrypt_message(xml, query["nonce"], query["timestamp"])
        return sealed.encode()
