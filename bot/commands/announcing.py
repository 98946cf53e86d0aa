"""The commands under `broadcast`: each imports what it needs when it runs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import structs

from bot.config import read_config
from bot.words import Words

if TYPE_CHECKING:
    from bot.commands.bulletins import Bulletins
    from bot.commands.wishes import Wish

ConfigFile = Annotated[Path, typer.Option("--config", help="Settings; config.example.toml shows them all.")]
Number = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**31 - 1, help="Its number, as `list` shows it.")]
Who = Annotated[str, typer.Option("--who", help="The staff account that does it.")]
People = Annotated[int | None, typer.Option(min=0, help="To everyone: how many that is, as a confirmation.")]
Text = Annotated[str | None, typer.Option(help="The words; of a card what stands below its title.")]
File = Annotated[Path | None, typer.Option(help="A UTF-8 file of the words instead of --text.")]
Title = Annotated[str | None, typer.Option(help="Of a card.")]
Url = Annotated[str | None, typer.Option(help="The page that says more.")]
Picture = Annotated[str | None, typer.Option(help="The address of a card's picture.")]
Notice = Annotated[str, typer.Option(metavar="TEMPLATE_ID", help="A template of the account.")]
Value = Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="What a key of the template shows.")]
Everyone = Annotated[bool, typer.Option("--everyone", help="To all followers.")]
Topic = Annotated[list[str] | None, typer.Option(help="To who subscribed to this topic.")]
District = Annotated[list[str] | None, typer.Option(help="To who subscribed to this district.")]
Unit = Annotated[list[str] | None, typer.Option(help="To who subscribed to this unit.")]
Tag = Annotated[list[str] | None, typer.Option(help="To who has this tag of the account: its name or id.")]
Reached = Annotated[list[int] | None, typer.Option(metavar="ID", help="To whom that announcement reached.")]
Way = Annotated[list[str] | None, typer.Option(help="A way it may go: custom, subscribe, template, mass, next.")]
Urgent = Annotated[bool | None, typer.Option("--urgent/--not-urgent", help="An emergency; say why by --reason.")]
Reason = Annotated[str | None, typer.Option(help="Why it is an emergency.")]
Start = Annotated[str, typer.Option(metavar="'YYYY-MM-DD HH:MM'", help="When to begin; now for once approved.")]
Days = Annotated[int | None, typer.Option(help="How many days it is worth sending.")]
Reserve = Annotated[int | None, typer.Option(help="Mass messages a month left for emergencies.")]
Ending = Annotated[bool | None, typer.Option("--ending/--no-ending", help="A last line on how to end announcements.")]
StopAt = Annotated[int | None, typer.Option(help="The share of failures, in percent, at which it pauses.")]


def build_broadcast_commands(words: Words) -> typer.Typer:
    """The commands under `broadcast`."""
    cli = typer.Typer(help="Announcements to many.", no_args_is_help=True, pretty_exceptions_enable=False)

    def run(path: Path, work: Callable[[Bulletins], Awaitable[object]]) -> None:
        from bot.commands.bulletins import open_bulletins
        from bot.logs import set_up_logs

        config = read_config(path)
        set_up_logs("error", "text")

        async def working() -> None:
            async with open_bulletins(config, words.broadcasts, say=typer.echo) as bulletins:
                await work(bulletins)

        asyncio.run(working())

    _add_looking(cli, run, stopped=words.broadcasts["stopped"])
    _add_writing(cli, run)
    _add_deciding(cli, run)
    return cli


Run = Callable[[Path, Callable[["Bulletins"], Awaitable[object]]], None]


def _add_looking(cli: typer.Typer, run: Run, *, stopped: str) -> None:
    """The commands that change nothing."""

    @cli.command("list")
    def show_all(
        config: ConfigFile, ended: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False
    ) -> None:
        """Show the announcements."""
        run(config, lambda bulletins: bulletins.list_all(ended=ended))

    @cli.command()
    def show(config: ConfigFile, number: Number) -> None:
        """Show one: words, audience, plan, whom it would reach now, counts, and the digest to approve it by."""
        run(config, lambda bulletins: bulletins.show(number))

    @cli.command()
    def report(config: ConfigFile, number: Number) -> None:
        """Show what it came to, and whether that is what the platform counted."""
        run(config, lambda bulletins: bulletins.report(number))

    @cli.command()
    def ledger(
        config: ConfigFile,
        number: Number,
        state: Annotated[str, typer.Option(help="Only these: planned, sent, arrived, failed, skipped …")] = "",
        csv: Annotated[Path | None, typer.Option("--csv", help="Write all of them into this file.")] = None,
    ) -> None:
        """Show what became of each of its audience; it names nobody."""
        run(config, lambda bulletins: bulletins.ledger(number, state, path=csv))

    @cli.command()
    def watch(
        config: ConfigFile,
        number: Number,
        minutes: Annotated[int, typer.Option(min=1, max=1440, help="Look for so long at most.")] = 60,
    ) -> None:
        """Draw how far it is until it is over; to end the looking ends nothing else."""
        from rich.console import Console

        try:
            run(config, lambda bulletins: bulletins.watch(number, minutes=minutes, screen=Console(file=sys.stderr)))
        except KeyboardInterrupt:
            typer.echo(stopped.format(id=number))


def _wish(
    text: Text = None, file: File = None, title: Title = None, url: Url = None, picture: Picture = None,
    notice: Notice = "", value: Value = None, everyone: Everyone = False, topic: Topic = None,
    district: District = None, unit: Unit = None, tag: Tag = None, reached: Reached = None, way: Way = None,
    urgent: Urgent = None, reason: Reason = None, start: Start = "", days: Days = None, reserve: Reserve = None,
    stop_at: StopAt = None, ending: Ending = None,
) -> Wish:  # fmt: skip
    """What the options of a draft say."""
    from bot.commands.wishes import Wish

    return Wish(
        text=text, file=file, title=title, url=url, picture=picture, notice=notice, values=value or (),
        everyone=everyone, topics=topic or (), districts=district or (), units=unit or (), tags=tag or (),
        reached=reached or (), ways=way or (), urgent=urgent, reason=reason, start=start, days=days,
        reserve=reserve, stop_at=stop_at, ending=ending,
    )  # fmt: skip


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command that takes the options of `_wish` after its own parameters, and gets what they say as `wish`."""
    own, asked = _parameters(command), _parameters(_wish)
    del own["wish"]

    def run(**given: Any) -> None:
        wish = _wish(**{name: given.pop(name) for name in asked})
        command(**given, wish=wish)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    every = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in (*own.values(), *asked.values())]
    vars(run)["__signature__"] = Signature(every)  # where typer looks
    return run


def _parameters(function: Callable[..., object]) -> dict[str, Parameter]:
    """What a function takes, with what typer is to know of each; a wish, loaded later, is none of its matters."""
    return dict(signature(function, eval_str=True, locals={"Wish": object}).parameters)


def _add_writing(cli: typer.Typer, run: Run) -> None:
    """The commands that write on a draft."""

    @cli.command()
    @_with_options
    def new(
        config: ConfigFile,
        who: Who,
        name: Annotated[str, typer.Option(help="What it is called among staff.")],
        wish: Wish,
    ) -> None:
        """Write a draft."""
        run(config, lambda bulletins: bulletins.new(structs.replace(wish, name=name), who))

    @cli.command()
    @_with_options
    def edit(
        config: ConfigFile, number: Number, who: Who, wish: Wish, name: Annotated[str | None, typer.Option()] = None
    ) -> None:
        """Write on it: what is not given stays. Whom it is for is replaced whole. An approval is void."""
        run(config, lambda bulletins: bulletins.edit(number, structs.replace(wish, name=name), who))

    @cli.command()
    def correct(config: ConfigFile, number: Number, who: Who) -> None:
        """Begin a draft to exactly those whom this one reached."""
        run(config, lambda bulletins: bulletins.correct(number, who))

    @cli.command()
    def test(
        config: ConfigFile,
        number: Number,
        who: Who,
        to: Annotated[list[str], typer.Option("--to", help="A staff account whose phone is bound.")],
    ) -> None:
        """Send it to phones of staff, as a test."""
        run(config, lambda bulletins: bulletins.test(number, to, who))


def _add_deciding(cli: typer.Typer, run: Run) -> None:
    """The commands that decide what becomes of it."""

    @cli.command()
    def submit(config: ConfigFile, number: Number, who: Who, people: People = None) -> None:
        """Ask another person to approve it."""
        run(config, lambda bulletins: bulletins.act("submit", number, who, people=people))

    @cli.command()
    def approve(
        config: ConfigFile,
        number: Number,
        who: Who,
        digest: Annotated[str, typer.Option(help="Of what was read: the last line of `show`.")],
        people: People = None,
    ) -> None:
        """Let it go out as it was read; somebody who did not write on it."""
        run(config, lambda bulletins: bulletins.approve(number, digest, who, people=people))

    @cli.command()
    def reject(
        config: ConfigFile, number: Number, who: Who, remark: Annotated[str, typer.Option(help="What to mend.")]
    ) -> None:
        """Return it to those who wrote it."""
        run(config, lambda bulletins: bulletins.reject(number, remark, who))

    @cli.command()
    def retry(
        config: ConfigFile,
        number: Number,
        who: Who,
        unknown: Annotated[bool, typer.Option("--unknown", help="Also those of whom nobody knows.")] = False,
    ) -> None:
        """Let those go again with whom it failed."""
        run(config, lambda bulletins: bulletins.retry(number, who, unknown=unknown))

    def add(act: str, help_: str) -> None:
        @cli.command(act, help=help_)
        def command(config: ConfigFile, number: Number, who: Who) -> None:
            run(config, lambda bulletins: bulletins.act(act, number, who))

    add("reopen", "Take it back from review, or before it begins.")
    add("discard", "Give a draft up.")
    add("pause", "Hand nothing more on, and take back what nobody has begun.")
    add("resume", "Go on.")
    add("cancel", "Send nothing more; what went out cannot be called back.")
