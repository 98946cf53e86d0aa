"""What the machine needs said for it in the office's language, handed over by `main.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.policies import AnyBenefit


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of the places that are not handlers.

    name       what the account is called
    describe   a benefit in one line, for the public pages
    checkup    what the doctor says for each of its findings: a name to a sentence with {detail}
    lint       and what the check of the rules says for each of its own
    """

    name: str
    describe: Callable[[AnyBenefit], str]
    checkup: Mapping[str, str]
    lint: Mapping[str, str]
