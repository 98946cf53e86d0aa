"""Parts have one spelling, and a version that knows content from spelling."""

from __future__ import annotations

import msgspec
import pytest

from bot.dictionary.lexicon import Lexicon
from bot.errors import CorpusError
from bot.parts import BESIDE, KINDS, LISTS, NAMED, PLACES, TABLES, canonical, convert, digest, handle
from bot.revisions import Part

TOPIC = Part(kind="topic", key="技改", body={"name": "技改", "words": ["设备"]}, origin="topics.toml")


def test_equal_bodies_have_one_spelling() -> None:
    """What goes unsaid is left out, and a whole share is a share."""
    policy = Part(kind="fact", key="x", body={"key": "x", "name": "甲", "kind": "yes", "ask": "？", "words": []})
    assert canonical(policy).body == {"key": "x", "name": "甲", "kind": "yes", "ask": "？"}
    synonym = Part(kind="synonym", key="a", body={"mean": ("b",), "say": ("a",)})
    assert list(canonical(synonym).body.items()) == [("say", ["a"]), ("mean", ["b"])]


def test_a_wrong_body_says_where_it_stands() -> None:
    """Origin, key and the way to the field."""
    with pytest.raises(CorpusError, match=r"topics\.toml: 技改: Expected `str`, got `int` - at `\$\.name`") as caught:
        convert(msgspec.structs.replace(TOPIC, body={"name": 3}))
    assert (caught.value.kind, caught.value.key, caught.value.field) == ("topic", "技改", "name")


def version(*parts: Part) -> str:
    """The version of some parts."""
    return digest((part, convert(part)) for part in parts)


@pytest.mark.parametrize("endless", [float("inf"), float("-inf"), float("nan")])
def test_an_endless_figure_is_wrong(endless: float) -> None:
    """JSON has none and would keep nothing in its place: it is refused where it stands."""
    need = {"fact": "x", "at_least": endless}
    body = {"id": "a", "title": "a", "level": "city", "district": "b", "chapter": "c", "topics": [], "paper": "d",
            "summary": "e", "who": [], "keywords": [], "contacts": [], "benefits": [], "needs": [need]}  # fmt: skip
    with pytest.raises(CorpusError) as caught:
        canonical(Part(kind="policy", key="a", body=body, origin="x"))
    assert caught.value.field == "needs[0].at_least"


def test_the_version_is_of_the_content() -> None:
    """Order and what stands beside the corpus do not count; words, wording and kind do."""
    other = Part(kind="topic", key="首台套", body={"name": "首台套"})
    menu = Part(kind="menu", key="menu", body={"button": []})
    assert version(TOPIC, other) == version(other, TOPIC) == version(TOPIC, other, menu)
    changed = msgspec.structs.replace(TOPIC, body={"name": "技改", "words": ["机器"]})
    worded = msgspec.structs.replace(TOPIC, wording="原文")
    assert len({version(TOPIC), version(changed), version(worded), version(TOPIC, other)}) == 4


def test_the_handle_of_a_synonym_is_no_content() -> None:
    """The same words under another handle are the same version."""
    one, two = (Part(kind="synonym", key=key, body={"say": ["a"], "mean": ["b"]}) for key in ("a", "z"))
    assert version(one) == version(two)
    assert handle("synonym", one.body) == "a"
    assert handle("topic", TOPIC.body) == "技改"


def test_every_word_of_the_lexicon_is_a_part() -> None:
    """No table of the lexicon is left out of the kinds, so that none is lost when it is written again."""
    known = {*TABLES, *LISTS, "places", "synonym", "collection"}
    assert set(Lexicon.__struct_fields__) == known
    assert {"uncovered", "elsewhere", "doubtful", "ours"} == set(PLACES)
    assert set(NAMED) | BESIDE <= set(KINDS)
