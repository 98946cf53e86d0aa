"""What a demo keeps besides its data: where it is, that it comes back, and that a full disk is said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.emulator.account import Account
from bot.emulator.chats import Bubble
from bot.emulator.followers import Follower
from bot.emulator.media import Asset
from bot.emulator.memories import Memories
from bot.errors import ConfigError, StoreError
from bot.keepsakes import EVERY, Keeper, Keepsake, kept, place_of, read_keepsake

ACCOUNT = Account(app_id="wx1", secret="s", token="token", original_id="gh_1", mode="plain")
WHOLE = Keepsake(
    account=ACCOUNT,
    secret="s" * 32,
    passwords={"editor": "p"},
    begun=7.0,
    memories=Memories(
        followers=[Follower(openid="o1", refused={"t"}, once=Counter({"n": 2}), mass=Counter({"2026-11": 1}))],
        chats={"o1": [Bubble(id=3, sender="me", text="技改")]},
        assets=[Asset(media_id="m", kind="image", name="a.png", content=b"\0\xff", expires=9.0)],
        tags={100: "企业"},
    ),
)


async def of(keepsake: Keepsake) -> Keepsake:
    """What there is to keep."""
    return keepsake


async def test_it_comes_back_whole(tmp_path: Path, clock: ManualClock) -> None:
    """Every kind of value that a platform remembers, by a file for its owner alone, and nothing else beside it."""
    path = tmp_path / "folder" / "kept.json"
    await Keeper(path, lambda: of(WHOLE), clock).write()
    assert read_keepsake(path) == WHOLE
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]  # a look at a folder of one file


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[1]", b"\xff\xfe", b'{"account": 1}'])
def test_what_cannot_be_read_is_nothing(tmp_path: Path, content: bytes) -> None:
    """A file that is cut, spoilt or of something else; and none."""
    (tmp_path / "kept.json").write_bytes(content)
    assert read_keepsake(tmp_path / "kept.json") is None
    assert read_keepsake(tmp_path / "none.json") is None


def test_where_it_is(tmp_path: Path) -> None:
    """Beside the file of SQLite; of a server's database in a folder, under a name that tells no password."""
    assert place_of(f"sqlite:///{tmp_path}/a.sqlite3") == tmp_path / "a.sqlite3.phones.json"
    one, other = (place_of(f"postgresql://u:secret@h/{name}", tmp_path) for name in ("one", "other"))
    assert one != other
    assert one is not None
    assert one.parent == tmp_path
    assert "secret" not in one.name


async def test_a_folder_that_cannot_be_written(tmp_path: Path, clock: ManualClock) -> None:
    """It stops a demo that begins; while one runs it is logged, and what can be written later is."""
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    path = tmp_path / "taken" / "kept.json"
    with pytest.raises(ConfigError, match="cannot be written: "):
        async with kept(Keeper(path, lambda: of(WHOLE), clock)):
            pass
    now = Keepsake(account=ACCOUNT, secret="s")
    place = tmp_path / "open" / "kept.json"

    async def gather() -> Keepsake:
        return now

    async with kept(Keeper(place, gather, clock)):
        place.unlink()
        place.parent.rmdir()
        (tmp_path / "open").write_text("in its way", encoding="utf-8")
        now = WHOLE
        with capture_logs() as logs:
            while not logs:
                await clock.advance(EVERY)
        assert logs[0]["event"] == "what the phones show is not kept"
        (tmp_path / "open").unlink()
    assert read_keepsake(place) == WHOLE


async def test_a_database_that_is_away_at_the_end(tmp_path: Path, clock: ManualClock) -> None:
    """What cannot be told any more is logged, what was kept before stays, and the demo ends as it would."""
    path, is_away = tmp_path / "kept.json", False

    async def gather() -> Keepsake:
        if is_away:
            raise StoreError("the database is away")
        return WHOLE

    with capture_logs() as logs:
        async with kept(Keeper(path, gather, clock)):
            is_away = True
    assert [(line["event"], line["error"]) for line in logs] == [
        ("what the phones show is not kept", "the database is away")
    ]
    assert read_keepsake(path) == WHOLE
