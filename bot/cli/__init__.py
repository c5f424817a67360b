"""The command line, one module per kind of use; `bot.__main__` joins them."""

from pathlib import Path
from typing import Annotated

import typer

from bot.config import App, load

Config = Annotated[Path, typer.Option("--config", help="The practice's settings.")]
APP_YAML = Path("app.yaml")


def settings(path: Path) -> App:
    """The settings in `path`."""
    return load(path)
