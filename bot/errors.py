"""Every error raised on purpose, sorted by what to do next.

BotError
├── ConfigError            stop; the message says which key, which value and what is right
│   └── NoPlace            the address to listen on cannot be had; the message says where another is set
├── CorpusError            the corpus does not load; the message says which file, record and field
├── Overtaken              somebody else was first: look again, then decide again
├── NotAllowed             the rules of publishing forbid it; `rule` says which
├── BackupRefused          a backup cannot be written or used; the message says why and what to do
├── FileRefused            a file to be imported cannot be used; `code` says why, staff mend it and come again
├── ProtocolError          a callback request is refused
│   ├── Forged             403: signature, time window or account do not fit
│   ├── Malformed          400: not what the platform sends
│   └── TooLarge           413: more bytes than the platform ever sends
├── StoreError             the database refused or is away
│   ├── Overloaded         nothing was kept, for too much is in work: it must come again
│   ├── NewerDatabase      the database was written by a later version; stop
│   └── UnfinishedCopy     a copy into the database broke off; remove it and copy again
└── WeChatError            the platform's API refused; carries errcode and errmsg
    ├── TokenRejected      refresh the token once, try again once
    ├── Temporary          later, with growing delay
    ├── TooFast            the channel pauses
    ├── QuotaSpent         nothing more until `until`
    ├── Unreachable        this follower only; `reason` says why
    ├── Forbidden          the channel halts and staff are told
    └── Refused            our request is wrong; a person must look
"""

from __future__ import annotations

import errno
import os
from datetime import datetime


class BotError(Exception):
    """Anything this program raises on purpose."""


class ConfigError(BotError):
    """A setting is missing or wrong."""


class NoPlace(ConfigError):
    """An address to listen on cannot be had, as when another program has the port; `by` says how to choose another."""

    def __init__(self, host: str, port: int, error: OSError, *, by: str) -> None:
        why = (
            os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        )  # names have numbers below
        taken = ", or stop the program that listens there" if error.errno == errno.EADDRINUSE else ""
        super().__init__(f"cannot listen on {host} port {port}: {why}; choose another with {by}{taken}")


class CorpusError(BotError):
    """A part of the corpus cannot be used: `kind` and `key` say which, `field` the way to the wrong value in it."""

    def __init__(self, message: str, *, kind: str = "", key: str = "", field: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.key = key
        self.field = field


class Overtaken(BotError):
    """What was read has been changed by somebody else meanwhile: nothing was written."""


class NotAllowed(BotError):
    """A rule of publishing forbids it. `rule` is its name, for which the console has the words."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class BackupRefused(BotError):
    """A backup is damaged, of a later version, or cannot be written."""


class FileRefused(BotError):
    """A file that is to be imported cannot be used as a whole: `code` picks the sentence, the others complete it."""

    def __init__(self, code: str, *, found: str = "", expected: str = "") -> None:
        super().__init__(f"{code} {found}".strip())
        self.code = code
        self.found = found
        self.expected = expected


class ProtocolError(BotError):
    """A callback request that gets no answer; `status` is the HTTP status it gets instead."""

    status = 400


class Forged(ProtocolError):
    """The sender cannot be the platform."""

    status = 403


class Malformed(ProtocolError):
    """The body is not what the platform sends."""

    status = 400


class TooLarge(ProtocolError):
    """The body is larger than the platform ever sends."""

    status = 413


class StoreError(BotError):
    """The database refused, or could not be reached."""


class Overloaded(StoreError):
    """Too much is in work: this was not taken in, and must come again."""


class NewerDatabase(StoreError):
    """The database was written by a later version of this program."""


class UnfinishedCopy(StoreError):
    """The database is the target of a copy that runs or broke off: it holds a part of a deployment at most."""


class WeChatError(BotError):
    """An API call that the platform did not carry out."""

    def __init__(self, errcode: int, errmsg: str = "") -> None:
        super().__init__(f"{errcode} {errmsg}".strip())
        self.errcode = errcode
        self.errmsg = errmsg


class TokenRejected(WeChatError):
    """The access token is not, or no longer, the right one."""


class Temporary(WeChatError):
    """The platform is busy or did not answer. Whether the call took effect is unknown when `sent` is true."""

    def __init__(self, errcode: int, errmsg: str = "", *, sent: bool = False) -> None:
        super().__init__(errcode, errmsg)
        self.sent = sent


class TooFast(WeChatError):
    """Too many calls in this minute."""


class QuotaSpent(WeChatError):
    """The allowance of the day or month is used up until `until`."""

    def __init__(self, errcode: int, errmsg: str = "", *, until: datetime | None = None) -> None:
        super().__init__(errcode, errmsg)
        self.until = until


class Unreachable(WeChatError):
    """This follower cannot be written to now. `reason` is one of gone, blocked, window, refused, few, unknown."""

    def __init__(self, errcode: int, errmsg: str = "", *, reason: str = "unknown") -> None:
        super().__init__(errcode, errmsg)
        self.reason = reason


class Forbidden(WeChatError):
    """The account, key or address may not make this call: a matter for an operator."""


class Refused(WeChatError):
    """The request itself is wrong."""
