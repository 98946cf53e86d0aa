"""What the audit log keeps of an announcement, whoever writes on it from wherever: in a spelling that can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.announcements import Announcement
from bot.clock import SHANGHAI


def written(one: Announcement) -> dict[str, Any]:
    """Everything that somebody wrote, by its name."""
    content, plan = one.content, one.plan
    kept = {name: value for name, value in msgspec.structs.asdict(content).items() if value and name != "pattern"}
    return {
        "name": one.name,
        **{f"content.{name}": value for name, value in kept.items() if name != "values"},
        **{f"value.{key}": value for key, value in content.values.items()},
        "audience": [f"{criterion.kind}:{criterion.value}" for criterion in one.criteria],
        **{f"plan.{name}": _listed(value) for name, value in msgspec.structs.asdict(plan).items()},
        "start": f"{datetime.fromtimestamp(one.start, UTC).astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if one.start else "",
    }


def changes(before: Announcement, after: Announcement) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of it is no longer so, and how it is now."""
    was, now = written(before), written(after)
    different = [name for name in dict.fromkeys((*was, *now)) if was.get(name) != now.get(name)]
    return _only(was, different), _only(now, different)


def _only(facts: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: facts[name] for name in names if name in facts}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
