"""What can be sent: both spellings of each reply, texts that fit, links that are shown and not obeyed."""

from __future__ import annotations

import re
from typing import Any, get_args
from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies import (
    TEXT_LIMIT,
    Answer,
    AnyReply,
    HandOver,
    PlayMusic,
    Reply,
    Say,
    ShowArticle,
    ShowImage,
    ShowVideo,
    Silence,
    Speak,
    fit,
    fitting,
    say_link,
    visible,
    web_link,
)

LINK = re.compile(r"<a [^>]*>[^<]*</a>")
PIECES = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from("<a/>技改😀 \n"), max_size=40),
    st.builds(say_link, st.text(max_size=20), st.text(max_size=20)),
    st.builds(web_link, st.text(max_size=20), st.just("https://example.cn/p/q91-1")),
)
TEXTS = st.lists(st.tuples(PIECES, st.integers(1, 40)), max_size=12).map(lambda ps: "".join(p * n for p, n in ps))

SPELLED: list[tuple[AnyReply, tuple[str, dict[str, Any]] | None, dict[str, Any] | None]] = [
    (Say(text="技改"), ("text", {"Content": "技改"}), {"msgtype": "text", "text": {"content": "技改"}}),
    (ShowImage(media_id="m"), ("image", {"Image": {"MediaId": "m"}}), {"msgtype": "image", "image": {"media_id": "m"}}),
    (Speak(media_id="m"), ("voice", {"Voice": {"MediaId": "m"}}), {"msgtype": "voice", "voice": {"media_id": "m"}}),
    (ShowVideo(media_id="m"), ("video", {"Video": {"MediaId": "m"}}), None),
    (
        ShowVideo(media_id="m", title="t", description="d", thumb_media_id="h"),
        ("video", {"Video": {"MediaId": "m", "Title": "t", "Description": "d"}}),
        {"msgtype": "video", "video": {"media_id": "m", "thumb_media_id": "h", "title": "t", "description": "d"}},
    ),
    (
        PlayMusic(thumb_media_id="h", title="t", url="u"),
        ("music", {"Music": {"Title": "t", "MusicUrl": "u", "ThumbMediaId": "h"}}),
        {
            "msgtype": "music",
            "music": {"title": "t", "description": "", "musicurl": "u", "hqmusicurl": "", "thumb_media_id": "h"},
        },
    ),
    (
        ShowArticle(title="t", description="d", picture_url="p", url="u"),
        (
            "news",
            {"ArticleCount": 1, "Articles": {"item": {"Title": "t", "Description": "d", "PicUrl": "p", "Url": "u"}}},
        ),
        {"msgtype": "news", "news": {"articles": [{"title": "t", "description": "d", "url": "u", "picurl": "p"}]}},
    ),
    (HandOver(), ("transfer_customer_service", {}), None),
    (HandOver(staff="a@gh"), ("transfer_customer_service", {"TransInfo": {"KfAccount": "a@gh"}}), None),
    (Silence(), None, None),
]


@pytest.mark.parametrize(("reply", "passive", "active"), SPELLED)
def test_each_reply_is_spelled_as_the_platform_wants_it(
    reply: AnyReply, passive: tuple[str, dict[str, Any]] | None, active: dict[str, Any] | None
) -> None:
    """In the callback's answer and as a customer-service message; None where it cannot be said that way."""
    assert reply.passive() == passive
    assert reply.active() == active


def test_every_kind_of_reply_is_spelled_here() -> None:
    """No reply type is left out of the table above."""
    assert {type(reply) for reply, _, _ in SPELLED} == set(get_args(AnyReply)) == set(Reply.__subclasses__())


@pytest.mark.parametrize("reply", [reply for reply, _, _ in SPELLED])
def test_an_answer_survives_storing(reply: AnyReply) -> None:
    """As JSON and back it is the same, whatever it says."""
    answer = Answer(reply=reply, intent="policy", policies=("q91-1",), version="0a1b2c3d")
    assert msgspec.json.decode(msgspec.json.encode(answer), type=Answer) == answer


def test_a_long_text_is_cut_in_both_spellings() -> None:
    """A text of 3000 bytes leaves with at most TEXT_LIMIT."""
    reply = Say(text="技" * 1000)
    passive, active = reply.passive(), reply.active()
    assert passive is not None
    assert active is not None
    assert passive[1]["Content"] == active["text"]["content"] == fit("技" * 1000)
    assert len(fit("技" * 1000).encode()) <= TEXT_LIMIT


@given(TEXTS, st.integers(8, 400) | st.just(TEXT_LIMIT))
def test_a_cut_text_is_a_clean_beginning(text: str, limit: int) -> None:
    """Never more bytes than the limit, never half a character, never half a link; what fits is left alone."""
    cut = fit(text, limit)
    assert len(cut.encode()) <= limit
    if len(text.encode()) <= limit:
        assert cut == text
        return
    assert cut.endswith("…")
    kept = cut.removesuffix("…")
    assert text.startswith(kept)
    for link in LINK.finditer(text):
        assert not link.start() < len(kept) < link.end()


@given(st.text(st.characters(exclude_characters="<", exclude_categories=["Cs"]), max_size=300), st.integers(8, 200))
def test_no_more_is_cut_than_must_be(text: str, limit: int) -> None:
    """Without links all that fits beside the ellipsis stays, but for spaces at its end."""
    if len(text.encode()) <= limit:
        return
    kept = fit(text, limit).removesuffix("…")
    rest = text[len(kept) :]
    following = rest[: len(rest) - len(rest.lstrip()) + 1]
    assert len((kept + following).encode()) + len("…".encode()) > limit


def test_a_sign_that_opens_no_link_is_no_reason_to_cut() -> None:
    """A text that speaks of less than is kept as far as any other."""
    text = "投资<500万" + "技" * 800
    assert len(fit(text).encode()) > TEXT_LIMIT - 6
    unclosed = "<a href=" + "技" * 800
    assert len(fit(unclosed).encode()) > TEXT_LIMIT - 6


def test_a_link_at_the_edge_goes_whole() -> None:
    """Where the last link does not fit to its end it is left out from its beginning."""
    link = say_link("更多", "更多")
    room = TEXT_LIMIT - len("…".encode())
    fits = "技" * ((room - len(link.encode())) // 3)
    assert fit(fits + link + "完了").endswith("</a>…")
    for extra in range(1, len(link)):
        text = "x" * (room - extra) + link + "完了"
        assert fit(text) == "x" * (room - extra) + "…"


@given(st.lists(st.text(max_size=120), max_size=60), st.lists(st.text(max_size=200), max_size=6))
def test_lines_that_are_said_to_fit_do(lines: list[str], around: list[str]) -> None:
    """With as many lines as are said to fit, the text is within the limit; with one more the spare is used up."""
    count = fitting(lines, around)
    assert 0 <= count <= len(lines)
    if count:
        assert len("\n".join([*around, *lines[:count]]).encode()) <= TEXT_LIMIT - 100
    if count < len(lines):
        assert len("\n".join([*around, *lines[: count + 1], ""]).encode()) > TEXT_LIMIT - 100


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_a_link_that_speaks_shows_its_label_and_says_its_words(label: str, words: str, menu_id: str) -> None:
    """Label and words arrive as they are, whatever signs are in them: there is one tag, and it is ours."""
    link = say_link(label, words, menu_id)
    match = re.fullmatch(
        r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^"&]*)&msgmenuid=([^"&]*)">([^<>]*)</a>', link
    )
    assert match is not None
    assert (unquote(match[1]), unquote(match[2])) == (words, menu_id)
    assert visible(link) == label


@given(st.text(max_size=60))
def test_a_link_to_a_page_shows_its_label(label: str) -> None:
    """Signs in the label and the address are no tags."""
    link = web_link(label, "https://example.cn/?a=1&b=<2>")
    assert visible(link) == label
    assert link.startswith('<a href="https://example.cn/?a=1&amp;b=&lt;2&gt;">')


def test_a_follower_sees_labels_and_text() -> None:
    """Tags of links go, all else stays."""
    text = f"前 {say_link('A&B<c>', '说')} 中 {web_link('页', 'https://example.cn')} 后 1 < 2 > 0 <abbr>"
    assert visible(text) == "前 A&B<c> 中 页 后 1 < 2 > 0 <abbr>"
