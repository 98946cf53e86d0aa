"""The list of policies is searched by the bot's own matcher, narrowed, sorted; one policy shows all of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bot.clock import ManualClock
from tests.bot.console.client import Office, office_settings, open_office
from tests.bot.console.sheets import published, saved

LIST = "/console/policies"


def titles(text: str) -> list[str]:
    """The policies that a page of the list names, in its order."""
    known = ("鼓励技术改造", "支持首台套", "崂山区技改配套")
    return sorted((title for title in known if title in text), key=text.index)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["鼓励技术改造", "支持首台套", "崂山区技改配套"]),
        ("q=备用电源", ["支持首台套"]),
        ("q=崂山区买设备", ["崂山区技改配套", "鼓励技术改造"]),
        ("district=崂山区", ["崂山区技改配套"]),
        ("topic=首台套", ["支持首台套"]),
        ("unit=市工信局投资处&sort=title", ["支持首台套", "鼓励技术改造"]),
        ("state=soon", ["鼓励技术改造", "支持首台套"]),
        ("state=in_force&district=崂山区", ["崂山区技改配套"]),
        ("state=expired", []),
        ("sort=most", ["鼓励技术改造", "支持首台套", "崂山区技改配套"]),
        ("source=xh49", []),
        ("q=今天天气", []),
        ("sort=nonsense&page=99", ["鼓励技术改造", "支持首台套", "崂山区技改配套"]),
    ],
)
async def test_the_list_is_narrowed(office: Office, query: str, shown: list[str]) -> None:
    """By words, district, unit, topic, standing and source, in the order asked for."""
    page = await (await office.sign_in("viewer")).get(f"{LIST}?{query}")
    table = page.source.partition("<tbody>")[2]
    assert titles(table) == shown


async def test_a_policy_shows_what_hangs_on_it(office: Office) -> None:
    """Its benefits in figures, who, papers, desks, keywords, what refers to it, history and standing today."""
    page = await (await office.sign_in("viewer")).get(f"{LIST}/q91-1")
    benefits, people = ("设备投资的 12%", "最多 600万元"), ("规模以上工业企业", "85911248")
    around = ("青政发〔2024〕11号", "换新设备", "崂山区技改配套", "还剩 39 天", "首次导入", "还没有录入")
    for said in (*benefits, *people, *around):
        assert said in page.text, said
    assert "编辑" not in page.text.partition("鼓励技术改造")[2][:200], "a viewer is offered no edit"


async def test_drafts_and_wording_show(office: Office) -> None:
    """The list marks what somebody works on; the page has the official wording and who published it when."""
    editor = await office.sign_in("editor", "li")
    await published(office, "/console/edit/policy?key=q91-2", wording="第二条\n原文如此")
    await saved(editor, "/console/edit/policy?key=q91-1", title="草稿")
    page = await editor.get(LIST)
    assert page.source.count('<span class="badge plain">草稿</span>') == 1
    policy = await editor.get(f"{LIST}/q91-2")
    assert "原文如此" in policy.text
    assert "Wang" in policy.text


async def test_an_unknown_policy_is_not_found(office: Office) -> None:
    """By an id that nobody has."""
    assert (await (await office.sign_in("viewer")).get(f"{LIST}/q91-77")).status == 404


async def test_files_can_stay_the_truth(tmp_path: Path, clock: ManualClock) -> None:
    """Then policies are shown and not edited, and the pages of drafts say where the corpus is edited."""
    config = office_settings(tmp_path)
    config = msgspec.structs.replace(config, corpus=msgspec.structs.replace(config.corpus, source="files"))
    async with open_office(config, clock) as office:
        admin = await office.sign_in("admin")
        assert (await admin.get(f"{LIST}/q91-1")).status == 200
        page = await admin.get("/console/drafts")
        assert (page.status, "以文件为准" in page.text) == (409, True)
        assert (await admin.get("/console/edit/policy?key=q91-1")).status == 409
