"""The rules by which a draft becomes the truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest

from bot.errors import NotAllowed
from bot.revisions import (
    DRAFT,
    IN_REVIEW,
    PUBLISHED,
    REJECTED,
    WITHDRAWN,
    Part,
    Revision,
    applied,
    begun,
    is_due,
    may_review,
    may_submit,
    may_write,
    must_be_seen,
    together,
)

STANDING = Revision(id=1, kind="topic", key="技改", body={"name": "技改"}, state=PUBLISHED, author="data", edition=1)
DAY = date(2026, 11, 22)


def draft(**values: Any) -> Revision:
    """A draft that says something new."""
    fresh = Revision(id=2, kind="topic", key="技改", body={"name": "技改", "words": ["新"]}, author="li", based_on=1)
    return msgspec.structs.replace(fresh, **values)


def refused(act: Callable[[], None]) -> str:
    """The rule that forbids it, empty where none does."""
    try:
        act()
    except NotAllowed as error:
        return error.rule
    return ""


@pytest.mark.parametrize(
    ("state", "rule"),
    [(DRAFT, ""), (REJECTED, ""), (IN_REVIEW, "not_a_draft"), (PUBLISHED, "not_a_draft"), (WITHDRAWN, "not_a_draft")],
)
def test_only_drafts_are_written_on(state: str, rule: str) -> None:
    """What is being looked at, published or given up stays as it is."""
    assert refused(lambda: may_write(draft(state=state))) == rule


def test_what_is_submitted_changes_something() -> None:
    """The same again is refused, and so is what was begun on another state, or takes away what is not there."""
    assert refused(lambda: may_submit(draft(), STANDING)) == ""
    assert refused(lambda: may_submit(draft(body=STANDING.body), STANDING)) == "nothing_changed"
    assert refused(lambda: may_submit(draft(body=STANDING.body, wording="原文"), STANDING)) == ""
    assert refused(lambda: may_submit(draft(body=STANDING.body, review_by="2027-01-01"), STANDING)) == ""
    assert refused(lambda: may_submit(draft(), msgspec.structs.replace(STANDING, id=7))) == "stale"
    assert refused(lambda: may_submit(draft(based_on=0), None)) == ""
    assert refused(lambda: may_submit(draft(based_on=0, gone=True), None)) == "nothing_changed"


def test_nobody_publishes_their_own() -> None:
    """Neither who began a draft nor anybody who wrote on it may review it; only what is up for review is."""
    up = draft(state=IN_REVIEW, hands=("zhao",))
    assert [refused(lambda who=who: may_review(up, who)) for who in ("li", "zhao", "wang")] == [  # type: ignore[misc]
        "own_draft",
        "own_draft",
        "",
    ]
    assert refused(lambda: may_review(draft(), "wang")) == "not_in_review"


def test_a_day_comes() -> None:
    """A revision without a day is due at once, another from its day on."""
    assert is_due(draft(), DAY)
    assert is_due(draft(effective="2026-11-22"), DAY)
    assert not is_due(draft(effective="2026-11-23"), DAY)


def test_what_must_be_looked_at_again() -> None:
    """From thirty days before its day on; never where no day is set."""
    assert must_be_seen(draft(review_by="2026-12-22"), DAY)
    assert must_be_seen(draft(review_by="2020-01-01"), DAY)
    assert not must_be_seen(draft(review_by="2026-12-23"), DAY)
    assert not must_be_seen(draft(), DAY)


def test_a_draft_leaves_the_day_to_look_again_alone() -> None:
    """Begun on whatever day is set, it sets none; the day it carries is no difference to what is in force."""
    on = msgspec.structs.replace(STANDING, review_by="2026-12-01", review_was="2026-12-01")
    fresh = begun("topic", "技改", who="li", time=1.0, on=on, body=STANDING.body)
    assert (fresh.review_by, fresh.sets_review_by) == ("2026-12-01", False)
    assert refused(lambda: may_submit(fresh, msgspec.structs.replace(on, review_by="2027-06-30"))) == "nothing_changed"
    assert not begun("topic", "新", who="li", time=1.0, on=None).sets_review_by


def test_what_came_together_stays_together() -> None:
    """Those of a batch make one group, each other one its own."""
    several = [draft(id=n, batch=batch) for n, batch in enumerate(("", "b", "", "b"), start=1)]
    assert [[r.id for r in group] for group in together(several)] == [[1], [2, 4], [3]]


def test_revisions_take_their_places() -> None:
    """A changed part stays where it stood, a new one comes last, one that is gone leaves."""
    parts = [Part(kind="topic", key=key, body={"name": key}) for key in ("a", "b", "c")]
    changed = draft(key="a", body={"name": "a", "words": ["x"]})
    after = applied(parts, [changed, draft(key="b", gone=True), draft(key="d", body={"name": "d"})])
    assert [(part.key, part.body.get("words")) for part in after] == [("a", ["x"]), ("c", None), ("d", None)]
    assert len(parts) == 3
