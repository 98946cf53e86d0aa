"""How a unit is told."""

from __future__ import annotations

from datetime import datetime

from bot.clock import SHANGHAI
from bot.context import Context, Office
from bot.messages import Text
from handlers import units
from tests.corpus import the_corpus

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI)


def context(words: str) -> Context:
    """What a handler is handed for some words."""
    message = Text(key="k", openid="o", account="gh", created=1, text=words)
    return Context(message=message, words=words, corpus=the_corpus(), now=NOW, office=Office())


def test_a_unit_that_has_a_number_is_told_by_it_and_a_bureau_by_its_rooms() -> None:
    """Each number stands behind whose it is; in brief it is said that there are some."""
    ctx, departments = context("电话"), the_corpus().departments
    for unit in departments.values():
        told, brief = units.numbers(ctx, unit), units.numbers(ctx, unit, brief=True)
        inside = units.rooms(ctx, unit)
        assert len(brief) == 1
        assert len(told) == 1 + len(inside[: units.ROOMS])
        for room in inside[: units.ROOMS]:
            assert any(room.short in line and room.phones[0].number in line for line in told)
        assert all(phone.number in told[0] for phone in unit.phones)
        assert not inside or not unit.phones


def test_a_place_is_missed_only_where_it_is_asked_for_and_nobody_has_one() -> None:
    """Of several units one with an address is enough."""
    all_of_them = list(the_corpus().departments.values())
    somewhere = [unit for unit in all_of_them if unit.address]
    nowhere = [unit for unit in all_of_them if not unit.address]
    assert units.missing_place(context("在几楼办公"), nowhere) == [units.NO_PLACE]
    assert units.missing_place(context("电话多少"), nowhere) == []
    assert units.missing_place(context("在几楼办公"), [*nowhere, *somewhere[:1]]) == []
    assert units.place(somewhere[0])[0] == f"地址：{somewhere[0].address}"
