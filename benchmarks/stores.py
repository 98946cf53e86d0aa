"""The databases of programs that are killed: a SQLite file, or a database on a PostgreSQL server.

What the drills ask of a database is the same of both: to look into it as another program does, to see how far a process
is with its writing, to bring it back to an earlier moment, and to wait until nothing of a dead process is left in it.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from benchmarks.capacity import postgres
from bot.store.database import NAME, migrate
from tests.databases import prepare

T = TypeVar("T")

KINDS = ("sqlite", "postgresql")
PAGE = 4096 + 24  # bytes that a page takes in SQLite's log of what is not yet in the file
STRIDE = 1024  # bytes of PostgreSQL's log that count as one: a message writes some of them, as it does pages of SQLite
PATIENCE = 30.0  # seconds for a statement, or for the end of a dead process's sessions
SESSIONS = (
    f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{NAME}'"
    " AND pid <> pg_backend_pid()"
)
WRITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"
WRITTEN = "SELECT (pg_current_wal_insert_lsn() - '0/0')::float8"


class Store(Protocol):
    """A migrated database without rows at `url`, for one program. `look` is how often it may be watched, in seconds."""

    url: str
    look: float

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What another program reads in it, or writes; `?` stands for a value."""

    def pages(self) -> AbstractContextManager[Callable[[], float]]:
        """A context that tells how much has been written."""

    def holding(self) -> AbstractContextManager[Callable[[], bool]]:
        """A context that tells whether somebody is in a transaction that writes."""

    def hold(self) -> AbstractContextManager[None]:
        """A context in which nobody else writes; OSError where somebody else had it for too long."""

    def keep(self) -> Callable[[], None]:
        """Call what this gives to have it again as it is now. Nobody may be connected, then or now."""

    async def rest(self, seconds: float = PATIENCE) -> None:
        """Return once nothing of the program that died is under way in it."""

    def faults(self) -> str:
        """What it finds wrong with itself."""

    def close(self) -> None:
        """It is not needed any more."""


Stores = Callable[[Path], Store]  # makes one, and the folder of its program


class SqliteStore:
    """A file in the folder."""

    look = 0.0001

    def __init__(self, folder: Path) -> None:
        self._path = folder / "huiqi.sqlite3"
        self.url = f"sqlite:///{self._path}"
        folder.mkdir(parents=True, exist_ok=True)
        prepare(self._path)

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """By a connection of its own each time."""
        with closing(sqlite3.connect(self._path, timeout=PATIENCE)) as connection:
            rows = connection.execute(query, values).fetchall()
            connection.commit()
            return rows

    @contextmanager
    def pages(self) -> Iterator[Callable[[], float]]:
        """By its log, which a process that dies leaves as it was."""

        def count() -> float:
            with suppress(FileNotFoundError):
                return Path(f"{self._path}-wal").stat().st_size // PAGE
            return 0.0

        yield count

    @contextmanager
    def holding(self) -> Iterator[Callable[[], bool]]:
        """By trying: who cannot begin to write has somebody before them."""
        with closing(sqlite3.connect(self._path, timeout=0.0, isolation_level=None)) as other:

            def is_held() -> bool:
                try:
                    other.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    return True
                other.execute("ROLLBACK")
                return False

            yield is_held

    @contextmanager
    def hold(self) -> Iterator[None]:
        """As a backup program does that locks the file."""
        with closing(sqlite3.connect(self._path, timeout=10.0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise OSError(str(error)) from error
            yield
            other.execute("ROLLBACK")

    def keep(self) -> Callable[[], None]:
        """Its bytes are kept."""
        self.ask("PRAGMA wal_checkpoint(TRUNCATE)")
        kept = self._path.read_bytes()

        def restore() -> None:
            for rest in ("-wal", "-shm"):
                Path(f"{self._path}{rest}").unlink(missing_ok=True)
            self._path.write_bytes(kept)

        return restore

    async def rest(self, seconds: float = PATIENCE) -> None:
        """The locks of a process go with it."""

    def faults(self) -> str:
        """By SQLite's own check of its pages and indexes."""
        found = self.ask("PRAGMA integrity_check")
        return "" if found == [("ok",)] else f"{found[:3]}"

    def close(self) -> None:
        """The file goes with its folder."""


class Line:
    """A connection to PostgreSQL for whoever waits for its answer, whatever thread that is."""

    def __init__(self, url: str) -> None:
        import asyncpg

        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._turn = threading.Lock()
        self._connection: Any = self._wait(asyncpg.connect(url, timeout=PATIENCE, command_timeout=PATIENCE))

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows."""
        numbers = itertools.count(1)
        spelled = re.sub(r"\?", lambda _: f"${next(numbers)}", query)
        with self._turn:
            return [tuple(row) for row in self._wait(self._connection.fetch(spelled, *values))]

    def do(self, statement: str) -> None:
        """A statement without values, which may be one that no transaction may hold."""
        with self._turn:
            self._wait(self._connection.execute(statement))

    def close(self) -> None:
        """Hang up."""
        self._wait(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


class PostgresStore:
    """A database of its own on a server, made of a template."""

    look = 0.001

    def __init__(self, server: Any, name: str, template: str) -> None:
        self.url: str = server.get_uri(database=name)
        self._server = server
        self._name = name
        self._kept: list[str] = []
        self._make(name, template)
        self._line = Line(self.url)

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """By a connection that stays."""
        return self._line.ask(query, *values)

    @contextmanager
    def pages(self) -> Iterator[Callable[[], float]]:
        """By the server's log, to which others that use the server write too."""
        with closing(Line(self.url)) as line:
            yield lambda: float(line.ask(WRITTEN)[0][0]) // STRIDE

    @contextmanager
    def holding(self) -> Iterator[Callable[[], bool]]:
        """A transaction has a number from its first row on."""
        with closing(Line(self.url)) as line:
            yield lambda: bool(line.ask(WRITING)[0][0])

    @contextmanager
    def hold(self) -> Iterator[None]:
        """As a migration does that locks tables: all can be read."""
        with closing(Line(self.url)) as line:
            line.do("BEGIN")
            line.do("LOCK TABLE inbox, outbox IN EXCLUSIVE MODE")
            yield
            line.do("ROLLBACK")

    def keep(self) -> Callable[[], None]:
        """A database beside it is kept."""
        kept = f"{self._name}_kept_{len(self._kept)}"
        self._line.close()
        self._make(kept, self._name)
        self._kept.append(kept)
        self._line = Line(self.url)

        def restore() -> None:
            self._line.close()
            self._drop(self._name)
            self._make(self._name, kept)
            self._line = Line(self.url)

        return restore

    async def rest(self, seconds: float = PATIENCE) -> None:
        """What the server was told to commit it commits, though whoever told it is dead."""
        ends = time.monotonic() + seconds
        while self.ask(SESSIONS) != [(0,)]:
            if time.monotonic() > ends:
                raise TimeoutError("a session outlives its process")
            await asyncio.sleep(0.01)

    def faults(self) -> str:
        """It had no fault of its own: only its clients die."""
        return ""

    def close(self) -> None:
        """It goes, and what was kept of it."""
        self._line.close()
        for name in (self._name, *self._kept):
            self._drop(name)

    def _make(self, name: str, template: str) -> None:
        self._tell(f"CREATE DATABASE {name} TEMPLATE {template}")

    def _drop(self, name: str) -> None:
        self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    def _tell(self, statement: str) -> None:
        with closing(Line(self._server.get_uri(database="postgres"))) as line:
            line.do(statement)


def postgres_stores(server: Any, template: str = "template") -> Stores:
    """Makes databases on a server that has a migrated one to copy."""
    numbers = itertools.count()

    def make(folder: Path) -> PostgresStore:
        folder.mkdir(parents=True, exist_ok=True)
        return PostgresStore(server, f"killed_{next(numbers)}", template)

    return make


@contextmanager
def opened(kind: str) -> Iterator[Stores]:
    """Makes databases of a kind. PostgreSQL writes through to the disk as in production."""
    if kind == "sqlite":
        yield SqliteStore
        return
    with postgres() as server:
        server.psql("CREATE DATABASE template")
        asyncio.run(migrate(server.get_uri(database="template")))
        yield postgres_stores(server)
