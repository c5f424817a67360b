"""`signoff backup`, `signoff restore` and `signoff db restored`."""

from pathlib import Path
from typing import Annotated

import typer

from bot import clock, recovery
from bot.cli import APP_YAML, Config, open_desk, settings
from bot.cli.proving import Anchor, noted, spoken
from bot.desk import Desk
from bot.desk.turn import OPERATOR
from bot.ledger import Tag
from bot.store import Store
from bot.store import backup as copies
from bot.wiring import alone, configured, keys_from_environment


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not exist.")],
    config: Config = APP_YAML,
) -> None:
    """Copy the SQLite database while it is in use, and prove the copy."""
    url = settings(config).database
    copies.location(url)
    if file.exists():
        raise copies.BackupProblem(copies.TAKEN.format(file))
    with open_desk(config) as desk:
        with desk.store.write() as tx:
            desk.turn(tx, actor=OPERATOR).record(Tag.BACKED_UP)
        proof = copies.make(url, file, desk.store.keys)
    typer.echo(f"{file}: {spoken(proof)}")
    raise typer.Exit(0 if proof.whole else 1)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    config: Config = APP_YAML,
    force: Annotated[bool, typer.Option("--force", help="Replace records too.")] = False,
    anchor: Anchor = "",
) -> None:
    """Put a backup in the place of the SQLite database, after it was proved. Stop `serve` first."""
    app = settings(config)
    path = copies.location(app.database)

    def settle(store: Store) -> None:
        recovery.settle(Desk(store, app, chats=configured(app)))

    if not path.parent.is_dir():
        raise copies.BackupProblem(f"{path.parent} is not a folder; make it first.")
    with alone(app.database):
        done = copies.restore(
            file,
            app.database,
            keys_from_environment(),
            force=force,
            anchor=noted(anchor),
            now=clock.now(),
            settle=settle,
        )
    typer.echo(f"{path} is the backup now. {spoken(done.proof)}")
    if done.kept:
        typer.echo(f"The database that was there is kept as {done.kept}.")


def restored(config: Config = APP_YAML) -> None:
    """Say that this database was put back from a backup, by other tools: on record, and so that
    cards in the chats fit it again. Run it before `serve`.
    """
    with open_desk(config) as desk:
        drafts = recovery.settle(desk)
    typer.echo(f"It is on record; the cards of {drafts:,} drafts will be brought up to date.")
