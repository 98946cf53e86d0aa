"""What the console's secret makes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.console.keys import Keys, new_token

KEYS, OTHER = Keys("a" * 32), Keys("b" * 32)


@given(st.text(max_size=60))
def test_what_is_sealed_can_be_opened(text: str) -> None:
    """By the same secret, for the same owner, and by no other."""
    sealed = KEYS.seal(text, owner="1")
    assert KEYS.unseal(sealed, owner="1") == text
    assert KEYS.unseal(sealed, owner="2") is None
    assert OTHER.unseal(sealed, owner="1") is None


def test_what_was_touched_is_not_opened() -> None:
    """One bit anywhere, or a piece cut off, and there is nothing."""
    sealed = KEYS.seal("secret", owner="1")
    for place in range(len(sealed)):
        touched = bytes(byte ^ (1 if at == place else 0) for at, byte in enumerate(sealed))
        assert KEYS.unseal(touched, owner="1") is None
    assert [KEYS.unseal(sealed[:size], owner="1") for size in (0, 5, 20)] == [None] * 3


def test_the_same_text_is_sealed_otherwise_each_time() -> None:
    """So that nobody sees that two are alike."""
    assert len({KEYS.seal("x", owner="1") for _ in range(20)}) == 20


def test_a_hash_is_of_its_purpose_and_secret() -> None:
    """The same text for another purpose, or under another secret, has another hash."""
    assert KEYS.digest("session", "x") == KEYS.digest("session", "x")
    assert len({KEYS.digest("session", "x"), KEYS.digest("form", "x"), OTHER.digest("session", "x")}) == 3


def test_a_form_token_is_of_its_browser() -> None:
    """It is spelled otherwise each time, is good for its cookie alone, and without a cookie for nobody."""
    tokens = {KEYS.form_token("cookie") for _ in range(20)}
    assert len(tokens) == 20
    assert all(KEYS.is_form_token(token, "cookie") for token in tokens)
    (token, *_) = tokens
    assert not KEYS.is_form_token(token, "other")
    assert not OTHER.is_form_token(token, "cookie")
    assert not KEYS.is_form_token(KEYS.form_token(""), "")


@given(st.one_of(st.text(max_size=120), st.text(alphabet="AZaz09-_=", max_size=120)))
def test_what_is_no_token_is_refused(text: str) -> None:
    """Whatever is sent in its place."""
    assert not KEYS.is_form_token(text, "cookie")


def test_what_we_signed_is_known_again() -> None:
    """Changed, cut, or signed by another secret it is nothing."""
    signed = KEYS.sign("said", "a.b")
    assert KEYS.verified("said", signed) == "a.b"
    assert KEYS.verified("known", signed) is None
    for text in ("", "a.b", signed[:-1], "x" + signed, OTHER.sign("said", "a.b"), "é.é", "\ud800.\ud800"):
        assert KEYS.verified("said", text) is None


def test_tokens_are_long() -> None:
    """256 bits, each time others."""
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) == 43
