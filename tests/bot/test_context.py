"""What a handler sees and does."""

from __future__ import annotations

from datetime import date, datetime

from bot.clock import SHANGHAI
from bot.context import Context, Note, Office
from bot.conversation import REMEMBERED, Conversation
from bot.messages import Text
from tests.small import small_corpus

NOW = datetime(2026, 11, 22, 23, 59, tzinfo=SHANGHAI)


def context(words: str = "技改", *, pointed: str = "", conversation: Conversation | None = None) -> Context:
    """A message on its way."""
    return Context(
        message=Text(key="k", openid="o", account="gh_1", created=0, text=words),
        words=words,
        pointed=pointed,
        corpus=small_corpus(),
        now=NOW,
        office=Office(),
        conversation=conversation or Conversation(),
    )


def test_today_is_the_day_in_shanghai() -> None:
    """A minute before midnight there it is still that day."""
    assert context().today == date(2026, 11, 22)


def test_the_words_are_looked_up_once() -> None:
    """Handlers that ask one after the other get the same finding."""
    ctx = context()
    assert ctx.finding is ctx.finding
    assert ctx.finding.text == "技改"
    assert ctx.find("首台套").text == "首台套"


def test_what_is_worked_out_is_so_once_per_message() -> None:
    """For each key, and anew for other words beside the message."""
    ctx, times = context(), list[str]()

    def work() -> int:
        times.append(ctx.words)
        return len(times)

    assert [ctx.once("a", work), ctx.once("a", work), ctx.once("b", work)] == [1, 1, 2]
    assert ctx.aside("首台套").once("a", work) == 3
    assert ctx.once("a", work) == 1


def test_a_tap_points_before_the_last_card() -> None:
    """Words such as 找谁办 mean the policy of the tapped link, else the one last shown, else none."""
    shown = Conversation(focus="q91-2", expires=NOW.timestamp() + 1)
    assert context(pointed="q91-1", conversation=shown).focus == "q91-1"
    assert context(pointed="q91-999", conversation=shown).focus == "q91-2"
    assert context(pointed="1", conversation=shown).focus == "q91-2"
    assert context().focus == ""


def test_what_is_remembered_is_so_for_half_an_hour() -> None:
    """Every change of the conversation counts its time anew."""
    ctx = context()
    ctx.remember(Conversation(listed=("q91-1",), shown=1))
    assert ctx.conversation.expires == NOW.timestamp() + REMEMBERED
    assert ctx.conversation.listed == ("q91-1",)


def test_a_card_with_others_beside_it_is_a_list() -> None:
    """The policy comes first and the others after it, so that numbers mean what is seen."""
    ctx = context()
    ctx.look_at("q91-1", ("q91-10", "q91-2"), wanted="contact")
    assert (ctx.conversation.listed, ctx.conversation.shown) == (("q91-1", "q91-10", "q91-2"), 3)
    assert (ctx.conversation.focus, ctx.conversation.wanted) == ("q91-1", "contact")


def test_a_card_alone_leaves_the_list() -> None:
    """Chosen from a list, a policy becomes the focus; the list, how far it was shown and what it is for stay."""
    before = Conversation(listed=("q91-1", "q91-2"), shown=1, heading="崂山区", wanted="amount")
    ctx = context(conversation=before)
    ctx.look_at("q91-2", wanted="contact")
    assert ctx.conversation.focus == "q91-2"
    assert (ctx.conversation.listed, ctx.conversation.shown) == (before.listed, 1)
    assert (ctx.conversation.heading, ctx.conversation.wanted) == ("崂山区", "amount")


def test_notes_are_kept_in_order() -> None:
    """What is left for staff stands in the order it was said."""
    ctx = context()
    notes = [Note(kind="complaint", text="不对"), Note(kind="staff", text="人工", about="q91-1")]
    for note in notes:
        ctx.note(note)
    assert ctx.notes == notes
