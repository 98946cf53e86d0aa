"""Alerts and dashboard, held against what the program exports."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import config
from bot.app import STOP_SECONDS, build_health, open_services
from bot.clock import ManualClock
from bot.config import read_config
from bot.engine import ANSWER_LIMIT
from handlers import ROUTER, WORDS
from tests.corpus import the_corpus
from tests.deployed import DEPLOY, commands, needed, text
from tests.patience import PATIENCE
from tests.scenarios.programs import write_settings
from tests.scenarios.stage import ACCOUNT

METRIC = re.compile(r"\bhuiqi_\w+")
MINUTE, DAY = 60, 24 * 60 * 60
AGE, LIMIT, FAILED = "huiqi_backup_age_seconds", "huiqi_backup_limit_seconds", "huiqi_backup_failed"
# Alert, series with their values a minute apart, after how many seconds one looks, and whether it rings then.
RINGS = [
    ("HuiqiAnnouncementStopped", {'huiqi_broadcasts{state="stopped"}': "0 1x60"}, 3 * MINUTE, True),
    ("HuiqiAnnouncementStopped", {'huiqi_broadcasts{state="stopped"}': "0 1x5 0x60"}, 20 * MINUTE, False),
    ("HuiqiAnnouncementStopped", {'huiqi_broadcasts{state="paused"}': "1x60"}, 20 * MINUTE, False),
    ("HuiqiAnnouncementPaused", {'huiqi_broadcasts{state="paused"}': "1x1600"}, DAY + 2 * MINUTE, True),
    ("HuiqiAnnouncementPaused", {'huiqi_broadcasts{state="paused"}': "1x1600"}, DAY - 2 * MINUTE, False),
    ("HuiqiAnnouncementNotApproved", {'huiqi_broadcasts{state="late"}': "0 1x60"}, 3 * MINUTE, True),
    ("HuiqiAnnouncementNotApproved", {'huiqi_broadcasts{state="in_review"}': "1x60"}, 3 * MINUTE, False),
    ("HuiqiApprovalWaits", {'huiqi_review_oldest_seconds{what="draft"}': "172700+60x60"}, 20 * MINUTE, True),
    ("HuiqiApprovalWaits", {'huiqi_review_oldest_seconds{what="draft"}': "90000+60x60"}, 20 * MINUTE, False),
    ("HuiqiEditionHeldBack", {'huiqi_edition_held_back{instance="one"}': "1x60"}, 31 * MINUTE, True),
    ("HuiqiEditionHeldBack", {'huiqi_edition_held_back{instance="one"}': "1x20 0x40"}, 31 * MINUTE, False),
    ("HuiqiBackupOld", {AGE: "129000+60x60", LIMIT: "129600x60"}, 30 * MINUTE, True),
    ("HuiqiBackupOld", {AGE: "100000+60x60", LIMIT: "129600x60"}, 30 * MINUTE, False),
    ("HuiqiBackupOld", {AGE: "999999+60x60", LIMIT: "0x60"}, 30 * MINUTE, False),
    ("HuiqiBackupFailed", {FAILED: "0 1x60", LIMIT: "129600x60"}, 3 * MINUTE, True),
    ("HuiqiBackupFailed", {FAILED: "1 0x60", LIMIT: "129600x60"}, 3 * MINUTE, False),
    ("HuiqiBackupFailed", {FAILED: "1x60", LIMIT: "0x60"}, 3 * MINUTE, False),
]


@pytest.fixture
async def exported(tmp_path: Path, clock: ManualClock, sqlite_template: Path) -> dict[str, set[str]]:
    """The metrics of a running program, each with the names of its labels; under `values` what these hold."""
    shutil.copy(sqlite_template, tmp_path / "huiqi.sqlite3")
    settings = read_config(write_settings(tmp_path, ACCOUNT, port=1))
    settings = msgspec.structs.replace(settings, console=config.Console(enabled=True, secret="s" * 64))
    async with open_services(settings, ROUTER, words=WORDS, clock=clock, corpus=the_corpus()) as running:
        running.worker.start()
        app = web.Application()
        app.add_routes(build_health(running).routes())
        async with TestClient(TestServer(app)) as client, client.get("/metrics") as response:
            lines = (await response.text()).splitlines()
        await running.worker.stop(STOP_SECONDS)
    found: dict[str, set[str]] = {"huiqi_rows": {"table", "state"}}  # none is there yet
    for line in lines:
        if not line.startswith("#"):
            name, _, labels = line.rpartition(" ")[0].partition("{")
            found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
            found.setdefault("values", set()).update(re.findall(r'(\w+="[^"]*")', labels))
    return found


def rules() -> list[dict[str, Any]]:
    """The alerts."""
    (group,) = yaml.safe_load(text("alerts.yml"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    """What the dashboard shows."""
    found: list[dict[str, Any]] = json.loads(text("grafana.json"))["panels"]
    return found


def expressions() -> Iterator[tuple[str, str]]:
    """What is asked of Prometheus, and where."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


async def test_every_metric_asked_for_is_exported(exported: dict[str, set[str]]) -> None:
    """Alerts and dashboard know the metrics of /metrics alone, by labels that these have."""
    for where, expression in expressions():
        names = set(METRIC.findall(expression))
        assert names | {"up"} <= set(exported) | {"up"}, where
        assert names or re.match(r"up\{", expression), where
        for name, labels in re.findall(r"(huiqi_\w+)\{([^}]*)\}", expression):
            assert set(re.findall(r"(\w+)\s*(?:=|!=)~?\"", labels)) <= exported[name] | {"le"}, where
        for labels in re.findall(r"\bby \(([^)]*)\)", expression):
            known = set().union(*(exported[name] for name in names))
            assert {label.strip() for label in labels.split(",")} <= known, where


async def test_every_value_asked_for_is_there(exported: dict[str, set[str]]) -> None:
    """Jobs, queues and outcomes that alerts pick out are those of the program."""
    for where, expression in expressions():
        for label, picked in re.findall(r'\b(job|queue|outcome|why|le)=~?"([^"]+)"', expression):
            if (label, picked) == ("job", "huiqi"):
                continue
            values = {
                value.partition("=")[2].strip('"') for value in exported["values"] if value.startswith(f"{label}=")
            }
            for alternative in picked.split("|"):
                assert any(re.fullmatch(alternative, value) for value in values), (where, alternative)


async def test_every_metric_is_watched(exported: dict[str, set[str]]) -> None:
    """Each family of metrics has an alert of its own and a place on the dashboard."""
    families = {re.sub(r"_(?:bucket|count|sum|created|total)$", "", name) for name in exported if name != "values"}
    for asked in (" ".join(rule["expr"] for rule in rules()), json.dumps(panels())):
        assert {
            family for family in families if not re.search(rf"\b{family}(?:_bucket|_total|_sum|_count)?\b", asked)
        } == set()


def test_alerts_say_what_to_do() -> None:
    """Each has a name of its own, a weight, what is wrong and what to do about it."""
    assert len({rule["alert"] for rule in rules()}) == len(rules()) > 10
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        for command in re.findall(r"`([a-z]+)(?: --[^`]*)?`", rule["annotations"]["action"]):
            assert f" {command} " in commands() or command in ("recover", "notices", "news"), command


def test_thresholds_fit_the_program() -> None:
    """A message may be in work as long as the engine allows without an alert; a delivery is late where ours is."""
    found = {rule["alert"]: rule["expr"] for rule in rules()}
    assert float(found["HuiqiMessageStuck"].rpartition("> ")[2]) >= 2 * ANSWER_LIMIT
    assert f'le="{config.Replies().deadline}"' in found["HuiqiAnswersTooLate"]


def test_the_dashboard() -> None:
    """Its panels have different ids, and none lies upon another."""
    assert len({panel["id"] for panel in panels()}) == len(panels())
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_prometheus_reads_the_rules() -> None:
    """The file of rules that Prometheus is told of is the one beside it."""
    document = yaml.safe_load(text("prometheus.yml"))
    assert [name for name in document["rule_files"] if not (DEPLOY / name).exists()] == []
    assert document["scrape_configs"][0]["job_name"] == "huiqi"


def test_rules_as_prometheus_reads_them(capfd: pytest.CaptureFixture[str]) -> None:
    """promtool finds nothing wrong with configuration and rules."""
    program = needed("promtool", capfd)
    done = subprocess.run(
        [program, "check", "config", "prometheus.yml"], cwd=DEPLOY, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr


def test_alerts_of_what_waits_for_a_person_ring_in_time(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each rings where it should and not where it should not, as Prometheus itself reckons."""
    program = needed("promtool", capfd)
    cases = []
    for alert, given, at, rings in RINGS:
        labels = {**dict(re.findall(r'(what|instance)="(\w+)"', " ".join(given))), **severity(alert)}
        told = [{"exp_labels": labels}] if rings else []
        look = {"eval_time": f"{at}s", "alertname": alert, "exp_alerts": told}
        series = [{"series": name, "values": values} for name, values in given.items()]
        cases.append({"interval": "1m", "input_series": series, "alert_rule_test": [look]})
    bare = yaml.safe_load(text("alerts.yml"))
    for rule in bare["groups"][0]["rules"]:
        del rule["annotations"]  # what they say is looked at elsewhere
    (tmp_path / "alerts.yml").write_text(yaml.safe_dump(bare), encoding="utf-8")
    (tmp_path / "cases.yml").write_text(
        yaml.safe_dump({"rule_files": ["alerts.yml"], "tests": cases}), encoding="utf-8"
    )
    done = subprocess.run(
        [program, "test", "rules", "cases.yml"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr


def severity(alert: str) -> dict[str, str]:
    """The labels that an alert gives."""
    (found,) = [rule["labels"] for rule in rules() if rule["alert"] == alert]
    labels: dict[str, str] = found
    return labels
