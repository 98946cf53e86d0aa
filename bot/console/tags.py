"""The account's tags: which there are, how many followers have each, and a button that reads them again."""

from __future__ import annotations

from aiohttp import web

from bot.console.ledgers import Cause, kind_of
from bot.console.visit import Visit
from bot.store.tags import Progress

HERE = "/console/broadcasts/tags"


async def show(visit: Visit) -> web.Response:
    """The tags as they were last read, and how the reading goes or went."""
    tags = visit.desk.tagging.tags
    standing = await tags.standing(visit.time)
    return visit.page(
        "tags",
        tags=await tags.everything(),
        standing=standing,
        failure=_failure(standing.progress),
        may_read=visit.desk.config.wechat.may_push,
    )


async def read(visit: Visit) -> web.Response:
    """Read them again, behind the page."""
    if not visit.desk.config.wechat.may_push:  # an account without certification has no tags to read
        return visit.go(HERE, "tags_not_ours")
    if not await visit.desk.tagging.start(visit.who.name):
        return visit.go(HERE, "tags_being_read")
    await visit.desk.audit.write(visit.entry("tags.read"))
    return visit.go(HERE, "tags_begun")


def _failure(progress: Progress) -> Cause | None:
    """What the platform said, in the form the words of a ledger know."""
    code = progress.errcode
    return Cause(key=str(code), code=code, kind=kind_of(code), reason=progress.said) if code else None
