"""What stands in a chat."""

from __future__ import annotations

import msgspec
import pytest

from bot.clock import ManualClock
from bot.emulator.chats import KEPT, Bubble, Link, links
from bot.emulator.world import World


def test_a_bubble_is_written_as_the_page_reads_it() -> None:
    """Its sender is called `from`, and every field is there."""
    assert msgspec.json.decode(msgspec.json.encode(Bubble(text="hi"))) == {
        "id": 0,
        "from": "account",
        "kind": "text",
        "text": "hi",
        "title": "",
        "description": "",
        "url": "",
        "picture": "",
        "fields": [],
        "time": 0.0,
        "pending": False,
    }


def test_a_chat_keeps_its_newest(world: World) -> None:
    """Old bubbles go, ids rise."""
    chat = world.chats.of("o")
    for number in range(KEPT + 5):
        chat.add(Bubble(text=str(number)))
    assert len(chat.bubbles) == KEPT
    assert chat.bubbles[0].text == "5"
    ids = [bubble.id for bubble in chat.bubbles]
    assert ids == sorted(set(ids))


async def test_ids_rise_across_a_new_beginning(world: World, clock: ManualClock) -> None:
    """A chat begun anew does not give an id again that a page may still show."""
    before = world.chats.of("o").add(Bubble())
    await clock.advance(1)
    world.chats.clear()
    assert world.chats.of("o").add(Bubble()).id > before.id


def test_a_settled_bubble_keeps_its_place(world: World) -> None:
    """Only its mark goes; one that fell out of the history does no harm."""
    chat = world.chats.of("o")
    waiting = chat.add(Bubble(pending=True))
    chat.add(Bubble(text="later"))
    settled = chat.settle(waiting)
    assert [bubble.pending for bubble in chat.bubbles] == [False, False]
    assert chat.bubbles[0] == settled
    chat.bubbles.clear()
    chat.settle(waiting)
    assert not chat.bubbles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no link, a < b, <b>bold</b>", []),
        ('<a href="https://e.cn/?a=1&amp;b=2">一</a>', [Link(label="一", href="https://e.cn/?a=1&b=2")]),
        ("<a href='https://e.cn'>一</a><a href=\"tel:1\">二</a>", [
            Link(label="一", href="https://e.cn"), Link(label="二", href="tel:1")
        ]),
        ('<a data-miniprogram-appid="wx1" href="http://e.cn">小程序</a>', [Link(label="小程序", href="http://e.cn")]),
        (
            '<a href="weixin://bizmsgmenu?msgmenucontent=%E8%83%BD%26&msgmenuid=a%201">能</a>',
            [
                Link(
                    label="能",
                    href="weixin://bizmsgmenu?msgmenucontent=%E8%83%BD%26&msgmenuid=a%201",
                    words="能&",
                    menu_id="a 1",
                )
            ],
        ),
    ],
)  # fmt: skip
def test_links_are_found_in_words(text: str, expected: list[Link]) -> None:
    """Labels and addresses are unescaped, what a link speaks is decoded, and everything else is no link."""
    assert links(Bubble(text=text)) == expected


def test_a_card_is_a_link(world: World) -> None:
    """It is found by its title; the newest of two comes first."""
    chat = world.chats.of("o")
    chat.add(Bubble(kind="news", title="政策", url="https://old"))
    chat.add(Bubble(kind="template", title="政策", url="https://new"))
    assert chat.find_link("政策").href == "https://new"
    assert chat.find_link("https://old").label == "政策"
    with pytest.raises(LookupError):
        chat.find_link("no such")
