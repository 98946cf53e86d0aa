"""A bounded memory keeps what is used."""

from __future__ import annotations

from bot.memory import Memory


def test_what_is_used_stays() -> None:
    """However much else comes, a value that is asked for again and again is not forgotten."""
    memory: Memory[int, str] = Memory(10)
    memory.put(-1, "kept")
    for number in range(1000):
        memory.put(number, str(number))
        assert memory.get(-1) == "kept"
    assert memory.get(999) == "999"
    assert memory.get(5) is None


def test_it_is_bounded() -> None:
    """It holds at least half and at most twice as much."""
    memory: Memory[int, str] = Memory(10)
    for number in range(1000):
        memory.put(number, str(number))
        assert len(memory) <= 20
    assert [memory.get(number) for number in range(990, 1000)] == [str(number) for number in range(990, 1000)]
