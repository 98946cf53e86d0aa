"""我的数据, 导出我的数据, 删除我的数据."""

from __future__ import annotations

import re

import pytest

from bot.context import Office
from bot.person import Dossier, Erase, Said
from bot.replies import Say
from tests.handlers.talk import PAGES, Talk, said, written

NOON = 1_795_320_000.0  # 22 November 2026, 12:00 in Shanghai
KEPT = Dossier(
    followed=NOON,
    scene="desk-7",
    said=(
        Said(time=NOON + 60, text="技改能补多少", answer="【技改】\n按12%", policies=("q91-1",)),
        Said(time=NOON, kind="Followed", text="desk-7"),
    ),
    remarks=((NOON + 90, "请回电"),),
    pending=2,
)


def talk(dossier: Dossier = KEPT, office: Office | None = None) -> Talk:
    """Somebody of whom this is kept."""
    one = Talk(office=office or Office())
    one.dossier = dossier
    return one


@pytest.mark.parametrize("words", ["我的数据", "看看我的数据", "查看我的信息", "你们存了我什么信息", "我的资料有哪些"])
async def test_what_is_kept_is_said(words: str) -> None:
    """Since when, how many questions, what they subscribed to, what is on its way; and what can be done about it."""
    one = talk()
    await one.say("订阅 技改")
    text = said(await one.say(words))
    for fact in (
        "关注时间：2026年11月22日 12:00",
        "desk-7",
        "问答：1条",
        "订阅：技术改造（有了就发）",
        "企业情况：没有",
        "留言：1条",
        "等着发给您的消息：2条",
        "2026年11月22日 12:01 技改能补多少",
    ):
        assert fact in text
    assert {"导出我的数据", "删除我的数据"} <= set(text.replace("👉", " ").split())


@pytest.mark.parametrize(
    "words",
    [
        "工业数据空间怎么建",
        "数据管理贯标",
        "我的企业数据上云有补贴吗",
        "删除",
        "档案管理",
        "我们提交的申报材料被系统删了怎么补",
        "美团差评怎么删",
        "我们公司要注销怎么办",
    ],
)
async def test_other_data_is_no_data_of_theirs(words: str) -> None:
    """Questions about data are questions about policies."""
    one = talk()
    text = said(await one.say(words))
    assert "这里存着您的" not in text
    assert "要删除：" not in text


async def test_export_in_the_chat() -> None:
    """Everything, page by page, each within one message; nothing is left out."""
    questions = tuple(Said(time=NOON - n, text=f"第{n}个问题" + "长" * 60, answer="答" * 500) for n in range(60))
    one = talk(Dossier(followed=NOON, said=questions))
    answer = await one.say("导出我的数据")
    seen, pages = "", 0
    while True:
        assert isinstance(answer.reply, Say)
        assert len(answer.reply.text.encode()) <= 2048
        seen, pages = seen + said(answer), pages + 1
        more = re.search("👉 下一页", said(answer))
        if not more:
            break
        answer = await one.say(f"导出我的数据 {pages + 1}")
    assert pages > 5
    assert f"共{pages}页" in seen
    assert all(f"第{n}个问题" in seen for n in range(60))


async def test_a_long_message_is_exported_whole() -> None:
    """A message as long as a page goes over to the next one and loses nothing."""
    one = talk(Dossier(said=(Said(time=NOON, text="长" * 1500, answer=""),)))
    texts = [said(await one.say(f"导出我的数据 {n}")) for n in (1, 2, 3, 4)]
    assert sum(text.count("长") for text in dict.fromkeys(texts)) == 1500


async def test_export_by_a_link() -> None:
    """Where there are pages a link that lasts half an hour is given, and the chat as another way."""
    asked: list[tuple[str, float]] = []

    def link(openid: str, made: float) -> str:
        asked.append((openid, made))
        return f"{PAGES}/mine/sealed"

    one = talk(office=Office(public_url=PAGES, export_link=link))
    answer = await one.say("导出我的数据")
    assert f"{PAGES}/mine/sealed" in written(answer)
    assert "请不要转发" in said(answer)
    assert asked[0][1] == one.now.timestamp()
    assert "第1页" in said(await one.say("导出我的数据 1"))


@pytest.mark.parametrize("words", [
        "删除我的数据", "把我的数据都删了", "清空我的聊天记录", "我要注销账号", "把我在你这的信息都删干净",
        "我问过的东西全给我抹掉",
        "别保存我的聊天记录", "麻烦你们把我忘了吧", "请删除我们公司留下的所有资料", "我要求删除个人信息",
        "换工作了，删除我的数据", "个人信息能删不",
    ])  # fmt: skip
async def test_deleting_is_asked_once(words: str) -> None:
    """Nothing is deleted before it is confirmed; then all is, and it is said what stays."""
    one = talk()
    await one.say("订阅 技改")
    question = await one.say(words)
    assert "1条问答、1项订阅、1条留言" in said(question)
    assert not any(isinstance(change, Erase) for change in one.changes)
    text = said(await one.say("确认删除"))
    assert isinstance(one.changes[-1], Erase)
    assert "还留着：您关注了本公众号" in text


async def test_nothing_is_deleted_unasked() -> None:
    """确认删除 means nothing by itself, nor after something else was said."""
    one = talk()
    await one.say("确认删除")
    await one.say("删除我的数据")
    await one.say("技改")
    await one.say("确认删除")
    assert one.changes == []


async def test_who_asked_nothing_has_no_empty_list() -> None:
    """Somebody who only followed sees no heading without questions."""
    one = talk(Dossier(followed=NOON, said=(Said(time=NOON, kind="Followed", text=""),)))
    assert "最近问过" not in said(await one.say("我的数据"))


async def test_here_can_be_typed() -> None:
    """就在这里看 is what the link says: typed, it shows the first page."""
    assert said(await Talk().say("就在这里看")).startswith("我的数据，第1页")
