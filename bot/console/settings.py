"""The settings as they are, to be looked at: of a secret only whether it is set. They are changed in their file."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from aiohttp import web

from bot.config import SECRETS
from bot.console.addresses import Proxies
from bot.console.visit import Visit


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One line: `value` is None for a secret."""

    section: str
    key: str
    value: object
    is_set: bool
    is_default: bool


async def show(visit: Visit) -> web.Response:
    """Every setting by section, and whether this very request came through a proxy that they do not count."""
    config, sections = visit.desk.config, {}
    for section in msgspec.structs.fields(type(config)):
        values = getattr(config, section.name)
        sections[section.name] = [
            Setting(
                section=section.name,
                key=field.name,
                value=None if (section.name, field.name) in SECRETS else getattr(values, field.name),
                is_set=getattr(values, field.name) != "",
                is_default=getattr(values, field.name) == field.default,
            )
            for field in msgspec.structs.fields(type(values))
        ]
    unseen = Proxies(config.server, config.console).misses(visit.request)
    return visit.page("settings", sections=sections, behind_unknown_proxy=unseen)
