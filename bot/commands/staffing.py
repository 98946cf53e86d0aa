"""The commands under `staff`: each imports what it needs when it runs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.config import read_config
from bot.words import Words

if TYPE_CHECKING:
    from bot.commands.accounts import Accounts

ROLES = ("viewer", "editor", "approver", "admin")
ConfigFile = Annotated[Path, typer.Option("--config", help="Settings; config.example.toml shows them all.")]
Name = Annotated[str, typer.Argument(help="What is typed at sign-in, such as zhang.wei.")]
Password = Annotated[bool, typer.Option("--password", help="Ask for a password here instead of printing a link.")]


def build_staff_commands(words: Words) -> typer.Typer:
    """The commands under `staff`."""
    said = words.staff
    cli = typer.Typer(help="Accounts of the staff's console.", no_args_is_help=True, pretty_exceptions_enable=False)

    def run(path: Path, work: Callable[[Accounts], Awaitable[str]]) -> None:
        from bot.commands.accounts import open_accounts

        async def working() -> str:
            async with open_accounts(read_config(path), said) as accounts:
                return await work(accounts)

        typer.echo(asyncio.run(working()))

    @cli.command()
    def add(
        config: ConfigFile,
        name: Name,
        display: Annotated[str, typer.Option("--display", help="The name that colleagues see.")] = "",
        role: Annotated[str, typer.Option("--role", help=f"One of {', '.join(ROLES)}.")] = ROLES[0],
        password: Password = False,
    ) -> None:
        """Make an account and print the link by which its owner sets a password."""
        if role not in ROLES:
            raise typer.BadParameter(f"--role {role}: must be one of {', '.join(ROLES)}")
        given = _ask(said) if password else ""

        async def work(accounts: Accounts) -> str:
            member = await accounts.add(name, display, role=role, password=given)
            return await accounts.let_in(member, given, sentence="invited")

        run(config, work)

    @cli.command()
    def reset(
        config: ConfigFile,
        name: Name,
        password: Password = False,
        second_factor: Annotated[
            bool, typer.Option("--second-factor", help="Take the second factor away as well.")
        ] = False,
    ) -> None:
        """End somebody's password and print the link that sets another."""
        given = _ask(said) if password else ""

        async def work(accounts: Accounts) -> str:
            member = await accounts.named(name)
            lines = [await accounts.let_in(member, given, sentence="reset")]
            if second_factor:
                await accounts.remove_second_factor(member)
                lines.insert(0, said["factor_removed"].format(name=member.name))
            return "\n".join(lines)

        run(config, work)

    def switch(config: Path, name: str, *, disabled: bool) -> None:
        async def work(accounts: Accounts) -> str:
            member = await accounts.named(name)
            await accounts.set_disabled(member, disabled)
            return said["disabled" if disabled else "enabled"].format(name=member.name)

        run(config, work)

    @cli.command()
    def disable(config: ConfigFile, name: Name) -> None:
        """Close an account; what it did stays known."""
        switch(config, name, disabled=True)

    @cli.command()
    def enable(config: ConfigFile, name: Name) -> None:
        """Open a closed account again."""
        switch(config, name, disabled=False)

    @cli.command("list")
    def show(config: ConfigFile) -> None:
        """Show all accounts."""

        async def work(accounts: Accounts) -> str:
            from bot.commands.accounts import line

            members = await accounts.staff.everyone()
            return "\n".join(line(member, said) for member in members) or said["nobody"]

        run(config, work)

    return cli


def _ask(said: Mapping[str, str]) -> str:
    """A password typed twice without being shown; from a pipe, its first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(said["prompt"], hide_input=True, confirmation_prompt=said["again"]))
