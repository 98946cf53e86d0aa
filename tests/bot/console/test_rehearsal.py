"""The box to try a message in."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from bot.console.rehearsal import TEXT_LIMIT, TURNS, address_of
from bot.parts import POLICY
from bot.revisions import Revision
from tests.bot.console.client import Office, Page, Visitor

HERE = "/console/try"


@pytest.fixture
async def viewer(office: Office) -> Visitor:
    """Somebody who may only look."""
    return await office.sign_in("viewer")


def links(page: Page) -> dict[str, str]:
    """The addresses of the links in the chat, by their labels."""
    chat = page.source.partition('id="chat"')[2].partition("</form>")[0]
    return {label: unescape(url) for url, label in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', chat)}


async def test_a_message_is_answered_as_on_the_phone(office: Office, viewer: Visitor) -> None:
    """The reply, what it was taken for, how it was read, which policy scored, and nothing of it is kept."""
    page = await viewer.get(f"{HERE}?{urlencode({'text': '首台套'})}")
    assert page.status == 200
    for told in (
        "支持首台套",
        "认定为首台套的",
        "问政策",
        "怎么认的",
        "各条政策的得分",
        office.services.corpus.version,
    ):
        assert told in page.text, told
    assert await office.services.inbox.counts() == {}


async def test_a_tapped_link_says_its_words(viewer: Visitor) -> None:
    """A tap goes on with the conversation, and the words belong to the policy they stood under."""
    page = await viewer.get(f"{HERE}?{urlencode({'text': '首台套'})}")
    after = await viewer.get(links(page)["找谁办"])
    assert "85911248" in after.text
    assert after.source.count('class="bubble mine"') == 2


async def test_a_follow_up_is_typed(viewer: Visitor) -> None:
    """The form carries what was said, so that the next message is answered of it."""
    page = await viewer.get(f"{HERE}?{urlencode([('say', '首台套'), ('text', '找谁')])}")
    assert "85911248" in page.text
    assert '<input type="hidden" name="say" value="首台套">' in page.source


async def test_an_earlier_turn_is_explained(viewer: Visitor) -> None:
    """Each answer can be looked at; begun anew nothing is left."""
    page = await viewer.get(f"{HERE}?{urlencode([('say', '首台套'), ('say', '天气'), ('look', '0')])}")
    assert "“首台套”" in page.text.partition("怎么认的")[0].rpartition("当成")[0]
    assert "bubble" not in (await viewer.get(HERE)).source


async def test_the_day_decides_what_is_in_force(viewer: Visitor) -> None:
    """The same words on another day; a day that is none changes nothing."""
    query = {"text": "首台套", "on": "2027-06-01"}
    assert "已于" in (await viewer.get(f"{HERE}?{urlencode(query)}")).text
    assert "已于" not in (await viewer.get(f"{HERE}?{urlencode({**query, 'on': '2027-13-01'})}")).text


async def test_a_draft_is_tried_before_it_is_published(office: Office, viewer: Visitor) -> None:
    """With a draft in force a word of it is found; without it, not; of a draft that is gone the page says so."""
    assert office.services.publishing
    revisions = office.services.publishing.revisions
    standing = await revisions.standing_of(POLICY, "q91-2")
    assert standing
    body = {**standing.body, "keywords": [*standing.body["keywords"], "量子罗盘"]}
    (number,) = await revisions.begin(
        [Revision(kind=POLICY, key="q91-2", body=body, author="ann", based_on=standing.id)]
    )
    without = await viewer.get(f"{HERE}?{urlencode({'text': '量子罗盘'})}")
    with_it = await viewer.get(f"{HERE}?{urlencode({'text': '量子罗盘', 'corpus': str(number)})}")
    assert "认定为首台套的" not in without.text
    assert "加上草稿：支持首台套" in without.text
    assert "认定为首台套的" in with_it.text
    gone = await viewer.get(f"{HERE}?{urlencode({'text': '量子罗盘', 'corpus': '999'})}")
    assert "这份草稿已经没有了" in gone.text


async def test_a_draft_that_does_not_load_is_said_to(office: Office, viewer: Visitor) -> None:
    """The answer is the live one then, and the reason stands above it."""
    assert office.services.publishing
    revisions = office.services.publishing.revisions
    standing = await revisions.standing_of(POLICY, "q91-2")
    assert standing
    broken = {**standing.body, "paper": "nowhere"}
    (number,) = await revisions.begin(
        [Revision(kind=POLICY, key="q91-2", body=broken, author="ann", based_on=standing.id)]
    )
    page = await viewer.get(f"{HERE}?{urlencode({'text': '首台套', 'corpus': str(number)})}")
    assert "装不起来" in page.text
    assert "认定为首台套的" in page.text


@pytest.mark.parametrize(
    "pairs",
    [
        [("text", "字" * 800)],
        [("say", "字" * 40)] * 20,
        [("say", "|"), ("say", "a|b|c"), ("text", "|x")],
        [("text", "<script>alert(1)</script>")],
        [("text", "\u0000\u202e\ud83d\ude00")],
        [("look", "99999"), ("text", "技改")],
        [("district", "火星"), ("corpus", "';--"), ("text", "技改")],
    ],
)
async def test_odd_input_gets_a_page(viewer: Visitor, pairs: list[tuple[str, str]]) -> None:
    """Whatever stands in the address, the page opens, and nothing in it runs."""
    query = urlencode([(key, value.encode("utf-16", "surrogatepass").decode("utf-16")) for key, value in pairs])
    page = await viewer.get(f"{HERE}?{query}")
    assert page.status == 200
    assert "<script>alert" not in page.source
    assert page.source.count('class="bubble mine"') <= TURNS


async def test_an_address_never_grows_too_long(viewer: Visitor) -> None:
    """Long messages push older ones out, so that every link can be followed."""
    page = await viewer.get(f"{HERE}?{urlencode([('say', '崂山区' * 30)] * 9)}")
    assert all(len(url) < 5000 for url in links(page).values())
    assert page.source.count('class="bubble mine"') == 4


def test_words_have_an_address() -> None:
    """Other pages lead here with a question; without one to an empty box."""
    assert address_of("技改") == f"{HERE}?text=%E6%8A%80%E6%94%B9"
    assert address_of("！？") == HERE
    assert len(address_of("字" * 5000)) <= len(HERE) + 10 + 9 * TEXT_LIMIT
