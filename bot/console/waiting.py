"""What subscribers are still to be told, and from when: for the first page, and for whoever has just published."""

from __future__ import annotations

from typing import Any

from bot.console.visit import Visit
from bot.notices import CHANGED
from bot.planner import goes_from


async def pending(visit: Visit) -> dict[str, Any] | None:
    """Notices by kind with when the first may go, and those that stand beneath an answer; None where none waits."""
    found, push = await visit.desk.pending.read(), visit.desk.config.push
    if not found:
        return None
    due = [(batch, goes_from(batch.due, batch.kind, push, visit.now)) for batch in found if not batch.follows]
    return {
        "due": due,
        "following": [batch for batch in found if batch.follows],
        "push": push,
        "now": visit.now,
    }


def told_from(visit: Visit) -> str:
    """When subscribers hear at the earliest of what is published now; empty for at once."""
    at = goes_from(visit.time, CHANGED, visit.desk.config.push, visit.now)
    return f"{at:%Y-%m-%d %H:%M}" if at > visit.now else ""
