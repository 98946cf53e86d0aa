"""Tags of the account."""

from __future__ import annotations

import pytest

from bot.emulator.refusals import Refusal
from bot.emulator.tags import Tags
from bot.emulator.world import World


@pytest.fixture
def tags(world: World) -> Tags:
    """The tags of an account that has made none."""
    return world.tags


def test_ids_begin_at_a_hundred(tags: Tags) -> None:
    """The first tags are the platform's own, and an id is not given twice."""
    first = tags.create("一")
    tags.delete(first)
    assert (first, tags.create("一")) == (100, 101)
    assert tags.all() == {2: "星标组", 101: "一"}


def test_a_hundred_tags_are_enough(tags: Tags) -> None:
    """The next one is 45056."""
    for number in range(100):
        tags.create(str(number))
    with pytest.raises(Refusal, match="45056"):
        tags.create("too many")


@pytest.mark.parametrize(("name", "errcode"), [("", 45157), (None, 45157), ("星标组", 45157), ("名" * 11, 45158)])
def test_names_are_checked(tags: Tags, name: object, errcode: int) -> None:
    """Empty, taken and long names are refused, also when renaming."""
    tag_id = tags.create("一")
    for act in (lambda: tags.create(name), lambda: tags.rename(tag_id, name)):
        with pytest.raises(Refusal, match=str(errcode)):
            act()


def test_the_platforms_own_are_not_touched(tags: Tags) -> None:
    """Renaming or deleting one is 45058; one that is not there is 45159."""
    for tag_id, errcode in ((2, "45058"), (999, "45159"), ("100", "45159")):
        with pytest.raises(Refusal, match=errcode):
            tags.rename(tag_id, "x")
        with pytest.raises(Refusal, match=errcode):
            tags.delete(tag_id)
