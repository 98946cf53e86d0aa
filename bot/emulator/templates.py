"""Templates of messages and notices the account has chosen, and what their fields may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from bot.emulator.chats import Field
from bot.emulator.refusals import Refusal
from bot.emulator.words import Shape, Words

DROPPED = frozenset({"first", "remark"})  # taken and not shown since May 2023


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One template. `kind` says which call sends it; `fields` maps keys such as thing1 to their labels."""

    template_id: str
    kind: Literal["template", "notice"] = "template"
    title: str = ""
    fields: Mapping[str, str] = {}
    long_term: bool = False

    @property
    def content(self) -> str:
        """Its text as the platform lists it."""
        return "".join(f"{label}:{{{{{key}.DATA}}}}\n" for key, label in self.fields.items())


class Templates:
    """All templates of the account."""

    def __init__(self, words: Words) -> None:
        self._shapes: Mapping[str, Shape] = words.fields
        self._all: dict[str, Template] = {}

    def add(self, template: Template) -> None:
        """Choose one."""
        self._all[template.template_id] = template

    def of(self, kind: str) -> list[Template]:
        """Those one call sends."""
        return [template for template in self._all.values() if template.kind == kind]

    def need(self, template_id: object, kind: str) -> Template:
        """The template; Refusal 40037 where there is none of that kind."""
        template = self._all.get(template_id) if isinstance(template_id, str) else None
        if template is None or template.kind != kind:
            raise Refusal(40037)
        return template

    def fill(self, template: Template, data: object) -> tuple[Field, ...]:
        """The lines a follower sees; Refusal 47003 names the field whose value does not fit."""
        if not isinstance(data, dict):
            raise Refusal(47003, "argument invalid! data is empty")
        keys = [*template.fields] or [key for key in data if key not in DROPPED]
        return tuple(Field(label=template.fields.get(key, key), value=self._value(key, data)) for key in keys)

    def _value(self, key: str, data: dict[str, Any]) -> str:
        item = data.get(key)
        value = item.get("value") if isinstance(item, dict) else None
        if not isinstance(value, str | int | float) or value == "":
            raise Refusal(47003, f"argument invalid! data.{key}.value is empty")
        shape = self._shapes.get(key.rstrip("0123456789"))
        if shape and (len(str(value)) > shape.limit or not re.fullmatch(shape.pattern, str(value))):
            raise Refusal(47003, f"argument invalid! data.{key}.value invalid")
        return str(value)
