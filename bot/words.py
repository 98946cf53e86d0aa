"""What the machine needs said for it in the office's language, handed over by `main.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.differences import Difference
from bot.notices import Told, Wording
from bot.policies import AnyBenefit, Policy


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of the places that are not handlers.

    name       what the account is called
    describe   a benefit in one line, for the public pages
    checkup    what the doctor says for each of its findings: a name to a sentence with {detail}
    lint       and what the check of the rules says for each of its own
    gives      what a new policy gives, line by line
    changes    what has changed in a policy, line by line
    outbox     what the outbox command says: a name to a sentence
    notice     what one follower is told of one fact or several on a day; the last is the public pages' address or empty
    """

    name: str
    describe: Callable[[AnyBenefit], str]
    checkup: Mapping[str, str]
    lint: Mapping[str, str]
    outbox: Mapping[str, str]
    gives: Callable[[Policy], tuple[str, ...]]
    changes: Callable[[Sequence[Difference]], tuple[str, ...]]
    notice: Callable[[Sequence[Told], date, str], Wording]
