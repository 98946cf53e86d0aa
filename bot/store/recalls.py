"""Notices taken back before they went out: with their rows in the outbox, and what they were made of.

The rows of the outbox are taken before the notices they bring, as whoever settles them does; a notice that is planned
meanwhile is found by its row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Integer, String, bindparam, delete, or_, select, update

from bot.store.driver import Script, spelled
from bot.store.notices import PENDING, PLANNED, WAITING
from bot.store.tables import notices, outbox

_numbers = msgspec.json.Decoder(list[int])
_who, _key = bindparam("who", type_=String), bindparam("the_key", type_=String)
_OPEN = select(notices.c.openid, notices.c.key, notices.c.news).where(
    notices.c.openid == _who,
    notices.c.kind.not_in(spelled("corrected", "announced")),
    or_(*(notices.c.state == state for state in (PENDING, WAITING, PLANNED))),
)
_TAKE = (
    delete(notices)
    .where(notices.c.key == _key, or_(notices.c.state == PENDING, notices.c.state == WAITING))
    .returning(notices.c.key)
)
# Of a row that may have gone out nothing is taken back.
_UNSEND = (
    delete(outbox)
    .where(outbox.c.openid == _who, outbox.c.notice == _key, outbox.c.state == "waiting", outbox.c.tried == 0)
    .returning(outbox.c.notice)
)
_DROP = delete(notices).where(notices.c.key == _key)
_going = or_(outbox.c.state == "waiting", outbox.c.state == "sending")
_GOING = (
    select(outbox.c.id, notices.c.key, notices.c.news)
    .join(notices, notices.c.key == outbox.c.notice)
    .where(outbox.c.openid == _who, _going, notices.c.kind != "corrected")
)
_LAST = update(outbox).where(outbox.c.id == bindparam("the_id", type_=Integer), _going).values(expires=0.0)


def take_back(people: Collection[str], of: Collection[int] | None = None) -> Script[dict[str, list[int]]]:
    """Take back what has not gone out to these people, or, where `of` is given, what is made of some of that news;
    corrections excepted. The news of which each of them is then not told."""
    found = yield _OPEN, [{"who": openid} for openid in sorted(people)]
    made_of = {key: (openid, _numbers.decode(data)) for openid, key, data in found}
    keys = sorted(key for key, (_, numbers) in made_of.items() if of is None or not set(of).isdisjoint(numbers))
    taken = {row[0] for row in (yield _TAKE, [{"the_key": key} for key in keys])}
    planned = [{"who": made_of[key][0], "the_key": key} for key in keys if key not in taken]
    unsent = {row[0] for row in (yield _UNSEND, planned)}
    yield _DROP, [{"the_key": key} for key in sorted(unsent)]
    back: dict[str, list[int]] = {}
    for key in sorted(taken | unsent):
        openid, numbers = made_of[key]
        back.setdefault(openid, []).extend(numbers)
    return back


def going(openid: str) -> Script[dict[int, tuple[str, list[int]]]]:
    """What may be going out to a follower right now, by its row: the notice, and the news that is made of."""
    rows = yield _GOING, [{"who": openid}]
    return {number: (key, _numbers.decode(data)) for number, key, data in rows}


def send_no_more(rows: Sequence[int], keys: Sequence[str]) -> Script[None]:
    """What is going out in these rows is not tried again, and its notices are told in no other way."""
    yield _LAST, [{"the_id": number} for number in sorted(rows)]
    yield _DROP, [{"the_key": key} for key in sorted(keys)]
