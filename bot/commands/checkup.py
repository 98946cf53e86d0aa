"""The doctor: looks at settings, corpus, database, platform, upkeep, address and callback, and says what is wrong.

Each look gives a Finding; the sentence for it comes from the office's words. A look that cannot be made because an
earlier one failed is left out.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from bot.assembly import build_client
from bot.clock import SystemClock
from bot.commands.standing import Account, look_at_account
from bot.commands.upkeep import look_at_upkeep
from bot.config import Config, placeholders
from bot.corpus import Corpus, build_corpus, read_corpus
from bot.errors import BotError, CorpusError, NewerDatabase, StoreError, Temporary, UnfinishedCopy, WeChatError
from bot.findings import Finding
from bot.passage import SEEN, look_at_passage
from bot.revisions import Part
from bot.store.database import Database
from bot.store.revisions import Revisions
from bot.store.schema import HOW_TO_MIGRATE
from bot.wechat.crypto import Seal, sign
from bot.wechat.rendering import write_envelope
from bot.words import Words

LONGEST_ECHO = 1000  # bytes that are read of what should be sixteen
TIMEOUT = aiohttp.ClientTimeout(total=8.0)
APART = 60.0  # seconds between our clock and the platform's that are still no worry; it refuses what is 5 minutes off
AWAY = "platform_away"
NOTHING = b"<xml></xml>"  # no message of the platform
ADDRESS = re.compile(r"invalid ip ([0-9a-fA-F.:]+)")
PORTS = {"http": 80, "https": 443}  # the platform pushes to no others


async def run_checkup(config: Config, words: Words, say: Callable[[str], None]) -> bool:
    """Say every finding in a line; whether all is well."""
    well = True
    async for finding in look(config):
        well &= finding.well
        reason = words.checkup[finding.reason] if finding.reason else ""
        sentence = words.checkup[finding.name].format(detail=finding.detail, reason=reason)
        say(f"{_mark(finding)} {sentence}")
    return well


def _mark(finding: Finding) -> str:
    if not finding.well:
        return "❌"
    return "⚠️" if finding.hint else "✅"


async def look(config: Config) -> AsyncIterator[Finding]:
    """All findings, in the order an operator mends them."""
    if left := placeholders(config):
        yield Finding(name="placeholders", well=False, detail=", ".join(left))
    about, corpus = await _corpus(config)
    yield about
    database = await _database(config)
    yield database
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        clock = await _clock(config, session)
        yield clock
        if database.well:
            async for finding in _kept_and_called(config, session, corpus, away=clock.name == AWAY):
                yield finding
        yield _address(config)
        if _lacks_proxies(config):
            yield Finding(name="proxies_unset", well=True, hint=True)
        seen: str | None = None
        if config.server.public_url:
            callback, seen = await _callback(config, session)
            yield callback
            if callback.well:
                yield await _sealing(config, session)
        for finding in look_at_passage(config, seen):
            yield finding


async def _kept_and_called(
    config: Config, session: aiohttp.ClientSession, corpus: Corpus | None, *, away: bool
) -> AsyncIterator[Finding]:
    """What the database shows, and, unless the platform is away, what its answers do."""
    clock = SystemClock()
    database = await Database.open(config.database.url)
    try:
        if not away:
            client = build_client(config, session, database, clock)
            token = await _token(client)
            yield token
            if token.well:
                async for finding in look_at_account(config, client, database):
                    yield finding
        async for finding in look_at_upkeep(config, database, corpus, clock=clock):
            yield finding
    finally:
        await database.close()


async def _corpus(config: Config) -> tuple[Finding, Corpus | None]:
    """The corpus that is answered from: the database's, or the folder that is the truth or its first edition."""
    try:
        parts = await _kept(config) if config.corpus.source == "database" else []
        corpus = build_corpus(parts) if parts else read_corpus(Path(config.corpus.path))
    except CorpusError as error:
        return Finding(name="corpus_bad", well=False, detail=str(error)), None
    detail = f"{corpus.edition} {corpus.version}, {len(corpus.policies)}"
    return Finding(name="corpus", well=True, detail=detail), corpus


async def _kept(config: Config) -> list[Part]:
    """The parts of the edition in force; none where there is none, or no database to ask: the next look says so."""
    try:
        database = await Database.open(config.database.url)
    except BotError:
        return []
    try:
        revisions = Revisions(database)
        return [revision.part for revision in await revisions.standing(await revisions.newest())]
    finally:
        await database.close()


async def _database(config: Config) -> Finding:
    try:
        database = await Database.open(config.database.url)
    except NewerDatabase:
        return Finding(name="database_newer", well=False)
    except UnfinishedCopy:
        return Finding(name="database_unfinished", well=False)
    except StoreError as error:
        missing = HOW_TO_MIGRATE in str(error)  # no file, no tables, or those of an earlier version
        return Finding(name="database_missing" if missing else "database_away", well=False)
    except BotError as error:
        return Finding(name="database_bad", well=False, detail=str(error))
    await database.close()
    return Finding(name="database", well=True, detail=database.dialect)


async def _clock(config: Config, session: aiohttp.ClientSession) -> Finding:
    """The platform's Date header against our clock, half the round trip allowed for."""
    before = time.time()
    try:
        async with session.get(config.wechat.api_base_url, allow_redirects=False) as response:
            said = response.headers.get("Date", "")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Finding(name=AWAY, well=False, detail=config.wechat.api_base_url, reason=why(error))
    try:
        apart = abs(parsedate_to_datetime(said).timestamp() - (before + time.time()) / 2)
    except ValueError:
        return Finding(name="clock_unknown", well=True)
    return Finding(name="clock" if apart <= APART else "clock_bad", well=apart <= APART, detail=f"{apart:.0f}")


def why(error: Exception) -> str:
    """Which of the office's words say why nobody answered."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "no_such_name"
        case aiohttp.ClientSSLError():
            return "not_trusted"
        case TimeoutError():
            return "too_slow"
        case aiohttp.ClientConnectorError():
            return "no_connection"
        case _:
            return "broken_off"


async def _token(client: Account) -> Finding:
    """Whether a call with a token goes through; 40164 carries the address the platform sees."""
    try:
        addresses = await client.get_callback_ips()
    except Temporary:
        return Finding(name="token_away", well=False)
    except WeChatError as error:
        named = {40164: "address_refused", 40125: "secret_bad", 40013: "app_id_bad", 40243: "secret_frozen"}
        seen = ADDRESS.search(error.errmsg) if error.errcode == 40164 else None
        detail = seen[1] if seen else str(error)
        return Finding(name=named.get(error.errcode, "token_bad"), well=False, detail=detail)
    return Finding(name="token", well=True, detail=str(len(addresses)))


def _address(config: Config) -> Finding:
    url = config.server.public_url
    if not url:
        return Finding(name="address_missing", well=True, hint=True)
    try:
        parts = urlsplit(url)
        fits = parts.port in (None, PORTS[parts.scheme])
    except ValueError:  # a port that is no number, a bracket that does not close
        fits = False
    if not fits:
        return Finding(name="address_port", well=False, detail=url)
    return Finding(name="address" if parts.scheme == "https" else "address_plain", well=True, detail=url)


def _lacks_proxies(config: Config) -> bool:
    """Whether the console takes a proxy for every visitor: at an https address it is not we who speak TLS."""
    return config.console.enabled and not config.console.proxies and config.server.public_url.startswith("https://")


async def _callback(config: Config, session: aiohttp.ClientSession) -> tuple[Finding, str | None]:
    """What the console does on saving: a signed GET must come back with its echo. And what the server saw of the way it
    came, where it did."""
    echo = secrets.token_hex(8)
    url = f"{config.server.public_url}/wechat"
    try:
        # Not led on: the platform is not either, and what is signed is for nobody else.
        query = {**_signed(config), "echostr": echo}
        async with session.get(url, params=query, allow_redirects=False) as response:
            body = (await response.content.read(LONGEST_ECHO)).decode(errors="replace")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Finding(name="callback_away", well=False, detail=url, reason=why(error)), None
    if response.status == 200 and body == echo:
        return Finding(name="callback", well=True, detail=url), response.headers.get(SEEN, "")
    return Finding(name="callback_bad", well=False, detail=f"{url} → {response.status}"), None


async def _sealing(config: Config, session: aiohttp.ClientSession) -> Finding:
    """Whether what is sealed as these settings say can be opened by the program that runs: a message that is none is
    refused as malformed (400), and only after mode and key fitted; else it is refused as forged (403)."""
    query, body = _signed(config), NOTHING
    if config.wechat.mode != "plain":
        sealed = Seal(config.wechat.encoding_aes_key, config.wechat.app_id).close(NOTHING)
        signature = sign(config.wechat.token, query["timestamp"], query["nonce"], sealed)
        stamped = {"timestamp": query["timestamp"], "nonce": query["nonce"]}
        query |= {"encrypt_type": "aes", "msg_signature": signature}
        body = write_envelope(sealed, signature=signature, **stamped)
    url = f"{config.server.public_url}/wechat"
    try:
        async with session.post(url, params=query, data=body, allow_redirects=False) as response:
            status = response.status
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Finding(name="callback_away", well=False, detail=url, reason=why(error))
    name = {400: "sealing", 403: "sealing_bad"}.get(status, "sealing_unsure")
    return Finding(name=name, well=status == 400, detail=f"{config.wechat.mode}" if status == 400 else f"{status}")


def _signed(config: Config) -> dict[str, str]:
    moment, nonce = str(int(time.time())), secrets.token_hex(5)
    return {"signature": sign(config.wechat.token, moment, nonce), "timestamp": moment, "nonce": nonce}
