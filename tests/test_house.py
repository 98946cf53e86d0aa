"""The rules of the house: sizes, names, who may import what, and where words may stand."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BOT = sorted((ROOT / "bot").rglob("*.py"))
HANDLERS = sorted((ROOT / "handlers").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MACHINE = [ROOT / "main.py", *BOT, *HANDLERS]
MODULES = [path for path in MACHINE if path.stat().st_size]  # an __init__.py may be empty

LONGEST_FILE, LONGEST_FUNCTION = 400, 60  # lines
CHINESE = re.compile("[\u2e80-\u2fdf\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]")
LANGUAGE = ROOT / "bot/chinese.py"
TABLES = ROOT / "bot/store/migrations/versions"  # what a migration does is one list, however long
BORDERS = {
    "bot/callback.py", "bot/engine.py", "bot/outbox.py", "bot/worker.py", "bot/store/group.py", "bot/emulator/page.py",
}  # fmt: skip
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "service", "services", "misc"}
HANDED = {  # what a handler may take from the machine: how it is asked, what it says, and the values it is handed
    "bot.chinese": None,
    "bot.context": None,
    "bot.conversation": None,
    "bot.hours": None,
    "bot.lexicon": {"Lexicon"},
    "bot.messages": None,
    "bot.policies": None,
    "bot.ranking": {"Finding", "Ranked"},
    "bot.replies": None,
    "bot.routing": None,
    "bot.words": None,
}
# Places of one machine have no business in a program that others run.
FOREIGN = re.compile(r"/work/|/tmp/|/root/|/home/|shared/(?:design|reference|corpus|eval)|\b(?:TODO|FIXME|XXX)\b")
WRITTEN = ("*.py", "*.toml", "*.md", "*.html", "*.css", "*.js", "*.mako", "*.txt", ".importlinter", "Makefile", "*.yml")


def names(paths: list[Path]) -> list[str]:
    """Paths as they are called in the repository."""
    return [path.relative_to(ROOT).as_posix() for path in paths]


MACHINES = pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
EVERYTHING = pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=names([*MODULES, *TESTS]))


def tree(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, those inside others too."""
    yield from (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without those of the functions inside it."""
    own = (function.end_lineno or function.lineno) - function.lineno + 1
    inner = [node for node in ast.walk(function) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)][1:]
    taken = {line for node in inner for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    return own - len(taken)


def docstrings(module: ast.Module) -> set[int]:
    """The identities of the constants that are docstrings."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found


def imports(module: ast.Module) -> Iterator[tuple[str, str]]:
    """What a module imports, as (module, name); of `import a` the name is empty."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


@MACHINES
def test_the_machine_has_no_words(path: Path) -> None:
    """A Chinese string literal stands in handlers, data, templates or bot/chinese.py, nowhere else in bot."""
    if path == LANGUAGE or path in HANDLERS:
        return
    module = tree(path)
    documented = docstrings(module)
    words = [
        f"line {node.lineno}: {node.value}"
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
        if CHINESE.search(node.value)
    ]
    assert words == []


@EVERYTHING
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    """No file is longer than 400 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@EVERYTHING
def test_a_function_can_be_seen_at_once(path: Path) -> None:
    """No function is longer than 60 lines of its own."""
    if path.is_relative_to(TABLES):
        return
    long = {function.name: lines_of(function) for function in functions(tree(path))}
    assert {name: count for name, count in long.items() if count > LONGEST_FUNCTION} == {}


@EVERYTHING
def test_a_module_says_what_it_is_for(path: Path) -> None:
    """Its first line is a sentence."""
    if path.stat().st_size:
        first = (ast.get_docstring(tree(path)) or "").partition("\n")[0]
        assert len(first) > 10


@EVERYTHING
def test_a_name_says_what_is_inside(path: Path) -> None:
    """Nothing is called utils, helpers, common, manager, base or service."""
    assert SHAPELESS.isdisjoint({path.stem, *path.relative_to(ROOT).parts})


@pytest.mark.parametrize("path", TESTS, ids=names(TESTS))
def test_a_test_states_a_truth(path: Path) -> None:
    """Every test has a docstring, and none is patched into place."""
    module = tree(path)
    tests = [function for function in functions(module) if function.name.startswith("test_")]
    assert [function.name for function in tests if not ast.get_docstring(function)] == []
    assert [name for name, _ in imports(module) if name in {"mock", "unittest.mock", "pytest_mock"}] == []


@MACHINES
def test_everything_is_caught_only_at_the_borders(path: Path) -> None:
    """`except Exception` raises again, or stands where one message, row or page must not end the rest, and logs."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler) and is_broad(node) and not isinstance(node.body[-1], ast.Raise):
            assert path.relative_to(ROOT).as_posix() in BORDERS, node.lineno
            assert "logger.exception(" in ast.unparse(node), node.lineno


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether it catches everything."""
    kind = handler.type
    return kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"})


@MACHINES
def test_time_is_asked_of_the_clock(path: Path) -> None:
    """Nobody else looks at the machine's clock in a way that a test could not move."""
    text = path.read_text(encoding="utf-8")
    if path.name not in {"clock.py", "checkup.py", "cli.py", "driver.py"}:
        assert not re.search(r"datetime\.now\(|date\.today\(|time\.time\(\)|asyncio\.sleep\((?!0\))", text)


@pytest.mark.parametrize("path", HANDLERS, ids=names(HANDLERS))
def test_a_handler_is_handed_what_it_needs(path: Path) -> None:
    """Handlers import how they are asked and what they say, and of the rest the values they are handed alone."""
    for module, name in imports(tree(path)):
        if module == "bot" or module.startswith("bot."):
            allowed = HANDED.get(module, set())
            assert allowed is None or name in allowed, f"{module}.{name}"


@MACHINES
def test_modules_are_imported_by_their_own_names(path: Path) -> None:
    """No relative import, no star."""
    assert [module for module, name in imports(tree(path)) if name == "*" or module.startswith(".")] == []


def test_packages_have_no_facade() -> None:
    """An __init__.py is empty or holds one table: nothing is re-exported."""
    for path in BOT:
        if path.name == "__init__.py":
            body = tree(path).body
            assert not [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)], path
            assert sum(isinstance(node, ast.Assign | ast.AnnAssign) for node in body) <= 1, path


def test_nothing_points_into_the_machine_it_was_written_on() -> None:
    """No path of a certain computer, no work left for later, in any file that is delivered."""
    found = []
    kept = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in kept.stdout.decode().splitlines():
        path = ROOT / name
        if path != Path(__file__) and path.is_file() and any(path.match(pattern) for pattern in WRITTEN):
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [f"{name}:{n}: {line.strip()}" for n, line in enumerate(lines, 1) if FOREIGN.search(line)]
    assert found == []


def test_imports_go_one_way() -> None:
    """The contracts of .importlinter hold."""
    program = "from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", program, "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
