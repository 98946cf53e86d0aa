"""What followers allow, as they said it, in whichever order it arrives."""

from __future__ import annotations

from sqlalchemy import select

from bot.messages import AnyMessage, Grant, Granted, GrantsChanged, Text
from bot.store.database import Database
from bot.store.followers import Followers
from bot.store.grants import Grants
from bot.store.tables import grants


def said(created: int, accepted: bool, *, template: str = "N", openid: str = "oA", kind: type = Granted) -> AnyMessage:
    """Somebody's word on a notice."""
    given = (Grant(template_id=template, accepted=accepted, scene="1"),)
    message: AnyMessage = kind(key=f"{created}", openid=openid, account="gh_1", created=created, grants=given)
    return message


async def told(database: Database, *messages: AnyMessage) -> dict[tuple[str, str], tuple[int, bool]]:
    """What is kept after these messages, each in a transaction of its own."""
    for message in messages:
        await database.run(lambda one=message: Grants(database).record([one]))  # type: ignore[misc]
    async with database.read() as connection:
        rows = await connection.execute(select(grants))
        return {(row.openid, row.template): (row.sends, bool(row.refused)) for row in rows}


async def test_each_acceptance_is_one_more_send(database: Database) -> None:
    """Of its own template and its own follower, whether they follow or not."""
    kept = await told(database, said(1, True), said(2, True), said(3, True, template="M"), said(4, True, openid="oB"))
    assert kept == {("oA", "N"): (2, False), ("oA", "M"): (1, False), ("oB", "N"): (1, False)}


async def test_a_refusal_takes_all_of_them_until_the_next_acceptance(database: Database) -> None:
    """Given on a page or in the settings."""
    assert await told(database, said(1, True), said(2, True), said(3, False)) == {("oA", "N"): (0, True)}
    assert await told(database, said(4, True)) == {("oA", "N"): (1, False)}
    assert await told(database, said(5, False, kind=GrantsChanged)) == {("oA", "N"): (0, True)}


async def test_the_later_word_holds_however_it_arrives(database: Database) -> None:
    """A delayed acceptance does not undo the refusal that came after it, nor the other way round."""
    assert await told(database, said(9, False), said(8, True)) == {("oA", "N"): (0, True)}
    assert await told(database, said(11, True), said(10, False)) == {("oA", "N"): (1, False)}


async def test_the_platforms_refusal_counts_as_theirs(database: Database) -> None:
    """43101 clears the grant, of templates too, of which no event ever tells."""
    await told(database, said(1, True))
    await database.run(lambda: Grants(database).refuse({("oA", "N"): 5.0, ("oA", "T"): 5.0}))
    assert await told(database) == {("oA", "N"): (0, True), ("oA", "T"): (0, True)}


async def test_other_messages_say_nothing_of_grants(database: Database) -> None:
    """Nothing is kept of them here."""
    assert await told(database, Text(key="k", openid="oA", account="gh_1", created=1, text="订阅")) == {}


async def test_who_does_not_follow_is_forgotten(database: Database) -> None:
    """What a stranger allowed goes after a while; what a follower allowed or refused stays as long as they do."""
    await told(
        database, said(1, True), said(2, False, openid="oB"), said(3, True, openid="oC"), said(9, True, openid="oD")
    )
    spoke = [(Text(key=who, openid=who, account="gh_1", created=1, text="?"), 1.0) for who in ("oA", "oB")]
    await database.run(lambda: Followers(database).record(spoke))
    assert await Grants(database).purge(5.0) == 1
    assert {who for who, _ in await told(database)} == {"oA", "oB", "oD"}
