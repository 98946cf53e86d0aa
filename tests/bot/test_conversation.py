"""What the next message may refer to is forgotten in time."""

from __future__ import annotations

import msgspec
import pytest

from bot.conversation import REMEMBERED, Conversation, fresh


def test_a_conversation_is_remembered_until_it_expires() -> None:
    """Up to its last second it is itself, from then on it is empty."""
    listed = Conversation(listed=("q91-1", "q91-2"), shown=1, focus="q91-1", expires=1000.0 + REMEMBERED)
    assert fresh(listed, 1000.0) is listed
    assert fresh(listed, 999.0 + REMEMBERED) is listed
    assert fresh(listed, 1000.0 + REMEMBERED) == Conversation()


def test_no_conversation_is_an_empty_one() -> None:
    """Who never wrote is remembered for nothing, and an empty conversation has always expired."""
    assert fresh(None, 0.0) == fresh(Conversation(), 0.0) == Conversation()


def test_a_conversation_survives_storing() -> None:
    """As JSON and back it is the same, with its defaults left out."""
    full = Conversation(listed=("q91-1",), shown=1, heading="技改", focus="q91-1", wanted="contact", expires=5.5)
    assert msgspec.json.decode(msgspec.json.encode(full), type=Conversation) == full
    assert msgspec.json.encode(Conversation()) == b"{}"


def test_a_conversation_cannot_be_changed() -> None:
    """It travels between tasks: changing is replacing."""
    with pytest.raises(AttributeError):
        Conversation().shown = 1  # type: ignore[misc]
