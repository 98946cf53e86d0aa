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
    staff      what the command line says of accounts: a name to a sentence with its gaps
    importing  what is said of a file that is read: a name to a sentence with its gaps
    lint       and what the check of the rules says for each of its own
    gives      what a new policy gives, line by line
    changes    what has changed in a policy, line by line
    arriving   what is said to whoever brings an account that answered by itself: a name to a sentence with its gaps
    outbox     what the outbox command says: a name to a sentence
    broadcasts what the commands under `broadcast` say: a name to a sentence with its gaps
    notice     what one follower is told of one fact or several on a day; the last is the public pages' address or empty
    """

    name: str
    describe: Callable[[AnyBenefit], str]
    checkup: Mapping[str, str]
    staff: Mapping[str, str]
    importing: Mapping[str, str]
    lint: Mapping[str, str]
    arriving: Mapping[str, str]
    outbox: Mapping[str, str]
    broadcasts: Mapping[str, str]
    gives: Callable[[Policy], tuple[str, ...]]
    changes: Callable[[Sequence[Difference]], tuple[str, ...]]
    notice: Callable[[Sequence[Told], date, str], Wording]
