"""What the command line says of accounts."""

from __future__ import annotations

import ast
from pathlib import Path

from bot.console.passwords import weakness
from bot.demo import DEMO_STAFF
from bot.store.staff import ROLES
from handlers.staff import STAFF

ROOT = Path(__file__).parents[2]


def test_there_is_a_sentence_for_everything() -> None:
    """Every name that the commands use has its sentence, and every sentence is used."""
    used = set(ROLES) | {"short", "long", "plain", "common", "known"}
    for file in ("bot/commands/accounts.py", "bot/commands/staffing.py"):
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        used |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    used |= {f"demo {name}" for name in DEMO_STAFF}
    assert set(STAFF) <= used


def test_every_weakness_has_its_sentence() -> None:
    """Whatever is wrong with a password is said."""
    weak = ("x", "y" * 300, "a" * 12, "password1234", "zhang.wei123")
    found = {weakness(password, "zhang.wei") for password in weak}
    assert found == {"short", "long", "plain", "common", "known"}
    assert found <= set(STAFF)
