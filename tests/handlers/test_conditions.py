"""On what conditions."""

from __future__ import annotations

from tests.handlers.talk import Talk, check, everything, said


async def test_conditions_of_one_title_are_asked_apart() -> None:
    """Where two policies share the title, it is asked which; the choice is answered with its conditions."""
    talk = Talk()
    answer = await talk.say("加快产业人才集聚申报条件")
    check(answer)
    assert set(answer.policies) == {"q91-60", "q91-47"}
    assert "谁能报" not in said(answer)
    chosen = await talk.say("2")
    assert chosen.policies == answer.policies[1:2]
    assert "👤 谁能报：" in said(chosen)


async def test_close_ones_are_offered_by_number() -> None:
    """What else fits stands below with its number, which then leads to its conditions."""
    talk = Talk()
    answer = await talk.say("技改申报条件")
    check(answer)
    assert "👤 谁能报：" in said(answer)
    assert "相近的：2. " in said(answer)
    chosen = await talk.say("2")
    assert chosen.policies == answer.policies[1:2]
    assert "👤 谁能报：" in said(chosen)


async def test_the_longest_conditions_fit() -> None:
    """Close ones are left out rather than conditions cut."""
    for policy in everything():
        answer = await Talk().say(f"{policy.title}申报条件")
        check(answer)
