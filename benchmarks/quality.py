"""How often the right policy comes first, and how often nothing is said where nothing is asked: bot and BM25."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from benchmarks.matching import FULL, Size
from benchmarks.measuring import Table
from benchmarks.okapi import Okapi
from tests.corpus import the_corpus
from tests.scoring import Given, Rated, Score, ask, every_file, read_rated, score

DEV = "dev"
FIGURES = ("hit1", "hit3", "reject")

Answers = Callable[[tuple[Rated, ...]], list[Given]]


def quality(size: Size = FULL) -> Table:
    """hit1, hit3 and reject on the messages we developed with, and on those of others."""
    okapi = Okapi(the_corpus())
    dev = read_rated(DEV)[: size.rated]
    others = read_rated(*(name for name in every_file() if name != DEV))[-size.rated :]
    threshold = chosen(okapi, dev)
    answering: dict[str, Answers] = {
        "the bot": lambda rated: asyncio.run(ask(rated)),
        "BM25 with the best threshold": lambda rated: given(okapi, rated, threshold),
        "BM25 that never refuses": lambda rated: given(okapi, rated, 0.0),
    }
    return Table(
        title=f"Rated messages: dev {len(dev)}, others {len(others)}; shares",
        rows={
            name: _figures("dev", score(dev, answers(dev))) | _figures("others", score(others, answers(others)))
            for name, answers in answering.items()
        },
        note=f"BM25 refuses below {threshold:.1f}, where the mean of hit1 and reject is largest on dev.",
    )


def _figures(where: str, found: Score) -> dict[str, float]:
    return {f"{where} {figure}": found[figure] for figure in FIGURES if figure in found.values}


def given(okapi: Okapi, rated: tuple[Rated, ...], threshold: float) -> list[Given]:
    """What BM25 answers: its best policies, or none where the best scores below the threshold."""
    ranked = (okapi.ranked(message.text) for message in rated)
    return [
        Given(intent="", policies=tuple(i for i, _ in best) if best and best[0][1] >= threshold else ())
        for best in ranked
    ]


def chosen(okapi: Okapi, rated: tuple[Rated, ...]) -> float:
    """The threshold with the largest mean of hit1 and reject."""
    open_to_all = given(okapi, rated, 0.0)
    best = [okapi.ranked(message.text)[:1] for message in rated]
    tops = [found[0][1] if found else 0.0 for found in best]

    def worth(threshold: float) -> float:
        silent = Given(intent="", policies=())
        kept = [answer if top >= threshold else silent for answer, top in zip(open_to_all, tops, strict=True)]
        found = score(rated, kept)
        return sum(found[figure] for figure in ("hit1", "reject") if figure in found.values)

    return max(sorted(set(tops)), key=worth)
