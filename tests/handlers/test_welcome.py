"""The first words, and what a scanned code leads to."""

from __future__ import annotations

import pytest

from bot.messages import Followed, Left, Scanned
from bot.replies import Silence
from handlers.welcome import EXAMPLES
from tests.corpus import the_corpus
from tests.handlers.talk import Talk, check, everything, said, written


async def test_following() -> None:
    """Who we are, how many policies we know, and three examples that can be tapped."""
    talk = Talk()
    answer = await talk.send(Followed(**talk.header()))
    check(answer)
    assert answer.intent == "greeting"
    assert f"{len(everything())}条青岛市及区（市）惠企政策" in said(answer)
    assert written(answer).count("weixin://bizmsgmenu") == len(EXAMPLES) == 3


@pytest.mark.parametrize("example", EXAMPLES)
async def test_every_example_has_an_answer(example: str) -> None:
    """What is offered is never answered with not knowing."""
    answer = await Talk().say(example)
    assert answer.policies
    assert answer.intent != "offtopic"


async def test_leaving() -> None:
    """Nothing is said to who leaves."""
    talk = Talk()
    assert (await talk.send(Left(**talk.header()))).reply == Silence()


async def test_every_scene_that_names_something_of_ours() -> None:
    """The code of each policy, unit with policies, topic with policies and district leads there, within the limit."""
    units = {contact.unit for policy in everything() for contact in policy.contacts}
    topics = {topic for policy in everything() for topic in policy.topics}
    districts = {policy.district for policy in everything()}
    for scene in (*the_corpus().policies, *units, *topics, *districts):
        talk = Talk()
        for message in (Followed(**talk.header(), scene=scene), Scanned(**talk.header(), scene=scene)):
            answer = await talk.send(message)
            check(answer)
            assert answer.policies, scene


async def test_a_followers_scan_has_no_second_welcome() -> None:
    """A code scanned by who follows already shows its matter alone; one that names nothing greets."""
    talk = Talk()
    scanned = await talk.send(Scanned(**talk.header(), scene="q91-1"))
    assert said(scanned).startswith("【鼓励企业设备更新和技术改造】")
    assert (await talk.send(Scanned(**talk.header(), scene="hall-7"))).intent == "greeting"


async def test_a_topic_is_not_a_unit() -> None:
    """The list of a topic's code is that topic's."""
    talk = Talk()
    answer = await talk.send(Scanned(**talk.header(), scene="首台套"))
    assert set(answer.policies) == {policy.id for policy in everything() if "首台套" in policy.topics}
