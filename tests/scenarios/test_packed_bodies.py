"""Bodies that are packed: what a request unpacks to counts, and no more of it is unpacked than may be read."""

from __future__ import annotations

import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.clock import ManualClock
from bot.emulator.envelope import sign
from tests.bot.console.client import Office, office_settings, open_office
from tests.bot.importers.bombs import zeros
from tests.scenarios.stage import ACCOUNT

MOST = 48 * 1024 * 1024  # bytes of Python's memory that a request may take; a file that is brought in may have 20 MB
PACKED = {"Content-Encoding": "gzip"}


@pytest.fixture
async def office(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Office]:
    """The running bot."""
    async with open_office(office_settings(tmp_path), clock) as opened:
        yield opened


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """390 kB, for whoever unpacks it four hundred million bytes."""
    packed = zeros(400_000_000)
    assert len(packed) < 400_000
    return packed


def query(clock: ManualClock) -> dict[str, str]:
    """What the platform signs."""
    stamp = {"timestamp": str(int(clock.time())), "nonce": "n"}
    return {**stamp, "signature": sign(ACCOUNT.token, stamp["timestamp"], stamp["nonce"])}


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("POST", "/wechat", {413}),
        ("GET", "/policies", {200, 400, 413}),
        ("POST", "/console/sign-in", {400, 413}),
        ("POST", "/console/import", {400, 413}),
        ("POST", "/console/canned-answers", {400, 413}),
        ("POST", "/nowhere", {404, 413}),
    ],
)
async def test_a_packed_body_is_not_unpacked_whole(
    office: Office, clock: ManualClock, bomb: bytes, method: str, path: str, statuses: set[int]
) -> None:
    """Four hundred megabytes in four hundred kilobytes, to each kind of address, signed in or not: refused, at the cost
    of what a body may have."""
    visitor = await office.sign_in("editor")
    kind = {"Content-Type": "multipart/form-data; boundary=x", "X-CSRF-Token": visitor.token}
    tracemalloc.start()
    try:
        url = f"{str(office.url).rstrip('/')}{path}"
        try:
            async with visitor.session.request(
                method, url, params=query(clock) if path == "/wechat" else {}, data=bomb, headers={**PACKED, **kind}
            ) as response:
                assert response.status in statuses, await response.text()
        except aiohttp.ClientConnectionError:
            pass  # hung up on in the midst of it, which is as good
        assert tracemalloc.get_traced_memory()[1] < MOST
    finally:
        tracemalloc.stop()


async def test_an_honest_body_may_be_packed(office: Office, clock: ManualClock) -> None:
    """A packed message that is small is read as any other, and refused for what it says."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{str(office.url).rstrip('/')}/wechat", params=query(clock), data=zeros(100), headers=PACKED
        ) as response,
    ):
        assert response.status == 400
