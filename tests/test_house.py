"""The rules of the house: sizes, names, who may import what, and where words may stand."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent
BOT = sorted((ROOT / "bot").rglob("*.py"))
HANDLERS = sorted((ROOT / "handlers").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MACHINE = [ROOT / "main.py", *BOT, *HANDLERS]
EVERYTHING = [*MACHINE, *TESTS]

LONGEST_FILE, LONGEST_FUNCTION = 400, 60  # lines
CHINESE = re.compile("[\u2e80-\u2fdf\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]")
LANGUAGE = {ROOT / "bot" / name for name in ("characters.py", "chinese.py", "numerals.py", "reckoning/figures.py")}
TABLES = ROOT / "bot/store/migrations/versions"  # what a migration does is one list, however long
BORDERS = {  # where one message, row, batch, job or page must not end the rest
    "bot/callback.py",
    "bot/console/guard.py",
    "bot/emulator/page.py",
    "bot/engine.py",
    "bot/outbox.py",
    "bot/store/group.py",
    "bot/subscriptions.py",
    "bot/editions/trials.py",
    "bot/editions/uploads.py",
    "bot/worker.py",
}
# The clock; its comparison; the day of a question.
TELLS_TIME = {"bot/clock.py", "bot/commands/checkup.py", "bot/cli.py"}
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "service", "services", "misc"}
HANDED = {  # what a handler may take from the machine: how it is asked, what it says, and the values it is handed
    "bot.reckoning.awards": None,
    "bot.reckoning.benefits": None,
    "bot.characters": {"is_hanzi", "syllable"},
    "bot.chinese": None,
    "bot.reckoning.claims": {"Odd"},
    "bot.context": None,
    "bot.conversation": None,
    "bot.corpus": {"Corpus"},
    "bot.duty": None,
    "bot.reckoning.eligibility": None,
    "bot.reckoning.facts": None,
    "bot.differences": {"Difference"},
    "bot.hours": None,
    "bot.lacking": None,
    "bot.dictionary.lexicon": {"Lexicon"},
    "bot.messages": None,
    "bot.notices": None,
    "bot.person": None,
    "bot.policies": None,
    "bot.ranking": {"Finding", "Ranked"},
    "bot.replies": None,
    "bot.routing": None,
    "bot.reckoning.selection": None,
    "bot.words": None,
}
# Places of one computer, and work left for later, have no business in a program that others run.
FOREIGN = re.compile(r"/work/|/tmp/|/root/|/home/|shared/(?:design|reference|corpus|eval)|\b(?:TODO|FIXME|XXX)\b")
DELIVERED = (".ci", "benchmarks", "bot", "data", "deploy", "docs", "handlers", "tests")
SETTINGS = ROOT / "huiqi.toml"  # an operator's own
WRITTEN = {".py", ".toml", ".md", ".html", ".css", ".js", ".mako", ".txt", ".yml", ".importlinter", "Makefile"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    """A file as it is called in the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def lines(path: Path) -> list[str]:
    """A file, line by line."""
    return path.read_text(encoding="utf-8").splitlines()


def functions(node: ast.AST) -> list[Function]:
    """Every function inside a node, those inside others too."""
    return [inner for inner in ast.walk(node) if isinstance(inner, Function) and inner is not node]


def extent(node: Function) -> set[int]:
    """The lines of a function."""
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def docstrings(module: ast.Module) -> Iterator[ast.Constant]:
    """The constants that are docstrings."""
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def imports(module: ast.Module) -> Iterator[tuple[str, str]]:
    """What a module imports, as (module, name); of `import a` the name is empty."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def modules(paths: Iterable[Path]) -> Iterator[tuple[str, ast.Module]]:
    """Files by name, parsed."""
    yield from ((name(path), tree(path)) for path in paths)


def test_the_machine_has_no_words() -> None:
    """A Chinese string literal stands in handlers, data, templates or the two modules of the language alone."""
    found = [
        f"{path}:{node.lineno}: {node.value}"
        for path, module in modules(p for p in [ROOT / "main.py", *BOT] if p not in LANGUAGE)
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value)
        if node not in docstrings(module)
    ]
    assert found == []


def test_a_file_can_be_read_in_one_sitting() -> None:
    """No file is longer than 400 lines."""
    assert {name(path): len(lines(path)) for path in EVERYTHING if len(lines(path)) > LONGEST_FILE} == {}


def test_a_function_can_be_seen_at_once() -> None:
    """No function is longer than 60 lines, without those of the functions inside it."""
    sizes = {
        f"{path}: {function.name}": len(extent(function).difference(*map(extent, functions(function))))
        for path, module in modules(p for p in EVERYTHING if not p.is_relative_to(TABLES))
        for function in functions(module)
    }
    assert {function: size for function, size in sizes.items() if size > LONGEST_FUNCTION} == {}


def test_a_module_says_what_it_is_for() -> None:
    """It opens with a sentence, unless it is empty."""
    opened = {path: (ast.get_docstring(module) or "").partition("\n")[0] for path, module in modules(EVERYTHING)}
    assert [path for path, first in opened.items() if len(first) < 10 and (ROOT / path).stat().st_size] == []


def test_a_name_says_what_is_inside() -> None:
    """Nothing is called utils, helpers, common, manager, base or service."""
    assert [name(path) for path in EVERYTHING if SHAPELESS & {path.stem, *path.relative_to(ROOT).parts}] == []


def test_a_test_states_a_truth() -> None:
    """Every test has a docstring, and none has anything patched into place."""
    tests = [(path, function) for path, module in modules(TESTS) for function in functions(module)]
    assert [(p, f.name) for p, f in tests if f.name.startswith("test_") and not ast.get_docstring(f)] == []
    mocking = {"mock", "unittest.mock", "pytest_mock"}
    assert [path for path, module in modules(TESTS) if mocking & {source for source, _ in imports(module)}] == []


def test_everything_is_caught_only_at_the_borders() -> None:
    """`except Exception` raises again, or stands at a border and logs what it caught."""
    caught = [
        (path, node)
        for path, module in modules(MACHINE)
        for node in ast.walk(module)
        if isinstance(node, ast.ExceptHandler) and is_broad(node) and not isinstance(node.body[-1], ast.Raise)
    ]
    assert {path for path, _ in caught} <= BORDERS
    assert [f"{path}:{node.lineno}" for path, node in caught if "logger.exception(" not in ast.unparse(node)] == []


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether it catches everything."""
    kind = handler.type
    return kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"})


def test_time_is_asked_of_the_clock() -> None:
    """Nobody else looks at the wall clock or sleeps in a way that a test could not move."""
    looks = re.compile(r"datetime\.now\(|date\.today\(|\btime\.time\(\)|asyncio\.sleep\((?!0\))")
    found = [
        f"{name(path)}:{n}: {line.strip()}"
        for path in MACHINE
        for n, line in enumerate(lines(path), 1)
        if looks.search(line) and name(path) not in TELLS_TIME
    ]
    assert found == []


def test_a_handler_is_handed_what_it_needs() -> None:
    """Handlers import how they are asked and what they say, and of the rest the values they are handed alone."""
    taken = [(path, source, what) for path, module in modules(HANDLERS) for source, what in imports(module)]
    ours = [(path, source, what) for path, source, what in taken if source.split(".")[0] == "bot"]
    assert ours
    allowed = {source: HANDED.get(source, set()) for _, source, _ in ours}
    assert [
        taken for taken in ours if allowed[taken[1]] is not None and taken[2] not in (allowed[taken[1]] or ())
    ] == []


def test_modules_are_imported_by_their_own_names() -> None:
    """No relative import in the program, and no star."""
    found = [(path, source, what) for path, module in modules(MACHINE) for source, what in imports(module)]
    assert [(path, source) for path, source, what in found if what == "*" or source.startswith(".")] == []


def test_packages_have_no_facade() -> None:
    """An __init__.py of bot is empty or holds one table: nothing is re-exported."""
    for path in BOT:
        if path.name == "__init__.py":
            body = tree(path).body
            assert not [node for node in body if isinstance(node, ast.ClassDef | Function)], path
            assert sum(isinstance(node, ast.Assign | ast.AnnAssign) for node in body) <= 1, path


def test_nothing_points_into_the_computer_it_was_written_on() -> None:
    """No path of a certain computer, no work left for later, in any file that is delivered."""
    folders = (ROOT / folder for folder in DELIVERED)
    paths = [*(path for folder in folders for path in folder.rglob("*")), *ROOT.iterdir()]
    found = [
        f"{name(path)}:{n}: {line.strip()}"
        for path in paths
        if path.is_file() and WRITTEN & {path.suffix, path.name} and path not in (SETTINGS, Path(__file__))
        for n, line in enumerate(lines(path), 1)
        if FOREIGN.search(line)
    ]
    assert found == []


def test_imports_go_one_way() -> None:
    """The contracts of .importlinter hold."""
    program = "from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", program, "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, encoding="utf-8", timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
