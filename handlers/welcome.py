"""The first words: on following, and on scanning the QR code of a desk, a topic or a policy."""

from __future__ import annotations

import msgspec

from bot.context import Context
from bot.messages import Followed, Left, Scanned
from bot.replies import Answer, Say, Silence, say_link
from handlers import lists
from handlers.cards import card

EXAMPLES = ("技改能补多少", "崂山区有哪些政策", "哪些政策快到期了")


async def answer(ctx: Context) -> Answer | None:
    """Followed, with or without a scene; Scanned; Left."""
    match ctx.message:
        case Left():
            return Answer(reply=Silence(), intent="left")
        case Followed(scene=scene):
            return _with_scene(ctx, scene, greeting(ctx)) if scene else _said(greeting(ctx))
        case Scanned(scene=scene):
            return _with_scene(ctx, scene, "")
        case _:
            return None


def greeting(ctx: Context) -> str:
    """Who we are, and three things to tap."""
    return "\n".join([
        "您好，这里是惠企政策助手。",
        f"{len(ctx.corpus.policies)}条青岛市及区（市）惠企政策，直接用大白话问就行，马上告诉您给多少、谁能报、还有没有效、找谁办。",
        "",
        "可以点一下试试：",
        *(f"👉 {say_link(example, example)}" for example in EXAMPLES),
    ])  # fmt: skip


def _said(text: str) -> Answer:
    return Answer(reply=Say(text=text), intent="greeting")


def _with_scene(ctx: Context, scene: str, hello: str) -> Answer:
    """The scene names a policy, a unit, a topic or a district: that at once."""
    answer = _of_scene(ctx, scene)
    if answer is None:
        return _said(hello or greeting(ctx))
    if hello and isinstance(answer.reply, Say):
        text = f"{hello.splitlines()[0]}\n\n{answer.reply.text}"
        return msgspec.structs.replace(answer, reply=Say(text=text))
    return answer


def _of_scene(ctx: Context, scene: str) -> Answer | None:
    corpus = ctx.corpus
    if scene in corpus.policies:
        return card(ctx, corpus.policies[scene])
    kinds = {
        "topic": [p.id for p in corpus.policies.values() if scene in p.topics],
        "unit": [p.id for p in corpus.policies.values() if any(c.unit == scene for c in p.contacts)],
        "district": [p.id for p in corpus.policies.values() if p.district == scene],
    }
    ids = next((tuple(found) for found in kinds.values() if found), ())
    return lists.show(ctx, lists.ordered(ctx, ids), f"{scene}的", intent="list") if ids else None
