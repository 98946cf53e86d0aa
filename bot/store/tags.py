"""The tags that the account put on followers, as the platform last told: who has each, who reads them now, how far.

A tag's people are gathered beside those it has, page by page, and take their place in one transaction, so that nobody
counts half a tag. One reader at a time: whoever has the row `account_tags` of `tokens`, until their lease ends. Each
write of theirs asks for it, and one that lost it writes nothing more: Overtaken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Float, String, bindparam, exists, func, literal_column, select, update

from bot.errors import Overtaken
from bot.store.broadcast_tables import tagged, tags
from bot.store.days import Reader
from bot.store.driver import Changes, Script, Store, once
from bot.store.tables import followers, tokens

READER = "account_tags"  # of the row that says who reads; its value is how far they are
FRESH = "~"  # before the id of a tag whose people are being gathered
PAGE = 1000  # people written in one transaction

_tag, _fresh = bindparam("the_tag", type_=String), bindparam("the_fresh", type_=String)
_owner, _until = bindparam("the_owner", type_=String), bindparam("until", type_=Float)
_LISTED: Any = (
    select(tags.c.id, tags.c.name, tags.c.read, func.count(tagged.c.openid))
    .select_from(tags.outerjoin(tagged, tagged.c.tag == tags.c.id))
    .group_by(tags.c.id, tags.c.name, tags.c.read)
    .order_by(func.count(tagged.c.openid).desc(), tags.c.id)
)
_IDS = select(tags.c.id)
_ours = tokens.c.name == literal_column(f"'{READER}'")
_PROGRESS: Any = select(tokens.c.value, tokens.c.refreshing_until, tokens.c.expires).where(_ours)
_TAKE = Changes(
    update(tokens)
    .where(_ours, tokens.c.refreshing_until <= bindparam("now", type_=Float))
    .values(refreshing=_owner, refreshing_until=_until),
    key=tokens.c.refreshing,
    name="the_owner",
)
_HOLD = Changes(
    update(tokens).where(_ours, tokens.c.refreshing == _owner).values(refreshing_until=_until),
    key=tokens.c.refreshing,
    name="the_owner",
)
_NOTE = update(tokens).where(_ours).values(value=bindparam("note", type_=String))
_END = update(tokens).where(_ours).values(refreshing="", refreshing_until=0.0)
_READ_AT = update(tokens).where(_ours).values(expires=bindparam("at", type_=Float))
_EMPTY = tagged.delete().where(tagged.c.tag == _tag)
_DROP = tags.delete().where(tags.c.id == _tag)
_there = tagged.alias("there")
_LEAVE = tagged.delete().where(
    tagged.c.tag == _tag, ~exists().where(_there.c.tag == _fresh, _there.c.openid == tagged.c.openid)
)


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag, how many followers have it, and when that was read."""

    id: str
    name: str
    read: float = 0.0
    people: int = 0


class Progress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the last reading is or came: `done` of `total` tags. What ended it too soon: an error of the platform, or
    `rule`, which is `too_many`, `closed` or `store`."""

    who: str = ""
    done: int = 0
    total: int = 0
    errcode: int = 0
    said: str = ""
    rule: str = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Whether somebody reads now, how far they are or the last one came, and when all was last read; 0 for never."""

    reading: bool = False
    progress: Progress = Progress()
    read: float = 0.0


_notes = msgspec.json.Decoder(Progress)


class Tags:
    """The tables. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store, reader: Reader) -> None:
        self._store = store
        self._reader = reader
        self._row = store.insert(tokens).on_conflict_do_nothing(index_elements=["name"])
        gather = select(_fresh, followers.c.openid).where(followers.c.openid == bindparam("who", type_=String))
        self._gather = store.insert(tagged).from_select(["tag", "openid"], gather).on_conflict_do_nothing()
        come = select(_tag, tagged.c.openid).where(tagged.c.tag == _fresh)
        self._come = store.insert(tagged).from_select(["tag", "openid"], come).on_conflict_do_nothing()
        known = store.insert(tags)
        self._name = known.on_conflict_do_update(
            index_elements=["id"], set_={"name": known.excluded.name, "read": known.excluded.read}
        )

    # ----- reading

    async def everything(self) -> list[Tag]:
        """All tags, those of the most people first."""
        async with self._reader.read() as connection:
            rows = (await connection.execute(_LISTED)).all()
        return [Tag(id=row[0], name=row[1], read=row[2], people=row[3]) for row in rows]

    async def standing(self, time: float) -> Standing:
        """Whether they are being read, and how that went the last time."""
        rows = await self._store.run(lambda: once(_PROGRESS))
        if not rows:
            return Standing()
        ((note, until, read),) = rows
        return Standing(reading=until > time, progress=_notes.decode(note), read=read)

    # ----- for whoever reads the platform

    async def begin(self, owner: str, note: Progress, *, time: float, until: float) -> bool:
        """Become the one who reads, until then; False where somebody else is."""
        row = {"name": READER, "value": "{}", "expires": 0.0, "version": 0}

        def script() -> Script[bool]:
            yield self._row, [row]
            if not (yield _TAKE, [{"the_owner": owner, "until": until, "now": time}]):
                return False
            yield _NOTE, [{"note": _spelled(note)}]
            return True

        return await self._store.run(script)

    async def note(self, owner: str, note: Progress, *, until: float) -> None:
        """Tell how far it is."""
        await self._do(owner, until, lambda: once(_NOTE, note=_spelled(note)))

    async def gather(self, owner: str, tag: str, openids: Sequence[str], *, until: float) -> None:
        """Put people of a tag aside: those of them who follow."""
        for start in range(0, len(openids), PAGE):
            some = sorted(set(openids[start : start + PAGE]))
            rows = [{"the_fresh": FRESH + tag, "who": openid} for openid in some]
            await self._do(owner, until, partial(self._many, rows))

    async def forget(self, owner: str, tag: str, *, until: float) -> None:
        """Forget whom an earlier reading put aside."""
        await self._do(owner, until, lambda: once(_EMPTY, the_tag=FRESH + tag))

    async def put(self, owner: str, tag: Tag, *, until: float) -> None:
        """Give a tag the people who were put aside, in the place of those it had."""
        places = {"the_tag": tag.id, "the_fresh": FRESH + tag.id}

        def script() -> Script[None]:
            yield _LEAVE, [places]
            yield self._come, [places]
            yield _EMPTY, [{"the_tag": FRESH + tag.id}]
            yield self._name, [{"id": tag.id, "name": tag.name, "read": tag.read}]

        await self._do(owner, until, script)

    async def keep(self, owner: str, ids: Collection[str], *, until: float) -> None:
        """Take away the tags that the account has no more."""

        def script() -> Script[None]:
            gone = sorted({row[0] for row in (yield _IDS, [{}])} - set(ids))
            yield _EMPTY, [{"the_tag": tag} for tag in gone]
            yield _DROP, [{"the_tag": tag} for tag in gone]

        await self._do(owner, until, script)

    async def end(self, owner: str, note: Progress, *, read: float = 0.0) -> None:
        """Let others read; `read` is when all of it was read, where it was."""

        def script() -> Script[None]:
            yield _NOTE, [{"note": _spelled(note)}]
            if read:
                yield _READ_AT, [{"at": read}]
            yield _END, [{}]

        await self._do(owner, 0.0, script)

    async def _do(self, owner: str, until: float, work: Callable[[], Script[Any]]) -> None:
        """Do something while it is ours to do."""

        def script() -> Script[None]:
            if not (yield _HOLD, [{"the_owner": owner, "until": until}]):
                raise Overtaken("somebody else reads the tags")
            yield from work()

        await self._store.run(script)

    def _many(self, rows: Sequence[dict[str, str]]) -> Script[None]:
        yield self._gather, rows


def _spelled(note: Progress) -> str:
    return msgspec.json.encode(note).decode()
