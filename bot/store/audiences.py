"""Who is in an audience, and by which way each of them can be reached: one expression each, for the count before
anything is decided as for the sending itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Float,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from bot.announcements import (
    CUSTOM,
    DISTRICT,
    EVERYONE,
    MASS,
    MONTHLY,
    NEXT,
    REACHED,
    SUBSCRIBE,
    TAG,
    TEMPLATE,
    TOPIC,
    UNIT,
    Criterion,
)
from bot.person import DECLINED
from bot.store.broadcast_tables import recipients, tagged, tags
from bot.store.days import Reader
from bot.store.driver import spelled
from bot.store.reach import FORGIVEN
from bot.store.tables import followers, grants, subscriptions

ALL = "all"  # who wants to hear of everything is in the audience of every topic, district and unit
CLOSING = 60.0  # seconds before its end in which a window is not counted on
GOT = ("sent", "arrived", "unknown")  # what is true of whoever may have received an announcement
KEPT = "kept"  # what is said of whom a mass message would reach if none were kept in reserve
CLOSED = "closed"  # what is said of whom no way is open to


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """What may be used for somebody at a moment: which ways; the template that notices go by; how many customer-service
    messages of a window are left alone; how many mass messages a follower may have had since `month`, the first second
    of this one; whether a wish not to be written to counts."""

    ways: frozenset[str]
    template: str = ""
    spare: int = 1
    most: int = 0
    month: float = 0.0
    heeds: bool = True

    def values(self, time: float) -> dict[str, Any]:
        """The values of the parameters that the expressions below have."""
        allowed = {f"may_{way}": int(way in self.ways) for way in (CUSTOM, SUBSCRIBE, TEMPLATE, MASS, NEXT)}
        limits = {"spare": self.spare, "most": self.most, "month": self.month, "heeds": int(self.heeds)}
        moment = {"now": time, "open_at": time + CLOSING, "forgiven": time - FORGIVEN}
        return {**allowed, **limits, **moment, "the_template": self.template}


def _int(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=Integer)


def _float(name: str) -> ColumnElement[float]:
    return bindparam(name, type_=Float)


def belongs(openid: ColumnElement[str], wanted: FromClause) -> ColumnElement[bool]:
    """Whether a follower meets one of the criteria in `wanted`, of columns kind, value and number."""
    kind, value, number = wanted.c.kind, wanted.c.value, wanted.c.number
    theirs = (subscriptions.c.openid == openid,)
    named = and_(subscriptions.c.kind == kind, subscriptions.c.value == value, kind.in_(spelled(TOPIC, DISTRICT, UNIT)))
    subscribed = exists().where(*theirs, named).correlate_except(subscriptions, wanted)
    everything = and_(
        exists().where(*theirs, subscriptions.c.kind == ALL).correlate_except(subscriptions),
        exists().where(kind.in_(spelled(TOPIC, DISTRICT, UNIT))).correlate_except(wanted),
    )
    has_tag = (
        exists()
        .where(tagged.c.openid == openid, kind == TAG, tagged.c.tag == value)
        .correlate_except(tagged, wanted)
    )  # fmt: skip
    got = recipients.alias("got")
    reached = (
        exists()
        .where(got.c.openid == openid, kind == REACHED, got.c.broadcast == number)
        .where(got.c.state.in_(spelled(*GOT)))
        .correlate_except(got, wanted)
    )
    every = exists().where(kind == EVERYONE).correlate_except(wanted)
    return or_(every, subscribed, everything, has_tag, reached)


def _calling(openid: ColumnElement[str]) -> ColumnElement[int]:
    """How many customer-service messages of announcements are on their way to somebody, and not yet taken off their
    window."""
    beside = recipients.alias("beside")
    return (
        select(func.count())
        .select_from(beside)
        .where(beside.c.openid == openid, beside.c.channel == literal_column(f"'{CUSTOM}'"))
        .where(beside.c.state == literal_column("'queued'"))
        .correlate_except(beside)
        .scalar_subquery()
    )


def _massed(openid: ColumnElement[str]) -> ColumnElement[int]:
    """How many mass messages somebody was given this month."""
    before = recipients.alias("before")
    counted = ("queued", "sent", "arrived", "unknown")
    return (
        select(func.count())
        .select_from(before)
        .where(before.c.openid == openid, before.c.channel == literal_column(f"'{MASS}'"))
        .where(before.c.state.in_(spelled(*counted)))
        .where(before.c.changed >= _float("month"))
        .correlate_except(before)
        .scalar_subquery()
    )


def way(openid: ColumnElement[str], tried: ColumnElement[str] | None = None) -> ColumnElement[str]:
    """The cheapest way that is open to a follower of `followers`, with their grant of the template in `grants` outer
    joined; DECLINED for who wants none, CLOSED where none is open. `tried` names those that proved closed."""

    def may(name: str) -> ColumnElement[bool]:
        fresh = ~tried.contains(name) if tried is not None else literal(value=True)
        return and_(_int(f"may_{name}") == 1, fresh)

    declined = exists().where(subscriptions.c.openid == openid, subscriptions.c.kind == DECLINED)
    refused = and_(grants.c.refused.is_(True), grants.c.changed > _float("forgiven"))
    left, spare = followers.c.window_left, _int("spare")
    window = and_(followers.c.window_until > _float("open_at"), left > spare, left - _calling(openid) > spare)
    return case(
        (and_(_int("heeds") == 1, declined.correlate_except(subscriptions)), literal_column(f"'{DECLINED}'")),
        (and_(may(CUSTOM), window), literal_column(f"'{CUSTOM}'")),
        (and_(may(SUBSCRIBE), func.coalesce(grants.c.sends, 0) > 0), literal_column(f"'{SUBSCRIBE}'")),
        (and_(may(TEMPLATE), ~func.coalesce(refused, false())), literal_column(f"'{TEMPLATE}'")),
        (and_(may(MASS), _massed(openid) < _int("most")), literal_column(f"'{MASS}'")),
        (may(NEXT), literal_column(f"'{NEXT}'")),
        else_=literal_column(f"'{CLOSED}'"),
    )


def granted(openid: ColumnElement[str]) -> ColumnElement[bool]:
    """How `grants` is joined."""
    return and_(grants.c.openid == openid, grants.c.template == bindparam("the_template", type_=String))


_TAGS = select(tags.c.id, tags.c.name).order_by(tags.c.name, tags.c.id)


class Audience:
    """Counts, beside the writers. Raises StoreError when the database does."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def shared(self, one: Sequence[Criterion], other: Sequence[Criterion]) -> int:
        """How many followers meet criteria of both."""
        if not one or not other:
            return 0
        async with self._reader.read() as connection:
            return int((await connection.execute(_shared(one, other))).scalar_one())

    async def count(self, wanted: Sequence[Criterion], ways: Ways, time: float) -> dict[str, int]:
        """How many followers meet the criteria now, by the way that is open to each, DECLINED or CLOSED; and KEPT, how
        many of these would get a mass message if none were kept in reserve."""
        if not wanted:
            return {}
        async with self._reader.read() as connection:
            rows = (await connection.execute(_count(wanted), ways.values(time))).all()
        kept = sum(int(row[2]) for row in rows)
        return {str(row[0]): int(row[1]) for row in rows} | ({KEPT: kept} if kept else {})

    async def tags(self) -> dict[str, str]:
        """The names of the account's tags by their ids, as the platform last told."""
        async with self._reader.read() as connection:
            return {str(row[0]): str(row[1]) for row in (await connection.execute(_TAGS)).all()}


def _count(wanted: Sequence[Criterion]) -> Select[Any]:
    listed = union_all(*(_literals(criterion) for criterion in wanted)).subquery("wanted")
    found = (
        select(followers.c.openid, way(followers.c.openid).label("way"))
        .select_from(followers.outerjoin(grants, granted(followers.c.openid)))
        .where(belongs(followers.c.openid, listed))
        .subquery("found")
    )
    kept = and_(found.c.way.in_(spelled(NEXT, CLOSED)), _int(f"may_{MASS}") == 1, _int("most") < MONTHLY)
    spared = case((kept, case((_massed(found.c.openid) < MONTHLY, 1), else_=0)), else_=0)
    return select(found.c.way, func.count(), func.sum(spared)).group_by(found.c.way)


def _literals(criterion: Criterion) -> Any:
    number = int(criterion.value) if criterion.kind == REACHED and criterion.value.isdigit() else 0
    return select(
        cast(literal(criterion.kind), String(10)).label("kind"),
        cast(literal(criterion.value), String(64)).label("value"),
        literal(number, Integer).label("number"),
    )


def _shared(one: Sequence[Criterion], other: Sequence[Criterion]) -> Select[Any]:
    both = [
        belongs(followers.c.openid, union_all(*(_literals(criterion) for criterion in wanted)).subquery(name))
        for wanted, name in ((one, "one"), (other, "other"))
    ]
    return select(func.count()).select_from(followers).where(*both)
