"""The order in which the handlers are asked, and the words the machine needs beside."""

from bot.routing import Router
from bot.words import Words
from handlers import (
    amounts,
    checkup,
    choices,
    contacts,
    eligibility,
    enterprise,
    fallback,
    feedback,
    followups,
    help,
    lint,
    lists,
    media,
    policies,
    qualifying,
    subscriptions,
    validity,
    welcome,
    wording,
)

ROUTER = Router(
    welcome.answer,
    media.places,
    media.hints,
    amounts.told,
    enterprise.own,
    eligibility.follows,
    eligibility.answer,
    enterprise.telling,
    choices.answer,
    lists.more,
    lists.back,
    policies.again,
    subscriptions.answer,
    feedback.complain,
    feedback.call_staff,
    contacts.answer,
    amounts.answer,
    validity.answer,
    followups.answer,
    lists.listing,
    qualifying.answer,
    policies.answer,
    policies.details,
    help.greet,
    help.explain,
    fallback.answer,
    apology=fallback.APOLOGY,
)

WORDS = Words(name="惠企", describe=wording.benefit, checkup=checkup.CHECKUP, lint=lint.LINT)
