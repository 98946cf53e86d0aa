"""All handlers together: whatever comes, in whatever order, the answer fits, and rests on the corpus alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SHANGHAI
from bot.context import Office
from bot.messages import AnyMessage, Clicked, Link, Location, Unknown, Voice
from bot.policies import Policy
from bot.replies import Say, Silence
from handlers import ROUTER, WORDS
from tests.corpus import the_corpus
from tests.handlers.talk import PAGES, Talk, check, everything, said

STEPS = ("1", "能补多少", "申报条件", "找谁办", "还有效吗")  # all that is told of one policy
ASKING = ("", "能补多少", "找谁", "还有效吗", "什么条件", "有哪些政策", "2024年能报吗")


def vocabulary() -> Iterator[str]:
    """Everything that means something to the bot, and some that does not."""
    corpus = the_corpus()
    for policy in everything():
        yield from (policy.id, policy.title, *policy.keywords)
    for unit in corpus.departments.values():
        yield from (unit.name, unit.short, *unit.aliases, *(phone.number for phone in unit.phones))
    for paper in corpus.papers.values():
        yield from (paper.title, paper.number)
    for words in corpus.lexicon.intents.values():
        yield from words
    yield from (*corpus.topics, *corpus.lexicon.districts, *corpus.lexicon.places.uncovered)
    yield from (*corpus.lexicon.foreign.words, *corpus.lexicon.places.elsewhere)
    yield from (
        "600万",
        "100万以上",
        "1.2个亿",
        "3",
        "第二个",
        "②",
        "99",
        "更多",
        "2024年",
        "2027-03-01",
        "明年",
        "去年",
    )
    yield from (
        "，",
        "。",
        "？",
        " ",
        "\n",
        "<a>",
        "]]>",
        "{detail}",
        "%s",
        "\\",
        "🙂",
        "\u200b",
        "１２３",
        "８５９１１２４８",
    )


WORD = st.sampled_from(sorted({word for word in vocabulary() if word}))
MIXED = st.lists(WORD | st.text(max_size=6), max_size=8).map("".join)
DAYS = st.dates(date(2022, 1, 1), date(2031, 12, 31))
OFFICES = st.builds(Office, public_url=st.sampled_from(["", PAGES]), can_push=st.booleans(), can_transfer=st.booleans())
TAPPED = st.sampled_from(["", "", "1", "q91-999", "<b>"]) | st.sampled_from([policy.id for policy in everything()])


def moment(day: date, hour: int = 10) -> datetime:
    """A moment of a day in Shanghai."""
    return datetime.combine(day, time(hour), SHANGHAI)


@settings(max_examples=200)
@given(st.text(max_size=120))
async def test_any_text_is_answered(text: str) -> None:
    """Whatever is typed, something is said that fits, with no phone and no sum of its own invention."""
    answer = await Talk().say(text)
    assert isinstance(answer.reply, Say)
    check(answer, text)


@settings(max_examples=250)
@given(MIXED, DAYS)
async def test_any_mixture_of_our_words_is_answered(text: str, day: date) -> None:
    """So it is where the text is made of words that mean something, on any day."""
    answer = await Talk(now=moment(day)).say(text)
    assert isinstance(answer.reply, Say)
    check(answer, text)


@settings(max_examples=100)
@given(st.lists(st.tuples(MIXED, TAPPED), min_size=2, max_size=6), DAYS, st.integers(0, 23), OFFICES)
async def test_any_talk_is_answered(turns: list[tuple[str, str]], day: date, hour: int, office: Office) -> None:
    """So it is in the midst of any talk, whatever was tapped, at any hour, in any deployment."""
    talk = Talk(now=moment(day, hour), office=office)
    for text, tapped in turns:
        check(await talk.say(text, tapped), text)


@settings(max_examples=100)
@given(MIXED)
async def test_the_way_words_come_makes_no_difference(text: str) -> None:
    """Spoken, by a menu button or as an article's title, words are answered as if they were typed."""
    typed = await Talk().say(text)
    talk = Talk()
    spoken: tuple[AnyMessage, ...] = (
        Voice(**talk.header(), recognition=text),
        Clicked(**talk.header(), button=f"ask:{text}"),
        Link(**talk.header(), title=text),
    )
    for message in spoken:
        answer = await Talk().send(message)
        if text and typed.intent != "help":  # a number without a list is explained to those alone who typed it
            assert answer == typed
        check(answer, text)


@settings(max_examples=100)
@given(st.text(max_size=40), st.floats(-90, 90), st.floats(-180, 180))
async def test_what_is_not_words_is_answered(text: str, latitude: float, longitude: float) -> None:
    """Any place, any menu key and any unknown kind gets something that fits, or silence."""
    talk = Talk()
    messages: tuple[AnyMessage, ...] = (
        Location(**talk.header(), latitude=latitude, longitude=longitude, label=text),
        Clicked(**talk.header(), button=text),
        Unknown(**talk.header(), kind=text),
    )
    for message in messages:
        check(await Talk().send(message))


@pytest.mark.parametrize("words", STEPS)
async def test_everything_said_of_a_policy_rests_on_its_papers(words: str) -> None:
    """For each of the 140 policies each answer fits whole, names title, paper and state, and every desk's phone."""
    for policy in everything():
        answer = await Talk().say(words, policy.id)
        check(answer)
        text, paper = said(answer), the_corpus().paper(policy)
        assert f"【{policy.title}" in text, policy.id
        assert f"《{paper.title}》" in text, policy.id
        assert paper.number in text, policy.id
        assert any(mark in text for mark in "✅❌⏰⏳❔"), policy.id
        assert all(contact.unit in text and contact.phone in text for contact in policy.contacts), policy.id
        assert f"资料：{the_corpus().edition}（{the_corpus().version}）" in text
        assert answer.policies[0] == policy.id


@pytest.mark.parametrize("asking", ASKING)
async def test_whatever_is_asked_of_whatever_matter_fits(asking: str) -> None:
    """Every policy asked for by its title and its first words, with close ones beside it, is told within the limit."""
    for policy in everything():
        for word in (policy.title, *policy.keywords[:3]):
            answer = await Talk().say(word + asking)
            check(answer, word + asking)
            assert all(policy_id in the_corpus().policies for policy_id in answer.policies)


@pytest.mark.parametrize("policy", [*everything()[::9], everything()[-1]], ids=lambda policy: policy.id)
async def test_a_policy_is_found_by_its_title(policy: Policy) -> None:
    """A title, typed in full, leads to the policy that has it, or to the list of those that share it."""
    answer = await Talk().say(policy.title)
    assert policy.id in answer.policies
    assert answer.intent in ("policy", "list")


def test_the_order_is_one_expression() -> None:
    """Each handler is asked once, the last word comes last, and the apology is polite."""
    assert len(set(ROUTER.handlers)) == len(ROUTER.handlers)
    assert ROUTER.handlers[0].__module__ == "handlers.welcome"
    assert ROUTER.handlers[-1].__module__ == "handlers.fallback"
    assert "抱歉" in said(ROUTER.apology)


async def test_only_what_is_not_words_is_met_with_silence() -> None:
    """A report of the platform gets none; whoever calls for a person and cannot have one gets words."""
    talk = Talk()
    assert isinstance((await talk.send(Unknown(**talk.header(), kind="event:debug_demo"))).reply, Silence)
    assert isinstance((await talk.say("人工")).reply, Say)


def test_the_machine_has_its_words() -> None:
    """Every benefit of the corpus can be put into words for the pages."""
    for policy in everything():
        for benefit in policy.benefits:
            assert WORDS.describe(benefit)
