"""A complaint that is told as a story, without a word for one."""

from __future__ import annotations

import pytest

from bot.store.feedback import Remark
from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize(
    ("words", "answered"),
    [
        ("这钱说好的，等了大半年还没见到", "补贴没发到位"),
        ("公示完的奖金拖了好几个月，影儿都没见", "补贴没发到位"),
        ("钱到底啥时候打 都拖半年了", "补贴没发到位"),
        ("跑断腿了 一个章盖不下来", "一次说清缺什么"),
        ("去窗口跑了三趟 每趟都说缺材料 就不能一次说清楚", "一次说清缺什么"),
        ("表改了五遍，回回都打回，折腾人", "一次说清缺什么"),
        ("材料交上去俩月了没动静 到底管不管", "查不到办理进度"),
        ("申报表递上去一个多月，没人吭声", "查不到办理进度"),
        ("报奖的那个网页点提交就闪退 气死个人", "申报网站、系统不归这个公众号管"),
        ("补贴申报平台老是登不上", "申报网站、系统不归这个公众号管"),
        ("问了三遍 你给我的全是八竿子打不着的", "抱歉没帮上忙"),
        ("你回的跟我说的根本不沾边", "抱歉没帮上忙"),
        ("上回给我说的数是错的，害我白跑一趟", "请说是哪条政策、哪个数"),
        ("你们告诉我的电话不对", "请说是哪条政策、哪个数"),
    ],
)
async def test_each_story_has_its_own_answer(words: str, answered: str) -> None:
    """Money that does not come, an office that is silent, a broken page, this talk: kept, with a phone."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer, words)
    assert (answer.intent, answer.policies) == ("complaint", ())
    assert answered in said(answer)
    assert "12345" in said(answer)
    assert talk.remarks == [Remark(kind="complaint", text=words)]


@pytest.mark.parametrize(
    ("words", "policy", "phone"),
    [
        ("技改的钱公示都仨月了 到现在一分没见着 管不管", "q91-1", "85911248"),
        ("平度高企的补贴通过审核两个月了，一直没收到", "q91-68", "87362741"),
        ("绿色工厂认定材料报了四次，回回都说缺东西，白跑", "q91-14", "85916711"),
    ],
)
async def test_the_desk_of_what_is_named(words: str, policy: str, phone: str) -> None:
    """The policy that the story names is noted with it, and its own desk is told, not how to look for one."""
    talk = Talk()
    text = said(await talk.say(words))
    assert [(remark.kind, remark.about) for remark in talk.remarks] == [("complaint", policy)]
    assert phone in text
    assert "技改找谁" not in text


@pytest.mark.parametrize(
    "words",
    [
        "绿色工厂的申报该找哪个处室？我想先打个电话问清楚再跑，省得白跑一趟",
        "技改奖金公示多少天",
        "小巨人补贴什么时候到账",
        "企业成立两个月了没有收入，能报高企吗",
        "设备改造了三次，每次都能报技改吗",
        "工业互联网平台补多少",
        "客户拖半年不给钱",
        "垫资大，回款拖几年",
    ],
)
async def test_a_question_with_such_words_is_none(words: str) -> None:
    """What has not happened, or is only asked about, is answered as a question."""
    talk = Talk()
    assert (await talk.say(words)).intent != "complaint"
    assert talk.remarks == []


@pytest.mark.parametrize(
    "words",
    ["打字说不明白 给我叫个懂行的来", "换个明白人来跟我说两句", "麻烦派个能说清楚的老师联系我", "找个能拍板的跟我谈"],
)
async def test_somebody_who_knows_is_called(words: str) -> None:
    """A person is called for in whatever words, and the call is kept."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer)
    assert answer.intent == "staff"
    assert [remark.kind for remark in talk.remarks] == ["staff"]


@pytest.mark.parametrize("words", ["技改归哪个处负责", "请专业机构做诊断有补贴吗", "高企找谁办"])
async def test_who_is_responsible_is_a_question(words: str) -> None:
    """A word such as 负责 or 专业 calls nobody."""
    assert (await Talk().say(words)).intent != "staff"


@pytest.mark.parametrize(
    "words",
    [
        "平台挂了牌能拿多少奖励",
        "系统白屏检测设备 政策",
        "我们系统总是崩溃想升级换新系统有补贴吗",
        "网站转圈加载慢 想上云 有补贴吗",
        "找了好几次银行都说缺抵押，有没有融资担保",
        "项目资金去年没到位，固定资产投资怎么算",
        "来问两次了又让等，平度高企奖多少",
        "我问了三遍你还不说技改多少钱",
        "申报材料改了三次，技改补多少",
    ],
)
async def test_who_asks_what_there_is_is_answered(words: str) -> None:
    """A question for money stands before what is told beside it."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer, words)
    assert answer.intent != "complaint"
    assert talk.remarks == []


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("来问两次了又让等，平度高企奖多少", "q91-68"),
        ("找了好几次银行都说缺抵押，有没有融资担保", "xh49-18"),
        ("网站转圈加载慢 想上云 有补贴吗", "q91-38"),
    ],
)
async def test_and_by_what_was_asked_for(words: str, policy: str) -> None:
    """The policy of the question, and no desk for complaints."""
    assert (await Talk().say(words)).policies[0] == policy


async def test_who_does_not_believe_it_is_shown_where_to_check() -> None:
    """算了，我不信你: kept for staff, with the desk of what was looked at; a person is called again in any words."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say("算了，我不信你")
    assert answer.intent == "complaint"
    assert "85911248" in said(answer)
    await talk.say("转人工")
    assert (await talk.say("人呢？？？")).intent == "staff"
