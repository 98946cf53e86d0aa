"""The second factor's codes."""

from __future__ import annotations

import pytest

from bot.console.codes import folded_recovery_code, matching_step, new_recovery_codes, new_secret, picture

# RFC 6238, appendix B: the secret of ASCII 12345678901234567890, and the last six digits of its codes.
RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("time", "code"),
    [(1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(time: int, code: str) -> None:
    """The examples of RFC 6238 are right at their time, and one step around it; not two steps off."""
    step = time // 30
    assert [matching_step(RFC, code, at) for at in (time, time - 30, time + 30)] == [step] * 3
    assert [matching_step(RFC, code, at) for at in (time - 90, time + 90)] == [None, None]


def test_a_code_is_read_as_people_type_it() -> None:
    """With a gap in the middle; anything but six digits is none."""
    assert matching_step(RFC, " 287 082 ", 59) == 1
    assert [matching_step(RFC, text, 59) for text in ("", "28708", "2870822", "287O82", "２８７０８２", "-87082")] == [
        None
    ] * 6


def test_secrets_are_long_and_new() -> None:
    """160 bits each time."""
    assert len({new_secret() for _ in range(50)}) == 50
    assert len(new_secret()) == 32


def test_the_picture_stands_in_a_page() -> None:
    """It is a drawing without a style or a script of its own: the rules of the page let it be seen."""
    drawn = picture(RFC, account="zhang.wei", issuer="惠企")
    assert drawn.startswith("<svg")
    assert "style" not in drawn
    assert "<script" not in drawn


def test_recovery_codes_are_ten_and_hard_to_guess() -> None:
    """Different ones, without letters that look alike, and read however they are typed."""
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert not set("".join(codes)) & set("il1o0")
    for code in codes:
        assert folded_recovery_code(f" {code.upper()} ".replace("-", "—")) == code.replace("-", "")
        assert len(folded_recovery_code(code)) == 15
