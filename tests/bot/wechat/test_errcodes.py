"""The table of codes against the platform's list."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SHANGHAI
from bot.errors import (
    Forbidden,
    QuotaSpent,
    Refused,
    Temporary,
    TokenRejected,
    TooFast,
    Unreachable,
    WeChatError,
)
from bot.wechat.errcodes import DONE, ROWS, TABLE, make_error, next_day, next_month

NOON = datetime(2026, 12, 31, 12, tzinfo=SHANGHAI)


def test_no_code_is_sorted_twice() -> None:
    """One code, one place, and success is no error."""
    counts = Counter(
        code for _, codes in ROWS for part in codes for code in (part if isinstance(part, range) else (part,))
    )
    assert [code for code, count in counts.items() if count > 1] == []
    assert not DONE & counts.keys()


@pytest.mark.parametrize(
    ("errcode", "kind", "values"),
    [
        (40001, TokenRejected, {}),
        (40014, TokenRejected, {}),
        (42001, TokenRejected, {}),
        (-1, Temporary, {"sent": False}),
        (89504, Temporary, {"sent": True}),
        (45011, TooFast, {}),
        (45066, TooFast, {}),
        (45009, QuotaSpent, {"until": datetime(2027, 1, 1, tzinfo=SHANGHAI)}),
        (48006, QuotaSpent, {"until": datetime(2027, 1, 1, tzinfo=SHANGHAI)}),
        (43004, Unreachable, {"reason": "gone"}),
        (50005, Unreachable, {"reason": "gone"}),
        (48002, Unreachable, {"reason": "blocked"}),
        (43019, Unreachable, {"reason": "blocked"}),
        (45015, Unreachable, {"reason": "window"}),
        (45047, Unreachable, {"reason": "window"}),
        (43101, Unreachable, {"reason": "refused"}),
        (40003, Unreachable, {"reason": "unknown"}),
        (40164, Forbidden, {}),
        (40243, Forbidden, {}),
        (48001, Forbidden, {}),
        (89503, Forbidden, {}),
        (40033, Refused, {}),
        (45002, Refused, {}),
        (47003, Refused, {}),
        (9001036, Refused, {}),
        (31415926, Refused, {}),
    ],
)
def test_a_code_becomes_what_is_to_be_done(errcode: int, kind: type[WeChatError], values: dict[str, object]) -> None:
    """The platform's number, its words, and our decision travel together."""
    error = make_error(errcode, "words", now=NOON)
    assert type(error) is kind
    assert (error.errcode, error.errmsg) == (errcode, "words")
    assert {name: getattr(error, name) for name in values} == values


@pytest.mark.parametrize("errcode", sorted(DONE))
def test_success_is_no_error(errcode: int) -> None:
    """A mass send the platform has already taken, too, is a success."""
    assert make_error(errcode, "ok", now=NOON) is None


def test_every_listed_code_makes_its_error() -> None:
    """No row of the table names a keyword its error does not take."""
    assert {type(make_error(code, "", now=NOON)) for code in TABLE} == {row.error for row, _ in ROWS}


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))
def test_a_period_ends_at_the_next_midnight_that_begins_one(moment: datetime) -> None:
    """Days and months end at midnight in Shanghai, always later than now."""
    now = moment.replace(tzinfo=SHANGHAI)
    day, month = next_day(now), next_month(now)
    assert 0 < (day - now).total_seconds() <= 86_400
    assert month.day == 1
    assert (month.month, month.year) == (now.month % 12 + 1, now.year + now.month // 12)
    assert {(day.hour, day.minute, day.second), (month.hour, month.minute, month.second)} == {(0, 0, 0)}
