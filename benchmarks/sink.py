"""A process that answers every request with the same few bytes: what a sender is measured against.

`python -m benchmarks.sink` prints the port it listens on, and ends with its input.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import cast

ANSWER = b'{"errcode":0,"errmsg":"ok","msgid":3717005636572528642}'
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER)
END = b"\r\n\r\n"
LENGTH = b"content-length:"


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._write: Callable[[bytes], None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._write = cast(asyncio.Transport, transport).write  # uvloop's own is no asyncio.Transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._data += data
        while (end := self._data.find(END)) >= 0:
            head = bytes(self._data[:end]).lower()
            at = head.find(LENGTH)
            length = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._data) < end + len(END) + length:
                return
            del self._data[: end + len(END) + length]
            self._write(REPLY)


async def main() -> None:
    """Listen until the input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
