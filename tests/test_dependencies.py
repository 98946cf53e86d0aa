"""What the program needs: pinned to one version, named with its licence, and nothing beside it."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def pins(path: Path) -> dict[str, str]:
    """The packages of a lock with their versions."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return dict(line.split("==") for line in lines if line)


def normal(name: str) -> str:
    """A name of a package as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_pin_is_one_version() -> None:
    """No range, no address, no wildcard: the same files tomorrow."""
    for path in LOCKS:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", line), f"{path.name}: {line}"


def test_every_package_is_named_with_its_licence() -> None:
    """docs/dependencies.md has each pin of the program with its version and a licence, in their order, and no other."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \**([\w.-]+?)\** \| ([\w.]+) \| (.+) \|$", text, re.MULTILINE)
    named = {name: number for name, number, _ in rows if name != "package"}
    assert named == pins(ROOT / "requirements.lock")
    assert [name for name, _, licence in rows if "not stated" in licence] == []


def test_what_is_installed_is_what_is_pinned() -> None:
    """The tests run on the versions that are shipped."""
    assert {name: version(name) for name in pins(ROOT / "requirements.lock")} == pins(ROOT / "requirements.lock")


def test_what_the_program_names_is_pinned() -> None:
    """Each dependency of pyproject.toml stands in the lock."""
    named = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[dependency-groups]")[0]
    wanted = {normal(name) for name in re.findall(r'^    "([\w.-]+)>=', named, re.MULTILINE)}
    assert len(wanted) > 20
    assert wanted <= {normal(name) for name in pins(ROOT / "requirements.lock")}
