"""Files of the shape of the two papers, made from the corpus: its titles, papers, days, units and phones.

The wording is our own summary of each policy, since the papers' sentences are not ours to keep.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import NamedTuple

from bot.chinese import day
from bot.importers.reading import Desk, Item, squeezed
from bot.importers.shape import Shape, plain, read_shape
from bot.policies import Contact, Paper, Policy
from tests.corpus import DATA, the_corpus

HEAD = ("序号", "政策要点", "支持政策", "政策依据", "政策时限", "责任处（科）室")
TITLE = "先进制造业政策汇编（91条政策）"
CITY, DISTRICTS = "一、市级制造业惠企政策（54条政策）", "二、区（市）制造业惠企政策（37条政策）"
NUMERALS = "一二三四五六七八九十"
DIGEST_TITLE = "先进技术产品转化应用 试点政策摘编"
OCEAN = 35  # the first item of the digest that rests on the paper its chapter opens with
TWICE = 47  # the item of the digest that names its desks in two places
PAGE = 8  # rows of a page of the compendium


def the_shape() -> Shape:
    """The shape that ships with the program."""
    return read_shape(DATA / "import.toml")


def of_source(source: str) -> list[Policy]:
    """The policies of a compilation, in their order."""
    return [policy for policy in the_corpus().policies.values() if policy.id.startswith(f"{source}-")]


def number(policy: Policy) -> int:
    """The number of the item that a policy is."""
    return int(policy.id.rpartition("-")[2])


@dataclass(frozen=True)
class Line:
    """A line of the compendium: the six cells of an item, or a heading alone."""

    cells: tuple[str, ...] = ()
    heading: str = ""


def basis(paper: Paper, turn: int) -> str:
    """A paper as the compendium names it: with the notice that issued it, in one of three spellings."""
    if paper.title.startswith("关于"):
        return f"{paper.title}（{paper.number}）"
    named = (
        f"关于印发{paper.title}的通知",
        f"关于印发《{paper.title}》的通知",
        f"市政府办公厅关于印发{paper.title}的通知",
    )
    return f"{named[turn % 3]}（{paper.number}）"


def validity(paper: Paper) -> str:
    """The days of a paper as the compendium states them."""
    if paper.end:
        return f"至{day(paper.end)}"
    return f"自{day(paper.start)}起施行" if paper.start else ""


def desks(contacts: tuple[Contact, ...], turn: int) -> str:
    """Units and phones in one cell: body and part apart or together, several of one body in a list."""
    units = the_corpus().departments
    parents = {units[contact.unit].parent for contact in contacts}
    if len(contacts) > 1 and len(parents) == 1 and contacts[0].unit.endswith("处"):
        parent = parents.pop()
        parts = "、".join(contact.unit.removeprefix(parent) for contact in contacts)
        return f"{parent}{parts} {'、'.join(contact.phone for contact in contacts)}"
    gap = ("", " ", "\n")[turn % 3]
    return "\n".join(
        f"{units[c.unit].parent}{gap}{c.unit.removeprefix(units[c.unit].parent)}{(' ', '')[turn % 2]}{c.phone}"
        for c in contacts
    )


def compendium() -> list[Line]:
    """The lines of the compendium, headings and items."""
    corpus, lines = the_corpus(), [Line(heading=CITY)]
    for count, (chapter, group) in enumerate(groupby(of_source("q91"), key=lambda policy: policy.chapter), 1):
        lines.append(Line(heading=DISTRICTS if chapter in DISTRICTS else f"{count}. {chapter}"))
        for policy in group:
            paper, turn = corpus.paper(policy), number(policy)
            cells = (str(turn), policy.title, policy.summary, basis(paper, turn // 9), validity(paper))
            lines.append(Line(cells=(*cells, desks(policy.contacts, turn))))
    return lines


@dataclass
class Chapter:
    """A chapter of the digest: its heading, what it opens with, and its paragraphs."""

    heading: str
    opening: str = ""
    items: list[str] = field(default_factory=list)


def digest() -> list[Chapter]:
    """The chapters of the digest; a paper's number stands where it is named first."""
    corpus, chapters, named = the_corpus(), list[Chapter](), set[str]()
    for count, (name, group) in enumerate(groupby(of_source("xh49"), key=lambda policy: policy.chapter), 1):
        numeral = NUMERALS[count - 1] if count <= 10 else f"十{NUMERALS[count - 11]}"
        chapter = Chapter(f"{numeral}、{name}带动先进技术产品转化应用")
        for policy in group:
            if number(policy) >= OCEAN:
                paper = corpus.paper(policy)
                chapter.opening = (
                    f"按照市政府办公厅《关于印发〈{paper.title}〉的通知（{paper.number}）》，从15个方面支持。"
                )
            chapter.items.append(paragraph(policy, named))
        chapters.append(chapter)
    return chapters


def paragraph(policy: Policy, named: set[str]) -> str:
    """An item of the digest: 按照《…》，… and its units in brackets; the last ones have titles instead of papers."""
    corpus, n = the_corpus(), number(policy)
    units = [contact.unit.replace("西海岸新区", "区") for contact in policy.contacts]
    if n >= OCEAN:
        text = policy.summary.rstrip("。")
        head, rest = units[:2], units[2:]
        if n == TWICE:
            first, _, second = text.partition("，")
            return f"{n}. {policy.title}。{first}。(责任单位:{'、'.join(head)}){second}。(责任单位:{'、'.join(rest)})"
        dot = " " if n == 45 else ". "  # somebody left out the point
        return f"{n}{dot}{policy.title}。{text}。(责任单位:{'、'.join(units)})"
    papers = []
    for key in (policy.paper, *policy.also_papers):
        paper = corpus.papers[key]
        bare = f"〈{paper.title}〉的通知" if n == 4 else paper.title
        papers.append(f"《{bare}{'' if key in named else f'（{paper.number}）'}》")
        named.add(key)
    return f"{n}. 按照{'和市科技局'.join(papers)}，{policy.summary.rstrip('。')}（{'、'.join(units)}）。"


def compendium_text() -> bytes:
    """The compendium as a converter writes it: tabs, and on each page its title and the head of the table again."""
    out, rows = [f"\n\n{TITLE}\n\n" + "\t".join(HEAD)], 0
    for line in compendium():
        if line.heading:
            out.append(line.heading + ("\t" * 6 if rows % 2 else ""))
            continue
        out.append("\t".join(cell.replace("\n", " ") for cell in line.cells))
        rows += 1
        if rows % PAGE == 0:
            out.append(f"\n{TITLE}\n\n" + "\t".join(HEAD))
    return "\n".join(out).encode()


def digest_text(width: int = 28) -> bytes:
    """The digest as a converter writes it: short lines, and empty ones where a page ended."""
    chapters = digest()
    out = ["", "", DIGEST_TITLE, "", "秘书处", "", "目录", "", "| | |", "|---|---|"]
    out += [f"| {chapter.heading} | {count} |" for count, chapter in enumerate(chapters, 1)]
    out += ["", "2025年1月21日起开展试点，急需营造良好的政策环境。", ""]
    count = 0
    for chapter in chapters:
        out += [chapter.heading, ""]
        for text in [chapter.opening, *chapter.items]:
            for line in wrapped(text, width):
                out.append(line)
                count += 1
                if count % 17 == 0:
                    out.append("")
    out += ["", "有关内容请到核心区管委查询，联系电话13210876217。"]
    return "\n".join(out).encode()


def wrapped(text: str, width: float, widths: dict[str, float] | None = None) -> Iterator[str]:
    """Lines as a program sets them: broken anywhere but within a Latin word or a number."""
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for latin, chars in groupby(paragraph, key=lambda char: char.isascii() and not char.isspace()):
            for word in ["".join(chars)] if latin else chars:
                size = sum(
                    (widths or {}).get(char, 1.0 if widths is None or not char.isascii() else 0.5) for char in word
                )
                if line and used + size > width:
                    yield line
                    line, used = "", 0.0
                line, used = line + word, used + size
        if line:
            yield line


def compendium_csv(encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """The compendium as a spreadsheet saves it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([[TITLE], HEAD])
    for line in compendium():
        writer.writerow([line.heading, *[""] * 5] if line.heading else line.cells)
    return out.getvalue().encode(encoding)


class Facts(NamedTuple):
    """What an item states, in the spelling that all kinds of files share."""

    number: int
    title: str
    wording: str
    basis: tuple[tuple[str, str], ...]
    period: tuple[date | None, date | None] | None
    desks: tuple[Desk, ...]


def facts(item: Item) -> Facts:
    """An item without its place and the white space of its file."""
    return Facts(
        item.number,
        item.title,
        squeezed(item.wording),
        tuple((plain(paper.title), paper.number) for paper in item.basis),
        (item.period.start, item.period.end) if item.period else None,
        item.desks,
    )


def expected(source: str) -> list[Facts]:
    """What every file of a source must give."""
    corpus = the_corpus()
    texts = [text for chapter in digest() for text in chapter.items]
    found = []
    for n, policy in enumerate(of_source(source)):
        short = source == "xh49"
        papers = [corpus.papers[key] for key in (policy.paper, *policy.also_papers)][: None if short else 1]
        units = [c.unit.replace("西海岸新区", "区") if short else c.unit for c in policy.contacts]
        found.append(
            Facts(
                number(policy),
                "" if short and number(policy) < OCEAN else policy.title,
                squeezed(texts[n].lstrip("0123456789").lstrip(". ") if short else policy.summary),
                tuple((plain(paper.title), paper.number) for paper in papers),
                None if short else (papers[0].start, papers[0].end),
                tuple(Desk(unit=unit, phone=c.phone) for unit, c in zip(units, policy.contacts, strict=True)),
            )
        )
    return found
