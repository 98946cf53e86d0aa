"""The order of what fits."""

from datetime import date

from bot.ranking import find
from tests.corpus import the_corpus


def test_of_a_broad_topic_what_is_in_force_comes_first() -> None:
    """软件 speaks alike for the city's policy that is over and for Laoshan's that holds: the latter first."""
    found = find("软件", the_corpus(), date(2026, 11, 26)).ids
    assert found[:2] == ("q91-55", "q91-33")
