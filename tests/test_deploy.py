"""What stands in deploy/, held against the program: every file can be read, and what it names exists."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import config
from bot.app import STOP_SECONDS
from bot.callback import READ_SECONDS
from bot.console.addresses import Proxies
from bot.console.routes import ROUTES
from bot.engine import RETRY_SECONDS
from bot.wechat.protocol import MAX_BODY
from tests.deployed import DEPLOY, commands, needed, ours, seconds, services, text, write_nginx
from tests.patience import PATIENCE

BACKUP = DEPLOY / "huiqi-backup.service"
UNITS = sorted(set(DEPLOY.glob("*.service")) - {BACKUP})  # of what runs for long
SIZES = {"k": 1024, "m": 1024 * 1024}


def test_every_file_is_known() -> None:
    """Each file of deploy/ is looked at here."""
    assert sorted(path.name for path in DEPLOY.iterdir()) == [
        "Containerfile",
        "alerts.yml",
        "compose.yaml",
        "grafana.json",
        "huiqi-backup.service",
        "huiqi-backup.timer",
        "huiqi-serve@.service",
        "huiqi-worker.service",
        "huiqi.toml",
        "nginx.conf",
        "prometheus.yml",
    ]


# Units


def unit(path: Path) -> configparser.ConfigParser:
    """A unit, section by section."""
    parser = configparser.ConfigParser(strict=True, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def test_the_backup_of_every_night() -> None:
    """The timer starts its service, whose command is one of the program, keeps some, and may write where they go; it
    may do no more than those that run for long."""
    timer = unit(DEPLOY / "huiqi-backup.timer")
    assert timer["Timer"]["OnCalendar"].endswith("Asia/Shanghai")
    assert timer["Timer"]["Persistent"] == "yes"
    service = unit(BACKUP)["Service"]
    command = service["ExecStart"].split()
    assert command[:3] == ["/opt/huiqi/.venv/bin/python", "main.py", "backup"]
    options = dict(zip(command[3::2], command[4::2], strict=True))
    assert options["--config"] == "/etc/huiqi/huiqi.toml"
    assert Path(options["--to"]).parent == Path(service["ReadWritePaths"])
    assert Path(options["--to"]).name.count("{time}") == 1
    assert int(options["--keep"]) >= 7
    assert service["Type"] == "oneshot"
    narrow = dict(unit(DEPLOY / "huiqi-worker.service")["Service"])
    for name in ("ExecStart", "ExecReload", "Restart", "RestartSec", "TimeoutStopSec", "LimitNOFILE"):
        del narrow[name]
    assert {name: service[name] for name in narrow} == narrow


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units(path: Path) -> None:
    """A unit starts a command that exists, may do little, and is given time to stop."""
    service = unit(path)["Service"]
    found = re.fullmatch(
        r"/opt/huiqi/\.venv/bin/python main\.py (\w+) --config /etc/huiqi/(?:%i|huiqi)\.toml", service["ExecStart"]
    )
    assert found
    assert f" {found[1]} " in commands()
    assert found[1] in path.name
    assert ("%i" in service["ExecStart"]) == path.name.endswith("@.service")
    assert seconds(service["TimeoutStopSec"]) >= 3 * STOP_SECONDS
    assert service["User"] == "huiqi"
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "PrivateDevices"):
        assert service[name] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert service["Restart"] == "always"
    assert unit(path)["Unit"]["StartLimitIntervalSec"] == "0"  # a database that is away for a minute ends nothing


def test_what_the_units_need_is_made() -> None:
    """The way without containers makes the user, the folders and the file that the units name, and migrates."""
    manual = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    way = manual.partition("Without containers:")[2].partition("\n## ")[0]
    assert re.search(r"useradd .*\bhuiqi$", way, re.MULTILINE)
    assert "main.py migrate" in way
    for path in (*UNITS, BACKUP):
        service = unit(path)["Service"]
        folder = service.get("ReadWritePaths", "/etc/huiqi")
        assert re.search(rf"install -d .* {folder}$", way, re.MULTILINE), folder
        assert re.search(rf"install .* {service['EnvironmentFile'].lstrip('-')}$", way, re.MULTILINE)


@pytest.mark.parametrize("path", [*UNITS, BACKUP, DEPLOY / "huiqi-backup.timer"], ids=lambda path: path.name)
def test_units_as_systemd_reads_them(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """systemd knows every line of a unit; what it says of paths of another machine does not count."""
    program = needed("systemd-analyze", capfd)
    done = subprocess.run([program, "verify", str(path)], capture_output=True, text=True, timeout=PATIENCE)
    assert [line for line in done.stderr.splitlines() if path.name in line and "Unknown" in line] == []


@pytest.mark.parametrize("path", [*UNITS, BACKUP], ids=lambda path: path.name)
def test_units_are_exposed_to_little(path: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """As systemd reckons: of ten points two at most."""
    program = needed("systemd-analyze", capfd)
    copy = tmp_path / path.name.replace("@.", "@one.")
    copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    command = [program, "security", "--offline=true", "--threshold=20", "--no-pager", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd reckons only units that are installed")
    assert done.returncode == 0, done.stdout[-200:] + done.stderr


# nginx


def blocks() -> dict[str, str]:
    """What stands in each location, with what it has of its own alone."""
    return dict(
        re.findall(
            r"location (?:= )?(\S+) \{(.*?)\}\n(?=\n|        (?:#|location)|    \})", text("nginx.conf"), re.DOTALL
        )
    )


def directive(block: str, name: str) -> str:
    """What a block says of something."""
    found = re.search(rf"\b{name} +([^;]+);", block)
    return found[1] if found else ""


def size(written: str) -> int:
    """Bytes, as nginx spells them."""
    return int(written[:-1]) * SIZES[written[-1]]


def test_the_callback_has_the_programs_limits() -> None:
    """nginx lets through what the program takes, waits longer than it does and less than the platform, and counts
    nobody's requests."""
    block = blocks()["/wechat"]
    assert size(directive(block, "client_max_body_size")) == MAX_BODY
    assert seconds(directive(block, "client_body_timeout")) == READ_SECONDS
    for turn in (block, blocks()["@refused"]):
        for name in (
            "proxy_read_timeout",
            "proxy_send_timeout",
        ):  # then it is the other one's, before the platform goes
            assert config.Replies().deadline < seconds(directive(turn, name)) < RETRY_SECONDS
        assert seconds(directive(turn, "proxy_next_upstream_timeout")) == RETRY_SECONDS
        assert "non_idempotent" in directive(turn, "proxy_next_upstream")
    assert "limit_req" not in block
    assert "limit_conn" not in block


def test_people_are_held_to_a_pace() -> None:
    """Pages and console have a rate for each address, of a zone that is declared."""
    zones = set(re.findall(r"limit_req_zone \$binary_remote_addr zone=(\w+):", text("nginx.conf")))
    for path, block in blocks().items():
        if "proxy_pass" in block and path not in ("/wechat", "@refused", "/static/"):
            assert re.findall(r"limit_req zone=(\w+)", block)[0] in zones, path


def test_forms_of_the_console_get_through() -> None:
    """What a route of the console takes, nginx takes at its address."""
    for route in ROUTES:
        place = "/console/import" if route.path == "/console/import" else "/console/"
        assert size(directive(blocks()[place], "client_max_body_size")) >= route.limit, route.path


def test_what_is_public() -> None:
    """Every address that the public needs is passed on, and no other is."""
    passed = {path for path, block in blocks().items() if "proxy_pass" in block}
    assert {path for path in passed if not path.startswith("/console")} == {
        "/wechat",
        "@refused",  # whoever asks for it by name gets 404
        "/policies",
        "/p/",
        "/mine/",
        "/static/",
        "/.nowhere",  # the page for whoever is lost; nobody outside asks for it
    }
    assert "internal;" in blocks()["/.nowhere"]
    assert "return 404;" in blocks()["/"]
    for path in ("/mine/", "/console/invitation/"):
        assert directive(blocks()[path], "access_log") == "off"
    assert "$request " not in text("nginx.conf")
    assert "$args" not in text("nginx.conf")
    assert "proxy_cache static;" in blocks()["/static/"]


async def test_whose_address_the_console_sees() -> None:
    """With what nginx sends, and one proxy counted, the visitor's own address is seen, whatever they claim."""
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text("nginx.conf")
    seen: list[str] = []

    async def look(request: web.Request) -> web.Response:
        seen.append(Proxies(config.Server(), config.Console(proxies=1)).address(request))
        return web.Response()

    app = web.Application()
    app.router.add_get("/", look)
    async with TestClient(TestServer(app)) as client, client.get("/", headers={"X-Forwarded-For": "203.0.113.7"}):
        assert seen == ["203.0.113.7"]


def test_nginx_asks_the_instances() -> None:
    """Its servers are the instances of compose, at the port they listen on; certificates are where they are mounted."""
    instances = [name for name, one in ours().items() if one["command"][0] == "serve"]
    servers = re.findall(r"server ([\w-]+):(\d+) ", text("nginx.conf"))
    assert servers == 3 * [(name, str(config.Server().port)) for name in instances]  # pushes, the refused, and pages
    targets = yaml.safe_load(text("prometheus.yml"))["scrape_configs"][0]["static_configs"][0]["targets"]
    assert targets == [":".join(server) for server in servers[: len(instances)]]
    assert "./tls:/etc/nginx/tls:ro" in services()["nginx"]["volumes"]
    assert directive(text("nginx.conf"), "ssl_certificate").strip() == "/etc/nginx/tls/huiqi.pem"


def test_nginx_takes_its_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`nginx -t` finds nothing wrong, with instances and certificates of this machine."""
    program = needed("nginx", capfd)
    write_nginx(tmp_path, ports=(8081, 8082), plain=8083, sealed=8084)
    command = [program, "-t", "-e", f"{tmp_path}/error.log", "-p", str(tmp_path), "-c", f"{tmp_path}/nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr
