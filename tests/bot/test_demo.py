"""The demo: both halves in one process, introduced to each other, nothing left out but Tencent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.clock import SHANGHAI, ManualClock
from bot.commands.bulletins import open_bulletins
from bot.config import Config, Database, WeChat, read_config
from bot.context import Context, Office
from bot.demo import DATA, Thinking, open_demo, write_settings
from bot.errors import ConfigError
from bot.hours import waking
from bot.keepsakes import EVERY, read_keepsake
from bot.messages import AnyMessage, Text
from bot.replies import Answer
from bot.store.audit import Audit, Entry
from bot.store.saved import Backups, Saved
from bot.store.staff import Staff
from handlers import ROUTER, WORDS
from tests.patience import PATIENCE
from tests.small import small_corpus

WECHAT = WeChat(
    app_id="wx0123456789abcdef", app_secret="secret", token="token", original_id="gh_0123456789ab", mode="plain"
)


def is_there(path: Path) -> bool:
    """Whether a file or folder exists."""
    return path.exists()


def names_in(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {path.name for path in folder.iterdir()}


async def test_the_two_halves_know_each_other(clock: ManualClock) -> None:
    """Pushes are sealed and answered, the menu is set through the API, and the callback verifies."""
    async with open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus()) as demo:
        assert demo.platform.account.mode == "safe"
        assert await demo.platform.verify()
        assert [button["name"] for button in demo.platform.menu.buttons] == ["查政策", "快到期", "帮助"]
        phone = demo.platform.phone()
        assert "惠企政策助手" in (await phone.follow()).text
        assert "【鼓励技术改造】" in (await phone.say("q91-1")).text
        push = demo.platform.wire.exchanges[-1]
        assert (push.direction, push.outcome) == ("push", "200 text")


async def test_links_lead_to_its_own_pages(clock: ManualClock) -> None:
    """The page that a card links to is served by the demo itself."""
    async with open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus()) as demo, aiohttp.ClientSession() as session:
        phone = demo.platform.phone()
        await phone.follow()
        await phone.say("q91-1")
        link = phone.chat.find_link("全文")
        assert link.href == f"{demo.url}/p/q91-1"
        for address in (link.href, f"{demo.url}/emulator/", f"{demo.url}/policies", f"{demo.url}/readyz"):
            async with session.get(address) as response:
                assert response.status == 200, address


async def test_each_demo_has_keys_of_its_own(clock: ManualClock) -> None:
    """No two demos share an account, a port or a database."""
    async with (
        open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus()) as one,
        open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus()) as other,
    ):
        assert one.url != other.url
        for name in ("app_id", "secret", "token", "aes_key", "original_id"):
            assert getattr(one.platform.account, name) != getattr(other.platform.account, name)
        phone = one.platform.phone()
        await phone.follow()
        assert await other.services.inbox.counts() == {}


async def test_a_database_of_its_own_is_kept(tmp_path: Path, clock: ManualClock) -> None:
    """Given a database, the next demo goes on with it."""
    url = f"sqlite:///{tmp_path}/demo.sqlite3"
    for count in (1, 2):
        async with open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus(), database=url) as demo:
            await demo.platform.phone(f"oKept_{count}").follow()
            assert await demo.services.inbox.counts() == {"answered": count}


async def test_what_was_said_is_there_again(store_url: str, tmp_path: Path, clock: ManualClock) -> None:
    """On either database phones, windows and pictures are as they were, and new messages are new ones; the account is
    the same, so that links to one's own data stay good."""
    opening = partial(open_demo, ROUTER, WORDS, clock=clock, corpus=small_corpus(), database=store_url, state=tmp_path)
    async with opening() as demo:
        phone, account = demo.platform.phone(), demo.platform.account
        await phone.follow()
        await phone.say("q91-1")
        await phone.image()
        shown, picture = list(phone.bubbles), phone.bubbles[-2].picture
        window = phone.window
    await clock.advance(60.0)
    async with opening() as demo:
        phone = demo.platform.phone()
        assert demo.platform.account == account
        assert list(phone.bubbles) == shown
        assert phone.follower.following
        assert phone.window.until == window.until
        async with aiohttp.ClientSession() as session, session.get(f"{demo.url}{picture}") as response:
            assert response.status == 200
        assert "【鼓励技术改造】" in (await phone.say("q91-1")).text
        assert phone.bubbles[-1].id > shown[-1].id
        assert await demo.services.inbox.counts() == {"answered": 4}


async def test_phones_of_another_database_are_not_shown(tmp_path: Path, clock: ManualClock) -> None:
    """Where the file was removed the next demo begins anew, whatever is left beside it; a spoilt file is none."""
    path = tmp_path / "demo.sqlite3"
    for left in ("phones", "spoilt", "nothing"):
        async with open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus(), database=str(path)) as demo:
            assert list(demo.platform.phone().bubbles) == []
            await demo.platform.phone().follow()
            async with asyncio.timeout(PATIENCE):  # until it is known when the database began
                while await Backups(demo.services.database).read() == Saved():
                    await clock.advance(60.0)
        beside = path.with_name("demo.sqlite3.phones.json")
        assert beside.stat().st_mode & 0o777 == 0o600
        if left == "spoilt":
            beside.write_text("{", encoding="utf-8")
        for name in ("", "-wal", "-shm"):
            path.with_name(f"{path.name}{name}").unlink(missing_ok=True)


async def test_what_was_said_outlives_a_demo_that_is_killed(tmp_path: Path, clock: ManualClock) -> None:
    """It is written while the demo runs, not at its end alone."""
    path = tmp_path / "demo.sqlite3"
    async with open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus(), database=str(path)) as demo:
        await demo.platform.phone().follow()
        async with asyncio.timeout(PATIENCE):
            while not (found := read_keepsake(path.with_name("demo.sqlite3.phones.json"))) or not found.memories.chats:
                await clock.advance(EVERY)
                await asyncio.sleep(0.01)
        assert [one.openid for one in found.memories.followers] == [demo.platform.phone().openid]


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
async def test_two_demos_cannot_share_a_database_of_a_server(
    store_url: str, tmp_path: Path, clock: ManualClock
) -> None:
    """The second is refused before it changes a password or a phone, and may begin once the first has ended."""
    opening = partial(open_demo, ROUTER, WORDS, clock=clock, database=store_url, staffed=True, state=tmp_path)
    async with opening() as demo:
        with pytest.raises(ConfigError, match=r"^another demo is running on this database"):
            await opening().__aenter__()
        for name, password in demo.passwords.items():
            assert await signed_in(demo.url, name, password) == "/console"
        told = demo.passwords
    async with opening() as demo:
        assert demo.passwords == told


async def test_two_demos_cannot_share_a_file(tmp_path: Path, clock: ManualClock) -> None:
    """The second is refused and changes no password; a lock that a dead process left is none."""
    path = tmp_path / "demo.sqlite3"
    path.with_name("demo.sqlite3.lock").write_text("of a process that died", encoding="utf-8")
    async with open_demo(ROUTER, WORDS, clock=clock, database=str(path), staffed=True) as demo:
        with pytest.raises(ConfigError, match=f"^{path}: another demo is running on it"):
            await open_demo(ROUTER, WORDS, clock=clock, database=f"sqlite:///{path}", staffed=True).__aenter__()
        for name, password in demo.passwords.items():
            assert await signed_in(demo.url, name, password) == "/console"


async def test_a_database_is_named_by_its_file_too(tmp_path: Path, clock: ManualClock) -> None:
    """A path is as good as an address; the settings beside it are for the other commands, and for the owner alone."""
    path = tmp_path / "kept.sqlite3"
    async with open_demo(ROUTER, WORDS, clock=clock, database=str(path), staffed=True) as demo:
        assert is_there(path)
        for _ in range(2):
            settings = write_settings(demo.services.config)
        assert settings == tmp_path / "kept.sqlite3.toml"
        assert settings.stat().st_mode & 0o777 == 0o600
        config = read_config(settings)
        assert (config.wechat, config.console) == (demo.services.config.wechat, demo.services.config.console)
        assert config.database.backup_hours == 0, "nobody is asked for backups of a demo, by no command"
        said: list[str] = []
        async with open_bulletins(config, WORDS.broadcasts, say=said.append) as bulletins:
            await bulletins.list_all()
        assert said == [WORDS.broadcasts["nothing_open"]]


async def test_what_a_demo_keeps_is_not_offered_to_git(tmp_path: Path, clock: ManualClock) -> None:
    """Run in the folder of the project it leaves passwords and phones there, which nobody is to commit by a slip."""
    async with open_demo(ROUTER, WORDS, clock=clock, database=str(tmp_path / "demo.sqlite3"), staffed=True) as demo:
        write_settings(demo.services.config)
    left = names_in(tmp_path)
    assert {"demo.sqlite3", "demo.sqlite3.phones.json", "demo.sqlite3.toml", "demo.sqlite3.lock"} <= left
    ignored = (DATA.parent / ".gitignore").read_text(encoding="utf-8").split()
    assert [name for name in left if not any(fnmatch(name, pattern) for pattern in ignored)] == []


async def test_a_demo_without_quiet_hours(tmp_path: Path, clock: ManualClock) -> None:
    """Asked for it, it writes to people at any hour of any day, and the settings beside it say so to other commands;
    else it keeps the hours of every deployment."""
    moment = datetime(2026, 11, 22, 3, tzinfo=SHANGHAI)  # a Sunday night
    for quiet in (True, False):
        file = str(tmp_path / f"{quiet}.sqlite3")
        async with open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus(), database=file, quiet=quiet) as demo:
            written = write_settings(demo.services.config)
            assert written is not None
            push = read_config(written).push
            assert push == demo.services.config.push
            first = waking(moment, (push.quiet_from, push.quiet_until), workdays=push.workdays)
            assert (first == moment) is not quiet


async def test_a_token_of_an_earlier_run_is_not_tried(tmp_path: Path, clock: ManualClock) -> None:
    """The platform of this run never gave it: a kept demo starts without a refusal that would look like a fault."""
    path = str(tmp_path / "demo.sqlite3")
    for _ in range(2):
        with capture_logs() as logged:
            async with open_demo(ROUTER, WORDS, clock=clock, database=path):
                pass
        assert [line["event"] for line in logged if line["log_level"] in ("warning", "error")] == []


def test_a_database_of_a_server_has_no_settings_beside_it() -> None:
    """There is no folder to write them into."""
    config = Config(wechat=WECHAT, database=Database(url="postgresql://user@host/name"))
    assert write_settings(config) is None


async def test_a_staffed_demo_has_two_accounts(tmp_path: Path, clock: ManualClock) -> None:
    """An editor and an approver can sign in without a second factor, by the same passwords in the next run on the same
    data."""
    url = f"sqlite:///{tmp_path}/demo.sqlite3"
    seen: list[str] = []
    for _ in range(2):
        async with open_demo(ROUTER, WORDS, clock=clock, database=url, staffed=True) as demo:
            assert list(demo.passwords) == ["editor", "approver"]
            assert not demo.is_renewed
            seen += demo.passwords.values()
            for name, password in demo.passwords.items():
                assert await signed_in(demo.url, name, password) == "/console"
            async with aiohttp.ClientSession() as session, session.get(f"{demo.url}/emulator/api/state") as response:
                assert (await response.json())["console"] == "/console"
            hired = [
                await Staff(demo.services.database, Audit(demo.services.database)).named(n) for n in demo.passwords
            ]
            assert [member.display for member in hired if member] == ["林晓雯", "周建国"]
    assert seen[:2] == seen[2:]
    assert len(set(seen)) == 2


async def test_passwords_that_somebody_set_stay(tmp_path: Path, clock: ManualClock) -> None:
    """One that was changed in the console is not told and not changed; where what was kept is lost, both are new, and
    that is said."""
    path = tmp_path / "demo.sqlite3"
    opening = partial(open_demo, ROUTER, WORDS, clock=clock, database=str(path), staffed=True)
    async with opening() as demo:
        first = demo.passwords
        database = demo.services.database
        member = await Staff(database, Audit(database)).named("editor")
        assert member
        other = await demo.services.passwords.hash("another-one-of-theirs")
        entry = Entry(time=1.0, staff=member.id, who="editor", action="profile.password", target="editor")
        await Staff(database, Audit(database)).set_password(member.id, other, entry=entry)
    async with opening() as demo:
        assert demo.passwords == {"editor": "", "approver": first["approver"]}
        assert await signed_in(demo.url, "editor", "another-one-of-theirs") == "/console"
    path.with_name("demo.sqlite3.phones.json").unlink()
    async with opening() as demo:
        assert demo.is_renewed
        assert set(demo.passwords.values()).isdisjoint([*first.values(), ""])
        for name, password in demo.passwords.items():
            assert await signed_in(demo.url, name, password) == "/console"


async def signed_in(url: str, name: str, password: str) -> str:
    """Where somebody is led who signs in."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        async with session.get(f"{url}/console/sign-in") as response:
            token = (await response.text()).partition('name="csrf" value="')[2].partition('"')[0]
        form = {"csrf": token, "name": name, "password": password}
        async with session.post(f"{url}/console/sign-in", data=form, allow_redirects=False) as response:
            return response.headers.get("Location", "")


async def test_others_cannot_reach_a_staffed_demo(clock: ManualClock) -> None:
    """Accounts without a second factor are refused where anybody can connect; and unasked there is no console."""
    with pytest.raises(ConfigError, match=r"127\.0\.0\.1 alone"):
        await open_demo(ROUTER, WORDS, host="0.0.0.0", clock=clock, staffed=True).__aenter__()  # noqa: S104
    async with open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus()) as demo, aiohttp.ClientSession() as session:
        assert demo.passwords == {}
        async with session.get(f"{demo.url}/console") as response:
            assert response.status == 404


async def test_nothing_is_left_of_a_demo(clock: ManualClock) -> None:
    """Without one its data is in a folder that goes with it."""
    async with open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus()) as demo:
        path = Path(demo.services.config.database.url.removeprefix("sqlite:///"))
        assert is_there(path)
    assert not is_there(path.parent)


async def test_a_taken_port_is_told(clock: ManualClock) -> None:
    """A port that another program has is named."""
    async with open_demo(ROUTER, WORDS, clock=clock, corpus=small_corpus()) as demo:
        port = int(demo.url.rpartition(":")[2])
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1 port {port}"):
            await open_demo(ROUTER, WORDS, port=port, clock=clock, corpus=small_corpus()).__aenter__()


async def test_the_switch_makes_the_bot_think_too_long(clock: ManualClock) -> None:
    """While it is on, words are answered after more than the platform's five seconds; a follow is not held up."""
    late = True
    router = Thinking(ROUTER, clock=clock, is_late=lambda: late)

    def asked(message: AnyMessage) -> asyncio.Task[Answer]:
        now = datetime(2026, 11, 22, 10, tzinfo=UTC)
        ctx = Context(message=message, words="q91-1", corpus=small_corpus(), now=now, office=Office())
        return asyncio.create_task(router.answer(ctx))

    header = {"key": "k", "openid": "oTalker_00000000000000000001", "account": "gh_0a1b2c3d4e5f", "created": 0}
    waiting = asked(Text(**header, text="q91-1"))  # type: ignore[arg-type]
    await clock.advance(5.0)
    assert not waiting.done()
    await clock.advance(0.5)
    assert (await waiting).policies == ("q91-1",)
    late = False
    assert (await asked(Text(**header, text="q91-1"))).policies == ("q91-1",)  # type: ignore[arg-type]
