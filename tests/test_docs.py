"""The documents, held against the program: commands, settings, files and links they name exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import pytest
import yaml

from benchmarks.__main__ import BENCHMARKS, FAULTS
from bot.corpus import read_corpus
from bot.policies import (
    Benefit,
    Contact,
    Department,
    Fact,
    Fixed,
    Match,
    Maximum,
    Need,
    Option,
    Paper,
    PerUnit,
    Policy,
    Pool,
    Rate,
    Record,
    Step,
    Tier,
    Tiers,
    Topic,
)
from bot.ranking import find
from tests.patience import PATIENCE

RECORDS: tuple[type[Record], ...] = (Policy, Paper, Contact, Need, Benefit, Tier, Fact, Option, Department, Topic)
KINDS: tuple[type[Benefit], ...] = (Fixed, Rate, Maximum, Tiers, Step, Match, PerUnit, Pool)
ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "main.py", *words], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_every_command_named_exists() -> None:
    """Each `python main.py X` of a document is a command of the program."""
    named = {
        command
        for document in DOCUMENTS
        for command in re.findall(r"python main\.py ([a-z-]+)", document.read_text(encoding="utf-8"))
    }
    shown = _run("--help").stdout
    assert named
    assert [command for command in sorted(named) if f" {command} " not in shown] == []


def test_every_command_is_that_of_the_environment() -> None:
    """Nowhere in the manual is the program started by a Python that has not its libraries."""
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.findall(r"(?<!\.venv/bin/)python main\.py \S+", manual) == []


def _questions() -> list[list[str]]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\.venv/bin/python main\.py (ask .+)$", readme, re.MULTILINE)
    return [line.split() for line in lines]


@pytest.mark.parametrize("words", _questions(), ids=" ".join)
def test_every_question_of_the_readme_is_answered(words: list[str]) -> None:
    """The README's `ask` lines run as they stand and say something."""
    done = _run(*words)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 3


def _until(process: subprocess.Popen[str], last: str) -> list[str]:
    """What a program prints up to a line, or to its end."""
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if line.startswith(last):
            break
    return lines


def test_the_demo_of_the_readme_keeps_its_data(tmp_path: Path) -> None:
    """The README's demo with a database starts as it stands, and its `broadcast list` works beside it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (given,) = re.findall(r'^make demo ARGS="--port 9000 ([^"]+)"', readme, re.MULTILINE)
    (beside,) = re.findall(r"main\.py (broadcast list --config demo\S+)`", readme)
    program = [sys.executable, str(ROOT / "main.py")]
    with subprocess.Popen(
        [*program, "demo", "--port", "0", *given.split()], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as demo:
        try:
            printed = _until(demo, "Stop")
            done = subprocess.run(
                [*program, *beside.split()], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        finally:
            demo.terminate()
    assert any("/emulator/" in line for line in printed)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_make_target_named_exists() -> None:
    """Each `make X` of a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        target
        for document in DOCUMENTS
        for target in re.findall(r"(?:^|`)make ([a-z]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"demo", "test"} <= named <= targets


@pytest.mark.parametrize(
    ("target", "needs"),
    [("demo", ["requirements"]), ("test", ["requirements", "requirements-dev", "requirements-bench"]),
     ("bench", ["requirements", "requirements-dev", "requirements-bench"])],
)  # fmt: skip
def test_a_target_installs_what_it_needs(tmp_path: Path, target: str, needs: list[str]) -> None:
    """On a fresh machine a target begins with all that it runs on: the benchmarks start what the tests start."""
    for path in [ROOT / "Makefile", *ROOT.glob("requirements*.lock")]:
        shutil.copy(path, tmp_path)
    done = subprocess.run(
        ["make", "-n", target], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert re.findall(r"pip install .* -r (\S+)\.lock", done.stdout) == needs


def test_every_benchmark_named_exists() -> None:
    """Each `python -m benchmarks X` of a document is one."""
    named = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"python -m benchmarks ([a-z]+)", document.read_text(encoding="utf-8"))
    }
    assert {"capacity", "kill", "scale", "soak"} <= named <= {*BENCHMARKS, *FAULTS}


def test_every_test_that_holds_a_promise_exists() -> None:
    """docs/reliability.md names tests by file and function; each is there."""
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text)
    assert len(named) > 20
    missing = [(file, test) for file, test in named if f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")]
    assert missing == []


def test_every_file_named_exists() -> None:
    """Paths in backquotes and links of the documents lead somewhere."""
    missing = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        named = re.findall(r"`((?:bot|data|handlers|tests|docs)/[\w./-]*)`", text)
        linked = [(document.parent / link) for link in re.findall(r"\]\(([\w./-]+)\)", text)]
        missing += [str(path) for path in [*(ROOT / name for name in named), *linked] if not path.exists()]
    assert missing == []


def test_every_setting_named_exists() -> None:
    """Settings the documents set are settings of config.example.toml."""
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    named = {"certified", "keep_days", "public_url", "url", "token", "app_secret"}
    assert [name for name in sorted(named) if not re.search(rf"^#? ?{name} = ", example, re.MULTILINE)] == []


def _fields(section: str) -> list[str]:
    """The fields that a section of the reference of the corpus lists."""
    text = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return re.findall(r"^\| `(\w+)` \|", dict(zip(parts[1::2], parts[2::2], strict=True))[section], re.MULTILINE)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_of_a_file_is_explained(record: type[Record]) -> None:
    """docs/corpus.md lists the fields of a record as its type has them, in that order, and no others."""
    assert _fields(record.__name__) == [field.encode_name for field in msgspec.structs.fields(record)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_rule_is_explained(kind: type[Benefit]) -> None:
    """And for each kind of rule what it has beside what all have."""
    shared = {field.encode_name for field in msgspec.structs.fields(Benefit)}
    own = [field.encode_name for field in msgspec.structs.fields(kind) if field.encode_name not in shared]
    assert _fields(f"Kind `{kind.__struct_config__.tag}`") == own


def test_no_kind_of_rule_is_missing() -> None:
    """The kinds explained are those of the program."""
    assert set(KINDS) == set(Benefit.__subclasses__())


def test_the_policy_to_copy_is_one(tmp_path: Path) -> None:
    """The example of docs/corpus.md, put beside the files, loads and is found by its keyword."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    text = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "data" / "policies" / "new.toml").write_text(example, encoding="utf-8")
    corpus = read_corpus(tmp_path / "data")
    assert find("平度买检测仪器", corpus, date(2026, 11, 22)).ids[0] == "new-1"


def test_every_address_is_published_or_closed() -> None:
    """docs/operations.md says of each address the program serves who needs it."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    served = set()
    for name in ("app", "health", "mine", "pages"):
        code = (ROOT / "bot" / f"{name}.py").read_text(encoding="utf-8")
        served |= {found.partition("{")[0] for found in re.findall(r"""(?:web|add)[._]get\("([^"]+)\"""", code)}
    assert {"/wechat", "/policies", "/p/", "/readyz", "/mine/"} <= served
    assert [address for address in sorted(served) if f"`{address}`" not in text] == []


def test_every_alert_has_a_line_of_the_runbook() -> None:
    """docs/operations.md says of each alert, and of no other, with its weight, what it means, what to look at, what to
    do."""
    alerts = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| `(Huiqi\w+)` (page|ticket) \|(.+)\|$", text, re.MULTILINE)
    assert [line[:2] for line in lines] == [(rule["alert"], rule["labels"]["severity"]) for rule in alerts]
    assert [name for name, _, rest in lines if len([cell for cell in rest.split("|") if cell.strip()]) != 3] == []


def _options() -> set[tuple[str, str]]:
    """Each command of docs/operations.md that is written out, with each of its options."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = set()
    for line in re.findall(r"main\.py ([^`\n|]+)", text):
        words = re.match(r"((?:staff|broadcast) [a-z]+|[a-z-]+)", line)
        assert words, line
        found |= {(words[1], option) for option in re.findall(r"(?<=\s)--[a-z-]+", line)}
    for command, rest in re.findall(r"`(outbox|staff reset|move-in|backup|restore)( [^`]*)`", text):
        found |= {(command, option) for option in re.findall(r"(?<=\s)--[a-z-]+", rest)}
    return found


def test_every_option_named_exists() -> None:
    """A command of the runbook takes the options that are written behind it."""
    named: dict[str, set[str]] = {}
    for command, option in _options():
        named.setdefault(command, set()).add(option)
    assert {"backup", "restore", "check", "outbox", "move-in", "copy", "staff reset"} <= set(named)
    for command, options in sorted(named.items()):
        shown = _run(*command.split(), "--help").stdout
        assert [option for option in sorted(options) if not re.search(rf"{option}\b", shown)] == [], command


def test_the_drill_is_run(tmp_path: Path) -> None:
    """What the runbook says of backup, restore and the drill is done as it stands there, with other names of files."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    settings, drill = (tmp_path / name for name in ("huiqi.toml", "drill.toml"))
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    for path in (settings, drill):
        path.write_text(example.replace("huiqi.sqlite3", f"{tmp_path}/{path.stem}.sqlite3"), encoding="utf-8")
    assert _run("migrate", "--config", str(settings)).returncode == 0
    names = {"huiqi.toml": str(settings), "drill.toml": str(drill), "/var/backups/huiqi": str(tmp_path)}

    def follow(command: str) -> subprocess.CompletedProcess[str]:
        (line,) = re.findall(rf"^\.venv/bin/python main\.py ({command} .+)$", text, re.MULTILINE)
        for name, path in names.items():
            line = line.replace(name, path)
        return _run(*shlex.split(line))

    done = follow("backup")
    assert done.returncode == 0, done.stderr
    (names["FILE.huiqi"],) = map(str, tmp_path.glob("huiqi-*.huiqi"))
    assert follow("restore").returncode == 0
    assert (tmp_path / "drill.sqlite3").exists()
