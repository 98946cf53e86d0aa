"""Editions follow one another, each checked against the one before, and every one can be taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.assembly import answering
from bot.clock import ManualClock
from bot.context import Context, Office
from bot.corpus import read_corpus
from bot.editions.gate import Complaint
from bot.editions.shelf import Shelf
from bot.errors import Overtaken
from bot.messages import Text
from bot.replies import Answer, Say, Silence
from bot.revisions import IN_REVIEW, PUBLISHED
from bot.routing import Router
from bot.store.database import Database
from tests.bot.presses import Printing, refused
from tests.patience import PATIENCE
from tests.small import small_corpus

ASKERS, LEAST, EDITIONS = 20, 20, 5


async def test_the_folder_is_the_first_edition(database: Database, tmp_path: Path, clock: ManualClock) -> None:
    """Several processes that start on an empty database read the same corpus, of the folder's version."""
    printings = [Printing(database, tmp_path, clock) for _ in range(3)]
    found = await asyncio.gather(*(printing.press.read() for printing in printings))
    assert {number for number, _ in found} == {1}
    assert {corpus.version for _, corpus in found} == {small_corpus().version}
    assert found[0][1] == small_corpus()
    assert len(await printings[0].revisions.editions()) == 1


async def test_a_draft_becomes_the_truth(printing: Printing) -> None:
    """Submitted and published by another it is in the next edition, whose version was foretold."""
    draft = await printing.submitted("policy", "q91-2", body={"title": "奖励首台套"})
    proof = await printing.press.prove([draft])
    edition = await printing.press.publish([draft], who="wang", proof=proof, remark="核过")
    assert edition is not None
    number, corpus = await printing.press.read()
    assert (number, edition.number, edition.name) == (2, 2, "试用版")
    assert corpus.policies["q91-2"].title == "奖励首台套"
    assert corpus.version == edition.version == proof.version != small_corpus().version
    assert (await printing.get(draft.id)).state == PUBLISHED


async def test_nobody_publishes_their_own(printing: Printing) -> None:
    """Neither the author nor who wrote on it later."""
    draft = await printing.draft("policy", "q91-2", body={"title": "奖励首台套"})
    await printing.revisions.save(draft, who="zhao", time=1.0)
    draft = await printing.get(draft.id)
    await printing.press.submit([draft])
    draft = await printing.get(draft.id)
    proof = await printing.press.prove([draft])
    for who in ("li", "zhao"):
        assert await refused(printing.press.publish([draft], who=who, proof=proof)) == "own_draft"
    assert await printing.press.mark() == 1


async def test_what_does_not_load_is_not_published(printing: Printing) -> None:
    """Whatever reason is given; the verdict says which field of which part points nowhere."""
    draft = await printing.submitted("policy", "q91-2", body={"related": ["q91-77"]})
    proof = await printing.press.prove([draft])
    assert proof.verdict.at == ("policy", "q91-2", "related")
    assert "q91-77 does not exist" in proof.verdict.fault
    publishing = printing.press.publish([draft], who="wang", proof=proof, override="急")
    assert await refused(publishing) == "does_not_load"


async def test_the_gate_is_passed_or_overridden(printing: Printing) -> None:
    """A draft that loses rated questions needs a written reason, which stays with the edition."""
    away = await printing.submitted("policy", "q91-2", body={"keywords": [], "title": "别的", "summary": "别的"})
    proof = await printing.press.prove([away])
    assert not proof.verdict.open
    assert [turn.id for turn in proof.verdict.lost] == ["r1"]
    assert await refused(printing.press.publish([away], who="wang", proof=proof)) == "gate_shut"
    edition = await printing.press.publish([away], who="wang", proof=proof, override="文件已改名")
    assert edition is not None
    assert edition.note == "文件已改名"
    assert (await printing.get(away.id)).remark == "文件已改名"


async def test_the_lint_is_part_of_the_gate(database: Database, tmp_path: Path, clock: ManualClock) -> None:
    """What it newly says shuts the gate, a hint and what it said before do not."""
    said = {"鼓励技术改造": [], "甲": [Complaint(where="q91-1", text="x", hint=True)]}
    wrong = [Complaint(where="q91-1", text="金额对不上")]

    def lint(corpus: Any) -> list[Complaint]:
        return [Complaint(where="q91-2", text="老毛病"), *said.get(corpus.policies["q91-1"].title, wrong)]

    printing = Printing(database, tmp_path, clock, lint=lint)
    await printing.press.read()
    draft = await printing.draft("policy", "q91-1", body={"title": "甲"})
    assert (await printing.press.prove([draft])).verdict.open
    bad = await printing.press.prove([msgspec.structs.replace(draft, body={**draft.body, "title": "乙"})])
    assert (bad.verdict.open, [c.text for c in bad.verdict.complaints]) == (False, ["金额对不上"])


async def test_the_second_to_publish_looks_again(printing: Printing) -> None:
    """A proof against an edition that is past publishes nothing."""
    one = await printing.submitted("policy", "q91-2", body={"title": "甲"})
    other = await printing.submitted("topic", "首台套", body={"words": ["三首"]})
    proofs = [await printing.press.prove([draft]) for draft in (one, other)]
    await printing.press.publish([one], who="wang", proof=proofs[0])
    with pytest.raises(Overtaken):
        await printing.press.publish([other], who="wang", proof=proofs[1])
    await printing.press.publish([other], who="wang", proof=await printing.press.prove([other]))
    assert await printing.press.mark() == 3


async def test_a_stale_draft_is_refused(printing: Printing) -> None:
    """What was begun on another state of the part cannot go over it: not submitted, not published."""
    draft = await printing.draft("policy", "q91-2", body={"title": "甲"}, based_on=99)
    assert await refused(printing.press.submit([draft])) == "stale"


async def test_what_was_read_is_what_is_published(printing: Printing) -> None:
    """Taken back, written on and submitted again while somebody decides: the text they read is not there any more."""
    read = await printing.submitted("policy", "q91-2", body={"title": "甲"})
    proof = await printing.press.prove([read])
    await printing.revisions.reopen([read], time=1.0)
    mine = await printing.get(read.id)
    await printing.revisions.save(msgspec.structs.replace(mine, body={**mine.body, "title": "乙"}), who="li", time=2.0)
    await printing.revisions.submit([await printing.get(read.id)], time=3.0)
    with pytest.raises(Overtaken):
        await printing.press.publish([read], who="wang", proof=proof)
    with pytest.raises(Overtaken):
        await printing.revisions.send_back([read], who="wang", remark="？", time=4.0)
    assert await printing.press.mark() == 1


async def test_what_comes_together_comes_on_one_day(printing: Printing) -> None:
    """Of a batch one part for today and one for a later day: neither is published."""
    today = await printing.submitted("policy", "q91-2", body={"title": "甲"})
    later = await printing.submitted("policy", "q91-1", body={"title": "乙"}, effective="2026-12-01")
    chosen = [today, later]
    proof = await printing.press.prove(chosen)
    assert await refused(printing.press.publish(chosen, who="wang", proof=proof)) == "days_differ"
    assert [(await printing.get(r.id)).state for r in chosen] == [IN_REVIEW, IN_REVIEW]


async def test_who_takes_a_failed_question_away_says_why(printing: Printing) -> None:
    """A batch that spoils an answer and drops the question that would show it is refused without a reason."""
    batch = [
        await printing.submitted(
            "policy", "q91-2", body={"keywords": [], "title": "别的", "summary": "别的"}, batch="b"
        ),
        await printing.submitted("rated", "r1", gone=True, body={}, batch="b"),
    ]
    proof = await printing.press.prove(batch)
    assert [(one.question.id, one.failed) for one in proof.verdict.gone] == [("r1", True)]
    assert await refused(printing.press.publish(batch, who="wang", proof=proof)) == "gate_shut"
    assert await printing.press.publish(batch, who="wang", proof=proof, override="文件已改名") is not None


async def test_a_part_can_be_restored(printing: Printing) -> None:
    """A draft with the old body, to be reviewed like any other, even after the part was taken away."""
    first = (await printing.revisions.history("policy", "q91-2"))[0]
    await printing.published("policy", "q91-2", body={"title": "错的"})
    draft = await printing.press.restore("policy", "q91-2", first.id, who="li")
    assert (draft.body, draft.author, draft.state) == (first.body, "li", "draft")
    assert await refused(printing.press.restore("policy", "q91-1", first.id, who="li")) == "no_such_revision"
    await printing.published("topic", "首台套", body={"words": ["三首"]})
    (number,) = await printing.revisions.begin([draft])
    await printing.press.submit([await printing.get(number)])
    back = await printing.get(number)
    await printing.press.publish([back], who="wang", proof=await printing.press.prove([back]))
    _, corpus = await printing.press.read()
    assert corpus.policies["q91-2"] == small_corpus().policies["q91-2"]
    assert corpus.topics["首台套"].words == ("三首",)


async def test_a_whole_edition_can_be_restored(printing: Printing) -> None:
    """Changed parts, new ones and those that went are all as they were, and so is the version."""
    await printing.published("policy", "q91-2", body={"title": "错的"})
    await printing.published("topic", "新题", body={"name": "新题"})
    await printing.published("synonym", "机器换人", gone=True, body={})
    back = await printing.press.restored_to(1, who="boss")
    assert sorted((r.key, r.gone) for r in back) == [("q91-2", False), ("新题", True), ("机器换人", False)]
    assert await refused(printing.press.emergency(back, who="boss", reason="", against=4)) == "no_reason"
    edition = await printing.press.emergency(back, who="boss", reason="发错了", against=4)
    _, corpus = await printing.press.read()
    assert corpus == small_corpus()
    assert (edition.number, edition.version, edition.note) == (5, small_corpus().version, "发错了")
    assert await printing.press.restored_to(1, who="boss") == []


async def test_an_edition_is_restored_whole_or_not_at_all(printing: Printing) -> None:
    """What came after the comparison was seen by nobody: it is not gone over, and the roll back is refused."""
    await printing.published("policy", "q91-2", body={"title": "错的"})
    back = await printing.press.restored_to(1, who="boss")
    await printing.published("policy", "q91-2", body={"title": "刚刚更正的"})
    await printing.published("policy", "q91-1", body={"title": "别的也改了"})
    with pytest.raises(Overtaken):
        await printing.press.emergency(back, who="boss", reason="错了", against=2)
    number, corpus = await printing.press.read()
    titles = [corpus.policies[key].title for key in ("q91-2", "q91-1")]
    assert (number, titles) == (4, ["刚刚更正的", "别的也改了"])


async def deliberate(ctx: Context) -> Answer:
    """An answer that looks into the corpus again and again, with time for a new edition to come in between."""
    said = [ctx.corpus.policies[ctx.finding.ids[0]].title]
    await asyncio.sleep(0)
    said.append(ctx.corpus.policies[ctx.finding.ids[0]].summary)
    await asyncio.sleep(0)
    return Answer(reply=Say(text="\n".join((*said, ctx.corpus.version))))


async def test_no_answer_is_lost_or_mixed_while_editions_come(printing: Printing, clock: ManualClock) -> None:
    """Hundreds of questions while one edition follows another: each answer is of one edition, whole, and each comes."""
    shelf = await Shelf.open(printing.press)
    answer = answering(Router(deliberate, apology=Answer(reply=Silence())), lambda: shelf.current, Office())
    ended = asyncio.Event()
    texts: dict[str, str] = {}

    def learn() -> None:
        policy = shelf.current.policies["q91-2"]
        texts[shelf.current.version] = "\n".join((policy.title, policy.summary, shelf.current.version))

    async def asker(first: int) -> list[tuple[str, str]]:
        heard: list[tuple[str, str]] = []
        number = first
        while not ended.is_set() or len(heard) < LEAST:
            number += 1
            message = Text(key=f"k{number}", openid=f"o{number}", account="gh_1", created=0, text="首台套")
            outcome = await answer(message, None, clock.time())
            assert isinstance(outcome.answer.reply, Say)
            heard.append((outcome.answer.version, outcome.answer.reply.text))
        return heard

    learn()
    async with asyncio.timeout(PATIENCE):
        asking = asyncio.gather(*(asker(n * 1_000_000) for n in range(ASKERS)))
        for edition in range(EDITIONS):
            body = {"title": f"首台套第{edition}版", "summary": f"认定为首台套的，第{edition}版给100万元。"}
            await printing.published("policy", "q91-2", body=body)
            assert await shelf.look() == 1
            assert await shelf.look() == 0
            learn()
        ended.set()
        answers = [pair for pairs in await asking for pair in pairs]
    assert len(answers) >= ASKERS * LEAST
    assert len({version for version, _ in answers}) > 1, "several editions were answered from"
    assert [pair for pair in answers if texts.get(pair[0]) != pair[1]] == []


async def test_an_export_is_the_edition_in_force(printing: Printing, tmp_path: Path) -> None:
    """What the database has, written as files and read, has the version that is answered with."""
    from bot.folder import write_parts

    await printing.published("policy", "q91-2", body={"title": "奖励首台套"}, wording="第二条 原文")
    number, corpus = await printing.press.read()
    write_parts([r.part for r in await printing.revisions.standing(number)], tmp_path / "out")
    assert read_corpus(tmp_path / "out").version == corpus.version
