"""What the chat of a member of staff reads: whose phone it is, how announcements stand, what would show one there."""

from __future__ import annotations

from collections.abc import Callable

from bot.announcements import DISCARDED, DRAFT, OVER, REJECTED, SCHEDULED, Announcement
from bot.broadcasts import Broadcasts, begins
from bot.clock import Clock, now
from bot.config import Config
from bot.duty import Duty, Standing
from bot.spellings import for_phones, wording_faults
from bot.store.database import Database
from bot.store.phones import Phones
from bot.store.staff import ROLES, Member

MOST = 8  # announcements told at once
TESTERS = ROLES[ROLES.index("editor") :]
UNTOLD = (DRAFT, REJECTED, *OVER)  # nobody waits for these


class Duties:
    """Reads it. `digest` makes of a code what is kept of it. Raises StoreError when the database does."""

    def __init__(
        self,
        database: Database,
        broadcasts: Broadcasts,
        *,
        config: Config,
        digest: Callable[[str], str],
        clock: Clock,
    ) -> None:
        self._phones = Phones(database)
        self._broadcasts = broadcasts
        self._config = config
        self._digest = digest
        self._clock = clock

    async def read(self, openid: str, code: str, number: int) -> Duty:
        """What there is for a follower who sends a code, or asks for announcement `number`, or, 0, for all."""
        if code:
            digest = self._digest(code.upper())
            whose = await self._phones.offered(digest, self._clock.time())
            return Duty(binds=True, digest=digest, invited=whose.display if whose else "")
        member = await self._phones.member(openid)
        if member is None:
            return Duty(binds=True)
        return await (self._asked(member, number) if number else self._under_way(member))

    async def _under_way(self, member: Member) -> Duty:
        found = [one for one in await self._broadcasts.rows.unfinished() if one.state not in UNTOLD]
        standing = [await self._standing(one) for one in found[:MOST]]
        return Duty(binds=True, staff=member.id, name=member.name, under_way=tuple(standing))

    async def _asked(self, member: Member, number: int) -> Duty:
        one = await self._broadcasts.rows.get(number)
        may_test = member.role in TESTERS
        if one is None or one.state == DISCARDED:
            return Duty(binds=True, staff=member.id, name=member.name, may_test=may_test)
        return Duty(
            binds=True,
            staff=member.id,
            name=member.name,
            may_test=may_test,
            asked=await self._standing(one),
            faults=bool(wording_faults(one.content)),
            calls=for_phones(one.content, self._broadcasts.ways),
        )

    async def _standing(self, one: Announcement) -> Standing:
        counts = await self._broadcasts.ledgers.counts(one.id)
        waits = one.state == SCHEDULED
        return Standing(
            id=one.id,
            name=one.name,
            state=one.state,
            why=one.why,
            author=one.author,
            start=begins(one, self._config, now(self._clock)).timestamp() if waits else one.start,
            began=one.began,
            ended=one.ended,
            audience=one.audience or counts.audience,
            settled=counts.settled,
            reached=counts.reached,
            skipped=counts.skipped,
            failed=counts.failed,
            unknown=counts.unknown,
        )
