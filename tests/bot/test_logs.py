"""Logs are facts on standard error: one JSON object a line, or text, and never what a variable held."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE

PROGRAM = """
import logging, sys
import structlog
from bot.logs import set_up_logs

set_up_logs(sys.argv[1], sys.argv[2])
logger = structlog.get_logger("test")
structlog.contextvars.bind_contextvars(part="worker")
secret = "hush-4b1d"
logger.debug("a detail", n=1)
logger.info("a fact", n=2, word="技改")
logger.warning("a worry")
try:
    raise ValueError("broken")
except ValueError:
    logger.exception("an error", n=3)
    logging.getLogger("some.library").exception("its error with %s", "a part")
logging.getLogger("some.library").info("its chatter")
"""


def logged(level: str, style: str) -> list[str]:
    """The lines that a program with these settings writes."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, level, style], capture_output=True, check=True, encoding="utf-8"
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


SERVER = """
import asyncio, sys
from aiohttp import web
from bot.logs import set_up_logs

async def broken(request):
    raise RuntimeError("ours")

async def main():
    set_up_logs("debug", sys.argv[1])
    app = web.Application()
    app.router.add_get("/broken", broken)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    for head in (
        b"POST /wechat?openid=oLEAK\\x01 HTTP/1.1",
        b"POST /wechat?openid=oLEAK&x=" + b"a" * 9000 + b" HTTP/1.1",
        b"POST http://[::1/wechat?openid=oLEAK HTTP/1.1",
        b"POST /wechat?openid=oLEAK HTTP/oLEAK",
        b"POST /wechat?openid=oLEAK HTTP/1.1\\r\\noLEAK header: x",
        b"POST /wechat?openid=oLEAK HTTP/1.1\\r\\nX: " + b"oLEAK" * 9000,
        b"POST /wechat?openid=oLEAK HTTP/1.1\\r\\nContent-Length: oLEAK",
        b"oLEAK /wechat HTTP/1.1",
        b"GET /broken HTTP/1.1",
    ):
        reader, writer = await asyncio.open_connection(*runner.addresses[0])
        writer.write(head + b"\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
        print((await asyncio.wait_for(reader.readline(), 60)).decode().split()[1])
        writer.close()
    await runner.cleanup()

asyncio.run(main())
"""


@pytest.mark.parametrize("style", ["json", "text"])
def test_what_is_no_request_is_not_quoted(style: str) -> None:
    """Requests that cannot be read are told of in one constant line each, our own failures with their traceback."""
    command = [sys.executable, "-c", SERVER, style]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8", timeout=PATIENCE)
    *bad, ours = done.stdout.split()
    assert (set(bad), ours) == ({"400"}, "500")
    assert "oLEAK" not in done.stderr
    assert done.stderr.count("request is not HTTP") >= len(bad) - 1  # a method that is none is not worth a line
    assert done.stderr.count("RuntimeError: ours") == 1


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """The JSON lines at level info."""
    return [json.loads(line) for line in logged("info", "json")]


def test_every_line_is_a_json_object(lines: list[dict[str, Any]]) -> None:
    """Level, moment and message stand in each, those of libraries too, errors with their traceback on the line."""
    assert [line["event"] for line in lines] == ["a fact", "a worry", "an error", "its error with a part"]
    assert [line["level"] for line in lines] == ["info", "warning", "error", "error"]
    assert all(line["timestamp"].endswith("Z") and line["part"] == "worker" for line in lines)
    assert all("ValueError: broken" in line["exception"] for line in lines[2:])


def test_facts_are_keys_and_values(lines: list[dict[str, Any]]) -> None:
    """Numbers stay numbers, Chinese stays readable."""
    assert (lines[0]["n"], lines[0]["word"]) == (2, "技改")
    assert any("技改" in line for line in logged("info", "json"))


@pytest.mark.parametrize(("level", "count"), [("debug", 5), ("info", 4), ("warning", 3), ("error", 2)])
def test_a_level_leaves_out_what_is_below(level: str, count: int) -> None:
    """From the level on; a library's chatter below a warning is never wanted."""
    assert len(logged(level, "json")) == count


def test_text_is_for_people_and_tells_no_variables() -> None:
    """The same facts without colour codes in a file, the traceback below, and no local variable's value."""
    text = "\n".join(logged("info", "text"))
    assert "a fact" in text
    assert "word=技改" in text
    assert "its error with a part" in text
    assert text.count("ValueError: broken") == 2
    assert "\x1b" not in text
    assert "hush-4b1d" not in text


@pytest.mark.parametrize("style", ["json", "text"])
def test_a_log_that_cannot_be_written_stops_nobody(style: str) -> None:
    """On a disk without room the line is lost, and what logged it goes on."""
    program = (
        "import logging, sys, structlog\nfrom bot.logs import set_up_logs\nset_up_logs('info', sys.argv[1])\n"
        "structlog.get_logger().error('kept')\nlogging.getLogger('aiohttp').error('kept')\nprint('went on')\n"
    )
    with Path("/dev/full").open("w", encoding="utf-8") as disk:
        done = subprocess.run(
            [sys.executable, "-c", program, style], stdout=subprocess.PIPE, stderr=disk, encoding="utf-8", check=False
        )
    assert done.stdout == "went on\n"


def test_a_library_does_not_quote_what_somebody_sent() -> None:
    """What aiohttp warns of, names of files that it cannot read, is written nowhere."""
    program = """
from aiohttp.multipart import parse_content_disposition
from bot.logs import set_up_logs

set_up_logs("debug", "json")
for header in ("attachment; filename=zhangsan; x", "attachment; filename*=UTF-8''zhangsan%0d; =1", "a b zhangsan"):
    parse_content_disposition(header)
print("read", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert (done.stdout, done.stderr) == ("read\n", "")
