"""A paper that is named by its number alone."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize("asked", ["平度办的那个12号文", "平度12号文有哪些政策", "平度办的那个12号文还有效吗"])
async def test_no_policy_rests_on_it(asked: str) -> None:
    """That there is no such paper is said, with those of the district, and none of its policies is listed for it."""
    answer = await Talk().say(asked)
    check(answer, asked)
    assert (answer.intent, answer.policies) == ("offtopic", ())
    assert "没有收录平度市的“12号”文件" in said(answer)
    assert "（平办发〔2023〕21号）" in said(answer)


@pytest.mark.parametrize("asked", ["平度21号文有哪些政策", "87号文还有效吗", "平度有哪些政策"])
async def test_what_there_is_is_answered(asked: str) -> None:
    """A paper that policies rest on, and a question of none, are answered as ever."""
    answer = await Talk().say(asked)
    assert answer.policies
    assert "没有收录" not in said(answer)
