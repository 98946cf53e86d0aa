"""The measurements that docs/scale.md counts with run and say what they promise, at a size that takes little time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.capacity import Size, capacity, packets, room

DOCUMENT = (Path(__file__).parent.parent / "docs" / "scale.md").read_text(encoding="utf-8")
TINY = Size(messages=60, turns=1, together=6, rows=200)


@pytest.mark.postgres
def test_what_a_delivery_costs() -> None:
    """An instance of its own answers every delivery, on both databases, and takes processor time for it."""
    rows = capacity(TINY).rows
    assert list(rows) == ["SQLite", "PostgreSQL"]
    for row in rows.values():
        assert row["CPU µs"] > 0
        assert row["msg/s and core"] == pytest.approx(1e6 / row["CPU µs"])
        assert row["median µs"] >= row["CPU µs"]
    assert rows["PostgreSQL"]["database CPU µs"] >= 0


@pytest.mark.postgres
def test_how_large_a_row_is() -> None:
    """Every table that grows with followers or messages is measured, and docs/scale.md has each of them."""
    rows = room(TINY).rows
    assert rows["inbox"]["rows"] == TINY.messages
    assert all(row["both"] == pytest.approx(row["row"] + row["indexes"]) for row in rows.values())
    assert all(row["rows"] > 0 and row["both"] > 0 for row in rows.values())
    assert [name for name in rows if not re.search(rf"^\|.*`{name}`.*\|", DOCUMENT, re.MULTILINE)] == []


def test_no_message_is_sent_twice() -> None:
    """Each packet is another message: a repeat would cost less."""
    sent = packets(30)
    assert len({packet.body for packet in sent}) == len({packet.query["nonce"] for packet in sent}) == 30
