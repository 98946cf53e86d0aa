"""What a follower can send travels as JSON without loss."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import AnyMessage, Delivery, Grant, Granted, Left, Message, TemplateReport, Text, Unknown

KINDS: tuple[type[Message], ...] = get_args(AnyMessage)
VALUES: dict[object, st.SearchStrategy[object]] = {
    str: st.text(max_size=12),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    dict[str, str]: st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    tuple[int, ...]: st.lists(st.integers(0, 10), max_size=3).map(tuple),
}
for part in (Grant, Delivery):
    VALUES[tuple[part, ...]] = st.lists(  # type: ignore[valid-type]
        st.builds(part, **{f.name: VALUES[f.type] for f in msgspec.structs.fields(part)}), max_size=3
    ).map(tuple)


def of(kind: type[Message]) -> st.SearchStrategy[Message]:
    """Messages of a kind with anything in their fields."""
    return st.builds(kind, **{f.name: VALUES[f.type] for f in msgspec.structs.fields(kind)})


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_message_of_any_kind_survives_storing(kind: type[Message], data: st.DataObject) -> None:
    """As JSON and back it is the same message of the same kind, whatever its fields hold."""
    message = data.draw(of(kind))
    back = msgspec.json.decode(msgspec.json.encode(message), type=AnyMessage)
    assert back == message
    assert type(back) is kind


def test_every_kind_is_one_of_any() -> None:
    """A message class that is left out of AnyMessage could be stored and never read."""
    assert set(Message.__subclasses__()) == set(KINDS)


def test_a_message_says_its_kind_and_leaves_out_what_it_has_not() -> None:
    """Defaults are not stored."""
    message = Text(key="k", openid="o", account="gh_1", created=1, text="技改")
    assert msgspec.json.decode(msgspec.json.encode(message)) == {
        "type": "Text", "key": "k", "openid": "o", "account": "gh_1", "created": 1, "text": "技改",
    }  # fmt: skip


def test_big_numbers_are_kept_whole() -> None:
    """The platform's msgid goes beyond what a JavaScript number holds."""
    report = TemplateReport(key="k", openid="o", account="gh_1", created=1, msgid=2**63 - 1, status="success")
    assert msgspec.json.decode(msgspec.json.encode(report), type=AnyMessage) == report


def test_nobody_shares_a_default() -> None:
    """Two unknown messages do not share their fields."""
    first, second = (Unknown(key="k", openid="o", account="gh_1", created=1, kind="x") for _ in range(2))
    assert first.fields == second.fields == {}
    assert first.fields is not second.fields


def test_a_message_without_its_identity_is_refused() -> None:
    """Key, follower, account and time are never made up."""
    for field in ("key", "openid", "account", "created"):
        whole = {"type": "Left", "key": "k", "openid": "o", "account": "gh_1", "created": 1}
        assert msgspec.convert(whole, AnyMessage) == Left(key="k", openid="o", account="gh_1", created=1)
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({k: v for k, v in whole.items() if k != field}, AnyMessage)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"type": "Granted"}, Granted)
