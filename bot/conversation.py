"""Where we are with one follower: the list they were shown, the policy they look at, until when we remember it."""

from __future__ import annotations

import msgspec

REMEMBERED = 30 * 60.0  # seconds: a number or 更多 refers back this far, and no further


class Conversation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the next message may refer to.

    listed   policies of the last list, in the order shown
    shown    how many of them have been shown
    heading  what the list was of, repeated on its next page
    focus    the policy of the last card
    wanted   what the list is to be answered with once a policy is chosen: an intent, empty for the card
    facts    what they told of their enterprise and its project, by the keys of data/facts.toml
    years    in which year what a fact says was spent; 0 for one that was not said to be another than this
    asked    the fact that they were asked for last
    meant    which benefits of the policy at hand are being worked out, by their places in it
    skipped  the facts that they could not tell, not to be asked for again
    offered  they were asked whether what they told is to be kept
    expires  seconds since 1970; 0 for never begun
    """

    listed: tuple[str, ...] = ()
    shown: int = 0
    heading: str = ""
    focus: str = ""
    wanted: str = ""
    facts: dict[str, float | str] = {}
    years: dict[str, int] = {}
    asked: str = ""
    meant: tuple[int, ...] = ()
    skipped: tuple[str, ...] = ()
    offered: bool = False
    expires: float = 0.0


def fresh(conversation: Conversation | None, time: float) -> Conversation:
    """The conversation if it is still remembered at `time`, else an empty one."""
    return conversation if conversation is not None and conversation.expires > time else Conversation()
