"""The containers of deploy/, held against the program: the image, what goes into it, and what runs beside what."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bot import config
from bot.app import STOP_SECONDS
from bot.commands.nightly import time_of_day
from bot.config import read_config
from tests.deployed import DEPLOY, ROOT, commands, compose, ours, seconds, services, text
from tests.patience import PATIENCE

WORDS_OF_COMPOSE = {
    *("build", "image", "command", "restart", "stop_grace_period", "shm_size", "read_only", "tmpfs", "cap_drop"),
    *("security_opt", "environment", "volumes", "networks", "depends_on", "healthcheck", "ports", "extra_hosts"),
}
SECRETS = {
    "HUIQI_DATABASE_URL": "postgresql://huiqi:x@database/huiqi",
    "HUIQI_APP_SECRET": "a" * 32,
    "HUIQI_TOKEN": "Token12345",
    "HUIQI_AES_KEY": "k" * 43,
    "HUIQI_CONSOLE_SECRET": "s" * 64,
}


def test_what_runs() -> None:
    """A database, one migration, two instances, a worker, a backup each night, and nginx before the instances."""
    assert {name: one["command"][0] for name, one in ours().items()} == {
        "migrate": "migrate",
        "serve-1": "serve",
        "serve-2": "serve",
        "worker": "worker",
        "backup": "backup",
    }
    assert set(services()) - set(ours()) == {"database", "nginx"}
    assert services()["database"]["image"] == "postgres:16"
    for one in services().values():
        assert "/" not in one["image"]  # a plain name, wherever images come from


def test_containers_name_commands_that_exist() -> None:
    """Each command is one of the program, with the settings that are mounted there."""
    for name, one in ours().items():
        command, option, path, *_ = one["command"]
        assert f" {command} " in commands(), name
        assert option == "--config"
        assert f"./huiqi.toml:{path}:ro" in one["volumes"]
    assert '"serve", "--config", "/etc/huiqi/huiqi.toml"' in text("Containerfile")


def test_nothing_starts_before_what_it_needs() -> None:
    """Instances wait for the migration, that for the database, nginx for the instances; all that is named is there."""
    waits = {name: dict(one.get("depends_on", {})) for name, one in services().items()}
    for name in ("serve-1", "serve-2", "worker", "backup"):
        assert waits[name]["migrate"] == {"condition": "service_completed_successfully"}
    assert waits["migrate"] == {"database": {"condition": "service_healthy"}}
    assert set(waits["nginx"]) == {"serve-1", "serve-2"}
    for name, one in services().items():
        assert set(waits[name]) <= set(services())
        assert set(one.get("networks", [])) <= set(compose()["networks"])
    assert not set(services()["database"]["networks"]) & set(services()["nginx"]["networks"])


def test_a_container_has_time_to_stop() -> None:
    """What is running may finish: jobs, requests and answers, each as long as the program waits for it."""
    for one in ours().values():
        assert seconds(one["stop_grace_period"]) >= 3 * STOP_SECONDS


def test_nginx_finds_an_instance_that_was_made_anew() -> None:
    """It asks for a name once, so each instance has an address that stays, in the network that nginx is in."""
    (place,) = compose()["networks"]["outside"]["ipam"]["config"]
    addresses = {
        name: one["networks"]["outside"]["ipv4_address"] for name, one in ours().items() if one["command"][0] == "serve"
    }
    assert services()["nginx"]["extra_hosts"] == [f"{name}:{address}" for name, address in addresses.items()]
    assert len(set(addresses.values())) == len(addresses) == 2
    for address in addresses.values():
        assert ipaddress.ip_address(address) in ipaddress.ip_network(place["subnet"])


def test_containers_are_narrow() -> None:
    """No root, no rights, nothing written but what may be lost; no port of a database or an instance is published."""
    for one in ours().values():
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
    assert [name for name, one in services().items() if "ports" in one] == ["nginx"]
    assert compose()["networks"]["inside"] == {"internal": True}


def test_settings_of_the_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read, take every secret from the environment compose hands over, and fit what stands in front."""
    handed = ours()["serve-1"]["environment"]
    assert set(handed) == set(SECRETS) == set(re.findall(r'"env:(\w+)"', text("huiqi.toml")))
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    settings = read_config(DEPLOY / "huiqi.toml")
    assert settings.server.host not in ("127.0.0.1", "localhost")  # nginx asks from another container
    assert settings.console.proxies == 1
    assert settings.server.trusted_proxies == [services()["nginx"]["networks"]["outside"]["ipv4_address"]]
    assert settings.database.url.startswith("postgresql://")
    assert handed["HUIQI_DATABASE_URL"].startswith("postgresql://huiqi:${HUIQI_DATABASE_PASSWORD:?")
    assert set(config.placeholders(settings)) == {"app_id", "original_id"}  # so that nobody starts it as it is


def test_the_image() -> None:
    """It has what the program needs and nothing that builds, runs as nobody, and is well while it is ready."""
    lines = text("Containerfile")
    _, last = lines.split("\nFROM python:3.12-slim\n")
    assert "-r /requirements.lock" in lines
    assert "pip install" not in last
    assert "pip uninstall" in last
    for copied in re.findall(r"^COPY ((?!--from).+) \S+$", last, re.MULTILINE):
        assert [name for name in copied.split() if not (ROOT / name).exists()] == []
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert f"127.0.0.1:{config.Server().port}/readyz" in last
    assert 'ENTRYPOINT ["/venv/bin/python", "main.py"]' in last
    assert tuple(map(int, re.findall(r'requires-python = ">=(\d+)\.(\d+)"', pyproject())[0])) <= (3, 12)


def test_the_healthcheck_is_the_same_everywhere() -> None:
    """Compose asks what the image asks, of the port the program has; a worker, which listens nowhere, is not asked."""
    found = re.search(r"^HEALTHCHECK (.+) \\\n    CMD (\[.+\])$", text("Containerfile"), re.MULTILINE)
    assert found
    spans = dict(option.removeprefix("--").split("=") for option in found[1].split())
    for name in ("serve-1", "serve-2"):
        check = ours()[name]["healthcheck"]
        assert check["test"] == ["CMD", *json.loads(found[2])]
        assert {key: str(check[key.replace("-", "_")]) for key in spans} == spans
    for name in ("worker", "migrate", "backup"):
        assert ours()[name]["healthcheck"] == {"disable": True}


def test_the_backup_of_every_night() -> None:
    """What the unit of the timer writes where there is systemd, to the same folder, which outlives the container; it
    reaches the database alone. Its options are those of the command, and its time is one."""
    one, unit = ours()["backup"], text("huiqi-backup.service")
    assert f"main.py {' '.join(one['command'][:-2])}\n" in unit
    assert one["command"][-2] == "--nightly"
    assert time_of_day(one["command"][-1])
    folder = Path(one["command"][4]).parent
    assert f"{folder}:{folder}" in one["volumes"]
    assert f"install -d -o 10001 -g 10001 -m 0700\n  # {folder};" in text("compose.yaml")
    assert one["networks"] == ["inside"]
    assert one["restart"] == "unless-stopped"


def context() -> list[Path]:
    """What goes to whoever builds the image, by the rules that stand in .dockerignore."""
    rules = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in "#"]
    assert rules[0] == "*"  # nothing, but
    taken = [ROOT / rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    left = [rule.removeprefix("**/") for rule in rules[1:] if not rule.startswith("!")]
    files = [path for place in taken for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file()]
    return [path for path in files if not any(fnmatch(part, rule) for part in path.parts for rule in left)]


def test_what_goes_into_the_image(tmp_path: Path) -> None:
    """All that it copies may go to whoever builds it, and runs by itself; nothing secret may, wherever it lies."""
    sources = re.findall(r"^COPY ((?!--from).+) (\S+)$", text("Containerfile"), re.MULTILINE)
    copied = {name for names, _ in sources for name in names.split()}
    given = {path.relative_to(ROOT).as_posix() for path in context()}
    assert {name.split("/")[0] for name in given} == copied
    for path in context():
        place = tmp_path / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "XDG_CACHE_HOME": f"{tmp_path}/cache"}
    for words, said in ((["ask", "技改找谁"], "投资处"), (["--help"], "serve")):
        command = [sys.executable, "main.py", *words]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        assert said in done.stdout


@pytest.mark.parametrize(
    "name",
    ["huiqi.toml", ".env", "deploy/.env", "deploy/tls/huiqi.key", "data/huiqi.sqlite3-wal", "bot/.env", ".git/x"],
)
def test_secrets_stay_out_of_the_image(name: str) -> None:
    """Neither settings, keys, databases, backups nor history are given away, by the rules or by where they lie."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    top = name.split("/")[0]
    inner = [rule.removeprefix("**/") for rule in rules if rule.startswith("**/")]
    assert f"!{top}" not in rules or any(fnmatch(Path(name).name, rule) for rule in inner)


def test_compose_knows_every_word() -> None:
    """What is written is spelled as Compose has it: it takes an unknown word for a mistake."""
    assert set(compose()) <= {"name", "services", "networks", "volumes", "x-program", "x-serve"}
    for name, one in services().items():
        assert set(one) <= WORDS_OF_COMPOSE, name
        assert set(one.get("healthcheck", {})) <= {
            *["test", "interval", "timeout", "retries", "start_period", "disable"]
        }, name
        for needs in one.get("depends_on", {}).values():
            assert needs["condition"] in ("service_healthy", "service_completed_successfully"), name
            assert set(needs) == {"condition"}, name
    for variable, complaint in re.findall(r"\$\{(\w+)(:\?[^}]+)?\}", text("compose.yaml")):
        assert complaint, variable  # nobody starts without it


def pyproject() -> str:
    """What the project says of itself."""
    return (ROOT / "pyproject.toml").read_text(encoding="utf-8")
