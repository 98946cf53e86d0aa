"""What staff write to a follower by hand: while the window is open, by the outbox, each with its entry of the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.console.visit import Visit
from bot.replies import TEXT_LIMIT
from bot.store.correspondence import Sent

MOST = 50  # followers that are written to at once
NAME = 6  # digits of a follower's name


@dataclass(frozen=True)
class Window:
    """For how many seconds somebody may still be written to, and how many times; nothing of both where not."""

    seconds: float = 0.0
    left: int = 0

    @property
    def is_open(self) -> bool:
        """Whether they may be written to."""
        return self.seconds > 0 and self.left > 0


def name_of(visit: Visit, openid: str) -> str:
    """What a follower is called here: a few digits of a keyed hash, so that one is told from another and not found."""
    return visit.desk.keys.digest("follower", openid)[:NAME].upper()


def window(visit: Visit, until: float, left: int) -> Window:
    """What is left of a window."""
    seconds = max(0.0, until - visit.time)
    return Window(seconds, left) if seconds and left > 0 else Window()


def faults(visit: Visit, keys: Iterable[str]) -> dict[str, str]:
    """What is wrong with the form of a letter."""
    text, errors = visit.form.get("text"), {}
    if not text:
        errors["text"] = "missing"
    elif len(text.encode()) > TEXT_LIMIT:
        errors["text"] = "long"
    chosen = list(keys)
    if not chosen:
        errors["key"] = "nobody"
    elif len(chosen) > MOST:
        errors["key"] = "too_many"
    return errors


async def write(visit: Visit, keys: Iterable[str]) -> Counter[Sent]:
    """Write what the form says to whoever sent these messages, to each once; what became of the letters."""
    talk, text = visit.desk.talk, visit.form.get("text")
    found: Counter[Sent] = Counter()
    written: set[str] = set()
    for key in dict.fromkeys(keys):
        openid = await talk.correspondence.who(key) if talk.may_write else ""
        if openid in written:
            continue
        written.add(openid)
        told = visit.entry("letter.written", name_of(visit, openid), after={"text": text})
        found[await talk.correspondence.write(key, text, time=visit.time, told=told)] += 1
    return found


def said_of(found: Counter[Sent]) -> tuple[str, dict[str, int]]:
    """The message that tells what became of letters, with its numbers."""
    entered, other = found[Sent.ENTERED] + found[Sent.TWICE], found[Sent.CLOSED] + found[Sent.GONE]
    if not entered:
        return "letter_not_sent", {}
    return ("letters_partly" if other else "letters_sent"), {"count": entered, "other": other}
