"""What the audit log keeps of an announcement."""

from __future__ import annotations

import msgspec

from bot.announcements import NOTICE, TOPIC, Announcement, Content, Criterion, Plan
from bot.minutes import changes, written

ONE = Announcement(
    name="说明会",
    content=Content(form=NOTICE, title="活动", pattern="事项:{{thing1.DATA}}", values={"thing1": "技改"}),
    criteria=(Criterion(kind=TOPIC, value="技改"),),
    plan=Plan(ways=("custom",)),
    start=1_795_312_800.0,
    author="zhang",
    created=1.0,
    changed=1.0,
)


def test_everything_somebody_wrote_is_kept_and_can_be_read() -> None:
    """Each value by its name, days as people write them; what the platform wrote is not ours."""
    found = written(ONE)
    assert found["value.thing1"] == "技改"
    assert found["audience"] == ["topic:技改"]
    assert found["plan.ways"] == ["custom"]
    assert found["start"] == "2026-11-22 10:00"
    assert "content.pattern" not in found


def test_only_what_is_another_is_told_of_a_change() -> None:
    """On both sides; what is gone stands on one of them."""
    other = msgspec.structs.replace(ONE, name="又一个", content=Content(text="来听"))
    was, now = changes(ONE, other)
    assert was["name"] == "说明会"
    assert now["content.text"] == "来听"
    assert "value.thing1" not in now
    assert "start" not in was
    assert changes(ONE, ONE) == ({}, {})
