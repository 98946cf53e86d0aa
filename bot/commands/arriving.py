"""The command for an account that had replies and a menu of its own: what is lost when the bot takes over, what the bot
would say instead, and the way back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from bot.assembly import build_client
from bot.clock import Clock, SystemClock, now
from bot.commands.legacy import Replies, Rule, buttons_of, put_back, read_replies
from bot.config import Config
from bot.corpus import Corpus, build_corpus, read_corpus
from bot.errors import BotError, Temporary
from bot.menu import told
from bot.replies import Say, visible
from bot.routing import Router
from bot.store.audit import Audit, Entry
from bot.store.canned import TEXT_LIMIT, TITLE_LIMIT, Canned, Ready
from bot.store.database import Database
from bot.store.revisions import Revisions
from bot.store.staff import ROLES, Member, Staff
from bot.words import Words

MENU, REPLIES = "menu.json", "replies.json"
KEPT = "canned.kept"  # the entry of the audit log
SHOWN = 40  # characters of a text
MAY_EDIT = ROLES[ROLES.index("editor") :]


async def move_in(
    config: Config, folder: Path, router: Router, *, words: Words, who: str, say: Callable[[str], None]
) -> None:
    """Say what the account has and the bot would say instead, keep it in a folder, and the texts as answers at hand of
    staff where `who` is the account that keeps them. Nothing is changed at the platform."""
    said, clock = words.arriving, SystemClock()
    database = await Database.open(config.database.url)
    try:
        member = await _member(database, who, said) if who else None
        replies, menu = await _asked(config, database, clock, said=said)
        say(said["lost"])
        found = read_replies(replies)
        corpus = await _corpus(config, database)
        _tell_rest(found, said, say)
        for rule in found.rules:
            await _tell_rule(rule, router, corpus, clock=clock, said=said, say=say)
        _tell_menu(buttons_of(menu), said, say)
        _keep(folder, {REPLIES: replies, MENU: menu}, said=said, say=say)
        if member is None:
            say(said["not_kept"])
        else:
            await _keep_texts(found, database, member, clock=clock, said=said, say=say)
        say(said["next"].format(folder=folder))
    finally:
        await database.close()


async def move_back(config: Config, folder: Path, *, partly: bool, words: Words, say: Callable[[str], None]) -> None:
    """Put the menu of before in the place of the account's. What the call does not take is refused by name, or, with
    `partly`, left out."""
    said = words.arriving
    buttons, lost = put_back(buttons_of(_read(folder / MENU, said)))
    if lost and not partly:
        raise BotError(said["cannot_put_back"].format(names=", ".join(lost)))
    database = await Database.open(config.database.url)
    try:
        async with aiohttp.ClientSession() as session:
            client = build_client(config, session, database, SystemClock())
            try:
                await (client.create_menu(buttons) if buttons else client.delete_menu())
            except Temporary as error:
                raise BotError(said["away"].format(detail=error)) from error
    finally:
        await database.close()
    say(said["put_back"] if buttons else said["no_menu_again"])
    if lost:
        say(said["left_out"].format(names=", ".join(lost)))
    say(said["switch_off"])


async def _member(database: Database, name: str, said: Mapping[str, str]) -> Member:
    member = await Staff(database, Audit(database)).named(name)
    if member is None or member.disabled or member.role not in MAY_EDIT:
        raise BotError(said["who"].format(name=name))
    return member


async def _asked(
    config: Config, database: Database, clock: Clock, *, said: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    async with aiohttp.ClientSession() as session:
        client = build_client(config, session, database, clock)
        try:
            return await client.get_autoreplies(), await client.get_self_menu()
        except Temporary as error:
            raise BotError(said["silent"].format(url=config.wechat.api_base_url, detail=error)) from error


async def _corpus(config: Config, database: Database) -> Corpus:
    revisions = Revisions(database)
    number = await revisions.newest() if config.corpus.source == "database" else 0
    if not number:
        return read_corpus(Path(config.corpus.path))
    return build_corpus(await revisions.parts(number))


def _tell_rest(found: Replies, said: Mapping[str, str], say: Callable[[str], None]) -> None:
    for name, text in (("welcome", found.welcome), ("default", found.default)):
        if text:
            say(said[name].format(text=_short(text)))
    say(said["rules"].format(many=len(found.rules)) if found.rules else said["no_rules"])


async def _tell_rule(
    rule: Rule, router: Router, corpus: Corpus, *, clock: Clock, said: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """What it says now, and what the bot would say today to each of its words."""
    now_says = [_short(text) for text in rule.texts] + [f"[{kind}]" for kind in rule.others]
    say(said["rule"].format(name=rule.name, text=" / ".join(now_says)))
    for typed in rule.typed:
        answer = await router.speak(typed.text, corpus, now(clock))
        text = visible(answer.reply.text) if isinstance(answer.reply, Say) else ""
        key = "answers" if answer.policies else "knows_nothing"
        say(said[key].format(word=typed.text, how=said["exact" if typed.exact else "part"], text=_short(text)))


def _tell_menu(buttons: list[Any], said: Mapping[str, str], say: Callable[[str], None]) -> None:
    say(said["menu"] if buttons else said["no_menu"])
    for place, name, does in told(buttons):
        say(f"  {'  ' * place.count('.')}{name} {does}".rstrip())
    _, lost = put_back(buttons)
    if lost:
        say(said["not_by_api"].format(names=", ".join(lost)))


def _short(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _keep(folder: Path, files: Mapping[str, Any], *, said: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Write what the platform said; what was kept before stays: after the bot's menu is set it would be lost."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            if (folder / name).exists():
                say(said["kept_before"].format(path=folder / name))
                continue
            text = json.dumps(body, ensure_ascii=False, indent=1)
            (folder / name).write_text(f"{text}\n", encoding="utf-8")
            say(said["kept"].format(path=folder / name))
    except OSError as error:
        raise BotError(said["unwritten"].format(path=folder, reason=error.strerror)) from error


def _read(path: Path, said: Mapping[str, str]) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BotError(said["unread"].format(path=path, reason=error.strerror)) from error
    except ValueError as error:
        raise BotError(said["damaged"].format(path=path)) from error
    if not isinstance(body, dict):
        raise BotError(said["damaged"].format(path=path))
    return body


async def _keep_texts(
    found: Replies,
    database: Database,
    member: Member,
    *,
    clock: Clock,
    said: Mapping[str, str],
    say: Callable[[str], None],
) -> None:
    """Keep each text as an answer at hand, once; one that is too long is named and stays in the file."""
    canned, kept = Canned(database), 0
    there = {ready.text for ready in await canned.everything()}
    for rule in found.rules:
        for text in rule.texts:
            title = (rule.name or (rule.typed[0].text if rule.typed else text))[:TITLE_LIMIT].strip()
            if len(text) > TEXT_LIMIT:
                say(said["too_long"].format(name=rule.name, many=len(text), most=TEXT_LIMIT))
            elif text and text not in there:
                time = clock.time()
                ready = Ready(title=title, text=text, changed=time, who=member.name)
                after = {"title": title, "text": text}
                entry = Entry(time=time, staff=member.id, who=member.name, action=KEPT, target=title, after=after)
                await canned.keep(ready, told=entry)
                there.add(text)
                kept += 1
    say(said["texts_kept"].format(many=kept))
