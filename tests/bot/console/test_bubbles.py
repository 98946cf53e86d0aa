"""Texts as the chat shows them."""

from __future__ import annotations

from bot.console.bubbles import Piece, pieces
from bot.replies import say_link, visible, web_link


def test_links_that_speak_carry_their_words() -> None:
    """What is said by a tap, with the id of the policy it stands under, between the text around it."""
    text = f"可以点：{say_link('找谁办', '找谁办', 'q91-1')}，或看{web_link('全文', 'https://x.cn/p/q91-1?a=1&b=2')}。"
    assert list(pieces(text)) == [
        Piece(text="可以点："),
        Piece(text="找谁办", words="找谁办", menu_id="q91-1"),
        Piece(text="，或看"),
        Piece(text="全文", url="https://x.cn/p/q91-1?a=1&b=2"),
        Piece(text="。"),
    ]


def test_the_pieces_are_what_the_follower_sees() -> None:
    """Put together they read as the platform shows the text, quoted signs and lines included."""
    text = f"大于 &lt;50&gt; 人\n{say_link('A&B <x>', '问 A&B')}"
    assert "".join(piece.text for piece in pieces(text)) == visible(text)
    assert [piece.words for piece in pieces(text) if piece.words] == ["问 A&B"]


def test_a_link_to_anywhere_else_is_only_text() -> None:
    """Nothing but pages and words is made tappable."""
    (piece,) = pieces('<a href="javascript:alert(1)">点我</a>')
    assert piece == Piece(text="点我")
    assert list(pieces("")) == []
