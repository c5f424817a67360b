"""`signoff key`: the keys of the encryption at rest."""

import typer

from bot.cli import APP_YAML, Config, settings
from bot.store import KeyRing
from bot.store import keys as key_store
from bot.wiring import keys_from_environment, open_store

app = typer.Typer(no_args_is_help=True, help="Keys for the encryption at rest.")


@app.command()
def new() -> None:
    """Print a new key for SIGNOFF_KEYS."""
    typer.echo(KeyRing.new())


@app.command()
def rotate(config: Config = APP_YAML) -> None:
    """Put everything under the newest key (the first in SIGNOFF_KEYS). May be run again."""
    store = open_store(settings(config).database, keys_from_environment())
    total = 0
    for table, done in key_store.rotate(store):
        total += done
        typer.echo(f"{table}: {done:,}", err=True)
    typer.echo(f"{total:,} values are under the newest key; older keys can be removed now.")
