"""The commands for a deployment as a whole, on the command line: backup, restore, and an account that moves in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.config import read_config
from bot.routing import Router
from bot.words import Words

ConfigFile = Annotated[Path, typer.Option("--config", help="Settings; config.example.toml shows them all.")]


def _save(config: Path, to: str, keep: int) -> None:
    from bot.commands.backups import back_up

    path, removed = asyncio.run(back_up(read_config(config), to, keep=keep))
    for old in removed:
        typer.echo(f"{old} is removed.")
    typer.echo(f"{path} is written and was read again. It names followers: keep it as you keep the database.")


def _save_nightly(config: Path, to: str, *, keep: int, at: str) -> None:
    from bot.commands.nightly import run_nightly, time_of_day

    asyncio.run(run_nightly(read_config(config), to, at=time_of_day(at), keep=keep))


def _note(config: Path, taken: str, failed: str) -> None:
    from bot.commands.backups import note

    moment = asyncio.run(note(read_config(config), taken, failed=failed)).isoformat(sep=" ", timespec="seconds")
    said = (
        f"that a backup failed at {moment}" if failed else f"of a backup of {moment}, which nobody has read again here"
    )
    typer.echo(f"The database knows {said}.")


def add_keeping_commands(cli: typer.Typer, router: Router, words: Words) -> None:
    """Put them beside the others."""

    @cli.command()
    def backup(
        config: ConfigFile,
        to: Annotated[
            str, typer.Option("--to", metavar="FILE.huiqi", help="Where to; {time} in its name is now.")
        ] = "",
        keep: Annotated[int, typer.Option(min=0, max=10_000, help="Leave so many files of that name.")] = 0,
        nightly: Annotated[
            str, typer.Option(metavar="HH:MM", help="With --to: go on, and do it each night at that time in Shanghai.")
        ] = "",
        noted: Annotated[
            str, typer.Option(metavar="TIME", help="Write nothing: note that pg_dump or a snapshot began then, or now.")
        ] = "",
        failed: Annotated[str, typer.Option(metavar="REASON", help="With --noted: that it failed, and why.")] = "",
    ) -> None:
        """Write the whole database into one file, while the bot goes on answering, and read it again."""
        if bool(to) == bool(noted) or (failed and not noted) or ((keep or nightly) and noted):
            raise typer.BadParameter("give --to FILE with --keep and --nightly, or --noted TIME with --failed")
        if noted:
            _note(config, noted, failed)
        elif nightly:
            _save_nightly(config, to, keep=keep, at=nightly)
        else:
            _save(config, to, keep)

    @cli.command()
    def restore(
        source: Annotated[Path, typer.Option("--from", metavar="FILE.huiqi", help="A backup; it is only read.")],
        config: ConfigFile,
    ) -> None:
        """Fill an empty database with a backup; nothing is sent until `outbox --resume` says so."""
        from bot.commands.backups import restore as run

        manifest = asyncio.run(run(read_config(config), source))
        typer.echo(f"The database is as it was at {manifest.moment}. Nobody is written to until you have looked what")
        typer.echo("waits (`outbox`) and let each channel go on (`outbox --resume CHANNEL`).")

    @cli.command("move-in")
    def move_in(
        config: ConfigFile,
        to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where what was before is kept.")] = Path(
            "move-in"
        ),
        who: Annotated[str, typer.Option(help="The staff account that keeps the texts as answers at hand.")] = "",
        back: Annotated[bool, typer.Option("--back", help="Put the menu of before back.")] = False,
        partly: Annotated[bool, typer.Option("--partly", help="With --back: without what cannot be put back.")] = False,
    ) -> None:
        """Say what an account that answered by itself would lose, keep it, and say what the bot answers instead."""
        from bot.commands.arriving import move_back
        from bot.commands.arriving import move_in as run
        from bot.logs import set_up_logs

        settings = read_config(config)
        set_up_logs("error", "text")
        if back:
            asyncio.run(move_back(settings, to, partly=partly, words=words, say=typer.echo))
        else:
            asyncio.run(run(settings, to, router, words=words, who=who, say=typer.echo))
