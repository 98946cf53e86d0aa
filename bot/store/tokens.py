"""The access token every process shares: one row, one process at a time that may fetch another.

`version` grows by one with each write, and a write is taken only from the process that holds the right to fetch and
has seen the version it replaces. So a late, older token never overwrites a newer one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select, update

from bot.store.database import Database
from bot.store.tables import tokens


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token, until when it is good in seconds since 1970, and how often it was written: 0 for never."""

    value: str = ""
    expires: float = 0.0
    version: int = 0


class TokenRows:
    """The row of one kind of token. `owner` is always the process that asks."""

    def __init__(self, database: Database, name: str = "access_token") -> None:
        self._database = database
        self._name = name
        self._missing = database.insert(tokens).on_conflict_do_nothing(index_elements=["name"])

    async def read(self) -> Token:
        """The token as it is now."""
        query = select(tokens.c.value, tokens.c.expires, tokens.c.version).where(tokens.c.name == self._name)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Token() if row is None else Token(value=row.value, expires=row.expires, version=row.version)

    async def begin(self, owner: str, *, version: int, time: float, until: float) -> bool:
        """Take the right to replace the token of that version, until then; False where it has been replaced already
        or another holds the right."""
        row = {"name": self._name, "value": "", "expires": 0.0, "version": 0}
        take = update(tokens).where(
            tokens.c.name == self._name, tokens.c.version == version, tokens.c.refreshing_until <= time
        )
        async with self._database.write() as connection:
            await connection.execute(self._missing, row)
            taken = await connection.execute(take.values(refreshing=owner, refreshing_until=until))
        return taken.rowcount == 1

    async def write(self, owner: str, *, value: str, expires: float, replacing: int) -> Token | None:
        """Put a token in the place of the version `replacing` and give the right back; None, and nothing written,
        where another has taken the right since."""
        token = Token(value=value, expires=expires, version=replacing + 1)
        put = update(tokens).where(
            tokens.c.name == self._name, tokens.c.version == replacing, tokens.c.refreshing == owner
        )
        async with self._database.write() as connection:
            written = await connection.execute(put.values(**asdict(token), refreshing="", refreshing_until=0.0))
        return token if written.rowcount == 1 else None

    async def end(self) -> None:
        """Let the next one who asks fetch another: whoever gave this one does not know it any more."""
        async with self._database.write() as connection:
            await connection.execute(update(tokens).where(tokens.c.name == self._name).values(expires=0.0))

    async def abandon(self, owner: str) -> None:
        """Give the right back without a token, so that others need not wait for its end."""
        ours = update(tokens).where(tokens.c.name == self._name, tokens.c.refreshing == owner)
        async with self._database.write() as connection:
            await connection.execute(ours.values(refreshing="", refreshing_until=0.0))

    async def may_force(self, digest: str, *, time: float, until: float) -> bool:
        """Whether the rejected token of that digest may be replaced by force: once, by one process, and not before
        the `until` of the last time."""
        mark = {"name": f"{self._name}_forced", "value": digest, "expires": until, "version": 1}
        marked = self._database.insert(tokens).values(mark)
        marked = marked.on_conflict_do_update(
            index_elements=["name"],
            set_={"value": digest, "expires": until, "version": tokens.c.version + 1},
            where=(tokens.c.value != digest) & (tokens.c.expires <= time),
        )
        async with self._database.write() as connection:
            return (await connection.execute(marked)).rowcount == 1
