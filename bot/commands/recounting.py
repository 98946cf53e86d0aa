"""An announcement told in lines: on a list, in full, as its ledger and as its report. It names no follower."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from bot.announcements import NOTICE, Announcement, Criterion
from bot.broadcasts import Reach
from bot.clock import SHANGHAI
from bot.console.sheets import cell
from bot.replies import visible
from bot.spellings import Fault
from bot.store.ledgers import Counts, Group, MassCall, Recipient

Said = Mapping[str, str]
Named = Callable[[str], str]  # what a follower is called here
LEFT = "left:"  # how the place of somebody's name begins who left


def minute(time: float) -> str:
    """A moment in Shanghai, to the minute; empty for never."""
    return f"{datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if time else ""


def state_of(one: Announcement, said: Said) -> str:
    """Its state, with why it is in it where somebody said so."""
    why = said.get(f"why {one.why}", one.why)
    return said[f"state {one.state}"] + (said["with_why"].format(why=why) if why else "")


def row(one: Announcement, counts: Counts, said: Said) -> str:
    """One of a list."""
    figures = _figures(one, counts, said) if one.began else ""
    return said["line"].format(id=one.id, state=state_of(one, said), name=one.name, figures=figures).rstrip()


def _figures(one: Announcement, counts: Counts, said: Said) -> str:
    return said["figures"].format(
        settled=counts.settled,
        audience=one.audience or counts.audience,
        reached=counts.reached,
        skipped=counts.skipped,
        failed=counts.failed,
        unknown=counts.unknown,
    )


def whom(criteria: tuple[Criterion, ...], said: Said) -> str:
    """Whom it is for."""
    return said["and"].join(said[f"whom {one.kind}"].format(value=one.value) for one in criteria) or said["nobody"]


def fault(found: Fault, said: Said) -> str:
    """What is wrong, in a sentence."""
    return said[f"fault {found.rule}"].format(field=said[f"field {found.field}"], key=found.key)


def faults(found: list[Fault], said: Said) -> list[str]:
    """All that is wrong, a line each."""
    return [said["fault_line"].format(sentence=fault(one, said)) for one in found]


def heading(one: Announcement, said: Said) -> Iterator[str]:
    """Which it is, how it stands and who worked on it."""
    yield said["head"].format(id=one.id, name=one.name)
    yield said["stands"].format(state=state_of(one, said))
    yield said["hands"].format(author=", ".join(dict.fromkeys((one.author, *one.hands))), created=minute(one.created))
    if one.submitter:
        yield said["submitter"].format(who=one.submitter, when=minute(one.submitted))
    if one.reviewer:
        yield said["reviewer"].format(who=one.reviewer, when=minute(one.reviewed))
    if one.corrects:
        yield said["corrects"].format(id=one.corrects)


def content(one: Announcement, said: Said) -> Iterator[str]:
    """What people read, as it stands in the chat."""
    yield said["content"]
    yield from (f"    {line}" for line in visible(one.content.words()).splitlines())
    ending = [said[f"way {way}"] for way in one.plan.ways if one.content.told(way) != one.content.words()]
    if ending:
        yield said["ends"].format(ways=said["and"].join(ending), ending=one.content.ending)
    if one.content.form == NOTICE:
        way = said[f"way {one.content.channel}"] if one.content.channel else ""
        yield said["template"].format(id=one.content.template, way=way)
    if one.content.url:
        yield said["link"].format(url=one.content.url)
    if one.content.picture:
        yield said["picture"].format(url=one.content.picture)


def planned(one: Announcement, said: Said) -> Iterator[str]:
    """Whom it is for, and how it may go."""
    yield said["audience"].format(whom=whom(one.criteria, said))
    ways = said["and"].join(said[f"way {way}"] for way in one.plan.ways)
    plan = one.plan
    kept = said["kept urgent"] if plan.urgent else said["kept"].format(reserve=plan.reserve)
    yield said["plan"].format(ways=ways, days=plan.days, kept=kept, stop_at=plan.stop_at)
    if plan.urgent:
        yield said["urgent"].format(reason=plan.reason)


def reached(reach: Reach, said: Said) -> str:
    """How many it would reach now, by way; and how many of all it would not."""
    parts = [f"{said[f'way {way}']}{count}" for way, count in reach.ways.items()]
    apart = [said["declined"].format(count=reach.declined)] if reach.declined else []
    apart += [said["unreachable"].format(count=reach.closed)] if reach.closed else []
    able = said["reach"].format(count=sum(reach.ways.values()), detail=said["comma"].join(parts) or "0")
    return able + (said["reach_apart"].format(count=reach.audience, apart=said["comma"].join(apart)) if apart else "")


def progress(one: Announcement, counts: Counts, said: Said) -> Iterator[str]:
    """How far it is, once it has begun."""
    if not one.began:
        return
    yield said["began"].format(began=minute(one.began))
    yield said["progress"].format(
        audience=one.audience or counts.audience,
        settled=counts.settled,
        reached=counts.reached,
        failed=counts.failed,
        unknown=counts.unknown,
        skipped=counts.skipped,
    )
    if one.ended:
        yield said["ended"].format(ended=minute(one.ended))


def reason(text: str, errcode: int, said: Said) -> str:
    """Why somebody's row is as it is: in our words, or in the platform's with its number."""
    return f"{errcode} {text}".strip() if errcode else said.get(f"reason {text}", text)


def report(one: Announcement, counts: Counts, groups: list[Group], said: Said) -> Iterator[str]:
    """What it came to: that it adds up, and who shares a state, a way and a reason."""
    yield said["adds_up"].format(
        reached=counts.reached,
        failed=counts.failed,
        unknown=counts.unknown,
        skipped=counts.skipped,
        open=counts.audience - counts.settled,
        audience=one.audience or counts.audience,
    )
    for group in groups:
        yield (
            said["group"]
            .format(
                count=group.count,
                state=said[f"people {group.state}"],
                way=said.get(f"way {group.channel}", group.channel),
                reason=reason(group.reason, group.errcode, said),
            )
            .rstrip()
        )


def calls(found: list[MassCall], said: Said) -> Iterator[str]:
    """Our calls to many against what the platform counted."""
    if found:
        yield said["calls"]
    for number, call in enumerate(found, 1):
        if call.unexplained is None:
            state = said.get(f"people {call.state}", call.state)
            yield said["call_open"].format(id=number, ours=call.ours, state=state)
        else:
            yield said["call"].format(
                id=number,
                ours=call.ours,
                total=call.total,
                filtered=call.filtered,
                sent=call.sent,
                errors=call.errors,
                unexplained=call.unexplained,
            )


def person(one: Recipient, named: Named, said: Said) -> str:
    """Somebody of the ledger, in a line."""
    return said["person"].format(
        name=_name(one, named, said),
        state=said[f"people {one.state}"],
        way=said.get(f"way {one.channel}", one.channel),
        reason=reason(one.reason, one.errcode, said),
        tries=said["tries"].format(count=one.made) if one.made else said["untried"],
        when=minute(one.changed),
    )


def sheet(one: Recipient, named: Named, said: Said) -> str:
    """The same as a row of a table, none of whose cells is ever run as a formula."""
    values = (
        _name(one, named, said),
        said[f"people {one.state}"],
        said.get(f"way {one.channel}", one.channel),
        reason(one.reason, 0, said),
        one.errcode or "",
        one.made,
        minute(one.changed),
    )
    return ",".join(str(cell(value)) for value in values) + "\r\n"


def _name(one: Recipient, named: Named, said: Said) -> str:
    return said["gone"] if one.openid.startswith(LEFT) else named(one.openid)
