"""How far something is that goes through many tables: a bar for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


@contextmanager
def showing(console: Console) -> Iterator[Callable[[str, str, int, int], None]]:
    """Draw what is told meanwhile: what is done, with which table, rows so far, rows in all."""
    columns = (TextColumn("{task.description:34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[tuple[str, str], TaskID] = {}

        def tell(what: str, table: str, rows: int, total: int) -> None:
            if (what, table) not in tasks:
                tasks[what, table] = progress.add_task(f"{what} {table}")
            progress.update(tasks[what, table], completed=rows, total=max(rows, total))

        yield tell
