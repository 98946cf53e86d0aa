"""The benchmarks run and say what they promise, at a size that takes no time; how fast anything is, they tell alone."""

from __future__ import annotations

import math
import random
import sys
from functools import partial
from importlib.util import find_spec
from xml.etree import ElementTree

import pytest
import uvloop

from benchmarks.__main__ import BENCHMARKS, FAULTS, main, read
from benchmarks.broadcast import Size as Broadcast
from benchmarks.broadcast import entering, sending
from benchmarks.chart import draw
from benchmarks.growing import Size as Growing
from benchmarks.growing import policies, starting, volume
from benchmarks.job import Contest, job, started
from benchmarks.job import Size as Job
from benchmarks.matching import Size, first_characters, growth, questions
from benchmarks.measuring import Table, by_turns, cost
from benchmarks.okapi import Okapi
from benchmarks.picture import picture
from benchmarks.quality import chosen, given, quality
from benchmarks.soak import Record, Sample, slope
from benchmarks.soak import table as soaked_table
from benchmarks.words import LONGEST, QUESTION, SHORTEST, Writer, common
from bot.errors import Forged
from tests.corpus import the_corpus
from tests.scoring import Rated
from tests.small import small_corpus

TINY = Size(few=5, many=50, middle=40, narrow=2, wide=20, texts=3, rounds=2, rated=20)
MISSING = [name for name in ("ahocorasick_rs", "daachorse") if find_spec(name) is None]


def check(table: Table, *columns: str) -> None:
    """It has these columns in every row, with figures, and can be printed."""
    assert table.rows
    assert {tuple(row) for row in table.rows.values()} == {columns}
    assert all(value >= 0 or math.isnan(value) for row in table.rows.values() for value in row.values())
    lines = list(table.lines())
    assert lines[0] == table.title
    assert len(lines) >= 2 + len(table.rows)
    assert max(map(len, lines)) <= 120


def test_growth() -> None:
    """Few keywords and many: time of a look-up and of a reading, what is found, and what building takes."""
    table = growth(TINY)
    check(table, "find µs", "find ÷", "read µs", "read ÷", "matches", "build s", "memory MB")
    few, many, alike = table.rows
    assert (few, many) == ("5", "50")
    assert table.rows[few]["find ÷"] == table.rows[few]["read ÷"] == 1
    assert table.rows[many]["matches"] >= table.rows[few]["matches"] == table.rows[alike]["matches"] > 0


def test_first_characters() -> None:
    """Few first characters and many, for bytes and for characters."""
    table = first_characters(TINY)
    check(table, "2 first", "20 first", "÷")
    assert list(table.rows) == ["Matcher", "pyahocorasick over characters"]


def test_questions() -> None:
    """The automaton, BM25 and the whole path on the rated questions."""
    table = questions(TINY)
    check(table, "p50 µs", "p50 ÷", "p99 µs", "p99 ÷")
    assert list(table.rows) == ["Matcher.find alone", "bigram BM25", "bot.ranking.look_up"]
    assert table.rows["Matcher.find alone"]["p50 ÷"] == 1


def test_quality() -> None:
    """Shares of the bot and of BM25 on both kinds of messages."""
    table = quality(TINY)
    assert list(table.rows) == ["the bot", "BM25 with the best threshold", "BM25 that never refuses"]
    assert all(0 <= value <= 1 for row in table.rows.values() for value in row.values())
    assert {"dev hit1", "dev hit3"} <= set(table.rows["the bot"])


def test_rivals(capfd: pytest.CaptureFixture[str]) -> None:
    """Every engine on every dictionary, beside ours, which is there twice; needs what `make bench` installs."""
    if MISSING:
        reason = f"the benchmark of rivals DID NOT RUN: {', '.join(MISSING)} not installed, `make bench` does that"
        with capfd.disabled():
            sys.stdout.write(f"\n{reason}\n")
        pytest.skip(reason)
    from benchmarks.rivals import AGAIN, ENGINES, OURS, rivals

    table = rivals(TINY)
    check(table, "5 µs", "5 ÷", "40 µs", "40 ÷", "corpus µs", "corpus ÷", "build 40 ÷")
    assert list(table.rows) == list(ENGINES)
    assert table.rows[OURS]["corpus ÷"] == 1
    assert AGAIN in table.rows


def test_sending() -> None:
    """Rows go through the outbox to a sink in another process, beside a client that keeps nothing."""
    table = sending(Broadcast(messages=150, rounds=1, receivers=0))
    check(table, "msg/s", "÷ bare")
    assert table.rows["bare aiohttp client, nothing kept"]["÷ bare"] == 1
    assert table.rows["the outbox, a durable row each"]["÷ bare"] > 0


def test_job() -> None:
    """The bot, the bare server and whichever rivals are installed, every answer that is looked at the right one."""
    table = job(Job(bare=60, life=60, talk=40, unseen=10, others=10, rounds=1, seconds=0.2))
    check(table, "msg/s", "÷ bare", "cpu µs", "cpu ÷", "p50 ms", "p99 ms")
    bare, *others = table.rows
    assert table.rows[bare]["÷ bare"] == 1
    assert [name.split(",")[0] for name in others[:3]] == ["Huiqi"] * 3
    assert len(others) == 3 + 2 * (find_spec("werobot") is not None)


def test_a_wrong_answer_ends_the_run() -> None:
    """Connections that are open at that moment hold nobody up."""
    with started("-m", "benchmarks.competitors", "bare") as bare:
        assert bare.stdout is not None
        port = int(bare.stdout.readline())
        size = Job(bare=10, life=10, talk=10, unseen=10, others=10, rounds=1, seconds=0.1)
        contest = Contest(size, {"bare": port, "bot": port}, {"bare": bare.pid, "bot": bare.pid})
        with pytest.raises(Forged):
            uvloop.run(contest.run())


def test_starting() -> None:
    """A bot from nothing to its first answer and at rest, beside an interpreter with the libraries."""
    table = starting(Growing(starts=1))
    check(table, "seconds", "cpu s", "memory MB")
    alone, first, rest = table.rows.values()
    assert alone["memory MB"] < first["memory MB"]
    assert first["cpu s"] <= rest["cpu s"]


def test_volume() -> None:
    """Few followers and rows, many followers, many rows: what one message takes."""
    table = volume(Growing(few=20, many=60, messages=20, rounds=1))
    check(table, "cpu µs", "÷ few")
    assert len(table.rows) == 3


def test_policies() -> None:
    """The same questions with more policies beside the real ones."""
    table = policies(Growing(policies=200, texts=5, rounds=2))
    check(table, "words", "p50 µs", "p99 µs", "no set p99 µs", "÷ few")
    assert list(table.rows)[1] == "200"


def test_the_chart_shows_each_competitor() -> None:
    """Two bars for each, no wider than the picture, and names that are no markup."""
    rows = {"bare": {"÷ bare": 1.0, "cpu ÷": 1.0}, "a < b": {"÷ bare": 0.5, "cpu ÷": 4.0}}
    picture = draw(rows, "Job")
    assert picture.count('height="9"') == 4
    assert "a &lt; b" in picture
    assert 'width="105"' in picture


def test_entering() -> None:
    """Rows for everybody, page by page, while another connection looks how long it may not write."""
    table = entering(Broadcast(messages=0, rounds=0, receivers=12_000))
    check(table, "seconds", "longest lock ms", "memory MB")


def test_keywords_are_nested_and_the_same_every_time() -> None:
    """A smaller dictionary is the beginning of a larger one; lengths are those of keywords."""
    words = Writer().keywords(200)
    assert len(set(words)) == 200
    assert words[:20] == Writer().keywords(20)
    assert {SHORTEST, LONGEST} <= {len(word) for word in words} <= set(range(SHORTEST, LONGEST + 1))
    assert len(common()) == 3755


def test_first_characters_are_as_many_as_asked_for() -> None:
    """Each begins as many words as the others."""
    words = Writer().spread(100, 20)
    assert len({word[0] for word in words}) == 20
    assert len(set(words)) == 100


def test_questions_hold_keywords() -> None:
    """A question has its length and begins with a word of the dictionary."""
    words = Writer().keywords(10)
    for text in Writer().questions(words, 5):
        assert len(text) == QUESTION
        assert text.startswith(words)


def test_turns_are_taken() -> None:
    """Every run is run in every round, and no run is always the first."""
    order: list[str] = []
    taken = by_turns({name: partial(order.append, name) for name in "ab"}, 2)
    assert order == ["a", "b", "b", "a"]
    assert set(taken) == {"a", "b"}
    assert cost(lambda: None).seconds >= 0


def test_bm25_finds_what_is_there() -> None:
    """The policy that has the words comes first; foreign words find nothing."""
    okapi = Okapi(small_corpus())
    assert okapi.ranked("首台套奖励")[0][0] == "q91-2"
    assert okapi.ranked("龘") == []
    assert len(Okapi(the_corpus()).ranked("技术改造")) == 10


def test_the_threshold_is_where_it_is_best() -> None:
    """Below it lies what should be refused, above it what should be found."""
    okapi = Okapi(small_corpus())
    asked = Rated(id="a", text="首台套奖励怎么拿", intent="policy", expect=("q91-2",))
    idle = Rated(id="b", text="设备坏了", intent="offtopic")
    threshold = chosen(okapi, (asked, idle))
    assert [answer.policies[:1] for answer in given(okapi, (asked, idle), threshold)] == [("q91-2",), ()]


def test_a_slope_and_its_bound() -> None:
    """What grows by so much an hour is found to, within its bound; what stays is flat; what is not told is left out."""
    noise = random.Random(1)
    grows = [(float(at), 100 + at / 36 + noise.gauss(0, 1)) for at in range(0, 7200, 5)]
    found = slope([*grows, (7200.0, math.nan)])
    assert abs(found.hourly - 100) < 2 * found.bound < 5
    assert not found.is_flat
    assert slope([(at, 100 + noise.gauss(0, 1)) for at, _ in grows]).is_flat
    leak = slope([(at, 100 + at / 3600 * 2) for at, _ in grows])
    assert leak.hourly == pytest.approx(2)
    assert not leak.is_flat


def test_the_figures_of_a_soak() -> None:
    """Its table has a line for each thing that must not grow, and its picture is an SVG with a strip for each."""
    samples = [
        Sample(at=at, memory=190.0, handles=70.0, tasks=40.0 + at % 2, waiting=at % 7) for at in map(float, range(600))
    ]
    record = Record(samples=samples, faults=[("slow", 10.0, 40.0)], waits=[0.1, 0.2, 5.0], drained=1.5)
    record.messages["asked"] = 3
    figures = soaked_table(record, 10.0)
    assert {name: row.get("flat") for name, row in figures.rows.items()} == {
        "memory": 1, "handles": 1, "tasks": 1, "queues": None,
    }  # fmt: skip
    assert figures.rows["queues"]["drained s"] == 1.5
    drawn = ElementTree.fromstring(picture({"memory": [(s.at, s.memory) for s in samples]}, record.faults))  # noqa: S314 - our own
    assert [child.tag.rpartition("}")[2] for child in drawn].count("polyline") == 1
    assert "slow" in "".join(drawn.itertext())


def test_what_may_be_asked_for() -> None:
    """A name that is none is refused; kill and soak run only where they are named."""
    assert main(["nothing"]) == 2
    options = read(["kill", "--runs", "8", "--seed", "3"])
    assert (options.names, options.runs, options.seed) == (["kill"], 8, 3)
    assert not set(BENCHMARKS) & set(FAULTS)
    with pytest.raises(SystemExit) as refused:  # of no kill at all nothing could be told
        read(["kill", "--runs", "0"])
    assert refused.value.code == 2
