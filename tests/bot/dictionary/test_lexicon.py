"""The curated words of the lexicon."""

from __future__ import annotations

import msgspec
import pytest

from bot.dictionary.lexicon import INTENTS, Lexicon
from bot.policies import Status
from tests.corpus import the_corpus

LEAST: dict[str, object] = {
    "intents": {}, "stop": {"words": []}, "districts": {}, "places": {"uncovered": [], "elsewhere": []}, "levels": {},
    "foreign": {"words": []},
}  # fmt: skip


def test_a_lexicon_may_be_nearly_empty() -> None:
    """Synonyms, sources and collections may be left out, the rest is there even if it holds nothing."""
    lexicon = msgspec.convert(LEAST, Lexicon)
    assert (lexicon.synonym, lexicon.collection, lexicon.sources) == ((), (), {})
    for key in LEAST:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({k: v for k, v in LEAST.items() if k != key}, Lexicon)


@pytest.mark.parametrize(
    "wrong",
    [
        {"synonyms": []},
        {"synonym": [{"say": ["a"]}]},
        {"synonym": [{"say": ["a"], "maen": []}]},
        {"stop": {"words": "的"}},
    ],
)
def test_a_misspelt_key_is_refused(wrong: dict[str, object]) -> None:
    """A table that nobody would read is an error, not silence."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**LEAST, **wrong}, Lexicon)


def test_every_intent_has_words() -> None:
    """What the program can be asked, the real lexicon has words for; and the two states it can list have names."""
    assert {intent for intent, words in the_corpus().lexicon.intents.items() if words} == set(INTENTS)
    assert {"expired", "expiring"} <= set(INTENTS)
    assert Status.EXPIRED.value in INTENTS
