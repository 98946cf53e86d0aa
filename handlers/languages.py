"""Is there any subsidy for new machines: whoever asks in English is told in a first line of it what follows, and the
phone. No figure of a policy is put into English: those stand below as the papers have them."""

from __future__ import annotations

import re
from functools import wraps

import msgspec

from bot.characters import is_hanzi
from bot.context import Context
from bot.replies import TEXT_LIMIT, Answer, Say
from bot.routing import Handler

WORD = re.compile("[a-z]+")
# What no name and no pinyin is; two of them make a sentence.
TELLING = frozenset(
    [
        "is",
        "are",
        "am",
        "was",
        "the",
        "a",
        "an",
        "for",
        "of",
        "to",
        "in",
        "on",
        "my",
        "our",
        "your",
        "we",
        "you",
        "i",
        "it",
        "do",
        "does",
        "did",
        "can",
        "could",
        "may",
        "would",
        "will",
        "shall",
        "have",
        "has",
        "what",
        "which",
        "who",
        "whom",
        "where",
        "when",
        "how",
        "why",
        "any",
        "there",
        "if",
        "not",
        "with",
        "about",
        "and",
        "or",
        "get",
        "apply",
        "need",
        "want",
        "please",
        "much",
        "many",
        "subsidy",
        "subsidies",
        "policy",
        "policies",
        "grant",
        "grants",
        "funding",
        "support",
        "phone",
        "number",
        "contact",
        "deadline",
        "company",
        "companies",
        "factory",
        "business",
        "enterprise",
        "office",
        "money",
        "still",
        "valid",
        "new",
        "buy",
        "buying",
        "machine",
        "machines",
        "equipment",
        "tax",
        "help",
    ]
)
LEAST = 2
FOLLOWS = {
    "policy": "The best match is below, in Chinese: what it gives, who may apply, the paper, the office.",
    "amount": "Below, in Chinese: the rule for this money, and the sum if you told the figures.",
    "contact": "Below, in Chinese: the office in charge.",
    "expiry": "Below, in Chinese: whether it is still in force, and until when.",
    "list": "Several policies may fit; the list is below, in Chinese. Reply with a number to open one.",
    "offtopic": "Nothing was found for this. This account answers in Chinese about support for enterprises in Qingdao.",
}


def led(handler: Handler) -> Handler:
    """A handler whose answers to an English question begin with a line of English."""

    @wraps(handler)
    async def answer(ctx: Context) -> Answer | None:
        found = await handler(ctx)
        return _led(ctx, found) if found is not None and ctx.words and is_english(ctx.words) else found

    return answer


def is_english(text: str) -> bool:
    """Whether a text is a sentence of English, and no pinyin and no name."""
    return not any(map(is_hanzi, text)) and sum(word in TELLING for word in WORD.findall(text.lower())) >= LEAST


def _led(ctx: Context, found: Answer) -> Answer:
    """The answer under its line; as it is where both would not fit."""
    said = FOLLOWS.get(found.intent)
    if said is None or not isinstance(found.reply, Say):
        return found
    text = f"{said}{_phone(ctx, found)}\n{found.reply.text}"
    if len(text.encode()) > TEXT_LIMIT:
        return found
    return msgspec.structs.replace(found, reply=msgspec.structs.replace(found.reply, text=text))


def _phone(ctx: Context, found: Answer) -> str:
    """Whom to call."""
    policy = ctx.corpus.policies.get(found.policies[0]) if found.policies and found.intent != "list" else None
    text = found.reply.text if isinstance(found.reply, Say) else ""
    numbers = (
        [contact.phone for contact in policy.contacts if contact.phone and contact.phone in text] if policy else []
    )
    if numbers:
        return f" Phone: {numbers[0]}"
    return "" if found.intent == "list" else " Public hotline: 12345"
