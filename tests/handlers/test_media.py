"""What is not words."""

from __future__ import annotations

import pytest

from bot.messages import (
    AccountNotice,
    AnyMessage,
    Clicked,
    ConsentNotice,
    File,
    Granted,
    GrantsChanged,
    Image,
    Link,
    Location,
    MassReport,
    NoticeReport,
    OpenedMiniProgram,
    PickedLocation,
    PickedPictures,
    Position,
    PublishReport,
    ScannedCode,
    StaffSession,
    TemplateReport,
    Text,
    Unknown,
    Video,
    Viewed,
    Voice,
)
from bot.replies import Silence
from bot.wechat.events import Header
from handlers.media import HINTS
from tests.corpus import the_corpus
from tests.handlers.talk import Talk, check, said

H = Header(key="k", openid="o", account="gh_1", created=1)
SILENT: tuple[AnyMessage, ...] = (
    Viewed(**H, url="https://x.cn"),
    OpenedMiniProgram(**H, path="p"),
    PickedPictures(**H, button="b"),
    Position(**H, latitude=36.0, longitude=120.0),
    TemplateReport(**H, msgid=1, status="success"),
    MassReport(**H, msgid=1, status="send success"),
    PublishReport(**H, publish_id="1", status=0),
    Granted(**H, grants=()),
    GrantsChanged(**H, grants=()),
    NoticeReport(**H, deliveries=()),
    AccountNotice(**H, name="annual_renew"),
    ConsentNotice(**H, name="user_info_modified", person="o"),
    StaffSession(**H, name="kf_create_session"),
    Unknown(**H, kind="event:debug_demo"),
)
HINTED: tuple[AnyMessage, ...] = (
    Image(**H),
    Video(**H),
    Video(**H, short=True),
    File(**H, title="申报书.docx"),
    Voice(**H),
    ScannedCode(**H, button="b"),
    Clicked(**H, button="b"),
    Link(**H, url="https://x.cn"),
    Text(**H, text=""),
    Unknown(**H, kind="miniprogrampage"),
)


@pytest.mark.parametrize("message", SILENT, ids=lambda message: type(message).__name__)
async def test_reports_are_met_with_silence(message: AnyMessage) -> None:
    """Where nobody waits for words there are none."""
    assert (await Talk().send(message)).reply == Silence()


@pytest.mark.parametrize("message", HINTED, ids=lambda message: type(message).__name__)
async def test_people_get_a_hint(message: AnyMessage) -> None:
    """Where somebody sent something they are told what can be done."""
    answer = await Talk().send(message)
    check(answer)
    assert answer.intent == "help"
    assert answer.policies == ()


def test_each_hint_is_its_own() -> None:
    """No two kinds are told the same."""
    assert len(set(HINTS.values())) == len(HINTS)


@pytest.mark.parametrize("district", ["崂山区", "平度市", "高新区", "西海岸新区"])
async def test_a_place_gets_its_district(district: str) -> None:
    """Sent or picked on the map, a place in a district with policies gets them."""
    label = f"山东省青岛市{district}某路1号"
    for message in (
        Location(**H, latitude=36.0, longitude=120.0, label=label),
        PickedLocation(**H, button="b", latitude=36.0, longitude=120.0, label=label),
    ):
        answer = await Talk().send(message)
        check(answer)
        assert {the_corpus().policies[i].district for i in answer.policies} == {district}


@pytest.mark.parametrize(
    "label",
    [
        "济南市高新区舜华路",
        "广东省深圳市南山区高新区南区",
        "上海市黄浦区南京路",
        "北京市海淀区",
        "成都市高新区天府大道",
    ],
)
async def test_another_city_is_no_district_of_ours(label: str) -> None:
    """A district of the same name elsewhere is not taken for ours."""
    answer = await Talk().send(Location(**H, latitude=1.0, longitude=1.0, label=label))
    assert answer.policies == ()
    assert "市级政策全市企业都能问" in said(answer)


@pytest.mark.parametrize("label", ["青岛市市北区敦化路", "即墨区蓝谷", "莱西市水集街道", "青岛市李沧区"])
async def test_a_place_without_policies_of_its_own(label: str) -> None:
    """In the other districts it is said that theirs are not in the papers, and which still hold."""
    answer = await Talk().send(Location(**H, latitude=36.0, longitude=120.0, label=label))
    assert answer.policies == ()
    assert "还没有收录" in said(answer)


async def test_streets_named_after_cities() -> None:
    """A street named after another city is still in its district."""
    answer = await Talk().send(Location(**H, latitude=36.0, longitude=120.0, label="崂山区深圳路88号"))
    assert {the_corpus().policies[i].district for i in answer.policies} == {"崂山区"}


@pytest.mark.parametrize(
    ("label", "district"),
    [
        ("青岛市市南区黄岛路17号", ""),
        ("市南区平度路5号", ""),
        ("李沧区崂山路", ""),
        ("城阳区西海岸大厦", ""),
        ("平度路5号", ""),
        ("济南市历下区青岛路高新区", ""),
        ("青岛市崂山区市南路", "崂山区"),
        ("山东省青岛市黄岛区平度路", "西海岸新区"),
        ("崂山区金家岭街道", "崂山区"),
        ("青岛市城阳区红岛街道岙东路", "高新区"),
        ("金家岭街道", "崂山区"),
    ],
)
async def test_streets_and_houses_named_after_districts(label: str, district: str) -> None:
    """Where a place is, its district says, not the name of its street or house."""
    answer = await Talk().send(Location(**H, latitude=36.0, longitude=120.0, label=label))
    check(answer)
    assert {the_corpus().policies[i].district for i in answer.policies} == ({district} if district else set())
    if district:
        assert f"您在{district}" in said(answer)
