"""nginx with the configuration of deploy/, before two instances that are played: what it passes on, and to whom."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.front import _REQUEST
from bot.wechat.protocol import MAX_BODY
from tests.deployed import HOST, needed, nginx, seconds, text, write_nginx
from tests.patience import PATIENCE
from tests.scenarios.programs import free_port

LARGE = b"x" * 20_000_000  # a file of policies
# How soon a test is over must not matter: whom nginx leaves alone it leaves alone to the end.
LASTING = {"fail_timeout=15s": "fail_timeout=600s"}
# Nor need it wait long for an instance that never answers.
QUICK = {**LASTING, "4700ms": "1s", "_read_timeout 5s": "_read_timeout 1s"}
READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MOST = 2000  # pages asked for, until it is believed that none is held up


@dataclass
class Instance:
    """One that is played: what it was asked, and how it behaves."""

    number: int
    asked: list[web.Request] = field(default_factory=list)
    status: int = 200
    refusing: int = 0  # so many more requests, by 503
    hangs: bool = False
    dies: bool = False  # after it took a request in
    port: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """As it behaves."""
        await request.read()
        self.asked.append(request)
        if self.dies and request.transport is not None:
            request.transport.abort()
        if self.hangs:
            await asyncio.Event().wait()
        refuses, self.refusing = self.refusing > 0, max(0, self.refusing - 1)
        return web.Response(status=503 if refuses else self.status, text=f"{self.number}")


@dataclass(frozen=True)
class Office:
    """Two instances behind nginx, and a visitor."""

    instances: tuple[Instance, Instance]
    visitor: aiohttp.ClientSession
    sealed: str
    plain: str

    async def ask(self, path: str, method: str = "GET", **options: object) -> tuple[int, str]:
        """Status and body."""
        async with self.visitor.request(method, f"{self.sealed}{path}", **options) as response:  # type: ignore[arg-type]
            return response.status, await response.text()

    async def push(self, size: int = 300) -> tuple[int, str]:
        """What the platform does."""
        return await self.ask("/wechat?signature=s", "POST", data=b"x" * size)

    @property
    def asked(self) -> list[int]:
        """How often each was."""
        return [len(instance.asked) for instance in self.instances]


@pytest.fixture
async def office(
    request: pytest.FixtureRequest, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> AsyncIterator[Office]:
    """Both well; a parameter says what stands otherwise in the configuration."""
    program = needed("nginx", capfd)
    async with AsyncExitStack() as stack:
        instances = Instance(1), Instance(2)
        for instance in instances:
            app = web.Application(client_max_size=2**26)
            app.router.add_route("*", "/{path:.*}", instance.answer)
            server = await stack.enter_async_context(TestServer(app, shutdown_timeout=0.0))
            instance.port = server.port or 0
        plain, sealed = free_port(), free_port()
        path = write_nginx(tmp_path, ports=(instances[0].port, instances[1].port), plain=plain, sealed=sealed)
        change(path, getattr(request, "param", {}))
        trust = stack.enter_context(nginx(program, path, sealed))
        visitor = await stack.enter_async_context(visiting(trust))
        yield Office(instances, visitor, f"https://{HOST}:{sealed}", f"http://{HOST}:{plain}")


def change(path: Path, words: dict[str, str]) -> None:
    """Put other words in the place of some of a configuration, all of which are there."""
    written = path.read_text(encoding="utf-8")
    for before, after in words.items():
        assert before in written
        written = written.replace(before, after)
    path.write_text(written, encoding="utf-8")


@asynccontextmanager
async def visiting(trust: ssl.SSLContext) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody for whom the office's name leads to this machine."""

    class Here(aiohttp.abc.AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:
            """This machine."""
            place = {"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}
            return [aiohttp.abc.ResolveResult(**place)]  # type: ignore[typeddict-item]

        async def close(self) -> None:
            """Nothing is open."""

    connector = aiohttp.TCPConnector(ssl=trust, resolver=Here())
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


async def test_both_are_asked_by_turns(office: Office) -> None:
    """Pushes are shared out."""
    assert {await office.push() for _ in range(8)} == {(200, "1"), (200, "2")}
    assert office.asked == [4, 4]


@pytest.mark.parametrize("office", [LASTING], indirect=True)
async def test_an_instance_that_dies_over_a_push(office: Office) -> None:
    """What it took in and did not answer the other one gets within the same delivery."""
    office.instances[0].dies = True
    assert [await office.push() for _ in range(4)] == [(200, "2")] * 4
    assert 0 < office.asked[0] < 4  # it is left alone for a while


@pytest.mark.parametrize("office", [QUICK], indirect=True)
async def test_an_instance_that_hangs(office: Office) -> None:
    """The other one answers before the platform would hang up, and nobody waits for the first a second time."""
    office.instances[0].hangs = True
    assert [await office.push() for _ in range(6)] == [(200, "2")] * 6
    assert office.asked[0] == 1


@pytest.mark.parametrize("office", [QUICK], indirect=True)
async def test_an_instance_that_hangs_loses_its_share(office: Office) -> None:
    """Once it was found out it is asked no more, and what was asked of it is answered by the other one."""
    office.instances[0].hangs = True
    assert [await office.push() for _ in range(20)] == [(200, "2")] * 20
    assert office.asked[0] == 1


def test_a_failure_is_remembered_longer_than_a_hang_takes() -> None:
    """What was found out is not forgotten before the next one could be: the time a push may take, three times over."""
    written = text("nginx.conf")
    upstream = written.partition("upstream pushes {")[2].partition("}")[0]
    spans = {seconds(found) for found in re.findall(r"fail_timeout=(\w+);", upstream)}
    waits = seconds(re.findall(r"proxy_read_timeout (4\w+);", written)[0])
    assert min(spans) >= 3 * waits


async def test_who_is_well_again_is_asked_where_nobody_else_is(office: Office) -> None:
    """Both have just failed, as when one restarts after the other: the next push is answered all the same, at once."""
    first, second = office.instances
    first.dies = True
    while not office.asked[0]:
        assert await office.push() == (200, "2")
    first.dies, second.dies = False, True
    assert [await office.push() for _ in range(6)] == [(200, "1")] * 6


@pytest.mark.parametrize("office", [QUICK], indirect=True)
async def test_a_page_of_an_instance_that_hangs(office: Office) -> None:
    """Whoever reads has it of the other one, and does not wait for a minute."""
    office.instances[0].hangs = True
    async with asyncio.timeout(PATIENCE):
        assert [await office.ask("/policies") for _ in range(4)] == [(200, "2")] * 4


async def test_an_instance_without_a_database(office: Office) -> None:
    """Its 503 goes to nobody while the other one answers; pages it still gives."""
    office.instances[0].status = 503
    assert [await office.push() for _ in range(4)] == [(200, "2")] * 4
    office.instances[0].status = 200
    assert {await office.ask("/policies") for _ in range(6)} == {(200, "1"), (200, "2")}


async def logged(folder: Path, many: int) -> list[str]:
    """The lines of the log, once there are so many."""
    log = folder / "access.log"
    async with asyncio.timeout(PATIENCE):
        while log.read_text(encoding="utf-8").count("\n") < many:  # noqa: ASYNC110 - nginx is another process
            await asyncio.sleep(0.02)
    return log.read_text(encoding="utf-8").splitlines(keepends=True)


async def shared(office: Office) -> list[int]:
    """How many of the next eight pushes each answers, every one of them by 200."""
    told = Counter([await office.push() for _ in range(8)])
    assert {status for status, _ in told} == {200}
    return [told[200, "1"], told[200, "2"]]


async def test_one_refusal_is_asked_again_and_silences_nobody(office: Office) -> None:
    """A push that an instance refused by 503 is answered within the same delivery, and the next ones are shared out as
    ever, at once."""
    office.instances[0].refusing = 1
    assert [(await office.push())[0] for _ in range(2)] == [200, 200]
    assert office.instances[0].refusing == 0
    assert await shared(office) == [4, 4]


async def test_an_instance_that_has_too_much_in_work(office: Office) -> None:
    """Each push that it refuses the other one answers; it goes on being asked for its share, so that it is there for it
    as soon as it can be."""
    office.instances[0].status = 503
    assert await shared(office) == [0, 8]
    assert office.asked[0] >= 4
    office.instances[0].status = 200
    assert await shared(office) == [4, 4]


async def test_one_refuses_and_the_other_is_gone(office: Office) -> None:
    """A single refusal beside an instance that is dead is asked again where it was refused, and answered."""
    office.instances[1].dies = True
    await office.push()
    await office.push()
    office.instances[0].refusing = 1
    assert await office.push() == (200, "1")


async def test_an_instance_that_is_gone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where nobody listens one push finds out, is answered by the other all the same, and the next ones do not try."""
    program = needed("nginx", capfd)
    living, gone, sealed = Instance(2), free_port(), free_port()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", living.answer)
    async with TestServer(app, shutdown_timeout=0.0) as server:
        path = write_nginx(tmp_path, ports=(gone, server.port or 0), plain=free_port(), sealed=sealed)
        change(path, LASTING)
        with nginx(program, path, sealed) as trust:
            async with visiting(trust) as visitor:
                for _ in range(20):
                    async with visitor.post(f"https://{HOST}:{sealed}/wechat", data=b"x") as response:
                        assert (response.status, await response.text()) == (200, "2")
            lines = await logged(tmp_path, 20)
    assert len(living.asked) == len(lines) == 20
    assert sum(f"127.0.0.1:{gone}" in line for line in lines) == 1


async def test_no_database_at_all(office: Office) -> None:
    """The platform is told to come again, and is answered as soon as one can."""
    for instance in office.instances:
        instance.status = 503
    assert (await office.push())[0] in (502, 503)
    assert {await office.ask("/policies")} <= {(503, "1"), (503, "2")}  # as they say, not as nginx thinks
    office.instances[1].status = 200
    async with asyncio.timeout(PATIENCE):
        while (await office.push())[0] != 200:  # noqa: ASYNC110 - nginx is another process
            await asyncio.sleep(0.1)


async def test_a_form_is_sent_once(office: Office) -> None:
    """What staff do is done by one instance, though it dies over it: it is not theirs to do it twice."""
    for instance in office.instances:
        instance.dies = True
    status, _ = await office.ask("/console/drafts", "POST", data={"a": "b"})
    assert status == 502
    assert sum(office.asked) == 1


async def test_what_is_for_operators_stays_inside(office: Office) -> None:
    """Nobody outside reaches probes, metrics, or anything that is not public; by plain HTTP nobody reaches anything."""
    for path in (
        "/healthz",
        "/readyz",
        "/metrics",
        "/wechat/",
        "/Console",
        "/.env",
        "/policies/../metrics",
        "/@refused",
    ):
        assert (await office.ask(path))[0] == 404, path
    async with office.visitor.get(f"{office.plain}/policies", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (301, f"https://{HOST}/policies")
    assert sum(office.asked) == 0


async def test_a_mistyped_address_shows_a_browser_the_programs_page(office: Office) -> None:
    """With its status and its words; the program is asked for one address that leads nowhere, and never for what was
    typed."""
    for instance in office.instances:
        instance.status = 404
    typed = ["/policy", "/foo/bar?secret=1", "/.env", "/policies/q91-1", "/consoles", "/Console", "/@refused"]
    for path in typed:
        assert await office.ask(path, headers=READER) in ((404, "1"), (404, "2")), path
    asked = [request for instance in office.instances for request in instance.asked]
    assert [(request.method, request.path_qs) for request in asked] == [("GET", "/.nowhere")] * len(typed)


async def test_what_is_shut_stays_shut_for_a_browser_too(office: Office) -> None:
    """No address that is closed on purpose reaches an instance, however it is spelled, nor does a program that asks for
    what is not there, nor anything that is sent."""
    shut = "/.nowhere /metrics /healthz /readyz/ /Metrics/x /%6detrics /policies/../metrics /wechat/more /cgi-bin/token"
    asked = [("GET", path, READER) for path in shut.split()]
    asked += [("GET", "/policy", {}), ("GET", "/policy", {"Accept": "application/json"}), ("POST", "/policy", READER)]
    for method, path, headers in asked:
        url = URL(f"{office.sealed}{path}", encoded=True)
        async with office.visitor.request(method, url, headers=headers) as response:
            assert response.status == 404, (method, path)
    assert sum(office.asked) == 0


async def test_who_tries_address_after_address_is_told_to_wait(office: Office) -> None:
    """Ten pages at once and then one each second; pages that are there are not held up by it."""
    for instance in office.instances:
        instance.status = 404
    tried = Counter([(await office.ask(f"/try-{number}", headers=READER))[0] for number in range(60)])
    assert set(tried) == {404, 429}
    assert 11 <= tried[404] <= 30
    assert (await office.ask("/wechat?a=1"))[0] == 404  # the callback is asked, whoever was held up
    assert sum(office.asked) == tried[404] + 1


async def test_sizes_and_methods_of_the_callback(office: Office) -> None:
    """A body of the program's limit gets through and none that is larger; nothing but GET and POST does."""
    assert (await office.push(MAX_BODY))[0] == 200
    assert (await office.push(MAX_BODY + 1))[0] == 413
    assert (await office.ask("/wechat", "DELETE"))[0] == 403
    assert (await office.ask("/console/import", "POST", data=BytesIO(LARGE)))[0] == 200
    assert (await office.ask("/console/drafts", "POST", data=BytesIO(LARGE)))[0] == 413


async def test_nobody_says_where_they_come_from(office: Office) -> None:
    """The instance sees one address of the visitor, nginx's own word, and the name that was asked for."""
    told = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http"}
    await office.ask("/console", headers=told)
    (request,) = [*office.instances[0].asked, *office.instances[1].asked]
    assert request.headers.getall("X-Forwarded-For") == ["127.0.0.1"]
    assert request.headers.getall("X-Forwarded-Proto") == ["https"]
    assert request.headers["Host"] == HOST


async def test_floods_of_pages_are_held_up_and_pushes_are_not(office: Office) -> None:
    """Beyond its burst an address is told to wait, and the platform never."""
    pages = Counter[int]()
    while 429 not in pages and pages.total() < MOST:
        pages[(await office.ask("/policies"))[0]] += 1
    assert set(pages) == {200, 429}
    assert pages[200] >= 60
    assert Counter([status for status, _ in [await office.push() for _ in range(150)]]) == {200: 150}


async def test_the_log_names_no_query(office: Office, tmp_path: Path) -> None:
    """It has who answered, and of the address only the path; nothing of a page that a link alone opens."""
    office.instances[0].status = 503
    await office.push()
    await office.push()
    await office.ask("/mine/secret")
    await office.ask("/console/invitation/secret")
    lines = "".join(await logged(tmp_path, 2))
    assert re.search(r"POST /wechat 200 \d+ \S+ 127\.0\.0\.1:\d+ : 127\.0\.0\.1:\d+.* 503 : .*200\n", lines)
    assert "signature" not in lines
    assert "secret" not in lines


async def test_a_push_goes_the_short_way(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """As nginx spells a push it is one that the program takes off the wire without a framework."""
    program, first = needed("nginx", capfd), asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first.set_result(await reader.read(MAX_BODY))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port, sealed = server.sockets[0].getsockname()[1], free_port()
        path = write_nginx(tmp_path, ports=(port, port), plain=free_port(), sealed=sealed)
        with nginx(program, path, sealed) as trust:
            async with visiting(trust) as visitor:
                url = f"https://{HOST}:{sealed}/wechat?signature=ab&openid=o-1_x&timestamp=1"
                headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Pragma": "no-cache"}
                async with visitor.post(url, data=b"<xml/>" * 300, headers=headers) as response:
                    assert response.status == 200
    found = _REQUEST.match(first.result())
    assert found
    assert first.result()[found.end() :] == b"<xml/>" * 300  # in one piece
