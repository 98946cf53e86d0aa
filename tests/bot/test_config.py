"""Settings are read from TOML, and what is wrong is said with its key, its value and the nearest right one."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.config import CHOICES, RANGES, SECRETS, SHAPES, Config, parse_config, placeholders, read_config
from bot.errors import ConfigError

EXAMPLE = Path(__file__).parent.parent.parent / "config.example.toml"
SECRET = "hush-4b1d"
SETTING = re.compile(r"^(\w+) = ", re.MULTILINE)


def document(**changed: dict[str, Any]) -> dict[str, Any]:
    """A right file, as parsed, with settings changed or added by section; None takes a setting away."""
    parsed = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    for section, values in changed.items():
        merged = {**parsed.get(section, {}), **values}
        parsed[section] = {key: value for key, value in merged.items() if value is not None}
    return parsed


def complaint(**changed: dict[str, Any]) -> str:
    """What is said about a wrong file."""
    with pytest.raises(ConfigError) as caught:
        parse_config(document(**changed))
    return str(caught.value)


def settings() -> dict[tuple[str, str], msgspec.structs.FieldInfo]:
    """Every setting there is, by section and key."""
    sections = msgspec.structs.fields(Config)
    return {(s.name, f.name): f for s in sections for f in msgspec.structs.fields(s.type)}


def test_the_example_shows_every_setting_in_order_with_its_default() -> None:
    """No setting is missing, none is made up, and each stands with the default it has."""
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    shown = {(section, key): value for section, values in example.items() for key, value in values.items()}
    assert list(shown) == list(settings())
    for place, field in settings().items():
        if not field.required and place != ("wechat", "encoding_aes_key"):  # needed in the default mode
            default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
            assert shown[place] == default, place


def test_the_example_explains_each_setting_once() -> None:
    """One comment line above each setting, none beside it."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    places = [place for place, line in enumerate(lines) if SETTING.match(line)]
    assert len(places) == len(settings())
    for place in places:
        assert lines[place - 1].startswith("# "), lines[place]
        assert not lines[place - 2].startswith("# "), lines[place]
        assert "#" not in lines[place]


def test_the_example_is_read_and_its_account_is_nobodys() -> None:
    """It passes every check as it stands, with placeholders that cannot be taken for real values."""
    config = read_config(EXAMPLE)
    assert set(config.wechat.app_id) == set("wx0")
    assert set(config.wechat.original_id) == set("gh_0")
    assert len(config.wechat.encoding_aes_key) == 43
    assert all(
        "put" in v.lower() for v in (config.wechat.app_secret, config.wechat.token, config.wechat.encoding_aes_key)
    )


def test_what_the_example_leaves_to_be_set_is_known() -> None:
    """Each of its placeholders is told from a real value, such as the token of somebody who puts things somewhere."""
    assert placeholders(read_config(EXAMPLE)) == ["app_id", "app_secret", "token", "encoding_aes_key", "original_id"]
    real = {"app_id": "wx0123456789abcdef", "app_secret": "f" * 32, "token": "PutIn", "original_id": "gh_0a1b2c3d4e5f"}
    assert placeholders(parse_config(document(wechat=real))) == ["encoding_aes_key"]


def test_an_account_is_all_that_must_be_set() -> None:
    """Everything else has a default."""
    required = {place for place, field in settings().items() if field.required}
    assert required == {("wechat", key) for key in ("app_id", "app_secret", "token", "original_id")}
    account = {key: value for key, value in document()["wechat"].items() if ("wechat", key) in required}
    config = parse_config({"wechat": {**account, "mode": "plain"}})
    assert (config.server.port, config.replies.deadline, config.log.level) == (8080, 4.5, "info")


def test_the_rules_are_about_settings_that_exist() -> None:
    """Choices, shapes, ranges and secrets name known settings, and the defaults keep to them."""
    assert {*CHOICES, *SHAPES, *RANGES, *SECRETS} <= set(settings())
    for place, (least, most, _) in RANGES.items():
        assert least <= settings()[place].default <= most
    for place, choices in CHOICES.items():
        assert settings()[place].default in choices


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"server": {"prot": 1}}, "[server] prot: no such setting; did you mean port?"),
        ({"server": {"zzz": 1}}, "[server] zzz: no such setting; known are host, port, public_url, trusted_proxies"),
        ({"sever": {}}, "[sever]: no such section; did you mean server?"),
        (
            {"qqq": {}},
            "[qqq]: no such section; known are server, wechat, database, corpus, replies, console, push, log",
        ),
        ({"server": {"port": "80"}}, "[server] port = '80': Expected `int`, got `str`"),
        ({"server": {"port": 0}}, "[server] port = 0: must be from 1 to 65535"),
        ({"server": {"port": 65536}}, "[server] port = 65536: must be from 1 to 65535"),
        ({"server": {"host": ""}}, "[server] host: is empty; config.example.toml shows it"),
        ({"server": {"public_url": "https://a.cn/"}}, "[server] public_url = 'https://a.cn/': must be an address"),
        ({"server": {"public_url": "a.cn"}}, "[server] public_url = 'a.cn': must be an address"),
        ({"wechat": {"app_id": None}}, "[wechat] app_id: is missing; config.example.toml shows it"),
        ({"wechat": {"app_id": ""}}, "[wechat] app_id: is empty; config.example.toml shows it"),
        ({"wechat": {"app_id": "wx 1"}}, "[wechat] app_id = 'wx 1': must be the AppID of the account"),
        (
            {"wechat": {"original_id": "huiqi"}},
            "[wechat] original_id = 'huiqi': must be the original id of the account",
        ),
        ({"wechat": {"mode": "saef"}}, "[wechat] mode = 'saef': did you mean safe?"),
        ({"wechat": {"mode": "qqq"}}, "[wechat] mode = 'qqq': must be one of safe, compatible, plain"),
        ({"wechat": {"account": "Service"}}, "[wechat] account = 'Service': did you mean service?"),
        ({"wechat": {"certified": 1}}, "[wechat] certified = 1: Expected `bool`, got `int`"),
        ({"wechat": {"encoding_aes_key": None}}, "[wechat] encoding_aes_key: is missing, and mode = 'safe' needs it"),
        (
            {"wechat": {"api_base_url": "https://a.cn/x"}},
            "[wechat] api_base_url = 'https://a.cn/x': must be an address",
        ),
        ({"replies": {"deadline": 5}}, "[replies] deadline = 5.0: must be from 0.5 to 4.8 seconds"),
        ({"replies": {"deadline": float("nan")}}, "[replies] deadline = nan: must be from 0.5 to 4.8 seconds"),
        ({"replies": {"keep_days": 0}}, "[replies] keep_days = 0: must be at least 1"),
        ({"console": {"enabled": True}}, "[console] secret: is missing, and enabled = true needs it"),
        ({"console": {"secret": "short"}}, "[console] secret = (hidden): must be 32 random characters or more"),
        ({"console": {"session_hours": 0}}, "[console] session_hours = 0: must be from 1 to 168 hours"),
        ({"console": {"idle_minutes": 1441}}, "[console] idle_minutes = 1441: must be from 5 to 1440 minutes"),
        (
            {"server": {"trusted_proxies": ["nginx"]}},
            "[server] trusted_proxies: 'nginx' must be an address or a network, such as 10.0.0.5 or 10.0.0.0/28",
        ),
        (
            {"server": {"trusted_proxies": ["::1", "10.0.0.5/8"]}},
            "[server] trusted_proxies: '10.0.0.5/8' is no network; did you mean 10.0.0.0/8?",
        ),
        (
            {"server": {"trusted_proxies": ["0.0.0.0/0"]}},
            "[server] trusted_proxies: '0.0.0.0/0' is everybody, and whoever calls could say that they are anybody;"
            " name your proxy",
        ),
        ({"console": {"proxies": -1}}, "[console] proxies = -1: must be from 0 to 9"),
        ({"console": {"audit_days": 30}}, "[console] audit_days = 30: must be from 180 to 36500 days"),
        ({"log": {"level": "warn"}}, "[log] level = 'warn': did you mean warning?"),
        ({"log": {"format": "xml"}}, "[log] format = 'xml': "),
    ],
)
def test_a_wrong_setting_is_named_with_what_would_be_right(changed: dict[str, dict[str, Any]], said: str) -> None:
    """Section, key, value, and the nearest right one or what it must be."""
    assert complaint(**changed).startswith(said)


@pytest.mark.parametrize(
    "changed",
    [
        {"wechat": {"token": f"{SECRET}!"}},
        {"wechat": {"token": [SECRET]}},
        {"wechat": {"encoding_aes_key": SECRET}},
        {"wechat": {"encoding_aes_key": {"key": SECRET}}},
        {"wechat": {"app_secret": [SECRET]}},
        {"database": {"url": f"mysql://huiqi:{SECRET}@host/name"}},
        {"database": {"url": [SECRET]}},
        {"console": {"secret": SECRET}},
        {"console": {"secret": [SECRET]}},
    ],
)
def test_a_wrong_secret_is_not_shown(changed: dict[str, dict[str, Any]]) -> None:
    """The message says which setting is wrong and keeps its value to itself."""
    said = complaint(**changed)
    assert SECRET not in said
    assert "(hidden)" in said


def test_a_section_that_is_none_is_refused_without_its_value() -> None:
    """A key outside its section may be a secret: its name is told alone."""
    with pytest.raises(ConfigError, match=r"^database = \(hidden\): must be a section, written \[database\]$"):
        parse_config({**document(), "database": f"postgresql://huiqi:{SECRET}@host/name"})


def test_secrets_come_from_the_environment_and_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """env:NAME and file:PATH are fetched, a file without the line end that editors add."""
    path = tmp_path / "token"
    path.write_text("TokenOfAFile\n")
    monkeypatch.setenv("HUIQI_TEST_SECRET", SECRET)
    config = parse_config(document(wechat={"app_secret": "env:HUIQI_TEST_SECRET", "token": f"file:{path}"}))
    assert (config.wechat.app_secret, config.wechat.token) == (SECRET, "TokenOfAFile")


def test_only_secrets_are_fetched() -> None:
    """Elsewhere env: is a value like any other."""
    assert parse_config(document(corpus={"path": "env:HUIQI_TEST_SECRET"})).corpus.path == "env:HUIQI_TEST_SECRET"


def test_a_secret_that_cannot_be_fetched_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the variable or file is no secret."""
    monkeypatch.delenv("HUIQI_TEST_SECRET", raising=False)
    said = complaint(wechat={"app_secret": "env:HUIQI_TEST_SECRET"})
    assert said == '[wechat] app_secret = "env:HUIQI_TEST_SECRET": the environment has no HUIQI_TEST_SECRET'
    said = complaint(wechat={"token": f"file:{tmp_path / 'none'}"})
    assert said == f'[wechat] token = "file:{tmp_path / "none"}": the file cannot be read'


def test_a_fetched_secret_that_is_wrong_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an ill-shaped nor an empty one."""
    monkeypatch.setenv("HUIQI_TEST_SECRET", f"{SECRET}!")
    assert SECRET not in complaint(wechat={"token": "env:HUIQI_TEST_SECRET"})
    monkeypatch.setenv("HUIQI_TEST_SECRET", "")
    assert complaint(wechat={"token": "env:HUIQI_TEST_SECRET"}).startswith("[wechat] token: is empty")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, not TOML, not UTF-8, wrong inside: the path stands first."""
    path = tmp_path / "huiqi.toml"
    with pytest.raises(ConfigError, match=f"^{re.escape(str(path))}: cannot be read: No such file"):
        read_config(path)
    for data in (b"[wechat", b"\xff\xfe", b"a = 1\na = 2"):
        path.write_bytes(data)
        with pytest.raises(ConfigError, match=f"^{re.escape(str(path))}: is not valid TOML: "):
            read_config(path)
    path.write_bytes(b"[wechat]\nmode = 'plain'")
    with pytest.raises(ConfigError, match=f"^{re.escape(str(path))}: \\[wechat\\] app_id: is missing"):
        read_config(path)
    path.write_bytes(b"")
    with pytest.raises(ConfigError, match=f"^{re.escape(str(path))}: \\[wechat\\]: is missing"):
        read_config(path)


def test_settings_cannot_be_changed() -> None:
    """They are read once and handed to everyone."""
    with pytest.raises(AttributeError):
        read_config(EXAMPLE).server.port = 1  # type: ignore[misc]
