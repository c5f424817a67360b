"""What operators are given to start from: a dashboard, alerts, a unit, a container."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from bot import metrics
from bot.commands import Chat
from bot.ledger import Tag

ROOT = Path(__file__).parent.parent
OPS = ROOT / "docs" / "ops"
GUIDE = ROOT / "docs" / "ops.md"
DASHBOARD = json.loads((OPS / "grafana.json").read_text(encoding="utf-8"))
ALERTS = [
    rule
    for group in yaml.safe_load((OPS / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
SUFFIXES: dict[type, tuple[str, ...]] = {
    Counter: ("_total",),
    Gauge: ("",),
    Histogram: ("_bucket", "_count", "_sum"),
}
KNOWN = {
    "chat": set(Chat),
    "command": None,
    "part": {"database", "models", *Chat},
    "result": {"handled", "limited", "defect", "whole", "unchecked", "sent", "later", "parked"},
    "state": {"waiting", "parked"},
    "tag": set(Tag),
    "outcome": set(metrics.OUTCOMES.values()),
    "le": None,
}


def series() -> dict[str, set[str]]:
    """The name of everything that `/metrics` shows of ours, with its labels."""
    found = {}
    for metric in vars(metrics).values():
        for suffix in SUFFIXES.get(type(metric), ()):
            labels = {*metric._labelnames, *(["le"] if suffix == "_bucket" else [])}
            found[metric._name + suffix] = labels
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in ALERTS)
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


SELECTOR = re.compile(r"(signoff_\w+)(?:\{([^}]*)\})?")


def test_the_metrics_are_really_found() -> None:
    assert len(series()) > 14
    assert series()["signoff_commands_total"] == {"command", "result"}


@pytest.mark.parametrize("expression", list(expressions()))
def test_every_metric_and_label_of_the_dashboard_and_the_alerts_exists(expression: str) -> None:
    named = SELECTOR.findall(expression)
    assert named or expression == 'up{job="signoff"} == 0'
    labels = set()
    for name, chosen in named:
        assert name in series()
        labels |= series()[name]
        for label, value in re.findall(r'(\w+)="([^"]*)"', chosen):
            assert label in series()[name]
            allowed = KNOWN[label]
            assert allowed is None or value in allowed
    for grouped in re.findall(r"by \(([^)]*)\)", expression):
        assert {label.strip() for label in grouped.split(",")} <= labels


def test_every_metric_is_on_the_dashboard() -> None:
    shown = " ".join(expressions())
    whole = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in series()}
    assert {name for name in whole if name not in shown} == set()


def test_every_alert_says_what_happened_and_the_guide_what_to_do() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert rule["annotations"]["summary"].endswith(".")
        assert f"| `{rule['alert']}` |" in guide
        for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
            assert label in rule["expr"] or label in ("instance", "part")
    named = set(re.findall(r"^\| `(Signoff\w+)` \|", guide, re.MULTILINE))
    assert named == {rule["alert"] for rule in ALERTS}


def test_panels_do_not_cover_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at: dict[str, Any] = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


FRESH = """
import bot.front
from prometheus_client import generate_latest
print(generate_latest().decode())
"""


def test_what_an_alert_counts_stands_at_nought_before_it_happens() -> None:
    """In a process of its own: without the nought, the first defect would raise no alert."""
    shown = subprocess.run(
        [sys.executable, "-c", FRESH], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout
    for rule in ALERTS:
        for name, chosen in re.findall(r"increase\((\w+)\{(.*?)\}\[", rule["expr"]):
            found = [line for line in shown.splitlines() if line.startswith(f"{name}{{")]
            assert any(chosen in line and line.endswith(" 0.0") for line in found), rule["alert"]


# --- the unit and the container --------------------------------------------------------------

UNIT = OPS / "signoff.service"
CONTAINERFILE = (OPS / "Containerfile").read_text(encoding="utf-8")


def options(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_keeps_the_program_apart_and_gives_it_time_to_stop() -> None:
    found = options(UNIT)
    assert found["ProtectSystem"] == ["strict"]
    assert found["User"] == ["signoff"]
    assert (found["LimitCORE"], found["CapabilityBoundingSet"]) == (["0"], [""])
    assert int(found["TimeoutStopSec"][0]) >= 12
    assert not [name for name in found if name == "Environment"], "secrets are in a file of root's"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub(r"/opt/\S+", sys.executable, UNIT.read_text(encoding="utf-8")))
    run = ["systemd-analyze", "verify", "--man=no", str(unit)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_unit_and_container_run_is_a_command_that_exists() -> None:
    (start,) = options(UNIT)["ExecStart"]
    command = re.findall(r"^CMD (\[.*)$", CONTAINERFILE, re.MULTILINE)[-1]
    for words in (start.split()[1:], json.loads(command)):
        run = [sys.executable, "-m", "bot", words[0], "--help"]
        shown = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, check=True)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.stdout)
        assert all(word in plain for word in words if word.startswith("--"))


def test_the_container_is_made_of_what_is_here_and_runs_without_rights() -> None:
    for copied in re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINERFILE, re.MULTILINE):
        for name in copied.split():
            assert (ROOT / name).exists(), name
    stages = re.findall(r"^FROM (\S+)", CONTAINERFILE, re.MULTILINE)
    assert all(re.search(r":3\.\d+-slim$", stage) for stage in stages)
    assert re.findall(r"^USER (\S+)", CONTAINERFILE, re.MULTILINE)[-1] not in ("root", "0")
    assert "--require-hashes --requirement requirements.lock" in CONTAINERFILE
    assert not re.search(r"^(ADD|ENV|ARG) ", CONTAINERFILE, re.MULTILINE)
