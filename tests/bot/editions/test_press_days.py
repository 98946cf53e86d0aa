"""What is published for a day to come is looked at once more on that day, each change by itself, and told."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog

from bot.clock import ManualClock
from bot.revisions import IN_REVIEW, PUBLISHED, REJECTED, WITHDRAWN, Revision
from bot.store.audit import Audit, Search
from bot.store.database import Database
from tests.bot.presses import Printing, refused

DAY = 86_400.0


async def due(printing: Printing, kind: str, key: str, *, override: str = "", **values: Any) -> Revision:
    """A change that is published for tomorrow."""
    later = await printing.submitted(kind, key, effective="2026-11-23", **values)
    proof = await printing.press.prove([later])
    assert await printing.press.publish([later], who="wang", proof=proof, override=override) is None
    return await printing.get(later.id)


async def told(database: Database) -> list[tuple[str, str, str]]:
    """Who did what to what, by the audit log."""
    entries = reversed(await Audit(database).read(Search(action="corpus"), 100))
    return [(entry.who, entry.action, entry.target) for entry in entries]


async def fails_by_tomorrow(printing: Printing, *, override: str = "") -> Revision:
    """A change for tomorrow that passes the gate today, or is let pass, and fails a question that came after it."""
    words = ["备用电源"] if not override else ["别的词"]
    later = await due(printing, "policy", "q91-2", override=override, body={"keywords": words})
    question = {"id": "r4", "text": "AI芯片", "intent": "policy", "expect": ["q91-2"]}
    await printing.published("rated", "r4", body=question)
    return later


async def test_a_change_waits_for_its_day(printing: Printing, clock: ManualClock) -> None:
    """It is published at once and in force from its day on; until then another change of the part is refused."""
    later = await printing.submitted("policy", "q91-2", body={"title": "明天的"}, effective="2026-11-23")
    proof = await printing.press.prove([later])
    assert await printing.press.publish([later], who="wang", proof=proof) is None
    assert (await printing.press.mark(), await printing.press.take_effect()) == (1, 0)
    again = await printing.submitted("policy", "q91-2", body={"title": "今天的"})
    publishing = printing.press.publish([again], who="wang", proof=await printing.press.prove([again]))
    assert await refused(publishing) == "another_waits"
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 1
    _, corpus = await printing.press.read()
    assert corpus.policies["q91-2"].title == "明天的"
    assert (await printing.revisions.editions())[0].author == "worker"
    assert await printing.press.take_effect() == 0


async def test_what_no_longer_loads_on_its_day_goes_back(printing: Printing, clock: ManualClock) -> None:
    """Where its ground was taken away meanwhile it is returned with the reason, and the corpus stays."""
    body = {"topics": ["新题"]}
    await printing.published("topic", "新题", body={"name": "新题"})
    later = await printing.submitted("policy", "q91-2", body=body, effective="2026-11-23")
    await printing.press.publish([later], who="wang", proof=await printing.press.prove([later]))
    await printing.published("topic", "新题", gone=True, body={})
    await clock.advance(DAY)
    with structlog.testing.capture_logs() as logs:
        assert await printing.press.take_effect() == 0
    assert [line["log_level"] for line in logs] == ["error"]
    back = await printing.get(later.id)
    assert back.state == REJECTED
    assert "新题 does not exist" in back.remark
    assert await printing.press.mark() == 3


async def test_what_goes_back_takes_nothing_with_it(printing: Printing, clock: ManualClock, database: Database) -> None:
    """Of what is due on one day each is looked at by itself, and the audit log has what came of each."""
    await printing.published("topic", "新题", body={"name": "新题"})
    bad = await due(printing, "policy", "q91-2", body={"topics": ["新题"]})
    good = await due(printing, "policy", "q91-1", body={"title": "明天的"})
    await printing.published("topic", "新题", gone=True, body={})
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 1
    assert [(await printing.get(r.id)).state for r in (bad, good)] == [REJECTED, PUBLISHED]
    _, corpus = await printing.press.read()
    assert corpus.policies["q91-1"].title == "明天的"
    assert await told(database) == [
        ("worker", "corpus.came_into_force", "policy q91-1"),
        ("worker", "corpus.went_back", "policy q91-2"),
    ]
    back, came = await Audit(database).read(Search(action="corpus"), 2)
    assert "新题 does not exist" in back.after["reason"]
    assert (came.before["title"], came.after["title"]) == ("鼓励技术改造", "明天的")


async def test_what_came_together_goes_back_together(printing: Printing, clock: ManualClock) -> None:
    """A batch was looked at as one: where one part of it does not load, none of it comes into force."""
    await printing.published("topic", "新题", body={"name": "新题"})
    batch = [
        await printing.submitted(kind, key, body=body, batch="b", effective="2026-11-23")
        for kind, key, body in (
            ("policy", "q91-2", {"topics": ["新题"]}),
            ("policy", "q91-1", {"title": "明天的"}),
        )
    ]
    await printing.press.publish(batch, who="wang", proof=await printing.press.prove(batch))
    await printing.published("topic", "新题", gone=True, body={})
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 0
    assert [(await printing.get(r.id)).state for r in batch] == [REJECTED, REJECTED]


async def test_what_a_reviewer_put_together_goes_back_to_each_author(printing: Printing, clock: ManualClock) -> None:
    """It waits as one batch; what comes back of it is of none, or nobody who wrote a part of it could go on with it."""
    await printing.published("topic", "新题", body={"name": "新题"})
    both = [
        await printing.submitted("policy", "q91-2", body={"topics": ["新题"]}, effective="2026-11-23"),
        await printing.submitted("policy", "q91-1", body={"title": "明天的"}, effective="2026-11-23"),
    ]
    await printing.press.publish(both, who="wang", proof=await printing.press.prove(both))
    assert len({(await printing.get(r.id)).batch for r in both} - {""}) == 1
    await printing.published("topic", "新题", gone=True, body={})
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 0
    assert [((await printing.get(r.id)).state, (await printing.get(r.id)).batch) for r in both] == [(REJECTED, "")] * 2


async def test_what_needs_another_of_the_day_comes_after_it(printing: Printing, clock: ManualClock) -> None:
    """In whatever order they were published: what is refused at first is tried again after the others."""
    needs = await due(printing, "policy", "q91-2", body={"topics": ["首台套"], "title": "甲"})
    brings = await due(printing, "topic", "新题", body={"name": "新题"})
    changed = msgspec.structs.replace(needs, body={**needs.body, "topics": ["新题"]})
    await printing.revisions.return_to_review([needs], "", time=1.0)
    back = await printing.get(needs.id)
    await printing.revisions.save(msgspec.structs.replace(back, body=changed.body), who="li", time=2.0)
    await printing.revisions.submit([await printing.get(needs.id)], time=3.0)
    await printing.revisions.schedule([await printing.get(needs.id)], who="wang", time=4.0)
    assert [r.id for r in await printing.revisions.waiting()] == [needs.id, brings.id]
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 2
    _, corpus = await printing.press.read()
    assert corpus.policies["q91-2"].topics == ("新题",)


async def test_the_gate_is_asked_again_on_the_day(printing: Printing, clock: ManualClock, database: Database) -> None:
    """Against the corpus and the questions by then: what no longer passes goes back."""
    later = await fails_by_tomorrow(printing)
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 0
    back = await printing.get(later.id)
    assert (back.state, back.remark, back.reviewer) == (REJECTED, "gate_shut", "")
    assert await told(database) == [("worker", "corpus.went_back", "policy q91-2")]
    _, corpus = await printing.press.read()
    assert "AI芯片" in corpus.policies["q91-2"].keywords


async def test_what_was_let_pass_passes_on_its_day(printing: Printing, clock: ManualClock, database: Database) -> None:
    """A reason that was given when it was published for that day holds on it, and stands in the log once more."""
    later = await fails_by_tomorrow(printing, override="文件已改名")
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 1
    assert (await printing.get(later.id)).edition == await printing.press.mark()
    assert (await printing.revisions.editions())[0].note == "文件已改名"
    assert await told(database) == [
        ("worker", "corpus.gate_overridden", "policy q91-2"),
        ("worker", "corpus.came_into_force", "policy q91-2"),
    ]


async def test_a_reason_that_was_not_needed_lets_nothing_pass(printing: Printing, clock: ManualClock) -> None:
    """Who typed one although the gate was open has not said that it may be shut on the day."""
    later = await due(printing, "policy", "q91-2", override="急", body={"keywords": ["备用电源"]})
    assert (later.override, later.remark) == ("", "")
    question = {"id": "r4", "text": "AI芯片", "intent": "policy", "expect": ["q91-2"]}
    await printing.published("rated", "r4", body=question)
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 0


async def test_what_was_taken_back_does_not_come_again_on_its_day(printing: Printing, clock: ManualClock) -> None:
    """What waits for a day stands on what an admin has taken back since: it is returned, not put into force."""
    first = (await printing.revisions.history("policy", "q91-2"))[0]
    await printing.published("policy", "q91-2", body={"title": "错的"})
    later = await printing.submitted("policy", "q91-2", body={"title": "也是错的"}, effective="2026-11-23")
    await printing.press.publish([later], who="wang", proof=await printing.press.prove([later]))
    restored = await printing.press.restore("policy", "q91-2", first.id, who="wang")
    await printing.press.emergency([restored], who="wang", reason="错了", against=2)
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 0
    assert (await printing.get(later.id)).state == REJECTED
    _, corpus = await printing.press.read()
    assert corpus.policies["q91-2"].title == first.body["title"]


async def test_what_goes_back_beside_a_new_draft_ends(printing: Printing, clock: ManualClock) -> None:
    """Of one part there is one draft: what cannot come into force ends where another was begun, and stops nothing."""
    await printing.published("topic", "新题", body={"name": "新题"})
    later = await printing.submitted("policy", "q91-2", body={"topics": ["新题"]}, effective="2026-11-23")
    await printing.press.publish([later], who="wang", proof=await printing.press.prove([later]))
    await printing.published("topic", "新题", gone=True, body={})
    again = await printing.submitted("policy", "q91-2", body={"title": "新的"})
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 0
    assert (await printing.get(later.id)).state == WITHDRAWN
    assert (await printing.get(again.id)).state == IN_REVIEW
    assert await printing.revisions.waiting() == []


async def tomorrow(printing: Printing, *places: tuple[str, str], batches: tuple[str, ...] = ()) -> list[Revision]:
    """Changes of titles for tomorrow, up for review."""
    given = batches or ("",) * len(places)
    found = []
    for (kind, key), batch in zip(places, given, strict=True):
        found.append(await printing.submitted(kind, key, body={"title": key}, effective="2026-11-23", batch=batch))
    return found


async def test_what_waits_as_one_comes_as_one(printing: Printing, clock: ManualClock) -> None:
    """Drafts of different hands that are published together for a day are one batch from then on: on that day they are
    judged together, or go back together."""
    chosen = await tomorrow(printing, ("policy", "q91-1"), ("policy", "q91-2"))
    assert await printing.press.publish(chosen, who="wang", proof=await printing.press.prove(chosen)) is None
    waiting = await printing.revisions.waiting()
    assert len({one.batch for one in waiting}) == 1
    assert waiting[0].batch
    await clock.advance(DAY)
    assert await printing.press.take_effect() == 2
    assert (await printing.revisions.editions())[0].parts == 2


async def test_what_came_by_a_file_takes_nothing_into_its_batch(printing: Printing) -> None:
    """For a day to come it is published by itself; whatever waits alone keeps no batch."""
    mixed = await tomorrow(printing, ("policy", "q91-1"), ("policy", "q91-2"), batches=("file", ""))
    publishing = printing.press.publish(mixed, who="wang", proof=await printing.press.prove(mixed))
    assert await refused(publishing) == "batches_differ"
    for one, batch in zip(mixed, ("file", ""), strict=True):
        assert await printing.press.publish([one], who="wang", proof=await printing.press.prove([one])) is None
        assert (await printing.get(one.id)).batch == batch


async def test_days_that_differ_do_not_wait_as_one(printing: Printing) -> None:
    """What is judged together comes on one day."""
    one = await printing.submitted("policy", "q91-1", body={"title": "a"}, effective="2026-11-23")
    other = await printing.submitted("policy", "q91-2", body={"title": "b"}, effective="2026-11-24")
    publishing = printing.press.publish([one, other], who="wang", proof=await printing.press.prove([one, other]))
    assert await refused(publishing) == "days_differ"
