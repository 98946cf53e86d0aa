"""Ten people who talk with the bot as they would on a phone, each written down before the bot was asked."""

from __future__ import annotations

import pytest

from bot.replies import TEXT_LIMIT, Say
from tests.handlers.talk import NUMBER, Talk, phones, said, written

MISSED = "没有找到对得上的惠企政策"
# Who it is, how often nothing may be found, and what they say.
PEOPLE: dict[str, tuple[int, tuple[str, ...]]] = {
    "饭店老板": (
        2,
        (
            "老板好，我开饭店的",
            "疫情以后生意不好有没有补贴",
            "我这是餐饮，个体户也能拿吗",
            "炉灶想换成新的，能补钱吗",
            "那冷库呢",
            "听说有个什么以旧换新",
            "我在崂山",
            "开了三家连锁店算规模以上吗",
            "请个大学生有没有补贴",
            "那找谁问",
            "不是我要问的",
            "有没有餐饮的政策",
            "行吧谢谢",
        ),
    ),
    "代账会计": (
        2,
        (
            "我是代账的，手里二十几家公司",
            "第一家是高新区做仪器的，去年收入6200万，研发780万",
            "能拿研发补助吗",
            "第二家平度食品厂，设备花了1200万，已经投产",
            "能补多少",
            "要什么材料",
            "什么时候报",
            "第三家西海岸的贸易公司有啥能报",
            "去年报过技改今年还能报不",
            "高企复审通过了有奖吗",
            "首次和再次分别多少",
            "这个是区里给还是市里给",
            "两个都能拿吗",
            "给我发个文件号",
        ),
    ),
    "渔业公司": (
        2,
        (
            "我们是搞远洋捕捞的",
            "有8条船",
            "鱿鱼拉回来卖给青岛加工厂给不给补贴",
            "一年大概3500吨",
            "秋刀鱼呢 800吨",
            "船要更新改造呢",
            "一条船造价4200万",
            "金枪鱼超低温船",
            "海洋牧场也想干，3000亩",
            "补多少",
            "海域使用金能减不",
            "水产加工厂上自动线有吗",
            "对应哪个局，电话多少",
            "这些什么时候到期",
        ),
    ),
    "生物医药创业": (
        1,
        (
            "我们是做创新药的初创公司",
            "一类新药进二期临床了有支持吗",
            "花了2600万",
            "三期呢 还没做",
            "改良型新药呢",
            "拿到批件奖多少",
            "我们还没拿到批件和生产许可",
            "GMP认证有没有奖",
            "CRO服务费补不补",
            "国外注册FDA呢",
            "落户西海岸有房租补贴吗",
            "博士能给安家费吗",
            "这几个能叠加吗",
            "还有别的能报的不",
        ),
    ),
    "火大的": (
        0,
        (
            "你们这什么破玩意",
            "我打了三遍电话没人接",
            "技改补贴到底给不给",
            "说了半天全是废话",
            "我设备去年就买了900万为什么没我的",
            "你就说给多少钱",
            "电话打不通啊",
            "还有别的电话没",
            "人工",
            "骗人的吧",
            "我要投诉",
            "算了 再问一遍 首台套多少钱",
            "别给我发公告了",
        ),
    ),
    "老人语音无标点": (
        2,
        (
            "喂你好我想问一下我儿子开了个小厂子在平度那边做机械加工的想买几台新机器国家有没有什么补助啊",
            "就是那个数控的机床大概要花个一百五六十万吧",
            "那个能补多少钱啊你给我算算",
            "太长了看不懂你说简单点",
            "那要到哪里去办呢",
            "电话是多少啊我拿笔记一下",
            "你再说一遍",
            "周六他们上班吗",
            "那个要什么条件啊我们厂子去年才干了一千来万的营业额",
            "不够格啊那还有没有别的什么奖励给我们小厂",
            "我听他们说有个叫什么专精什么新的",
            "那个怎么弄啊",
            "好谢谢你啊小伙子",
        ),
    ),
    "夹英文": (
        1,
        (
            "hi 我们是startup 做AI agent的",
            "有没有subsidy for R&D",
            "GPU算力费用 cover 多少",
            "我们 spend 了 about 300w on cloud",
            "算力券怎么apply",
            "大模型备案 reward?",
            "deadline 是什么时候",
            "contact person?",
            "SaaS 产品可以吗",
            "IPO 上市奖励有没有",
            "我们在 Laoshan",
            "ok thx",
            "what can you do",
        ),
    ),
    "外贸单证": (
        2,
        (
            "我们做外贸出口的",
            "出口信保保费补多少",
            "去年保费交了40万",
            "境外展会摊位费补吗",
            "跨境电商有政策不",
            "退税慢怎么办",
            "海外仓建设呢",
            "中欧班列运费补贴有没有",
            "RCEP原产地证在哪办",
            "订阅外贸",
            "有什么政策是给贸易公司的",
            "码头堆存费能减吗",
            "那算了",
            "退订",
        ),
    ),
    "只发公司名": (
        2,
        (
            "青岛海之源水产食品有限公司",
            "青岛鑫盛达精密机械有限公司",
            "青岛云图智能科技有限公司",
            "西海岸新区蓝海生物医药有限公司",
            "平度市恒泰橡胶制品厂",
            "我们公司叫青岛远航船舶配件有限公司",
            "海信",
            "青岛啤酒股份有限公司",
            "崂山区的青岛深蓝软件有限公司",
            "高新区力源机器人有限公司 能报啥",
            "青岛德诚会计师事务所",
            "青岛海尔",
        ),
    ),
    "回数字来回的": (
        0,
        (
            "崂山区有哪些政策",
            "3",
            "返回",
            "5",
            "更多",
            "9",
            "上一条",
            "能补多少",
            "返回列表",
            "1",
            "找谁办",
            "2",
            "第二个",
            "1 2",
            "20",
            "下一条",
            "最后一个",
        ),
    ),
}


@pytest.mark.parametrize("name", PEOPLE)
async def test_a_whole_talk(name: str) -> None:
    """Every message is answered whole, with phones that there are, and hardly ever is nothing found."""
    talk, (most, words) = Talk(), PEOPLE[name]
    missed = []
    for text in words:
        answer = await talk.say(text)
        assert isinstance(answer.reply, Say)
        assert len(written(answer).encode()) <= TEXT_LIMIT
        assert set(NUMBER.findall(said(answer).replace(answer.version, ""))) <= phones(), text
        missed += [text] if MISSED in said(answer) else []
    assert len(missed) <= most, missed


async def test_what_was_told_of_one_thing_is_not_reckoned_for_another() -> None:
    """Figures of these talks that were once taken for something else."""
    talk = Talk()
    await talk.say("我们是搞远洋捕捞的")
    await talk.say("鱿鱼拉回来卖给青岛加工厂给不给补贴")
    await talk.say("一年大概3500吨")
    assert "48万元" not in said(await talk.say("秋刀鱼呢 800吨"))
    assert "5420万元" not in said(await Talk().say("第一家是高新区做仪器的，去年收入6200万，研发780万"))
