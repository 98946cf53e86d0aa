"""The order in which the handlers are asked, and the words the machine needs beside."""

from bot.routing import Router
from bot.words import Words
from handlers import (
    amounts,
    checkup,
    choices,
    contacts,
    fallback,
    feedback,
    help,
    lists,
    media,
    my_data,
    notices,
    policies,
    pushes,
    subscriptions,
    validity,
    welcome,
    wording,
)

ROUTER = Router(
    welcome.answer,
    media.places,
    media.hints,
    subscriptions.pick,
    choices.answer,
    lists.more,
    lists.back,
    policies.again,
    my_data.answer,
    subscriptions.answer,
    feedback.complain,
    feedback.call_staff,
    contacts.answer,
    validity.answer,
    amounts.answer,
    lists.listing,
    policies.answer,
    policies.details,
    help.greet,
    help.explain,
    fallback.answer,
    apology=fallback.APOLOGY,
    aside=pushes.HEADING,
)

WORDS = Words(
    name="惠企",
    describe=wording.benefit,
    checkup=checkup.CHECKUP,
    outbox=pushes.OUTBOX,
    gives=notices.gives,
    changes=notices.changes,
    notice=notices.notice,
)
