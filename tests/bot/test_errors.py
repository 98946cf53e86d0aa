"""Every error is sorted under what to do next."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime

import pytest

from bot import errors
from bot.errors import (
    BotError,
    Forged,
    Malformed,
    ProtocolError,
    QuotaSpent,
    Temporary,
    TooLarge,
    Unreachable,
    WeChatError,
)

ERRORS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]


def test_all_errors_are_in_the_drawing() -> None:
    """The module's docstring draws the tree: each error stands there, deeper than its parent."""
    lines = {
        line.strip("│├└─ ").split()[0]: line
        for line in (errors.__doc__ or "").splitlines()
        if "Error" in line or "──" in line
    }
    for kind in ERRORS:
        assert kind.__name__ in lines
        if kind is not BotError:
            parent = kind.__bases__[0].__name__
            assert lines[kind.__name__].index(kind.__name__) == lines[parent].index(parent) + 4


def test_all_errors_are_ours() -> None:
    """One except clause catches everything raised on purpose, and nothing else."""
    assert all(issubclass(kind, BotError) for kind in ERRORS)


@pytest.mark.parametrize(("kind", "status"), [(Forged, 403), (Malformed, 400), (TooLarge, 413), (ProtocolError, 400)])
def test_a_refused_request_knows_its_status(kind: type[ProtocolError], status: int) -> None:
    """The web border answers with the error's own status."""
    assert kind("why").status == status


def test_a_platform_error_says_code_and_message() -> None:
    """Code and message are kept and shown; what else decides is beside them."""
    error = WeChatError(45009, "reach max api daily quota limit")
    assert (error.errcode, error.errmsg, str(error)) == (
        45009,
        "reach max api daily quota limit",
        f"45009 {error.errmsg}",
    )
    assert str(WeChatError(-1)) == "-1"
    assert Temporary(-1).sent is False
    assert Temporary(0, "timeout", sent=True).sent is True
    until = datetime(2026, 11, 23, tzinfo=UTC)
    assert QuotaSpent(45009, until=until).until == until
    assert QuotaSpent(45009).until is None
    assert Unreachable(43004).reason == "unknown"
    assert Unreachable(43004, reason="gone").reason == "gone"
