"""Who is in an audience, and by which way each can be reached."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from bot.announcements import DISTRICT, EVERYONE, REACHED, TAG, TOPIC, UNIT, WAYS, Criterion
from bot.store.audiences import Audience, Ways
from bot.store.broadcast_tables import recipients, tagged
from bot.store.database import Database
from bot.store.tables import followers, grants, subscriptions

NOW = 1_000_000.0
EVERY = (Criterion(kind=EVERYONE),)
ALL_WAYS = Ways(ways=frozenset(WAYS), template="T", most=3)
PLAIN = {"followed": 1.0, "window_until": 0.0, "window_left": 0}


async def enter(database: Database, table: Any, *rows: dict[str, Any]) -> None:
    """Rows of a table."""
    async with database.write() as connection:
        await connection.execute(insert(table), list(rows))


async def follow(database: Database, *openids: str, **changed: Any) -> None:
    """People who follow."""
    await enter(database, followers, *({"openid": openid, **PLAIN, **changed} for openid in openids))


async def wish(database: Database, kind: str, value: str, *openids: str) -> None:
    """What people want to be told of."""
    rows = ({"kind": kind, "value": value, "openid": openid, "since": 1.0} for openid in openids)
    await enter(database, subscriptions, *rows)


async def count(database: Database, *wanted: Criterion, ways: Ways = ALL_WAYS) -> dict[str, int]:
    """How many, by way."""
    return await Audience(database).count(wanted, ways, NOW)


@pytest.mark.parametrize("kind", [TOPIC, DISTRICT, UNIT])
async def test_who_subscribed_is_in_it_and_so_is_who_wants_everything(database: Database, kind: str) -> None:
    """Each once, however many criteria they meet; nobody who only follows."""
    await follow(database, "oA", "oB", "oC", "oD")
    await wish(database, kind, "技改", "oA", "oB")
    await wish(database, kind, "首台套", "oB")
    await wish(database, "all", "", "oC")
    both = (Criterion(kind=kind, value="技改"), Criterion(kind=kind, value="首台套"))
    assert await count(database, *both) == {"template": 3}
    other = Criterion(kind=TOPIC if kind != TOPIC else UNIT, value="技改")
    assert await count(database, other) == {"template": 1}  # who wants everything


async def test_a_tag_and_an_earlier_announcement_name_people(database: Database) -> None:
    """Whoever has the tag; whoever may have received it, and nobody whom it failed to reach."""
    await follow(database, "oA", "oB", "oC", "oD", "oE")
    await enter(database, tagged, {"tag": "101", "openid": "oA"}, {"tag": "102", "openid": "oB"})
    became = {"oB": "sent", "oC": "arrived", "oD": "failed", "oE": "unknown"}
    rows = ({"broadcast": 7, "openid": who, "state": state, "changed": 1.0} for who, state in became.items())
    await enter(database, recipients, *rows)
    assert await count(database, Criterion(kind=TAG, value="101")) == {"template": 1}
    assert await count(database, Criterion(kind=REACHED, value="7")) == {"template": 3}
    assert await count(database, Criterion(kind=TAG, value="101"), Criterion(kind=REACHED, value="7")) == {
        "template": 4
    }
    assert await count(database) == {}


async def test_the_cheapest_open_way_is_taken(database: Database) -> None:
    """A window, a grant, a template, a mass message, the next answer: whichever comes first and is open."""
    await follow(database, "oWindow", window_until=NOW + 3600, window_left=3)
    await follow(database, "oLast", window_until=NOW + 3600, window_left=1)
    await follow(database, "oEnds", window_until=NOW + 30, window_left=3)
    await follow(database, "oGrant", "oRefused", "oForgiven", "oMassed", "oPlain")
    at = {"template": "T", "changed": NOW - 5.0}
    await enter(
        database,
        grants,
        {"openid": "oGrant", "sends": 1, "refused": False, **at},
        {"openid": "oRefused", "sends": 0, "refused": True, **at},
        {"openid": "oMassed", "sends": 0, "refused": True, **at},
        {"openid": "oForgiven", "sends": 0, "refused": True, "template": "T", "changed": NOW - 40 * 86_400.0},
    )
    rows = (
        {"broadcast": n, "openid": "oMassed", "state": "sent", "channel": "mass", "changed": NOW} for n in (1, 2, 3)
    )
    await enter(database, recipients, *rows)
    found = await count(database, *EVERY)
    assert found == {
        "custom": 1,
        "subscribe": 1,
        "template": 4,
        "mass": 1,
        "next": 1,
        "kept": 1,
    }


async def test_what_is_not_allowed_is_not_used(database: Database) -> None:
    """Nothing is, where no way is: they are counted as closed."""
    await follow(database, "oA", window_until=NOW + 3600, window_left=3)
    await follow(database, "oB")
    assert await count(database, *EVERY, ways=Ways(ways=frozenset())) == {"closed": 2}
    assert await count(database, *EVERY, ways=Ways(ways=frozenset({"custom"}))) == {"closed": 1, "custom": 1}


async def test_a_mass_message_of_last_month_costs_nothing(database: Database) -> None:
    """Only those of this month count, and only those that may have arrived."""
    await follow(database, "oA")
    rows = [("sent", NOW - 50), ("unknown", NOW + 1), ("failed", NOW + 2), ("queued", NOW + 3)]
    entered = (
        {"broadcast": n, "openid": "oA", "state": state, "channel": "mass", "changed": changed}
        for n, (state, changed) in enumerate(rows)
    )
    await enter(database, recipients, *entered)
    mass = frozenset({"mass"})
    assert await count(database, *EVERY, ways=Ways(ways=mass, month=NOW, most=3)) == {"mass": 1}
    assert await count(database, *EVERY, ways=Ways(ways=mass, month=NOW, most=2)) == {"closed": 1, "kept": 1}


async def test_who_wants_no_announcements_is_left_alone(database: Database) -> None:
    """But for an emergency."""
    await follow(database, "oA", "oB")
    await wish(database, "declined", "", "oA")
    assert await count(database, *EVERY) == {"declined": 1, "template": 1}
    urgent = Ways(ways=frozenset(WAYS), heeds=False)
    assert await count(database, *EVERY, ways=urgent) == {"template": 2}
