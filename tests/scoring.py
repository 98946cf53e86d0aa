"""How well answers fit rated messages: the figures that tests and benchmarks hold the bot to.

Beside those of `bot.editions.rated`:
answer_<kind>  of contacts, validity and sums: every phone, day and sum of the rated answer stands in the reply
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bot.context import Office
from bot.editions.rated import judge
from bot.replies import Say, visible
from tests.handlers.talk import Talk

FOLDER = Path(__file__).parent / "rated"
HAVE_FIGURES = frozenset({"contact", "expiry", "amount"})
PHONE = re.compile(r"(?<!\d)(?:1\d{10}|\d{8})(?!\d)")
DAY = re.compile(r"(\d{4})[年/.-](\d{1,2})[月/.-](\d{1,2})")
# A sum is told by 元, or by 万 or 亿 that count no land, weight or volume.
SUM = re.compile(r"(\d+(?:\.\d+)?)(?:(万亿|亿|万)?元|(亿|万)(?![元\d亩吨方]))")
SEPARATOR = re.compile(r" |(?<=\d),(?=\d{3}(?!\d))")  # within a number
SCALES = {"": 1.0, "万": 1e4, "亿": 1e8, "万亿": 1e12}


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """A message with what a competent clerk would answer; `acceptable` policies are relevant but not first."""

    id: str
    text: str
    intent: str
    expect: tuple[str, ...] = ()
    acceptable: tuple[str, ...] = ()
    acceptable_intents: tuple[str, ...] = ()
    answer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Given:
    """What was answered: the intent, the policies, best first, and the words as the follower sees them."""

    intent: str
    policies: tuple[str, ...]
    reply: str = ""


@dataclass(frozen=True)
class Score:
    """For each figure the value of every message it applies to, as (message id, 0 … 1)."""

    values: dict[str, list[tuple[str, float]]] = field(default_factory=lambda: defaultdict(list))

    def __getitem__(self, figure: str) -> float:
        """The mean of a figure; KeyError where it applies to no message."""
        if figure not in self.values:
            raise KeyError(figure)
        values = [value for _, value in self.values[figure]]
        return sum(values) / len(values)

    def below(self, floors: dict[str, float]) -> dict[str, str]:
        """The figures that miss their floor, each with its value and the messages that fell short."""
        missed = {figure: floor for figure, floor in floors.items() if self[figure] < floor}
        short = {figure: " ".join(name for name, value in self.values[figure] if value < 1) for figure in missed}
        return {figure: f"{self[figure]:.4f} < {floor}: {short[figure]}" for figure, floor in missed.items()}


def read_rated(*names: str) -> tuple[Rated, ...]:
    """The messages of files of FOLDER, by their names without ending."""
    lines = (line for name in names for line in (FOLDER / f"{name}.jsonl").read_bytes().splitlines())
    return tuple(msgspec.json.decode(line, type=Rated) for line in lines if line.strip())


def every_file() -> tuple[str, ...]:
    """The names of all files of rated messages."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.jsonl")))


async def ask(rated: Iterable[Rated]) -> list[Given]:
    """What the bot says to each message on 22 November 2026, as the first of a follower, without public pages."""
    given = []
    for message in rated:
        answer = await Talk(office=Office()).say(message.text)
        words = visible(answer.reply.text) if isinstance(answer.reply, Say) else ""
        given.append(Given(intent=answer.intent, policies=answer.policies, reply=words))
    return given


def score(rated: Iterable[Rated], given: Iterable[Given]) -> Score:
    """The figures of answers, one for each message, in order."""
    score = Score()
    for message, answer in zip(rated, given, strict=True):
        for figure, value in _judged(message, answer):
            score.values[figure].append((message.id, value))
    return score


def _judged(message: Rated, answer: Given) -> Iterator[tuple[str, float]]:
    yield from judge(message, answer.intent, answer.policies)
    needed = figures(message.answer or "")
    if needed and message.intent in HAVE_FIGURES:
        yield f"answer_{message.intent}", float(needed <= figures(answer.reply))


def figures(text: str) -> frozenset[str]:
    """The phones, days and sums of a text, each in one spelling."""
    plain = SEPARATOR.sub("", unicodedata.normalize("NFKC", text))
    days = {f"{year}-{int(month)}-{int(day)}" for year, month, day in DAY.findall(plain)}
    sums = {f"{float(number) * SCALES[before or alone]:.2f}" for number, before, alone in SUM.findall(plain)}
    return frozenset(PHONE.findall(plain)) | days | sums
