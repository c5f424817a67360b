"""`signoff report`, `signoff people` and `signoff db`."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli import APP_YAML, Config, copying, open_desk, settings
from bot.desk.asking import make_report
from bot.masking import mask
from bot.store import Store, schema
from bot.store import exceptions as exception_store
from bot.wiring import keys_from_environment

db_app = typer.Typer(no_args_is_help=True, help="The database.")
db_app.command()(copying.restored)


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PNG = "png"


def report(
    config: Config = APP_YAML,
    days: Annotated[int, typer.Option(min=1, max=3660)] = 30,
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Drafts, times, findings, people and training of the last days."""
    from bot.reports import table, to_csv, to_json

    with open_desk(config) as desk, desk.store.read() as tx:
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


@db_app.command("upgrade")
def db_upgrade(config: Config = APP_YAML) -> None:
    """Bring the database to the schema of this version."""
    app = settings(config)
    store = Store(app.database, keys_from_environment())
    schema.upgrade(store)
    schema.check(store)
    typer.echo("The database is up to date.")


def exceptions(config: Config = APP_YAML) -> None:
    """The exceptions in force, newest first, with their words masked; then what is waiting."""
    with open_desk(config) as desk, desk.store.read() as tx:
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
