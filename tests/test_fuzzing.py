"""Whatever strangers and colleagues send: all that was kept of the fuzzing, and some thousand inputs more."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from tests.fuzzing.targets import SEEDS, TARGETS, fresh, seeds
from tests.fuzzing.wire import receive

MANY = {"callback": 700, "xml": 3000, "words": 150, "texts": 2500, "xlsx": 150, "docx": 100, "pdf": 100}
MEMORY = 64 * 1024 * 1024  # bytes that one input may take, of Python's

# Libraries warn of odd files, as they may.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Of a thousand refusals nobody reads the log."""
    with capture_logs():
        yield


def take(name: str, data: bytes) -> None:
    """Give an input to its target; the message of a failure holds it, to be kept."""
    begun = time.process_time()
    try:
        TARGETS[name].take(data)
    except Exception as error:
        raise AssertionError(f"{name}: {data!r}") from error
    assert time.process_time() - begun < TARGETS[name].seconds, f"{name}: {data!r} takes too long"


def test_every_target_has_seeds_and_every_seed_a_target() -> None:
    """A folder of that name, with small files in it, and no other folder."""
    assert {path.name for path in SEEDS.iterdir()} == TARGETS.keys() == MANY.keys()
    assert all(0 < len(seed) <= TARGETS[name].longest for name in TARGETS for seed in seeds(name))


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_kept_holds(name: str) -> None:
    """Each seed is answered, read or refused as it must be, in its time."""
    for data in seeds(name):
        take(name, data)


@pytest.mark.parametrize("name", TARGETS)
def test_what_nobody_tried_holds(name: str) -> None:
    """So is whatever becomes of seeds by changes, the same in every run, so that a failure can be had again."""
    for data in fresh(seeds(name), MANY[name], random.Random(name)):
        take(name, data)


@pytest.mark.parametrize("name", ["xml", "texts", "xlsx", "docx", "pdf"])
def test_no_input_fills_the_memory(name: str) -> None:
    """No seed takes more than some megabytes while it is read."""
    take(name, seeds(name)[0])  # what its libraries keep for good is theirs
    tracemalloc.start()
    try:
        for data in seeds(name)[:40]:
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            take(name, data)
            assert tracemalloc.get_traced_memory()[1] - before < MEMORY, data
    finally:
        tracemalloc.stop()


def test_inputs_come_to_every_end() -> None:
    """Of what is sent to the callback some is answered, some is no message, and some is not let in."""
    found = {receive(data) for data in fresh(seeds("callback"), MANY["callback"], random.Random("ends"))}
    assert found == {200, 400, 403}
