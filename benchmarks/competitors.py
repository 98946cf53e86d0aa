"""What answers a push, a process each: the bot itself, a bare handler, and what others build with libraries.

`python -m benchmarks.competitors NAME` prints the port it listens on and serves until it is killed; NAME is bare,
werobot or flask. The keywords of WeRoBot come as JSON on its input. The bot is no part of this: it is `main.py serve`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
from collections.abc import Callable

from aiohttp import web

TOKEN, APP, ACCOUNT = "benchmark", "wx0123456789abcdef", "gh_0a1b2c3d4e5f"
KEY = "0123456789abcdefghijABCDEFGHIJ0123456789abA"
CONSTANT = (
    "<xml><Encrypt><![CDATA[" + "A" * 640 + "]]></Encrypt><MsgSignature><![CDATA[" + "a" * 40 + "]]></MsgSignature>"
    "<TimeStamp>1795312800</TimeStamp><Nonce><![CDATA[1]]></Nonce></xml>"
).encode()
DEFAULT = "请换个说法。"
THREADS = 4  # of waitress, as the manuals of both libraries have it


def answer_of(keyword: str) -> str:
    """What WeRoBot is told to say to a keyword."""
    return f"关于“{keyword}”的政策，请看全文。"


def listening() -> socket.socket:
    """A socket on a free port, which is printed."""
    taken = socket.create_server(("127.0.0.1", 0), backlog=256)
    print(taken.getsockname()[1], flush=True)
    return taken


def bare() -> None:
    """aiohttp on uvloop: the body is read and a constant is the answer."""
    import uvloop

    async def receive(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=CONSTANT, content_type="application/xml", charset="utf-8")

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/wechat", receive)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.SockSite(runner, listening()).start()
        await asyncio.Event().wait()

    uvloop.run(run())


def werobot() -> None:
    """WeRoBot with keywords and without its session, which costs a commit for each keyword that is tried."""
    from waitress import serve
    from werobot import WeRoBot

    robot = WeRoBot(token=TOKEN, app_id=APP, encoding_aes_key=KEY)
    robot.config["SESSION_STORAGE"] = False
    for keyword in json.load(sys.stdin):
        robot.add_filter(func=_saying(answer_of(keyword)), rules=[keyword])
    robot.add_handler(_saying(DEFAULT), type="text")
    serve(robot.wsgi, sockets=[listening()], threads=THREADS, _quiet=True)


def _saying(words: str) -> Callable[[], str]:
    return lambda: words


def flask() -> None:
    """wechatpy in a view of Flask, as its manual shows it: the words come back."""
    from flask import Flask, request
    from waitress import serve
    from wechatpy import create_reply, parse_message
    from wechatpy.crypto import WeChatCrypto
    from wechatpy.utils import check_signature

    app, crypto = Flask(__name__), WeChatCrypto(TOKEN, KEY, APP)

    def receive() -> str:
        query = request.args
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        xml = crypto.decrypt_message(request.data, query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(xml)
        reply = create_reply(message.content, message=message)
        text: str = crypto.encrypt_message(reply.render(), query["nonce"], query["timestamp"])
        return text

    app.add_url_rule("/wechat", view_func=receive, methods=["POST"])

    serve(app, sockets=[listening()], threads=THREADS, _quiet=True)


if __name__ == "__main__":
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a full queue is what is measured
    {"bare": bare, "werobot": werobot, "flask": flask}[sys.argv[1]]()
