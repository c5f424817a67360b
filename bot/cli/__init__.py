"""The command line, one module per kind of use; `bot.__main__` joins them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.config import App, load

if TYPE_CHECKING:
    from bot.desk import Desk

Config = Annotated[Path, typer.Option("--config", help="The practice's settings.")]
APP_YAML = Path("app.yaml")
PATIENCE = 60.0  # seconds: `serve` may be busy writing to the same file, and nobody is in a hurry


def settings(path: Path) -> App:
    """The settings in `path`."""
    return load(path)


@contextmanager
def open_desk(config: Path) -> Iterator["Desk"]:
    """A desk on the database that the settings name, ready for work."""
    from bot import wiring
    from bot.desk import Desk

    app = settings(config)
    keys = wiring.keys_from_environment()
    store = wiring.open_store(app.database, keys, patience=PATIENCE)
    try:
        yield Desk(store, app, chats=wiring.configured(app))
    finally:
        store.close()
