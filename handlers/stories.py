"""套色不准想换德国机, 数据都记本子上想上个系统: who tells of a trouble and of no policy, is told what pays for mending
it."""

from __future__ import annotations

import re

from bot.context import Context
from bot.replies import Answer
from handlers import places

# What is done to a machine, and what one is called; but a ticket, a chance and an aeroplane are none.
MACHINE = (
    "机(?![会关构票制密动场缘率遇油智长组成理身]|器人)|机床|[车磨铣镗冲刨钻锯剪折裁注压]床|窑(?!洞)|锅炉|熔炉|炉子?(?![头灶])|[产流]水?线|生产线|装配线"
    "|灌装线|包装线|机械[手臂]|机器手|叉车|行车|反应釜|压力容器|空压|检测仪|设备|装备|模具"
)
DONE = "换|更换|更新|淘汰|添|增|(?<=[想要新再又算备])上(?![班学市级报])|上(?=[台条套新了几一两])|装(?!修)|买|购|改"
RENEWAL = re.compile(
    f"(?:{DONE})[^吗么呢]{{0,7}}?(?:{MACHINE})|(?:{MACHINE})[^吗么呢]{{0,10}}?(?:换|更新|淘汰|报废)"
    "|(?:[加添扩建]|新?上)了?(?:[一二两三四五几0-9]|新)?条(?:新|产)?线(?![索路上下])|[车磨铣镗冲刨钻锯剪折裁注压]床.{0,14}?(?:想|要|打算|准备)[^吗么呢]{0,4}[换上]"
)
DIGITAL = re.compile(
    "(?:上|装|搞|做|用|买|弄|换)(?:一?[个套]|点|些|上)?[^吗么呢]{0,4}?(?:系统|软件|信息化|数字化|视觉检测|机器视觉|看板|条码|扫码报工)"
    "|(?:手工|纸上|本子|纸质|表格|人工)[^吗么呢]{0,4}?(?:记|录|统计|报工|排产|盘点)"
)
# At home nobody renews machines of a trade.
PRIVATE = re.compile(
    "家里|自己用|自家用|孩子|老婆|老公|媳妇|宿舍|手机|耳机|相机|电视|洗衣机|飞机|司机|微机|打印机|收音|吹风|游戏|挖矿|农机|机票|修理|维修|修好|修一|租"
    "|交税|缴税|报税|打卡|考勤|电脑|点餐|收银|音响|监控|门锁|空调"
)
FAINT = 0.5  # of the matter: what pieces of words that no policy is known for explain
KINDS = (  # what the lexicon finds it by, and what it is called
    (RENEWAL, "换设备", "换设备、添设备"),
    (DIGITAL, "数字化改造", "数字化改造"),
)


async def answer(ctx: Context) -> Answer | None:
    """Hardly anything else is found for what they said, and it is no foreign matter."""
    finding = ctx.finding
    question = finding.question
    faint = not finding.ids or (not question.told and finding.covered < FAINT and finding.intent == "policy")
    if not ctx.words or not faint or question.named("foreign") or question.elsewhere or "bait" in question.signs:
        return None
    text = question.folded.text
    meant = next(((words, name) for pattern, words, name in KINDS if pattern.search(text)), None)
    if meant is None or PRIVATE.search(text):
        return None
    spent = [text[figure.start : figure.end] for figure in question.sums[:1]]
    words = "".join((*question.named("district")[:1], meant[0], *(f"花了{sum_}" for sum_ in spent)))
    policies = ctx.corpus.policies
    alive = [i for i in ctx.find(words).ids if not ctx.corpus.is_over(policies[i], ctx.today)]
    told = await places.asked_aside(ctx, ctx.aside(words, first=alive))
    return places.led(told, f"您说的像是{meant[1]}，看这条：")
