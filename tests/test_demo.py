"""The demo has no sign-in, so it stays on this machine and away from real accounts."""

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import typer

from bot.__main__ import app as command_line
from bot.config import ConfigError
from bot.demo import CREDENTIALS, refuse_credentials

SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "TEAMS_APP_SECRET")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", SECRETS)
def test_it_does_not_start_beside_a_credential(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_credentials()
    monkeypatch.setenv(name, "made-up-secret")
    with pytest.raises(ConfigError, match=name) as caught:
        refuse_credentials()
    assert "made-up" not in str(caught.value)


@pytest.mark.parametrize("token", ["xoxb-made-up", "xoxp-made-up", "xapp-made-up"])
def test_it_knows_a_token_under_any_name(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_TOKEN", token)
    with pytest.raises(ConfigError, match="OUR_TOKEN"):
        refuse_credentials()


def test_it_knows_the_names_that_app_yaml_gives_to_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "app.yaml").write_text("teams: {app_id: env:OUR_ID, secret: env:OUR_SECRET}\n\xff")
    monkeypatch.setenv("OUR_ID", "not a secret")
    refuse_credentials()
    monkeypatch.setenv("OUR_SECRET", "made-up-secret")
    with pytest.raises(ConfigError, match="OUR_SECRET"):
        refuse_credentials()


def test_it_cannot_be_told_to_listen_elsewhere() -> None:
    demo = typer.main.get_command(command_line).commands["demo"]  # type: ignore[attr-defined]
    assert {p.name for p in demo.params} == {"port", "data", "fresh"}


def test_it_answers_on_the_loopback_address_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--data", str(tmp_path)]
    root = Path(__file__).parent.parent
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    try:
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        host, port = url.removeprefix("http://").split(":")
        with urllib.request.urlopen(f"{url}/healthz", timeout=20) as answer:
            assert answer.status == 200
        assert host == "127.0.0.1"
        for other in ("127.0.0.2", socket.gethostname()):
            assert not answers(other, int(port)), other
    finally:
        process.kill()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


def answers(host: str, port: int) -> bool:
    try:
        address = socket.gethostbyname(host)
        with socket.create_connection((address, port), timeout=2):
            return address != "127.0.0.1"
    except OSError:
        return False
