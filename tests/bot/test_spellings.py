"""How an announcement is spelled for each way, and what is wrong with one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import config
from bot.announcements import CARD, EVERYONE, NOTICE, WAYS, Announcement, Content, Criterion, Plan
from bot.channels.fields import fit_value
from bot.replies import TEXT_LIMIT
from bot.spellings import Fault, body, faults, usable, ways_of

PLAIN = Announcement(
    name="说明会",
    content=Content(text="欢迎来听"),
    criteria=(Criterion(kind=EVERYONE),),
    plan=Plan(ways=WAYS),
    author="zhang",
    created=1.0,
    changed=1.0,
)
FILLED = Content(
    form=NOTICE,
    title="活动通知",
    channel="template",
    template="T1",
    pattern="事项:{{thing1.DATA}}\n时间:{{time2.DATA}}",
    url="https://a.example/x",
    values={"thing1": "技改说明会", "time2": "14:00"},
)
SHOWN = Content(form=CARD, title="标题", text="说明", url="https://a.example/x", picture="https://a.example/x.png")


def other(**changed: Any) -> Announcement:
    """The plain one with changes."""
    return msgspec.structs.replace(PLAIN, **changed)


def spelled(content: Content, way: str) -> Any:
    """A body, read."""
    found = body(content, way)
    assert found is not None
    return msgspec.json.decode(found)


def test_words_go_every_way_that_takes_words() -> None:
    """As customer service, as a mass message, and beneath an answer."""
    text = {"msgtype": "text", "text": {"content": "欢迎来听"}}
    assert spelled(PLAIN.content, "custom") == text
    assert spelled(PLAIN.content, "mass") == text
    assert body(PLAIN.content, "next") == "欢迎来听".encode()
    assert body(PLAIN.content, "template") is None


def test_what_leaves_by_itself_says_how_to_end_it() -> None:
    """Words by customer service and in a mass message end with the line; beneath an answer and in a card it is not."""
    ended = msgspec.structs.replace(PLAIN.content, ending="不收：退订公告")
    for way in ("custom", "mass"):
        assert spelled(ended, way)["text"]["content"] == "欢迎来听\n\n不收：退订公告"
    assert body(ended, "next") == "欢迎来听".encode()
    card = msgspec.structs.replace(SHOWN, ending="不收：退订公告")
    assert spelled(card, "custom") == spelled(SHOWN, "custom")
    assert spelled(card, "mass")["text"]["content"].endswith("说明\n\n不收：退订公告")
    assert msgspec.structs.replace(ended, text="").told("mass") == ""


def test_the_line_counts_as_a_part_of_the_text() -> None:
    """What fits alone and not with it is too long."""
    full = Content(text="长" * (TEXT_LIMIT // 3))
    plan = Plan(ways=("custom", "mass"))
    assert faults(other(content=full, plan=plan), WAYS) == []
    ended = msgspec.structs.replace(full, ending="不收：退订公告")
    assert faults(other(content=ended, plan=plan), WAYS) == [Fault("text", "long")]


def test_a_card_is_a_card_where_one_can_be_shown() -> None:
    """One article by customer service, a link elsewhere."""
    article = {
        "title": "标题",
        "description": "说明",
        "url": "https://a.example/x",
        "picurl": "https://a.example/x.png",
    }
    assert spelled(SHOWN, "custom") == {"msgtype": "news", "news": {"articles": [article]}}
    assert spelled(SHOWN, "mass")["text"]["content"] == '<a href="https://a.example/x">标题</a>\n\n说明'


def test_a_notice_goes_by_the_channel_its_template_is_for() -> None:
    """With its values by key and its page."""
    data = {"thing1": {"value": "技改说明会"}, "time2": {"value": "14:00"}}
    assert spelled(FILLED, "template") == {"template_id": "T1", "url": "https://a.example/x", "data": data}
    assert body(FILLED, "subscribe") is None
    once = msgspec.structs.replace(FILLED, channel="subscribe")
    assert spelled(once, "subscribe") == {"template_id": "T1", "page": "https://a.example/x", "data": data}


def test_what_is_right_has_no_fault() -> None:
    """In every form."""
    for content in (PLAIN.content, SHOWN, FILLED):
        assert faults(other(content=content), WAYS) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"name": " "}, Fault("name", "missing")),
        ({"name": "长" * 61}, Fault("name", "long")),
        ({"content": Content(text=" ")}, Fault("text", "missing")),
        ({"content": Content(text="长" * (TEXT_LIMIT // 3 + 1))}, Fault("text", "long")),
        ({"content": Content(text="((日期))见")}, Fault("text", "gap")),
        ({"content": Content(form="film")}, Fault("form", "unknown")),
        ({"content": msgspec.structs.replace(SHOWN, title="")}, Fault("title", "missing")),
        ({"content": msgspec.structs.replace(SHOWN, url="")}, Fault("url", "missing")),
        ({"content": msgspec.structs.replace(SHOWN, url="javascript:alert(1)")}, Fault("url", "address")),
        ({"content": msgspec.structs.replace(SHOWN, url='https://a.example/"><b>')}, Fault("url", "address")),
        ({"content": msgspec.structs.replace(SHOWN, picture="ftp://a.example/x")}, Fault("picture", "address")),
        ({"content": msgspec.structs.replace(FILLED, template="")}, Fault("template", "missing")),
        ({"content": msgspec.structs.replace(FILLED, values={"thing1": "甲"})}, Fault("values", "missing", "time2")),
        (
            {"content": msgspec.structs.replace(FILLED, values={"thing1": "长" * 21, "time2": "14:00"})},
            Fault("values", "fit", "thing1"),
        ),
        (
            {"content": msgspec.structs.replace(FILLED, values={"thing1": "甲", "time2": "下午"})},
            Fault("values", "fit", "time2"),
        ),
        ({"criteria": ()}, Fault("audience", "missing")),
        ({"criteria": (Criterion(kind="moon"),)}, Fault("audience", "unknown")),
        (
            {"criteria": (Criterion(kind=EVERYONE), Criterion(kind="topic", value="技改"))},
            Fault("audience", "everyone_alone"),
        ),
        ({"criteria": tuple(Criterion(kind="tag", value=str(n)) for n in range(41))}, Fault("audience", "many")),
        ({"plan": Plan(ways=())}, Fault("ways", "missing")),
        ({"plan": Plan(ways=("pigeon",))}, Fault("ways", "not_ours")),
        ({"plan": Plan(ways=("template",))}, Fault("ways", "none_fits")),
        ({"content": Content(text="字" * 401)}, Fault("ways", "no_room")),
        ({"plan": Plan(reserve=4)}, Fault("reserve", "range")),
        ({"plan": Plan(stop_at=0)}, Fault("stop_at", "range")),
        ({"plan": Plan(days=15)}, Fault("days", "range")),
        ({"plan": Plan(urgent=True)}, Fault("reason", "missing")),
    ],
)
def test_each_fault_is_told_in_its_place(changed: dict[str, Any], fault: Fault) -> None:
    """By the field it is in and the rule it breaks."""
    assert fault in faults(other(**changed), WAYS)


@given(st.text(max_size=40), st.sampled_from(["thing1", "time2", "number3", "amount4", "phrase5"]))
def test_a_value_without_fault_is_taken_as_it_is(value: str, key: str) -> None:
    """Nothing that is submitted is cut or refused by the platform's rules for fields."""
    notice = msgspec.structs.replace(FILLED, pattern=f"值:{{{{{key}.DATA}}}}", values={key: value})
    if not faults(other(content=notice), WAYS):
        assert fit_value(key, value) == value


def test_the_cheapest_way_comes_first() -> None:
    """Whatever the order of the plan; and only what the words fit."""
    assert usable(Plan(ways=("next", "mass", "custom", "template")), PLAIN.content) == ("custom", "mass", "next")
    assert usable(Plan(ways=("next", "template", "subscribe")), FILLED) == ("template", "next")


@pytest.mark.parametrize(
    ("account", "certified", "ways"),
    [
        ("service", True, WAYS),
        ("service", False, ("next",)),
        ("subscription", True, ("custom", "next")),
        ("subscription", False, ("next",)),
        ("test", False, ("custom", "subscribe", "template", "next")),
    ],
)
def test_an_account_has_its_ways(account: str, certified: bool, ways: tuple[str, ...]) -> None:
    """By what the platform lets it do."""
    wechat = config.WeChat(
        app_id="wx0123456789abcdef",
        app_secret="s",
        token="t",
        original_id="gh_0",
        account=account,
        certified=certified,
    )
    assert ways_of(config.Config(wechat=wechat)) == ways
