"""Borders that no single test can hold: who compares secrets, who asks other computers for anything, what is kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bot.store.copying import every_table
from tests.test_house import BOT, ROOT, name, tree

# What only the holder of a secret could send. Digests of announcements and stages of a session are none.
SECRET = re.compile(r"signature|proof|token|secret|password|csrf|mac$", re.IGNORECASE)
COMPARES = {"bot/wechat/crypto.py", "bot/console/codes.py", "bot/console/keys.py"}
EMULATOR = "bot/emulator/"  # the platform's side, which keeps no secret of anybody's
ALLOWED = {  # compared openly, for neither side knows what the other does not
    ("bot/console/sign_in.py", "password != visit.form.raw('again')"),  # what one person typed twice
    ("bot/editions/press.py", "proof.against != newest"),  # for which edition a draft was proved
    ("bot/editions/press.py", "proof.against != against"),  # and for which one what is rolled back was compared
    ("bot/console/drafts.py", "visit.form.get('against') != _against(proof.against, proof)"),
    ("bot/console/keys.py", "len(raw) != 2 * TOKEN"),
}
GATES = {  # each thing that lets somebody in, and the one way in which it is held against what is known
    "a request of the platform, and the seal of one": ("bot/wechat/protocol.py", "is_signed(", 2),
    "a session": ("bot/console/guard.py", 'keys.digest("session", token)', 1),
    "a form": ("bot/console/guard.py", "is_form_token(", 1),
    "a browser that is known": ("bot/console/attempts.py", 'verified("known"', 1),
    "a message carried along": ("bot/console/visit.py", 'verified("said"', 1),
    "an invitation": ("bot/console/sign_in.py", 'digest("invitation"', 1),
    "a recovery code": ("bot/console/sign_in.py", 'digest(f"recovery:', 1),
    "a code of an app": ("bot/console/codes.py", "compare_digest(app.at(", 1),
    "the code of a phone": ("bot/console/phones.py", "digest(PHONE, code)", 1),
    "the pass to one's own data": ("bot/passes.py", "self._box.decrypt(", 1),
}
HARMLESS = {  # what is looked for is no stranger's: names of settings, rows of a figure, drafts by their numbers
    ("bot/statistics/analytics.py", "n in secret"),
    ("bot/config.py", "(section, key) in SECRETS"),
    ("bot/console/publishing.py", "key not in self._proofs"),
    ("bot/console/settings.py", "(section.name, field.name) in SECRETS"),
}
ASKS = {"bot/wechat/wire.py", "bot/commands/checkup.py"}  # both the addresses of the settings alone


def comparisons(module: ast.Module) -> Iterator[str]:
    """Equalities in which something secret stands, statements of SQL excepted: a database finds a row by its key."""
    for node in ast.walk(module):
        if isinstance(node, ast.Compare) and any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
            names = [word for one in ast.walk(node) if (word := _named(one))]
            if "c" not in names and any(SECRET.search(word) for word in names):
                yield ast.unparse(node)


def _named(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def test_secrets_are_compared_in_the_same_time() -> None:
    """Signatures, tokens and codes are held against each other by hmac.compare_digest, and never by an equality."""
    ours = [path for path in BOT if not name(path).startswith(EMULATOR)]
    found = {(name(path), text) for path in ours for text in comparisons(tree(path))}
    assert found <= ALLOWED
    comparing = {name(path) for path in ours if "compare_digest(" in path.read_text(encoding="utf-8")}
    assert comparing == COMPARES


def test_every_gate_has_its_way_to_compare() -> None:
    """Each is held against what is known by compare_digest, by a keyed hash that the database finds, or by a seal that
    authenticates: never by itself. And no text that a stranger sends is looked for in a collection of secrets."""
    for gate, (path, way, times) in GATES.items():
        assert (ROOT / path).read_text(encoding="utf-8").count(way) >= times, gate
    looked = {
        (name(path), ast.unparse(node))
        for path in BOT
        if not name(path).startswith(EMULATOR)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare) and any(isinstance(one, ast.In | ast.NotIn) for one in node.ops)
        if any(SECRET.search(_named(side)) for side in (node.left, *node.comparators))
    }
    assert looked <= HARMLESS


def test_who_asks_other_computers_for_anything() -> None:
    """Two modules make requests, to addresses of the settings; what people type or send is never asked for."""
    asks = re.compile(
        r"session\.(?:get|post|request|ws_connect)\(|urlopen|urllib\.request|open_connection|import requests"
    )
    found = {name(path) for path in BOT if asks.search(path.read_text(encoding="utf-8"))}
    assert {path for path in found if not path.startswith(EMULATOR)} == ASKS


def test_the_platform_is_asked_below_its_address() -> None:
    """The path of a call is written in the program: no caller of the wire hands it words of anybody's."""
    module = tree(ROOT / "bot/wechat/client.py")
    texts = [str(node.value) for node in ast.walk(module) if isinstance(node, ast.Constant)]
    paths = [text for text in texts if text.startswith(("/cgi-bin", "/wxa"))]
    assert len(paths) > 10
    assert all(re.fullmatch(r"/[a-z_/-]+", path) for path in paths)


def kept() -> dict[str, str]:
    """What docs/operations.md says of how long each table is kept."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("### How long")[2]
    rows = re.findall(r"^\| (`.+?`) \| (.+?) \|$", text.partition("\n## ")[0], re.MULTILINE)
    return {table: how for tables, how in rows for table in re.findall(r"`(\w+)`", tables)}


def test_every_table_says_how_long_it_is_kept() -> None:
    """No kind of data is kept without a word on when it goes."""
    assert sorted(kept()) == sorted(table.name for table in every_table())


def test_what_names_a_follower_goes_when_they_leave() -> None:
    """Of each table that has an openid the document says so."""
    named = {table.name for table in every_table() if "openid" in table.c}
    assert {table for table, how in kept().items() if "follower leaves" in how} == named
