"""`signoff manifest` and `signoff cards`: files for setting up and for looking at."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot import messages, wiring
from bot.cli import APP_YAML, Config, settings
from bot.config import ConfigError


class Platform(StrEnum):
    SLACK = "slack"
    TEAMS = "teams"


def manifest(
    platform: Annotated[Platform, typer.Argument(help="slack or teams")],
    config: Config = APP_YAML,
    url: Annotated[str, typer.Option(help="Public https address of this server.")] = "",
) -> None:
    """Write the app manifest: JSON for Slack, an app package (zip) for Teams, to stdout."""
    app = settings(config) if config.exists() else None
    if platform is Platform.SLACK:
        http = bool(app and app.slack and app.slack.mode == "http")
        if http and not url:
            raise ConfigError("slack.mode is http; say where: --url https://signoff.example.com")
        typer.echo(json.dumps(wiring.slack_manifest(url if http else None), indent=2))
        return
    app_id = app.teams.app_id if app and app.teams else ""
    if not app_id:
        raise ConfigError("teams.app_id is empty; set the environment variable that it names.")
    sys.stdout.buffer.write(wiring.teams_package(app_id, url, app.practice.websites if app else ()))


def cards(folder: Annotated[Path, typer.Argument(help="Where to write.")]) -> None:
    """Write every example message in every platform's form."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, card in messages.examples().items():
        plain = "".join(c if c.isalnum() else "-" for c in name)
        for suffix, words in wiring.renderings(card).items():
            (folder / f"{plain}.{suffix}").write_text(words, encoding="utf-8")
    typer.echo(f"{len(messages.examples())} messages are in {folder}.")
