"""Why an entry cannot be used is said to staff in Chinese, whatever the reason: which entry and field, what to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from bot.console.templates import Templates
from bot.console.troubles import CODES, OTHER, SHAPE, Trouble, is_reason, trouble
from bot.corpus import build_corpus
from bot.errors import CorpusError
from bot.folder import part_of, read_parts
from bot.importers.shape import read_shape
from bot.menu import menu_of, spell
from bot.parts import KINDS, canonical, convert
from bot.revisions import Part
from handlers import WORDS
from tests.bot.console.client import SHAPE as PAPERS
from tests.bot.console.client import Office
from tests.bot.console.sheets import edit, saved
from tests.small import FILES, write_files

BOT = Path(__file__).parents[3] / "bot"
BY_COMMAND = {"folder.py"}  # reads whole folders: only commands and a start do, and they speak English
TAKEN_UP = {"console/publishing.py"}  # hands on the error of another
PLACES = re.compile(r"\b(?:origin|path|name|key|error|kind|where)\b")
WRONG: tuple[Any, ...] = (1, "x", True, 1.5, [1], {"a": 1}, ["x"], [{}], float("inf"), "2026-02-30", 10**400)


def said(one: Trouble) -> str:
    """The sentence on a page."""
    templates = Templates(asset=str, name="", importing=WORDS.importing, ending="")
    source = '{% from "console/troubles.html" import told %}{{ told(one) }}'
    return templates._env.from_string(source).render(one=one)


def faulted(act: Callable[[], object]) -> CorpusError:
    """The error that something raises."""
    with pytest.raises(CorpusError) as caught:
        act()
    return caught.value


def example(info: inspect.Type) -> Any:
    """A value of a type, with all of its fields, the first of several kinds."""
    match info:
        case inspect.StructType():
            fields = {field.encode_name: example(field.type) for field in info.fields}
            return {**({info.tag_field: info.tag} if info.tag_field else {}), **fields}
        case inspect.UnionType():
            return example(info.types[0])
        case inspect.VarTupleType():
            return [example(info.item_type)]
        case inspect.TupleType():
            return [example(one) for one in info.item_types]
        case inspect.DictType():
            return {"a": example(info.value_type)}
        case inspect.LiteralType():
            return info.values[0]
        case inspect.DateType():
            return "2026-01-01"
        case inspect.IntType() | inspect.FloatType():
            return 1
        case inspect.BoolType():
            return True
    return "x"


def broken(value: Any) -> Iterator[Any]:
    """A value with something wrong at each of its places in turn: another value, a field too many, one too few."""
    yield from WRONG
    if isinstance(value, dict):
        yield {**value, "zz": 1}
        for key, inner in value.items():
            yield {name: other for name, other in value.items() if name != key}
            yield from ({**value, key: wrong} for wrong in broken(inner))
    if isinstance(value, list):
        yield [*value, *value]
        yield from ([wrong] for wrong in broken(value[0]))


def bodies() -> Iterator[Part]:
    """Bodies of every kind that are wrong in every way, and some that are right after all."""
    for kind, struct in KINDS.items():
        for body in broken(example(inspect.type_info(struct))):
            if isinstance(body, dict):
                yield Part(kind=kind, key="k", body=body, origin=kind)


def test_whatever_is_wrong_with_a_body_has_its_sentence() -> None:
    """Each field of each kind, given what it cannot hold: the reason is recognized, with kind, key and field."""
    found: set[str] = set()
    for part in bodies():
        try:
            canonical(part)
        except CorpusError as error:
            reason = error
        else:
            continue
        one = trouble(reason)
        assert one.code != OTHER, str(reason)
        assert (one.kind, one.key) == (part.kind, "k"), str(reason)
        assert one.steps or one.code == "unknown_field", str(reason)
        assert trouble(str(reason)).code == one.code
        found.add(one.code)
    assert found >= {
        "missing_field", "unknown_field", "length", "text", "whole", "figure", "yes", "day", "list", "table", "no_day",
        "choice", "kind", "range", "endless",
    }  # fmt: skip


def raised() -> Iterator[tuple[str, str]]:
    """Every message of a CorpusError that the code raises: the file, and the text with x in its gaps."""
    for path in sorted(BOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                place = {"CorpusError": 0, "wrong": 1, "fault": 2}.get(node.func.id)
                if place is not None and len(node.args) > place:
                    yield str(path.relative_to(BOT)), _text(node.args[place])
                if node.func.id == "Fault" and path.name == "menu.py":
                    yield from (("menu.py", _text(word.value)) for word in node.keywords if word.arg == "said")


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value) for value in node.values)
    if isinstance(node, ast.Constant):
        return str(node.value)
    source = ast.unparse(node)
    if "INTENTS" in source:
        return "contact, list"
    return "related" if "where" in source else "5" if re.search(r"[A-Z]{3}|len\(|limit", source) else "x"


def test_every_reason_that_is_raised_is_known() -> None:
    """What the code itself raises, read from its source: a new one without a sentence fails here."""
    handed_on = {"x", "x: x", "x: x.said", "x: xx", "lexicon: x"}
    texts = {
        text for file, text in raised() if file not in BY_COMMAND | TAKEN_UP | {"importers/shape.py", "cli.py"}
    } - handed_on
    assert len(texts) > 12
    unknown = {text for text in texts if not is_reason(text)}
    assert unknown <= {"x: cannot be read: x"}  # of the folder's menu, which a command reads


def test_each_sentence_is_chinese_and_says_what_to_do() -> None:
    """None of the codes lacks one; of English only the names of fields and examples are in them."""
    for code in CODES:
        one = Trouble(code=code, kind="policy", key="q91-1", field="benefits[1].amount", found="7", expected="3")
        text = said(one)
        assert re.search(r"[\u4e00-\u9fff]{4}", text), code
        assert not re.search(r"Expected|Object|exist|must|invalid|\$", text), text


REAL: tuple[tuple[str, Callable[[Path], object], str], ...] = (
    ("toml", lambda p: part_of('title = "a"\nname = x', _paper()), "文件 x：第 2 行第 8 列附近写法不对"),
    ("toml_end", lambda p: part_of('title = """a', _paper()), "文件 x：到最后还没有写完"),
    ("toml_deep", lambda p: part_of("title = " + "9" * 5000, _paper()), "文件 x：读不懂"),
    ("missing_field", lambda p: convert(_paper()), "文件 x的“标题”：没有填。请补上。"),
    ("menu_count", lambda p: _menu(), "一级按钮要有 1 到 3 个，现在有 0 个"),
    ("menu_below", lambda p: _menu({"name": "a", "below": [{"name": "b", "ask": "c"}] * 6}), "最多 5 个"),
    ("menu_name", lambda p: _menu({"name": "太长的名称" * 9, "ask": "c"}), "最多 16 字节"),
    ("menu_empty", lambda p: _menu({"name": "a"}), "没有写做什么"),
    ("menu_ask", lambda p: _menu({"name": "a", "ask": "话" * 99}), "最多 128 字节"),
    ("menu_page", lambda p: _menu({"name": "a", "page": "x"}), "要以 / 开头"),
    ("menu_url", lambda p: _menu({"name": "a", "url": "x"}), "最多 1024 字节"),
    ("gone", lambda p: _corpus(p, "fact", "gone"), "的“企业情况”：写着"),
    ("gone", lambda p: _corpus(p, "topic", "gone"), "资料里没有这个主题"),
    ("part_missing", lambda p: _corpus(p, "hours", "gone"), "上班时间：没有了，而资料少不了它"),
    ("list_missing", lambda p: _corpus(p, "words", "gone"), "词表的“本市未收录的地方”：没有了"),
    ("name_inside", lambda p: _corpus(p, "topic", "renamed"), "里面写的编号或名称是“别名”"),
    ("no_policy", lambda p: _corpus(p, "saying", "other"), "没有编号是“q91-99”的政策"),
    ("intent", lambda p: _corpus(p, "intents", "other"), "询问用语 q91-99：程序不认得这一类询问"),
    (SHAPE, lambda p: read_shape(_shape(p, "")), "格式设置（import.toml）有错"),
    (SHAPE, lambda p: read_shape(_shape(p, "[")), "格式设置（import.toml）有错"),
    (SHAPE, lambda p: read_shape(p / "import.toml"), "格式设置（import.toml）有错"),
    (SHAPE, lambda p: read_shape(_shape(p, PAPERS.replace("number =", "numbers =", 1))), "格式设置"),
)


def _paper() -> Part:
    return Part(kind="paper", key="x", body={}, origin="paper")


def _menu(*buttons: dict[str, Any]) -> object:
    return spell(menu_of({"button": buttons}, "menu"), "", origin="menu")


def _corpus(folder: Path, kind: str, how: str) -> object:
    """The small corpus without the parts of a kind, or with one that is called otherwise inside, or is of another."""
    write_files(folder, FILES)
    parts = read_parts(folder)
    if how == "gone":
        return build_corpus(part for part in parts if part.kind != kind)
    one = next((part for part in parts if part.kind == kind), Part(kind=kind, key="", body={"words": ["a"]}))
    if how == "other":
        return build_corpus([*parts, msgspec.structs.replace(one, key="q91-99", origin=kind)])
    renamed = msgspec.structs.replace(one, body={**one.body, "name": "别名"}, origin=kind)
    return build_corpus(renamed if part is one else part for part in parts)


def _shape(folder: Path, text: str) -> Path:
    path = folder / "import.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("code", "act", "words"), REAL)
def test_a_reason_is_told_by_its_code(tmp_path: Path, code: str, act: Callable[[Path], object], words: str) -> None:
    """Texts that are no TOML, menus that the platform would refuse, a shape of papers that cannot be used."""
    error = faulted(lambda: act(tmp_path))
    assert trouble(error).code == trouble(str(error)).code == code
    assert words in said(trouble(error))


def test_what_is_no_reason_is_shown_as_it_stands() -> None:
    """A remark of a person is not read as one."""
    assert not is_reason("依据呢？请补上文号")
    assert is_reason("policy: q91-2: related: q91-77 does not exist")


async def test_text_that_is_no_toml_is_refused_in_chinese(office: Office) -> None:
    """The line and the column, in the form's own tab, and nothing of the parser's English."""
    editor = await office.sign_in("editor")
    page = await edit(editor, "/console/edit/paper?key=city&tab=source", source='title = "甲"\nnumber = x')
    assert page.status == 422
    assert "第 2 行第 10 列附近写法不对" in page.text
    page = await edit(editor, "/console/edit/paper?key=city&tab=source", source="title = 3")
    assert "“标题”（title）：要填文字，现在填的是数字。" in page.text
    assert "Expected" not in page.text


async def test_a_draft_that_does_not_load_is_told_in_chinese_wherever_it_is_tried(office: Office) -> None:
    """In its form, when a message is tried with it, and by a simulation."""
    editor = await office.sign_in("editor")
    second = "/console/edit/policy?key=q91-2"
    number = await saved(editor, second, related="q91-77")
    words = "政策 q91-2的“相关政策”：写着“q91-77”，可是这样发布以后资料里没有这条政策。"
    for path in (second, f"/console/try?text=技改&corpus={number}"):
        page = await editor.get(path)
        assert words in page.text, path
        assert "does not exist" not in page.text
    await editor.get(f"/console/drafts/{number}")
    answer = await editor.post(f"/console/drafts/{number}/simulate")
    publishing = office.services.publishing
    assert publishing is not None
    await publishing.trials.settle()
    assert words in (await editor.follow(answer)).text
