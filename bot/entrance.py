"""The way in: a server is started at once, any other command is read by the command line.

What reads arguments for people (typer, on pydantic) costs a server 0.15 seconds and 12 MB for the one line that every
unit and container starts it with. That line is known here; whatever is spelled otherwise goes the long way, to the same
end.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.errors import BotError
from bot.routing import Router
from bot.words import Words


def enter(router: Router, words: Words, arguments: Sequence[str] | None = None) -> None:
    """Do what the arguments say, the program's own where none are given, for a bot that says what `router` says.

    `main.py` has the collector wait until all is loaded: a server lets it begin once it serves, any other command here.
    """
    match arguments or sys.argv[1:]:
        case [("serve" | "worker") as command, "--config", path]:
            from bot.serving import run

            try:
                run(command, Path(path), router, words)
            except BotError as error:
                sys.stderr.write(f"{error}\n")
                sys.exit(2)
        case others:
            from bot.cli import build_cli

            gc.enable()
            build_cli(router, words)(others)
