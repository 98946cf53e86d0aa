"""The command that moves a deployment from one database to another, and shows how far it is."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bot.clock import Clock, SystemClock
from bot.commands.progress import showing
from bot.config import fetched
from bot.errors import ConfigError
from bot.store.copying import Copied, copy
from bot.store.database import Database


async def move(source: str, target: str, *, console: Console | None = None, clock: Clock | None = None) -> int:
    """Copy all from one url to another, each as under [database] or env:NAME or file:PATH, and show what was copied;
    how many rows. The source is only read."""
    console = console or Console()
    addresses = _address(source, "--from"), _address(target, "--to")
    if addresses[0] == addresses[1]:
        raise ConfigError("--from and --to are the same database")
    with showing(console) as tell:
        copied = await copy(*addresses, clock=clock or SystemClock(), tell=tell)
    console.print(_table(copied))
    return sum(one.rows for one in copied)


def _address(given: str, option: str) -> str:
    url = fetched(given, option)
    try:
        Database.file(url)
    except ConfigError as error:
        raise ConfigError(f"{option}: {str(error).removeprefix('[database] url: ')}") from error
    return url


def _table(copied: list[Copied]) -> Table:
    empty = sum(not one.rows for one in copied)
    table = Table("table", "rows", "checksum", title="The same on both sides", caption=f"{empty} more tables are empty")
    for one in copied:
        if one.rows:
            table.add_row(one.table, f"{one.rows:,}", one.digest)
    return table
