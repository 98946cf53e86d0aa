"""The served bot as somebody else's code sees it: wechatpy plays the platform, over HTTP, in every mode."""

from __future__ import annotations

import secrets
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import msgspec
import pytest
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import deserialize_reply
from wechatpy.utils import WeChatSigner

from bot.emulator.account import Account, Mode
from bot.store.schema import revisions
from tests.bot.operating import entered
from tests.scenarios.programs import LIMIT, Program, free_port, started, write_settings
from tests.scenarios.stage import ACCOUNT

OPENID = "oIndependent_000000000000001"
CARD = "【鼓励企业设备更新和技术改造】"


@dataclass
class Elsewhere:
    """The platform, as wechatpy knows it."""

    account: Account
    url: str
    program: Program

    @property
    def crypto(self) -> Any:
        """wechatpy's seal."""
        return WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)

    def query(self) -> dict[str, str]:
        """A signed query."""
        query = {"timestamp": str(int(time.time())), "nonce": str(secrets.randbits(31))}
        signer = WeChatSigner()
        signer.add_data(self.account.token, query["timestamp"], query["nonce"])
        return {**query, "signature": signer.signature, "openid": OPENID}

    def push(self, inside: str, *, created: int) -> Any:
        """What the bot replies to a document with these nodes, as wechatpy reads it; None for `success`."""
        xml = (
            f"<xml><ToUserName><![CDATA[{self.account.original_id}]]></ToUserName>"
            f"<FromUserName><![CDATA[{OPENID}]]></FromUserName><CreateTime>{created}</CreateTime>{inside}</xml>"
        )
        query = self.query()
        if self.account.mode == "plain":
            status, body = fetch(self.url, query, xml.encode())
            assert status == 200
            return None if body == b"success" else deserialize_reply(body)
        envelope = ElementTree.fromstring(self.crypto.encrypt_message(xml, query["nonce"], query["timestamp"]))  # noqa: S314
        sealed = f"<Encrypt><![CDATA[{envelope.findtext('Encrypt')}]]></Encrypt>"
        to = f"<ToUserName><![CDATA[{self.account.original_id}]]></ToUserName>"
        outside = f"<xml>{to}{sealed}</xml>" if self.account.mode == "safe" else xml[:-6] + sealed + "</xml>"
        query |= {"encrypt_type": "aes", "msg_signature": envelope.findtext("MsgSignature") or ""}
        status, body = fetch(self.url, query, outside.encode())
        assert status == 200
        return None if body == b"success" else deserialize_reply(self.opened(body))

    def opened(self, body: bytes) -> bytes:
        """The reply inside its seal."""
        nodes = {node.tag: node.text or "" for node in ElementTree.fromstring(body)}  # noqa: S314
        signature, moment, nonce = nodes["MsgSignature"], nodes["TimeStamp"], nodes["Nonce"]
        xml: str | bytes = self.crypto.decrypt_message(body.decode(), signature, moment, nonce)
        return xml if isinstance(xml, bytes) else xml.encode()

    def say(self, text: str, *, number: int) -> Any:
        """Words with this MsgId."""
        content = f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId>"
        return self.push(content, created=int(time.time()))


def fetch(url: str, query: Mapping[str, str], body: bytes | None = None) -> tuple[int, bytes]:
    """Status and body."""
    request = urllib.request.Request(f"{url}?{urlencode(query)}", data=body)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=LIMIT) as response:  # noqa: S310
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.fixture(scope="module", params=["safe", "compatible", "plain"])
def elsewhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """A bot that is migrated and served from the command line, and stops when told to, with exit code 0."""
    mode: Mode = request.param
    account = msgspec.structs.replace(ACCOUNT, mode=mode, aes_key="" if mode == "plain" else ACCOUNT.aes_key)
    port = free_port()
    settings = str(write_settings(tmp_path_factory.mktemp(mode), account, port=port))
    assert entered("migrate", "--config", settings) == 0
    with started("serve", "--config", settings) as program:
        program.until('"serving"')
        yield Elsewhere(account, f"http://127.0.0.1:{port}/wechat", program)
        assert program.stop() == 0
        assert program.logged()[-1] == "stopped"
        assert not {"message not answered", "message not kept", "answer failed", "job failed"} & set(program.logged())
        assert OPENID not in "".join(program.said)


def test_the_console_is_answered(elsewhere: Elsewhere) -> None:
    """The address verifies: the echo comes back bare; with another signature it does not."""
    query = {**elsewhere.query(), "echostr": "5839201938475"}
    assert fetch(elsewhere.url, query) == (200, b"5839201938475")
    assert fetch(elsewhere.url, {**query, "signature": "0" * 40}) == (403, b"")


def test_words_are_answered(elsewhere: Elsewhere) -> None:
    """A text gets a text, addressed back to its sender, in the seal of the mode."""
    reply = elsewhere.say("技改", number=1)
    assert (reply.type, reply.target, reply.source) == ("text", OPENID, elsewhere.account.original_id)
    assert reply.content.startswith(CARD)
    assert "85911248" in reply.content


def test_a_retry_gets_the_same_words(elsewhere: Elsewhere) -> None:
    """The same message under a new signature gets the same text; it counts once."""
    one, two = (elsewhere.say("崂山区有哪些政策", number=2) for _ in range(2))
    assert one.content == two.content
    assert elsewhere.say("2", number=3).content.startswith("【支持软件业务剥离】")


def test_events_are_answered(elsewhere: Elsewhere) -> None:
    """A follow is welcomed, a scan gets its policy, and entering the chat gets nothing."""
    now = int(time.time())
    event = "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{}]]></Event>"
    welcome = elsewhere.push(event.format("subscribe") + "<EventKey><![CDATA[]]></EventKey>", created=now)
    assert "惠企政策助手" in welcome.content
    scan = event.format("SCAN") + "<EventKey><![CDATA[q91-3]]></EventKey><Ticket><![CDATA[t]]></Ticket>"
    assert elsewhere.push(scan, created=now).content.startswith("【推进智能工厂梯度培育】")
    place = event.format("LOCATION") + "<Latitude>36.1</Latitude><Longitude>120.4</Longitude><Precision>6</Precision>"
    assert elsewhere.push(place, created=now) is None


def test_a_forged_push_is_refused(elsewhere: Elsewhere) -> None:
    """Under a wrong signature nothing is read."""
    status, body = fetch(elsewhere.url, {**elsewhere.query(), "signature": "1" * 40}, b"<xml></xml>")
    assert (status, body) == (403, b"")


def test_the_pages_are_there(elsewhere: Elsewhere) -> None:
    """Beside the callback stand the public pages and the operator's."""
    root = elsewhere.url.removesuffix("/wechat")
    for path in ("/policies", "/p/q91-1", "/healthz", "/readyz", "/metrics"):
        assert fetch(root + path, {})[0] == 200, path
    assert b'huiqi_rows{state="answered",table="inbox"}' in fetch(f"{root}/metrics", {})[1]


@pytest.mark.parametrize(
    ("line", "wrong", "told"),
    [
        ("port = ", "prot = 8080", "[server] prot: no such setting; did you mean port?"),
        ("mode = ", 'mode = "saef"', "[wechat] mode = 'saef': did you mean safe?"),
    ],
)
def test_a_wrong_setting_stops_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, wrong: str, told: str
) -> None:
    """The program does not start, and says key, value and the nearest right one, with exit code 2."""
    settings = write_settings(tmp_path, ACCOUNT, port=8080)
    text = settings.read_text(encoding="utf-8").splitlines()
    settings.write_text("\n".join(wrong if old.startswith(line) else old for old in text), encoding="utf-8")
    assert entered("serve", "--config", str(settings)) == 2
    assert capsys.readouterr() == ("", f"{settings}: {told}\n")


def test_a_newer_database_stops_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A database that a later version wrote is refused by name of both versions, and not touched."""
    settings = write_settings(tmp_path, ACCOUNT, port=free_port())
    with closing(sqlite3.connect(tmp_path / "huiqi.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    before = (tmp_path / "huiqi.sqlite3").read_bytes()
    for command in ("serve", "migrate"):
        assert entered(command, "--config", str(settings)) == 2
        said = capsys.readouterr().err
        assert f"the database has version 9999, this program knows {revisions()[-1]} at most" in said
    assert (tmp_path / "huiqi.sqlite3").read_bytes()[100:] == before[100:]


def test_no_database_stops_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a migrated database it says how to make one, and makes none."""
    assert entered("serve", "--config", str(write_settings(tmp_path, ACCOUNT, port=free_port()))) == 2
    assert "run: .venv/bin/python main.py migrate --config FILE" in capsys.readouterr().err
    assert not (tmp_path / "huiqi.sqlite3").exists()
