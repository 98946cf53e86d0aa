"""订阅, 退订: this edition keeps no subscriptions, and says so."""

from __future__ import annotations

from bot.context import Context
from bot.replies import Answer, Say

INTENTS = {"subscribe": "subscribe", "subscriptions": "subscribe", "unsubscribe": "unsubscribe"}


async def answer(ctx: Context) -> Answer | None:
    """Anything about being told of news."""
    if not ctx.words or ctx.finding.intent not in INTENTS:
        return None
    if ctx.finding.intent == "unsubscribe":
        said = "您没有订阅任何推送，我们不会主动给您发消息。"
    else:
        said = "订阅推送还没有开通，现在不会给您发通知。您随时可以来问，比如“哪些政策快到期了”“技改还有效吗”。"
    return Answer(reply=Say(text=said), intent=INTENTS[ctx.finding.intent])
