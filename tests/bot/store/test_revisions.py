"""The corpus at rest: seeded once, read as of any edition, and never written over unseen."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from bot.errors import Overtaken
from bot.revisions import DRAFT, IN_REVIEW, PUBLISHED, REJECTED, WITHDRAWN, Edition, Part, Revision
from bot.store.database import Database
from bot.store.revisions import Revisions

PARTS = [
    Part(kind="topic", key="首台套", body={"name": "首台套"}),
    Part(kind="policy", key="q91-1", body={"id": "q91-1", "title": "技改"}, wording="原文"),
    Part(kind="topic", key="技改", body={"name": "技改", "words": ["设备"]}),
]


def draft(key: str = "技改", **values: Any) -> Revision:
    """A draft of a topic."""
    content: dict[str, Any] = {
        "kind": "topic",
        "key": key,
        "body": {"name": key, "words": ["新"]},
        "author": "li",
        "based_on": 3,
    }
    return msgspec.convert({**content, **values}, Revision)


def edition(number: int) -> Edition:
    """An edition of one part."""
    return Edition(number=number, name="版", created=9.0, author="wang", version=f"v{number}", parts=1)


async def seeded(database: Database) -> Revisions:
    """What is kept, with PARTS as the first edition."""
    kept = Revisions(database)
    assert await kept.seed(PARTS, name="首版", version="abc", time=1.0)
    return kept


async def in_review(kept: Revisions, **values: Any) -> Revision:
    """A draft that is up for review."""
    (number,) = await kept.begin([draft(**values)])
    found = await kept.get(number)
    assert found is not None
    await kept.submit([found], time=2.0)
    submitted = await kept.get(number)
    assert submitted is not None
    assert submitted.state == IN_REVIEW
    return submitted


async def test_nothing_stands_at_first(database: Database) -> None:
    """An empty database has no edition and no parts."""
    kept = Revisions(database)
    assert (await kept.newest(), await kept.standing(9), await kept.editions()) == (0, [], [])


async def test_the_first_edition_comes_once(database: Database) -> None:
    """However many start at once, one imports, and the parts keep their order, words and wording."""
    kept = Revisions(database)
    came = await asyncio.gather(*(kept.seed(PARTS, name="首版", version="abc", time=1.0) for _ in range(5)))
    assert sorted(came) == [False] * 4 + [True]
    standing = await kept.standing(await kept.newest())
    assert [(r.kind, r.key, r.body, r.wording) for r in standing] == [(p.kind, p.key, p.body, p.wording) for p in PARTS]
    assert {(r.state, r.author, r.edition) for r in standing} == {(PUBLISHED, "data", 1)}
    (first,) = await kept.editions()
    assert (first.number, first.author, first.version, first.parts) == (1, "data", "abc", 3)


async def test_each_edition_can_be_read(database: Database) -> None:
    """A published revision takes its part's place from its edition on; the older editions stay as they were."""
    kept = await seeded(database)
    await kept.publish([await in_review(kept)], edition(2), who="wang", remark="好", time=3.0)
    before, after = await kept.standing(1), await kept.standing(2)
    assert [r.key for r in before] == [r.key for r in after]
    assert [r.body for r in before if r.key == "技改"] == [{"name": "技改", "words": ["设备"]}]
    (changed,) = [r for r in after if r not in before]
    assert (changed.body["words"], changed.reviewer, changed.remark) == (["新"], "wang", "好")
    assert [r.edition for r in await kept.history("topic", "技改")] == [2, 1]
    assert await kept.came_with(2) == [changed]
    assert await kept.standing_of("topic", "技改") == changed


async def test_what_is_gone_stands_no_more(database: Database) -> None:
    """A part that was taken away is missing from then on, and still there in the older edition."""
    kept = await seeded(database)
    await kept.publish([await in_review(kept, gone=True, body={})], edition(2), who="wang", time=3.0)
    assert [r.key for r in await kept.standing(2)] == ["首台套", "q91-1"]
    assert len(await kept.standing(1)) == 3
    assert await kept.standing_of("topic", "技改") is None


async def test_parts_are_had_as_they_are_kept(database: Database) -> None:
    """Those that stand, in their order, each with its body in JSON and its wording."""
    kept = await seeded(database)
    found = await kept.parts(1)
    assert [(*part.place, msgspec.json.decode(part.body), part.wording) for part in found] == [
        (*part.place, part.body, part.wording) for part in PARTS
    ]
    assert await kept.parts(0) == []


async def test_one_works_on_a_part(database: Database) -> None:
    """A second draft of a part is refused while the first is open, with all that came with it."""
    kept = await seeded(database)
    await kept.begin([draft()])
    with pytest.raises(Overtaken):
        await kept.begin([draft("新题", based_on=0), draft(author="zhao")])
    assert [r.key for r in await kept.unfinished()] == ["技改"]
    found = await kept.open_of("topic", "技改")
    assert found is not None
    await kept.withdraw([found], time=4.0)
    await kept.begin([draft(author="zhao")])
    assert [r.state for r in await kept.history("topic", "技改")] == [DRAFT, WITHDRAWN, PUBLISHED]


async def test_nobody_writes_over_the_unseen(database: Database) -> None:
    """Of two who read the same draft, the second to save is refused and nothing of theirs is kept."""
    kept = await seeded(database)
    (number,) = await kept.begin([draft()])
    seen = await kept.get(number)
    assert seen is not None
    await kept.save(msgspec.structs.replace(seen, body={"name": "甲"}), who="zhao", time=5.0)
    with pytest.raises(Overtaken):
        await kept.save(msgspec.structs.replace(seen, body={"name": "乙"}), who="li", time=6.0)
    now = await kept.get(number)
    assert now is not None
    assert (now.body, now.hands, now.edits, now.changed) == ({"name": "甲"}, ("zhao",), 1, 5.0)


async def test_nobody_writes_on_what_is_looked_at(database: Database) -> None:
    """What is up for review is what was submitted, whoever saves, until it is taken back."""
    kept = await seeded(database)
    submitted = await in_review(kept)
    with pytest.raises(Overtaken):
        await kept.save(msgspec.structs.replace(submitted, body={"name": "乙"}), who="li", time=6.0)
    assert await kept.get(submitted.id) == submitted


async def test_one_edition_follows_another(database: Database) -> None:
    """Of two who publish on the same edition one is refused, whole: its revisions stay where they were."""
    kept = await seeded(database)
    one, other = await in_review(kept), await in_review(kept, key="首台套", based_on=1)
    results = await asyncio.gather(
        kept.publish([one], edition(2), who="wang", time=3.0),
        kept.publish([other], edition(2), who="wang", time=3.0),
        return_exceptions=True,
    )
    assert [type(result) for result in results if result is not None] == [Overtaken]
    assert await kept.newest() == 2
    assert len(await kept.came_with(2)) == 1
    assert [r.state for r in await kept.unfinished()] == [IN_REVIEW]
    with pytest.raises(Overtaken):
        await kept.publish(await kept.unfinished(), edition(4), who="wang", time=3.0)


async def test_a_revision_waits_for_its_day(database: Database) -> None:
    """Published for later it stands in no edition until it takes effect, and can be withdrawn before."""
    kept = await seeded(database)
    await kept.schedule([await in_review(kept, effective="2027-01-01")], who="wang", time=3.0)
    (waiting,) = await kept.waiting()
    assert waiting.waits
    assert await kept.waiting_of("topic", "技改") == waiting
    assert await kept.newest() == 1
    await kept.take_effect([waiting], edition(2))
    assert (await kept.waiting(), [r.key for r in await kept.came_with(2)]) == ([], ["技改"])


async def test_what_came_into_force_is_not_pulled_out(database: Database) -> None:
    """Whoever read it while it waited neither takes it back nor returns it for review: it stands by now."""
    kept = await seeded(database)
    revision = await in_review(kept, effective="2026-12-01")
    await kept.schedule([revision], who="wang", time=3.0)
    (waiting,) = await kept.waiting()
    await kept.take_effect([waiting], edition(2))
    with pytest.raises(Overtaken):
        await kept.withdraw([waiting], time=4.0)
    with pytest.raises(Overtaken):
        await kept.return_to_review([waiting], "stale", time=4.0)
    standing = await kept.standing_of("topic", "技改")
    assert standing is not None
    assert (standing.id, standing.state, standing.edition) == (waiting.id, PUBLISHED, 2)


async def test_what_is_sent_back_says_why(database: Database) -> None:
    """It is open again for those who wrote it, with who sent it back and the remark."""
    kept = await seeded(database)
    await kept.send_back([await in_review(kept)], who="wang", remark="缺依据", time=3.0)
    (back,) = await kept.unfinished()
    assert (back.state, back.reviewer, back.remark) == (REJECTED, "wang", "缺依据")


async def test_a_day_to_look_again(database: Database) -> None:
    """It is set for what is in force, again and again, without a new revision or a change of one."""
    kept = await seeded(database)
    before = await kept.get(3)
    for day in ("2027-01-31", "2027-06-30"):
        await kept.set_review_by("topic", "技改", day=day)
    found = await kept.standing_of("topic", "技改")
    assert found is not None
    assert (found.review_by, found.sets_review_by) == ("2027-06-30", False)
    assert [r.review_by for r in await kept.standing(1)] == ["", "", "2027-06-30"]
    assert await kept.get(3) == before
    await kept.set_review_by("topic", "技改", day="")
    assert [r.review_by for r in await kept.standing(1)] == ["", "", ""]


async def test_only_a_draft_that_sets_the_day_changes_it(database: Database) -> None:
    """What was set while a draft was open stays when the draft is published, unless its own form set another."""
    kept = await seeded(database)
    silent = await in_review(kept, review_by="2027-01-31", review_was="2027-01-31")
    await kept.set_review_by("topic", "技改", day="2027-06-30")
    await kept.publish([silent], edition(2), who="wang", time=3.0)
    found = await kept.standing_of("topic", "技改")
    assert found is not None
    assert found.review_by == "2027-06-30"
    speaking = await in_review(kept, review_by="2028-01-31", review_was="2027-06-30", based_on=found.id)
    await kept.publish([speaking], edition(3), who="wang", time=3.0)
    found = await kept.standing_of("topic", "技改")
    assert found is not None
    assert found.review_by == "2028-01-31"


async def test_what_came_together_is_found_together(database: Database) -> None:
    """The parts of a batch, in the order they came; no batch has the empty name."""
    kept = await seeded(database)
    await kept.begin([draft(batch="b1"), draft("首台套", batch="b1", based_on=1)])
    assert [r.key for r in await kept.batch("b1")] == ["技改", "首台套"]
    assert await kept.batch("") == []
