"""A unit as it is told: its numbers or those of its rooms, where it sits, and whose a number is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.context import Context
from bot.policies import Department
from handlers import wording

ROOMS = 16  # of the rooms of a bureau that are told with their numbers
WHERE = re.compile(
    "地址|地点|位置|门牌|大门|几楼|楼层|哪层|几层|哪栋|哪座楼|哪个楼|哪条路|什么路|几号楼|房间号|办公室号"
    "|(?:在|去|到)(?:哪儿?|哪里|啥地方|什么地方)(?:办公|上班)|怎么(?:走|去|过去)|咋(?:走|去)|导航|坐几路"
)
NO_PLACE = "📍 地址：资料没有给出"


def numbers(ctx: Context, unit: Department, *, brief: bool = False) -> list[str]:
    """A unit with its numbers; one that has none of its own with those of its rooms, or that it has, in brief."""
    own, inside = wording.phones(unit), rooms(ctx, unit)
    if not inside:
        return [f"☎ {unit.name}：{'、'.join(own) if own else wording.NO_PHONE}"]
    if brief:
        return [f"☎ {unit.name}：资料没有列总机，电话按处室（科室）列"]
    lines = [f"☎ {unit.name}：资料没有列总机，列了{len(inside)}个处室（科室）的："]
    return lines + [f"· {room.short} {'、'.join(wording.phones(room))}" for room in inside[:ROOMS]]


def rooms(ctx: Context, unit: Department) -> list[Department]:
    """The rooms of a bureau that have numbers, where it has none itself."""
    if unit.phones:
        return []
    return [d for d in ctx.corpus.departments.values() if d.parent == unit.name and d.phones]


def of_number(ctx: Context, number: str) -> list[str]:
    """Whose a phone is, with what it is for and where they sit."""
    lines = [f"{number} 是："]
    for unit in ctx.corpus.by_phone(number):
        matter = next((p.matter for p in unit.phones if p.number == number and p.matter), "")
        lines.append(f"☎ {unit.name}" + (f"（{matter}）" if matter else ""))
        lines += place(unit)
    return lines


def place(unit: Department) -> list[str]:
    """Where a unit sits and what else is noted of it, as far as the papers say."""
    parts = [("地址", unit.address), ("网址", unit.website), ("说明", unit.note)]
    return [f"{label}：{value}" for label, value in parts if value]


def missing_place(ctx: Context, asked: Sequence[Department]) -> list[str]:
    """Where an address is asked for that the papers do not give: that they do not."""
    wanted = ctx.words and WHERE.search(ctx.finding.question.folded.text)
    return [NO_PLACE] if wanted and not any(unit.address for unit in asked) else []
