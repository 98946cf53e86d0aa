"""Questions put together by the pieces of words they share."""

from __future__ import annotations

import random

from bot.statistics.clusters import MOST, Asked, cluster, pieces


def asked(*texts: str | tuple[str, int]) -> list[Asked]:
    """Questions whose matter is all of their text, each asked once or as often as told."""
    pairs = [(text, 1) if isinstance(text, str) else text for text in texts]
    return [
        Asked(id=f"{number:03d}", text=text, matter=text, times=times) for number, (text, times) in enumerate(pairs)
    ]


MANY = ["海水淡化", "油茶种植", "网约车牌照", "装修贷款", "体育彩票", "民宿评级"]  # matters that share nothing


def groups(*texts: str | tuple[str, int]) -> list[set[str]]:
    """The texts of each cluster, those of MANY left out."""
    found = ({member.text for member in one.members} for one in cluster(asked(*texts, *MANY)))
    return [members for members in found if not members & set(MANY)]


def test_what_means_much_the_same_stands_together() -> None:
    """Questions that share most of their matter are one cluster, whatever stands around it."""
    assert groups("数字人直播", "做数字人直播", "低空飞行试飞", "低空飞行器试飞") == [
        {"数字人直播", "做数字人直播"},
        {"低空飞行试飞", "低空飞行器试飞"},
    ]


def test_one_matter_with_another_end_stands_together() -> None:
    """A long word in common is enough."""
    assert groups("幼儿园上学", "幼儿园学费") == [{"幼儿园上学", "幼儿园学费"}]


def test_one_character_in_common_is_not_enough() -> None:
    """Two matters that only brush each other stay apart."""
    assert groups("无人机", "人工耳蜗") == [{"无人机"}, {"人工耳蜗"}]


def test_nothing_is_strung_together() -> None:
    """A third question that is like the second alone does not join the first: likeness is measured to the first."""
    found = groups(("甲乙丙丁", 9), ("丙丁戊己", 2), ("戊己庚辛", 1))
    assert {"甲乙丙丁", "丙丁戊己", "戊己庚辛"} not in found


def test_the_most_asked_come_first_and_stand_for_all() -> None:
    """A cluster is called by its most asked question, clusters are ordered by how often any of theirs was asked."""
    first, second, *_ = cluster(asked("数字人直播", ("数字人直播间", 3), ("海水淡化厂", 2)))
    assert (first.first.text, first.times, second.times) == ("数字人直播间", 4, 2)


def test_the_words_of_a_cluster_are_those_most_have() -> None:
    """What would make a keyword is the longest part of the first question that most of the others have too."""
    (one,) = cluster(asked(("做数字人直播的", 2), "数字人直播", "搞数字人直播"))
    assert one.words == "数字人直播"


def test_the_order_they_come_in_changes_nothing() -> None:
    """The same questions give the same clusters."""
    questions = asked("数字人直播", "做数字人直播", "低空飞行", "低空试飞", ("幼儿园", 4), "幼儿园学费")
    shuffled = random.Random(3).sample(questions, len(questions))
    told = [[one.words, *(member.id for member in one.members)] for one in cluster(questions)]
    assert [[one.words, *(member.id for member in one.members)] for one in cluster(shuffled)] == told


def test_a_crowd_of_questions_is_bounded() -> None:
    """Of more questions than are looked at, the rarest are left out."""
    crowd = [Asked(id=str(n), text=f"问{n}", matter=f"事{n}", times=1 + (n == 5)) for n in range(MOST + 50)]
    found = cluster(crowd)
    assert sum(len(one.members) for one in found) == MOST
    assert found[0].times >= 2


def test_a_short_matter_is_its_own_piece() -> None:
    """A single character has no pieces but itself, and nothing breaks where there is none."""
    assert pieces("税") == {"税"}
    assert cluster([]) == []
