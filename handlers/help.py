"""Greetings, and what can be asked."""

from __future__ import annotations

from bot.context import Context
from bot.replies import Answer, Say, say_link
from handlers.welcome import EXAMPLES

THANKS = ("谢", "辛苦", "thank", "thx", "3q", "ok", "好的", "好滴", "👍", "👌", "🙏")

PARTING = ("再见", "拜拜", "bye", "回见")

ASKABLE = (
    ("问政策", "技改补贴"),
    ("问金额", "单项冠军奖多少"),
    ("看自己能报什么", "我们是崂山的软件公司，能报什么"),
    ("问有效期", "算力券还有效吗"),
    ("问找谁", "绿色工厂找谁办"),
    ("查处室电话", "消费品产业处电话"),
    ("按区看", "崂山区有哪些政策"),
    ("按文号查", "青政发〔2024〕11号"),
)
OWN = (
    ("有变化告诉我", "订阅 技改"),
    ("不想收单位公告", "退订公告"),
    ("看、删自己的数据", "我的数据"),
)  # what is not asked about policies


async def greet(ctx: Context) -> Answer | None:
    """你好, 谢谢, 在吗."""
    if not ctx.words or ctx.finding.intent != "greeting":
        return None
    lowered = ctx.words.lower()
    if any(word in lowered for word in PARTING):
        return Answer(reply=Say(text="再见，有事随时来问。"), intent="greeting")
    if any(word in lowered for word in THANKS):
        return Answer(reply=Say(text="不客气，有事随时问。"), intent="greeting")
    examples = "\n".join(f"👉 {say_link(example, example)}" for example in EXAMPLES)
    return Answer(reply=Say(text=f"您好，请直接说想问的惠企政策。比如：\n{examples}"), intent="greeting")


async def explain(ctx: Context) -> Answer | None:
    """你能干啥, 怎么用."""
    if not ctx.words or ctx.finding.intent != "help":
        return None
    return Answer(reply=Say(text=usage()), intent="help")


def usage() -> str:
    """What can be asked, with one example each to tap."""
    lines = [f"· {label}：{say_link(example, example)}" for label, example in (*ASKABLE, *OWN)]
    return "\n".join(["我只回答青岛市及区（市）惠企政策，用大白话问就行：", *lines, "看到列表时，回复数字或“更多”。"])
