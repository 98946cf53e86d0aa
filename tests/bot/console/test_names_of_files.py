"""Names of files, on the way in and on the way out: whatever a name holds it is shown, and does nothing."""

from __future__ import annotations

import asyncio
from email.message import Message
from pathlib import Path

import pytest
from aiohttp.multipart import parse_content_disposition
from hypothesis import given
from hypothesis import strategies as st

from bot.console.headers import attachment
from bot.console.importing import NAME_LIMIT
from bot.store.staff_tables import imports
from tests.bot.console.client import Office, Visitor
from tests.bot.console.test_imports import ROWS, table
from tests.bot.engines import rows

BOUNDARY = b"----x"
HOSTILE: dict[str, tuple[bytes, set[str]]] = {  # what stands in the header, and what may be kept as the name
    "a line that ends": (b'filename="a\r\nSet-Cookie: huiqi=stolen\r\n.csv"', set()),
    "a line that ends, spelled": (b"filename*=UTF-8''a%0d%0aSet-Cookie:%20x%3d1%0d%0a%0d%0ab.csv", set()),
    "folders": (b'filename="../../../etc/cron.d/x.csv"', {"x.csv"}),
    "folders of another system": (b'filename="C:\\\\windows\\\\x.csv"', {"x.csv"}),
    "folders, spelled": (b"filename*=UTF-8''..%2F..%2Fx.csv", {"x.csv"}),
    "a zero": (b'filename="a\0.csv"', set()),
    "a zero, spelled": (b"filename*=UTF-8''a%00.csv", {"a.csv"}),
    "the wrong way round": ('filename="表\u202exslx.csv"'.encode(), {"表xslx.csv"}),
    "marks that do not show": ('filename="\u200b\u2066\ufeffa\u2069.csv"'.encode(), {"a.csv"}),
    "what moves the cursor": (b'filename="a\x1b[2J\x07.csv"', set()),
    "half a character": (b'filename="\xff\xfe\xed\xa0\x80.csv"', set()),
    "very long": (b'filename="' + b"a" * 6000 + b'.csv"', {"a" * NAME_LIMIT}),
    "very long, of many bytes": (f'filename="{"表" * 2500}.csv"'.encode(), {"表" * NAME_LIMIT}),
    "markup": (b'filename="<script>alert(1)</script>.csv"', {"script>.csv"}),
    "a quote": (b'filename="a\\"; filename=\\"b.csv"', set()),
    "nothing but dots": (b'filename=".."', {".."}),
    "nothing that shows": ('filename="\u202e\u202d"'.encode(), {"?"}),
    "a face": ('filename="👩‍🔬é.csv"'.encode(), {"👩🔬é.csv"}),
}  # fmt: skip


async def brought(visitor: Visitor, disposition: bytes) -> tuple[int, str, dict[str, str]]:
    """A file whose part of the form has these bytes for a header, over the wire: status, where it leads, headers."""
    body = b"\r\n".join(
        [
            b"--" + BOUNDARY,
            b'Content-Disposition: form-data; name="file"; ' + disposition,
            b"Content-Type: text/csv",
            b"",
            table(*ROWS),
            b"--" + BOUNDARY,
            b'Content-Disposition: form-data; name="source"',
            b"",
            b"q91",
            b"--" + BOUNDARY + b"--",
            b"",
        ]
    )
    kind = f"multipart/form-data; boundary={BOUNDARY.decode()}"
    page = await visitor.post("/console/import", body, headers={"Content-Type": kind})
    return page.status, page.location, dict(page.headers)


@pytest.mark.parametrize("case", HOSTILE)
async def test_a_name_does_nothing(office: Office, tmp_path: Path, case: str) -> None:
    """Over the wire: the file is read or refused, never a failure of ours; what is kept of its name is one line that
    shows, of no folder, no longer than its column; no header comes of it, and no file."""
    disposition, names = HOSTILE[case]
    visitor = await office.sign_in("editor")
    status, location, headers = await brought(visitor, disposition)
    assert status in ({303} if names else {303, 400, 422}), status
    assert "stolen" not in str(headers)
    assert "x" not in visitor.session.cookie_jar.filter_cookies(office.url)
    assert office.services.uploads is not None
    await office.services.uploads.settle()
    for row in await rows(office.services.database, imports):
        assert row["file"].isprintable()
        assert 0 < len(row["file"]) <= NAME_LIMIT
        assert not {"/", "\\"} & set(row["file"])
        assert not names or row["file"] in names, row["file"]
    if status == 303:
        page = await visitor.get(location)
        assert page.status == 200
        assert "<script>alert" not in page.source
        assert not any(mark in page.source for mark in "\u202e\u202d\u2066\x1b\0")
    assert await asyncio.to_thread(lambda: [path.name for path in tmp_path.rglob("*.csv")]) == []


@given(st.text(max_size=60))
def test_a_file_to_keep_has_one_header_and_no_folder(name: str) -> None:
    """Whatever it is called: ASCII in one line, read back as one attachment of a name that no system takes for a
    folder; what shows of the name is in it."""
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    kind, facts = parse_content_disposition(header)
    assert kind == "attachment"
    message = Message()
    message["Content-Disposition"] = header
    read = message.get_filename() or ""
    for one in (read, facts.get("filename", ""), facts.get("filename*", "")):
        assert not {"/", "\\", "\r", "\n", "\0"} & set(one)
        assert not one.startswith(".")
    assert '"' not in facts["filename"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("huiqi-1.csv", 'attachment; filename="huiqi-1.csv"'),
        ("汇编 1.csv", "attachment; filename=\"__ 1.csv\"; filename*=UTF-8''%E6%B1%87%E7%BC%96%201.csv"),
        ('a"; x="\r\n\r\n<b>', "attachment; filename=\"a__ x___b_\"; filename*=UTF-8''a%22%3B%20x%3D%22%3Cb%3E"),
        ("../../x", 'attachment; filename="_.._x"'),
        ("", "attachment; filename=\"_\"; filename*=UTF-8''"),
    ],
)
def test_how_a_name_is_spelled(name: str, header: str) -> None:
    """Plain where it is plain; else beside a plain one, as RFC 8187 has it."""
    assert attachment(name) == header
