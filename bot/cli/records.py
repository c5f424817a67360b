"""Records: report, ledger, people, keys, database, purge."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot import clock
from bot import ledger as chain
from bot.cli import APP_YAML, Config, settings
from bot.desk import Desk
from bot.desk.asking import make_report
from bot.ledger import Entry, Proof, Tag
from bot.masking import mask
from bot.store import KeyRing, Store, ledger, schema
from bot.store import exceptions as exception_store
from bot.store import keys as key_store
from bot.sweeps import purge as purge_texts
from bot.wiring import keys_from_environment, open_store

ledger_app = typer.Typer(no_args_is_help=True, help="Prove or export the record of decisions.")
key_app = typer.Typer(no_args_is_help=True, help="Keys for the encryption at rest.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PNG = "png"


@contextmanager
def _desk(config: Path) -> Iterator[Desk]:
    app = settings(config)
    store = open_store(app.database, keys_from_environment())
    try:
        yield Desk(store, app)
    finally:
        store.close()


def report(
    config: Config = APP_YAML,
    days: Annotated[int, typer.Option(min=1, max=3660)] = 30,
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Drafts, times, findings, people and training of the last days."""
    from bot.reports import table, to_csv, to_json

    with _desk(config) as desk, desk.store.read() as tx:
        made = make_report(desk.turn(tx), days)
        match format_:
            case Format.TABLE:
                typer.echo(table(made, desk.app.zone))
            case Format.JSON:
                typer.echo(to_json(made))
            case Format.CSV:
                typer.echo(to_csv(made), nl=False)
            case Format.PNG:
                from bot.charts import report_chart

                sys.stdout.buffer.write(report_chart(made))


@ledger_app.command("verify")
def ledger_verify(
    file: Annotated[Path | None, typer.Argument(help="An exported file instead.")] = None,
    config: Config = APP_YAML,
    anchor: Annotated[str, typer.Option(help="A noted head as SEQ:HASH.")] = "",
) -> None:
    """Prove that no entry was changed, added, moved or left out. Exit 1 when one was."""
    noted = _noted(anchor)
    if file:
        proof = chain.verify(_exported(file), noted)
    else:
        with _desk(config) as desk, desk.store.read() as tx:
            proof = chain.verify(ledger.entries(tx), noted)
    typer.echo(_spoken(proof))
    raise typer.Exit(0 if proof.whole else 1)


def _noted(anchor: str) -> tuple[int, str] | None:
    if not anchor:
        return None
    seq, _, head = anchor.partition(":")
    if not seq.isdigit() or len(head) != 64:
        raise typer.BadParameter("write it as SEQ:HASH, as in the daily note to the admins")
    return int(seq), head


def _exported(file: Path) -> Iterator[Entry]:
    """The entries of an exported file; a line that is none ends the proof there."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield chain.from_json(json.loads(line))
            except (ValueError, KeyError, TypeError):
                raise typer.BadParameter(f"line {number} of {file} is not a ledger entry") from None


def _spoken(proof: Proof) -> str:
    if proof.whole:
        return f"Whole: {proof.entries:,} entries, head {proof.head}"
    return f"Broken at entry {proof.first_bad}: {proof.why} ({proof.entries:,} entries before hold)"


@ledger_app.command("export")
def ledger_export(config: Config = APP_YAML) -> None:
    """Write every entry as JSON Lines; the export itself goes on record."""
    with _desk(config) as desk:
        count = 0
        with desk.store.read() as tx:
            for entry in ledger.entries(tx):
                count += 1
                sys.stdout.write(json.dumps(chain.to_json(entry)) + "\n")
        with desk.store.write() as tx:
            desk.turn(tx).record(Tag.EXPORTED, format="ledger", lines=count)


@key_app.command("new")
def key_new() -> None:
    """Print a new key for SIGNOFF_KEYS."""
    typer.echo(KeyRing.new())


@key_app.command("rotate")
def key_rotate(config: Config = APP_YAML) -> None:
    """Put everything under the newest key (the first in SIGNOFF_KEYS). May be run again."""
    app = settings(config)
    store = open_store(app.database, keys_from_environment())
    total = 0
    for table, done in key_store.rotate(store):
        total += done
        typer.echo(f"{table}: {done:,}", err=True)
    typer.echo(f"{total:,} values are under the newest key; older keys can be removed now.")


@db_app.command("upgrade")
def db_upgrade(config: Config = APP_YAML) -> None:
    """Bring the database to the schema of this version."""
    app = settings(config)
    store = Store(app.database, keys_from_environment())
    schema.upgrade(store)
    schema.check(store)
    typer.echo("The database is up to date.")


def purge(config: Config = APP_YAML) -> None:
    """Remove the texts whose keeping time is over; the record stays."""
    with _desk(config) as desk:
        total = 0
        while True:
            with desk.store.write() as tx:
                done = purge_texts(desk.turn(tx))
            total += done
            if not done:
                break
        typer.echo(f"The texts of {total:,} drafts were removed on {clock.now():%Y-%m-%d}.")


def exceptions(config: Config = APP_YAML) -> None:
    """The exceptions in force, newest first, with their words masked; then what is waiting."""
    with _desk(config) as desk, desk.store.read() as tx:
        made, waiting = exception_store.in_force(tx), exception_store.waiting(tx)
        zone = desk.app.zone
    for alarm in reversed(made):
        what = alarm.lighter or mask(alarm.words)
        day = (alarm.at or alarm.reported_at).astimezone(zone).date()
        typer.echo(f"{alarm.id:>5}  {alarm.kind:<9} {what:<5} {alarm.rule:<36} {day}  {alarm.by}")
    typer.echo(f"{len(made):,} in force, {len(waiting):,} waiting for a decision")


def people(config: Config = APP_YAML) -> None:
    """Who may do what, and where they are reached."""
    for person in settings(config).roster.people:
        roles, places = ", ".join(sorted(person.roles)), ", ".join(sorted(person.ids))
        typer.echo(f"{person.key:<16} {person.name:<24} {roles:<28} {places}")
