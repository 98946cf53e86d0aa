"""A notice: one fact that one follower is to be told of, in the words of every way it may go."""

from __future__ import annotations

import msgspec

KINDS = ("new", "changed", "expiring", "corrected", "wish", "digest")
LONGEST_KEY = 80  # characters


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What one follower is to be told.

    key      the fact and the person; the same one twice is one notice. At most LONGEST_KEY characters
    openid   who is told
    kind     one of KINDS
    text     the words of a customer-service message or of an answer's end, at most 2048 bytes
    title    what it is about, in a few words
    url      the page that says more; empty where there is none
    fields   named values for templates, such as title, change, date, unit
    urgent   it does not wait for a gap between other messages, only for waking hours
    created  seconds since 1970
    """

    key: str
    openid: str
    kind: str
    text: str
    title: str
    url: str = ""
    fields: dict[str, str] = {}
    urgent: bool = False
    created: float
