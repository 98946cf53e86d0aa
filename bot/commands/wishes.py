"""What somebody asks of an announcement on the command line, held against what there is, and made part of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import aiohttp
import msgspec

from bot.announcements import (
    CARD,
    DISTRICT,
    EVERYONE,
    NOTICE,
    REACHED,
    SUBSCRIBE,
    TAG,
    TEMPLATE,
    TEXT,
    TOPIC,
    UNIT,
    WAYS,
    Announcement,
    Content,
    Criterion,
)
from bot.assembly import build_client
from bot.chinese import fold
from bot.clock import SHANGHAI, Clock
from bot.commands.recounting import Said
from bot.config import Config
from bot.corpus import Corpus, build_corpus, read_corpus
from bot.errors import BotError, WeChatError
from bot.store.broadcasts import BroadcastRows
from bot.store.database import Database
from bot.store.revisions import Revisions
from bot.store.tags import Tags

AT_ONCE = "now"  # instead of a start
WHEN = "%Y-%m-%d %H:%M"
LISTED = 20  # names told where one is none
LARGEST = 64 * 1024  # bytes of a file of words that are read


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What was given; None and what is empty leave an announcement as it is."""

    name: str | None = None
    text: str | None = None
    file: Path | None = None
    title: str | None = None
    url: str | None = None
    picture: str | None = None
    notice: str = ""
    values: Sequence[str] = ()
    everyone: bool = False
    topics: Sequence[str] = ()
    districts: Sequence[str] = ()
    units: Sequence[str] = ()
    tags: Sequence[str] = ()
    reached: Sequence[int] = ()
    ways: Sequence[str] = ()
    urgent: bool | None = None
    reason: str | None = None
    start: str = ""
    days: int | None = None
    reserve: int | None = None
    stop_at: int | None = None
    ending: bool | None = None

    @property
    def names_people(self) -> bool:
        """Whether it says whom it is for."""
        return bool(
            self.everyone or self.topics or self.districts or self.units or self.tags or self.reached
        )  # fmt: skip


class Reader:
    """Makes announcements of wishes. Raises BotError, in the office's words, where one is of something unknown."""

    def __init__(self, config: Config, database: Database, said: Said, *, clock: Clock) -> None:
        self._config = config
        self._database = database
        self._said = said
        self._clock = clock

    async def apply(self, wish: Wish, one: Announcement) -> Announcement:
        """The announcement with all that is wished."""
        criteria = await self._criteria(wish) if wish.names_people else one.criteria
        given = {name: value for name in ("urgent", "reason", "days", "reserve", "stop_at")
                 if (value := getattr(wish, name)) is not None}  # fmt: skip
        if wish.ways:
            given["ways"] = tuple(way for way in WAYS if way in [self._way(way) for way in wish.ways])
        plan = msgspec.structs.replace(one.plan, **given)
        content = self._ended(wish, await self._content(wish, one.content), one, urgent=plan.urgent)
        return msgspec.structs.replace(
            one,
            name=one.name if wish.name is None else wish.name.strip(),
            content=content,
            criteria=criteria,
            plan=plan,
            start=self._start(wish.start) if wish.start else one.start,
        )

    def _ended(self, wish: Wish, content: Content, one: Announcement, *, urgent: bool) -> Content:
        """With how to end announcements, or without: as is wished, else as before, and where it is an emergency no more
        with it again. One that is says nothing of it, for it reaches those too who ended them."""
        before = one.content.ending
        wanted = (bool(before) or one.plan.urgent) if wish.ending is None else wish.ending
        ending = (before or self._said["ending"]) if wanted and not urgent else ""
        return msgspec.structs.replace(content, ending=ending)

    async def _content(self, wish: Wish, before: Content) -> Content:
        if wish.text is not None and wish.file is not None:
            raise BotError(self._said["one_text"])
        text = self._words(wish.file) if wish.file is not None else wish.text
        given = {"text": text, "title": wish.title, "url": wish.url, "picture": wish.picture}
        changed = {name: value for name, value in given.items() if value is not None}
        if wish.notice or (before.form == NOTICE and (wish.values or not {"text", "title", "picture"} & set(changed))):
            url = before.url if wish.url is None else wish.url
            return await self._notice(wish, before, url)
        if wish.values:
            raise BotError(self._said["needs_notice"])
        if not changed:
            return before
        kept = {} if before.form == NOTICE else {name: getattr(before, name) for name in given}
        merged = {**kept, **changed}
        is_card = any(merged.get(name) for name in ("title", "url", "picture"))
        return Content(form=CARD if is_card else TEXT, **merged)

    async def _notice(self, wish: Wish, before: Content, url: str) -> Content:
        """What a template of the account shows."""
        values = dict(before.values) if before.form == NOTICE and wish.notice in ("", before.template) else {}
        base = await self._template(wish.notice) if wish.notice else before
        for given in wish.values:
            key, mark, value = given.partition("=")
            if not mark:
                raise BotError(self._said["no_value"].format(name=given))
            if key.strip() not in base.keys:
                known = ", ".join(base.keys)
                raise BotError(self._said["no_key"].format(title=base.title, name=key.strip(), known=known))
            values[key.strip()] = value.strip()
        return msgspec.structs.replace(base, values=values, url=url)

    async def _template(self, name: str) -> Content:
        """A template as the platform has it now."""
        async with aiohttp.ClientSession() as session:
            client = build_client(self._config, session, self._database, self._clock)
            try:
                found = {
                    TEMPLATE: await client.get_templates(),
                    SUBSCRIBE: await client.get_notices(),
                }
            except WeChatError as error:
                raise BotError(self._said["no_platform"].format(error=error)) from error
        for channel, templates in found.items():
            for one in templates:
                if one.id == name:
                    return Content(
                        form=NOTICE, channel=channel, template=one.id, title=one.title, pattern=one.content
                    )  # fmt: skip
        known = (f"{one.id} {one.title}" for templates in found.values() for one in templates)
        raise BotError(self._said["no_template"].format(name=name, known=_listed(known)))

    def _words(self, path: Path) -> str:
        try:
            with path.open("rb") as file:
                return file.read(LARGEST).decode("utf-8-sig").replace("\r\n", "\n").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "UTF-8"
            raise BotError(self._said["no_file"].format(path=path, error=why)) from error

    async def _criteria(self, wish: Wish) -> tuple[Criterion, ...]:
        """Whom it is for, everybody of whom there is something."""
        found = [Criterion(kind=EVERYONE)] if wish.everyone else []
        if wish.topics or wish.districts or wish.units:
            corpus = await self._corpus()
            names = [topic.name for topic in corpus.topics.values()]
            others = {word: topic.name for topic in corpus.topics.values() for word in topic.words}
            found += self._named(TOPIC, wish.topics, names, others)
            places = dict.fromkeys(policy.district for policy in corpus.policies.values())
            found += self._named(DISTRICT, wish.districts, list(places))
            found += self._named(UNIT, wish.units, list(corpus.departments))
        if wish.tags:
            tags = {tag.id: tag.name for tag in await Tags(self._database, self._database).everything()}
            found += self._named(TAG, wish.tags, list(tags), {name: tag for tag, name in tags.items()})
        rows = BroadcastRows(self._database)
        for number in wish.reached:
            if await rows.get(number) is None:
                raise BotError(self._said["no_reached"].format(name=number))
            found.append(Criterion(kind=REACHED, value=str(number)))
        return tuple(dict.fromkeys(found))

    def _named(
        self, kind: str, asked: Iterable[str], known: Sequence[str], others: dict[str, str] | None = None
    ) -> list[Criterion]:  # fmt: skip
        """Criteria of names that there are, spelled as people spell them."""
        spelled = {fold(name).text: value for name, value in (others or {}).items()}
        spelled |= {fold(name).text: name for name in known}
        found = []
        for name in asked:
            value = spelled.get(fold(name).text)
            if value is None:
                shown = [other for other, tag in (others or {}).items()] if kind == TAG else known
                raise BotError(self._said[f"no_{kind}"].format(name=name, known=_listed(shown)))
            found.append(Criterion(kind=kind, value=value))
        return found

    async def _corpus(self) -> Corpus:
        """The corpus in force."""
        revisions = Revisions(self._database)
        number = await revisions.newest() if self._config.corpus.source == "database" else 0
        if not number:
            return read_corpus(Path(self._config.corpus.path))
        return build_corpus(await revisions.parts(number))

    def _way(self, way: str) -> str:
        if way not in WAYS:
            raise BotError(self._said["bad_way"].format(name=way, known=", ".join(WAYS)))
        return way

    def _start(self, text: str) -> float:
        if text == AT_ONCE:
            return 0.0
        return _read(lambda: datetime.strptime(text, WHEN).replace(tzinfo=SHANGHAI).timestamp(),
                     self._said["bad_start"].format(name=text))  # fmt: skip


def _read(read: Callable[[], float], wrong: str) -> float:
    try:
        return read()
    except ValueError as error:
        raise BotError(wrong) from error


def _listed(names: Iterable[str]) -> str:
    """Some of the names there are."""
    found = list(names)
    return ", ".join(found[:LISTED]) + (" \u2026" if len(found) > LISTED else "") or "\u2014"
