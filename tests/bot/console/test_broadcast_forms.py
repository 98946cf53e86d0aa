"""The form of an announcement and what it means."""

from __future__ import annotations

import msgspec
import pytest

from bot.announcements import NOTICE, Announcement, Content, Criterion, Plan
from bot.console.broadcast_forms import errors, known_of, meant, moment, slots, typed_of, unsavable
from bot.minutes import changes

WAYS = ("custom", "subscribe", "template", "mass", "next")
PLAIN = Announcement(name="说明会", author="li", created=1.0, changed=1.0, criteria=(Criterion(kind="everyone"),))
NOTICED = Content(
    form=NOTICE,
    title="会议通知",
    channel="template",
    template="T1",
    pattern="会议：{{thing1.DATA}}\n时间:{{time2.DATA}}\n{{remark.DATA}}",
    values={"thing1": "说明会", "time2": "14:00"},
)


@pytest.mark.parametrize(
    "one",
    [
        msgspec.structs.replace(PLAIN, content=Content(text="两点\n开始")),
        msgspec.structs.replace(
            PLAIN,
            content=Content(form="card", title="会", text="两点", url="https://x.cn", picture="https://x.cn/a.png"),
            criteria=(Criterion(kind="topic", value="技改"), Criterion(kind="unit", value="市工信局:投资处")),
            plan=Plan(ways=("custom", "mass"), reserve=2, urgent=True, reason="台风", stop_at=9, days=1),
            start=1_795_912_800.0,
        ),
        msgspec.structs.replace(
            PLAIN, content=NOTICED, corrects=7, criteria=(Criterion(kind="reached", value="7"),), sample=3, version=2
        ),
    ],
)
def test_a_form_and_its_announcement_mean_the_same(one: Announcement) -> None:
    """What is shown of one and sent back unchanged is the same, so to open and save voids nothing."""
    again = meant(typed_of(one), known_of(one.content), one)
    assert again == one
    assert changes(one, again) == ({}, {})


def test_a_template_has_a_field_for_each_key_people_see() -> None:
    """With what stands before it; what the platform shows nobody is not asked for."""
    known = known_of(NOTICED)
    assert known is not None
    assert [(slot.label, slot.kind) for slot in slots(known)] == [("会议", "thing"), ("时间", "time")]


def test_what_is_wrong_stands_at_the_field_it_was_typed_into() -> None:
    """A card's text is its summary, a notice's link its page, a value its key's field."""
    card = msgspec.structs.replace(PLAIN, content=Content(form="card", text="长" * 601, url="x"))
    assert errors(card, typed_of(card), WAYS, time=1.0).keys() == {"title", "summary", "url"}
    content = msgspec.structs.replace(NOTICED, url="x", values={"thing1": "说明会"})
    notice = msgspec.structs.replace(PLAIN, content=content)
    found = errors(notice, typed_of(notice), WAYS, time=1.0)
    assert found == {"value:template:T1:time2": "values.missing", "page": "url.address"}
    assert not unsavable(found)


def test_a_day_is_read_in_shanghai() -> None:
    """As a browser sends it; what is none is told from what is nothing."""
    assert moment("2026-11-22T10:00") == 1_795_312_800.0
    assert (moment(""), moment("morgen"), moment("2026-13-01T10:00")) == (0.0, None, None)
