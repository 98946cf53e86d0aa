"""The commands for a deployment's data as a whole, on the command line: backup and restore."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.config import read_config

ConfigFile = Annotated[Path, typer.Option("--config", help="Settings; config.example.toml shows them all.")]


def add_keeping_commands(cli: typer.Typer) -> None:
    """Put them beside the others."""

    @cli.command()
    def backup(
        config: ConfigFile,
        to: Annotated[str, typer.Option("--to", metavar="FILE.huiqi", help="Where to; {time} in its name is now.")],
        keep: Annotated[int, typer.Option(min=0, max=10_000, help="Leave so many files of that name.")] = 0,
    ) -> None:
        """Write the whole database into one file, while the bot goes on answering, and read it again."""
        from bot.backups import back_up

        path, removed = asyncio.run(back_up(read_config(config), to, keep=keep))
        for old in removed:
            typer.echo(f"{old} is removed.")
        typer.echo(f"{path} is written and was read again. It names followers: keep it as you keep the database.")

    @cli.command()
    def restore(
        source: Annotated[Path, typer.Option("--from", metavar="FILE.huiqi", help="A backup; it is only read.")],
        config: ConfigFile,
    ) -> None:
        """Fill an empty database with a backup; nothing is sent until `outbox --resume` says so."""
        from bot.backups import restore as run

        manifest = asyncio.run(run(read_config(config), source))
        typer.echo(f"The database is as it was at {manifest.moment}. Nobody is written to until you have looked what")
        typer.echo("waits (`outbox`) and let each channel go on (`outbox --resume CHANNEL`).")
