"""What the platform tells of a send afterwards: accepted is not delivered, and only these events say what became of it.

A report finds its row by the id the platform gave the send, or, of a notice for which it gave none, by follower and
template: the oldest without a report, since they are told of in the order of the sends. One that arrives before we have
written down what we sent is kept until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    String,
    bindparam,
    case,
    delete,
    literal_column,
    or_,
    select,
    update,
)

from bot.messages import AnyMessage, MassReport, NoticeReport, TemplateReport
from bot.store.calls import State
from bot.store.driver import Changes, Script, Store
from bot.store.forgetting import Forgetting
from bot.store.notices import WAITING, Notices, Settled
from bot.store.outcomes import follow_notices, follow_reported
from bot.store.tables import outbox, reports

SUCCESS = "success"
BLOCKED = "failed:user block"
REPORT_LIMIT = 200  # characters
NOTICES = "subscribe"  # the channel whose calls the platform gives no id
BLOCKED_REASON = "blocked"
REPORTING = (TemplateReport, MassReport, NoticeReport)
HEARD_WITHIN = 3600.0  # seconds after a notice within which it is told of, if it ever is
SKEW = 60.0  # seconds by which the platform's clock may be behind ours


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one send: `text` is the platform's word, SUCCESS where all is well."""

    msgid: str
    openid: str
    text: str
    template: str = ""
    created: float = 0.0


def read(message: AnyMessage) -> Iterator[Report]:
    """The reports in a message."""
    match message:
        case TemplateReport(msgid=msgid, openid=openid, status=status):
            yield Report(msgid=str(msgid), openid=openid, text=status)
        case MassReport(msgid=msgid, openid=openid, status=status):
            well = status.replace(" ", "").lower() == "sendsuccess"  # both spellings are seen
            counts = f"total {message.total} filtered {message.filtered} sent {message.sent} errors {message.errors}"
            yield Report(msgid=str(msgid), openid=openid, text=f"{SUCCESS if well else status}; {counts}")
        case NoticeReport(openid=openid, deliveries=deliveries):
            for one in deliveries:
                text = f"{one.error_code} {one.status}" if one.error_code else SUCCESS
                created = float(message.created)
                yield Report(msgid=str(one.msgid), openid=openid, text=text, template=one.template_id, created=created)


def state_of(text: str) -> State:
    """What a row becomes by a report."""
    if text.partition(";")[0] == SUCCESS:
        return State.SENT
    return State.SKIPPED if text.replace(" ", "") == BLOCKED.replace(" ", "") else State.FAILED


_sent: ColumnElement[str] = literal_column(f"'{State.SENT}'")
_becomes = bindparam("becomes", type_=String)
# A call of unknown outcome that is reported was made; one that is being written down is left to who does that.
_CONFIRM = Changes(
    update(outbox)
    .where(outbox.c.msgid == bindparam("the_msgid", type_=String), outbox.c.msgid != "", outbox.c.state == _sent)
    .values(state=_becomes),
    key=outbox.c.msgid,
    name="the_msgid",
)
_event = bindparam("event", type_=Float)
_oldest = (
    select(outbox.c.id)
    .where(outbox.c.openid == bindparam("who", type_=String), outbox.c.channel == literal_column(f"'{NOTICES}'"))
    .where(outbox.c.template == bindparam("which", type_=String), outbox.c.report == "", outbox.c.msgid == "")
    .where(or_(*(outbox.c.state == state.value for state in (State.SENT, State.SENDING, State.UNKNOWN))))
    .where(outbox.c.tried <= _event + SKEW, outbox.c.tried > _event - HEARD_WITHIN)
    .order_by(outbox.c.tried, outbox.c.id)
    .limit(1)
    .with_for_update()
    .scalar_subquery()
)
_CONFIRM_NOTICE = Changes(
    update(outbox)
    .where(outbox.c.id == _oldest, bindparam("the_msgid", type_=String) != "")
    .values(state=case((outbox.c.state == literal_column(f"'{State.SENDING}'"), outbox.c.state), else_=_becomes)),
    key=outbox.c.id,
    name="the_msgid",
)
_BROUGHT = select(outbox.c.notice).where(
    outbox.c.msgid == bindparam("the_msgid", type_=String), outbox.c.msgid != "", outbox.c.notice != ""
)
_TOLD = select(outbox.c.id, outbox.c.report).where(
    outbox.c.id == bindparam("the_id", type_=Integer), outbox.c.report != ""
)
_BECOME = update(outbox).where(outbox.c.id == bindparam("the_id", type_=Integer)).values(state=_becomes)
_EARLY = select(reports.c.msgid, reports.c.report).where(reports.c.msgid == bindparam("the_msgid", type_=String))
_ANY = select(reports.c.msgid).limit(1)
_DROP = delete(reports).where(reports.c.msgid == bindparam("the_msgid", type_=String))


class Reports:
    """Scripts that keep reports with the rows they speak of."""

    def __init__(self, store: Store) -> None:
        self._notices = Notices(store)
        self._keep = store.insert(reports).on_conflict_do_nothing(index_elements=["msgid"])
        self.purge = Forgetting(store, reports, reports.c.time).purge

    def record(self, messages: Iterable[tuple[AnyMessage, float]]) -> Script[None]:
        """Write what messages, each with the time it was received, report to the rows of those sends."""
        reporting = [pair for pair in messages if isinstance(pair[0], REPORTING)]  # as nearly never
        found_in = [(report, time) for message, time in reporting for report in read(message)]
        if not found_in:
            return
        times = {report.msgid: time for report, time in found_in}
        told = sorted((report for report, _ in found_in), key=lambda one: (len(one.msgid), one.msgid))
        found = yield from self._confirm(told)
        notices = [one for one in told if one.template and one.msgid not in found]
        yield (
            _CONFIRM_NOTICE,
            [
                {"the_msgid": one.msgid, "who": one.openid, "which": one.template, "event": one.created}
                | _written(one.text)
                for one in notices
            ],
        )
        yield from follow_notices([(one.openid, one.template) for one in notices])
        early = [one for one in told if not one.template and one.msgid not in found]
        yield (
            self._keep,
            [
                {"msgid": one.msgid, "openid": one.openid, "report": one.text[:REPORT_LIMIT], "time": times[one.msgid]}
                for one in early
            ],
        )

    def match(self, msgids: Sequence[str]) -> Script[None]:
        """Write what was reported of these sends before their ids were written down."""
        if not msgids or not (yield _ANY, [{}]):  # as nearly always: a report takes longer than a commit
            return
        early = yield _EARLY, [{"the_msgid": msgid} for msgid in sorted(msgids)]
        yield from self._confirm([Report(msgid=msgid, openid="", text=text) for msgid, text in early])
        yield _DROP, [{"the_msgid": msgid} for msgid, _ in early]

    def catch_up(self, numbers: Sequence[int]) -> Script[None]:
        """Let these rows, which were just written down, be what was reported of them while they were under way."""
        for number, text in (yield _TOLD, [{"the_id": number} for number in sorted(numbers)]):
            yield _BECOME, [{"the_id": number, **_written(text)}]

    def _confirm(self, told: Sequence[Report]) -> Script[set[str]]:
        done = yield _CONFIRM, [{"the_msgid": one.msgid, **_written(one.text)} for one in told]
        found = {row[0] for row in done}
        yield from follow_reported(found)
        blocked = [one.msgid for one in told if one.msgid in found and state_of(one.text) is State.SKIPPED]
        brought = yield _BROUGHT, [{"the_msgid": msgid} for msgid in blocked]
        keys = sorted({row[0] for row in brought})
        yield from self._notices.reopen([Settled(key=key, state=WAITING, reason=BLOCKED_REASON) for key in keys])
        return found


def _written(text: str) -> dict[str, str]:
    becomes = state_of(text)
    reason = "" if becomes is State.SENT else BLOCKED_REASON if becomes is State.SKIPPED else text[:REPORT_LIMIT]
    return {"report": text[:REPORT_LIMIT], "becomes": becomes.value, "reason": reason}
