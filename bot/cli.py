"""The commands. Each imports what it needs when it runs, so that `ask` does not wait for a database driver."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bot.clock import SHANGHAI
from bot.commands.announcing import build_broadcast_commands
from bot.commands.housekeeping import add_keeping_commands
from bot.commands.staffing import build_staff_commands
from bot.config import Config, read_config
from bot.corpus import Corpus, read_corpus
from bot.errors import BotError, Temporary
from bot.ranking import find
from bot.replies import Answer, Say, visible
from bot.routing import Router
from bot.words import Words

LOOK_AT_THE_NETWORK = "check this server's network, DNS and firewall, then run `check`"
BLANK = b" \t\r\n\xef\xbb\xbf"  # what may stand around a line, a mark of byte order among it
ConfigFile = Annotated[Path, typer.Option("--config", help="Settings; config.example.toml shows them all.")]


class Asked(msgspec.Struct, frozen=True):
    """A line of `ask --batch`."""

    id: int | str
    text: str


class Told(msgspec.Struct, frozen=True):
    """A line that answers it."""

    id: int | str
    intent: str
    policies: tuple[str, ...]
    reply: str


def build_cli(router: Router, words: Words) -> Callable[..., None]:
    """The command line of a bot that says what `router` says: a call runs one command, the program's own by default."""
    cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

    cli.add_typer(build_staff_commands(words), name="staff")
    cli.add_typer(build_broadcast_commands(words), name="broadcast")

    @cli.callback()
    def about() -> None:
        """Huiqi: a WeChat official-account bot for the policies that support enterprises."""

    @cli.command()
    def ask(
        text: Annotated[str, typer.Argument(help="A message, as a follower would type it.")] = "",
        today: Annotated[str, typer.Option(help="Answer as of this day, YYYY-MM-DD.")] = "",
        batch: Annotated[bool, typer.Option("--batch", help='Read {"id","text"} lines, write answers.')] = False,
        explain: Annotated[bool, typer.Option("--explain", help="Say how the answer came about.")] = False,
        data: Annotated[Path, typer.Option(help="The corpus.")] = Path(__file__).parent.parent / "data",
    ) -> None:
        """Answer one message, or many, without an account and without history: from the files of --data, not from what
        was published, which `export` writes as such files."""
        corpus, now = read_corpus(data), _moment(today)
        if batch:
            if not _answer_all(sys.stdin.buffer, router, corpus, now):
                raise typer.Exit(2)
        elif text and explain:
            from bot.explain import explain as lines

            typer.echo("\n".join(lines(find(text, corpus, now.date()), corpus)))
        elif text:
            typer.echo(_said(asyncio.run(router.speak(text, corpus, now))))
        else:
            raise typer.BadParameter("give a TEXT, or --batch")

    @cli.command()
    def demo(
        host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8080,
        database: Annotated[
            str, typer.Option(metavar="FILE_OR_URL", help="Where to keep the demo's data; a temporary file by default.")
        ] = "",
        quiet: Annotated[
            bool, typer.Option("--quiet/--no-quiet", help="Keep the quiet hours and days of rest.")
        ] = True,
    ) -> None:
        """Run the bot with an emulated WeChat: no account needed."""
        from bot.demo import run_demo

        asyncio.run(run_demo(router, words, host=host, port=port, database=database, quiet=quiet))

    @cli.command()
    def serve(config: ConfigFile) -> None:
        """Answer the platform's callback, serve the pages, send what waits."""
        from bot.serving import run

        run("serve", config, router, words)

    @cli.command()
    def worker(config: ConfigFile) -> None:
        """Send what waits and finish what a dead process began, without listening."""
        from bot.serving import run

        run("worker", config, router, words)

    @cli.command()
    def migrate(config: ConfigFile) -> None:
        """Bring the database to this version."""
        from bot.store.database import migrate as run

        asyncio.run(run(read_config(config).database.url))
        typer.echo("The database is ready: it has this program's version.")

    @cli.command()
    def copy(
        source: Annotated[str, typer.Option("--from", metavar="URL", help="The database to read; it is only read.")],
        target: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database; it is migrated first.")],
    ) -> None:
        """Move a deployment to another database; a url as in the settings, or env:NAME or file:PATH."""
        from bot.commands.moving import move

        rows = asyncio.run(move(source, target))
        typer.echo(f"All {rows:,} rows are the same on both sides. Set the new url under [database] and start.")

    add_keeping_commands(cli, router, words)

    @cli.command()
    def export(
        config: ConfigFile, folder: Annotated[Path, typer.Argument(help="A new folder, or an earlier export.")]
    ) -> None:
        """Write the corpus in force as files, which imported again give the same version."""
        from bot.commands.export import export_corpus as run

        number, many = asyncio.run(run(_quietly(config), folder))
        typer.echo(f"Edition {number} is written to {folder}: {many} files.")

    @cli.command("import")
    def import_(
        file: Annotated[Path, typer.Argument(help="An .xlsx, .csv, .docx, .txt or .pdf file of policies.")],
        config: ConfigFile,
        source: Annotated[str, typer.Option(help="Whose policies they are: the part of their ids before -N.")] = "",
        who: Annotated[str, typer.Option(help="The staff account that brings them in; another one publishes.")] = "",
        dry: Annotated[bool, typer.Option("--dry-run", help="Say what the file holds, and store nothing.")] = False,
    ) -> None:
        """Read a file of policies, say what is wrong or would change, and store it as drafts."""
        from bot.commands.importing import import_file as run

        settings = _quietly(config)
        well = asyncio.run(run(settings, file, words, say=typer.echo, source=source, who=who, dry=dry))
        raise typer.Exit(0 if well else 1)

    @cli.command()
    def check(config: ConfigFile) -> None:
        """Look over settings, database, corpus, token and callback, and say what is wrong."""
        from bot.commands.checkup import run_checkup

        settings = _quietly(config)
        healthy = asyncio.run(run_checkup(settings, words, typer.echo))
        raise typer.Exit(0 if healthy else 1)

    @cli.command()
    def lint(data: Annotated[Path, typer.Option(help="The corpus.")] = Path(__file__).parent.parent / "data") -> None:
        """Look over the rules of the corpus, and say which have no figure, no text, no base, or contradict."""
        from bot.editions.lint import run_lint

        raise typer.Exit(0 if run_lint(read_corpus(data), words, typer.echo) else 1)

    @cli.command()
    def remarks(
        config: ConfigFile, many: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 100
    ) -> None:
        """Show what followers asked staff and complained of, one JSON line each."""
        from bot.commands.errands import read_remarks as run

        found = asyncio.run(run(read_config(config), many))
        if not found:
            typer.echo("Nobody said anything for staff in the days that are kept.", err=True)
        for kept in found:
            when = datetime.fromtimestamp(kept.created, SHANGHAI).isoformat(timespec="seconds")
            shown = {"when": when, "kind": kept.kind, "text": kept.text, "about": kept.about}
            typer.echo(msgspec.json.encode(shown).decode())

    @cli.command()
    def correct(
        config: ConfigFile,
        policy: Annotated[str, typer.Argument(metavar="POLICY_ID", help="The policy, such as q91-1.")],
        note: Annotated[str, typer.Option(help="What was wrong and what is right, in the words people will read.")],
    ) -> None:
        """Tell everybody who was answered with a policy, in the days that are kept, that it was wrong."""
        from bot.commands.corrections import correct as run

        typer.echo(asyncio.run(run(_quietly(config), words, policy, note=note)))

    @cli.command()
    def publish(config: ConfigFile) -> None:
        """Publish an edition of the corpus again that was replaced by another, as after taking a change back."""
        from bot.commands.errands import publish as run

        typer.echo(asyncio.run(run(_quietly(config), words)))

    @cli.command()
    def outbox(
        config: ConfigFile,
        state: Annotated[str, typer.Option(help="List rows in this state: failed, unknown, waiting, sent …")] = "",
        retry: Annotated[list[int] | None, typer.Option(metavar="ID", help="Send this row again.")] = None,
        resume: Annotated[str, typer.Option(metavar="CHANNEL", help="Let this channel go on.")] = "",
        many: Annotated[int, typer.Option(min=1, max=10_000, help="How many rows, newest first.")] = 20,
    ) -> None:
        """Say what waits, what failed and why; send again what a person has looked into."""
        from bot.commands.ledger import run_ledger

        running = run_ledger(
            _quietly(config), words, typer.echo, state=state, many=many, retry=retry or (), resume=resume
        )
        raise typer.Exit(0 if asyncio.run(running) else 1)

    @cli.command()
    def menu(config: ConfigFile) -> None:
        """Put the corpus's menu in place of the account's."""
        from bot.commands.errands import put_menu

        settings = _quietly(config)
        try:
            asyncio.run(put_menu(settings))
        except Temporary as error:
            raise BotError(
                f"{settings.wechat.api_base_url} does not answer ({error}); {LOOK_AT_THE_NETWORK}"
            ) from error
        typer.echo("The menu is set; followers see it within five minutes.")

    def run(arguments: Sequence[str] | None = None) -> None:
        try:
            cli(arguments)
        except BotError as error:
            typer.echo(f"{error}", err=True)
            sys.exit(2)

    return run


def _quietly(path: Path) -> Config:
    """The settings of a command that speaks to a person: of the logs only errors stand beside its lines."""
    from bot.logs import set_up_logs

    config = read_config(path)
    set_up_logs("error", "text")
    return config


def _moment(today: str) -> datetime:
    if not today:
        return datetime.now(SHANGHAI)
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", today):
            raise ValueError(today)
        return datetime.combine(date.fromisoformat(today), time(10), SHANGHAI)
    except ValueError as error:
        raise typer.BadParameter(f"--today {today}: must be a day such as 2026-11-22") from error


def _said(answer: Answer) -> str:
    return visible(answer.reply.text) if isinstance(answer.reply, Say) else ""


def _answer_all(lines: Iterable[bytes], router: Router, corpus: Corpus, now: datetime) -> bool:
    """Write one answer for each line, in order, and a complaint for each that is none; whether all had an answer."""
    well = True
    with asyncio.Runner() as runner:
        for number, line in enumerate(lines, 1):
            if not line.strip(BLANK):
                continue
            try:
                asked = _asked(line)
            except (ValueError, RecursionError) as error:
                typer.echo(f'line {number}: must be {{"id": …, "text": …}}: {error}', err=True)
                well = False
                continue
            answer = runner.run(router.speak(asked.text, corpus, now))
            told = Told(id=asked.id, intent=answer.intent, policies=answer.policies, reply=_said(answer))
            sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
            sys.stdout.buffer.flush()
    return well


def _asked(line: bytes) -> Asked:
    """A line of a batch as other programs write them: with a mark of byte order, with halves of characters."""
    document = json.loads(line.strip(BLANK).decode())
    halves = json.dumps(document, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return msgspec.convert(json.loads(halves), Asked)
