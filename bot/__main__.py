"""The command line of Signoff: `signoff`, or `python -m bot`."""

import sys
from importlib.metadata import version

import typer
from typer.exceptions import TyperException

from bot.cli import (
    checking,
    copying,
    keeping,
    keys,
    making,
    outbox,
    proving,
    records,
    rulebook,
    running,
)
from bot.config import ConfigError
from bot.logs import report_defect
from bot.refusals import Refused
from bot.store import KeyProblem
from bot.store.backup import BackupProblem
from bot.store.schema import SchemaProblem

WRONG_USE, DEFECT = 64, 70

app = typer.Typer(
    name="signoff",
    help="The sign-off desk for a medical practice's social media.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    running.demo,
    running.serve,
    checking.check,
    rulebook.rules,
    records.report,
    copying.backup,
    copying.restore,
    keeping.purge,
    keeping.hold,
    keeping.release,
    records.people,
    records.exceptions,
    making.manifest,
    making.cards,
):
    app.command()(command)
app.add_typer(proving.app, name="ledger")
app.add_typer(keys.app, name="key")
app.add_typer(records.db_app, name="db")
app.add_typer(outbox.outbox_app, name="outbox")


@app.callback(invoke_without_command=True)
def about(
    show_version: bool = typer.Option(False, "--version", help="Print the version."),
) -> None:
    if show_version:
        typer.echo(version("signoff"))
        raise typer.Exit


def main() -> None:
    """Runs the command line. Wrong use or settings end with 64, a defect with 70."""
    try:
        code = app(standalone_mode=False)
    except TyperException as wrong:
        say = getattr(wrong, "format_message", wrong.__str__)
        helped = type(wrong).__name__ == "NoArgsIsHelpError"
        typer.echo(say() if helped else f"signoff: {say()}", err=not helped)
        code = 0 if helped else WRONG_USE
    except (BackupProblem, ConfigError, KeyProblem, SchemaProblem, Refused) as problem:
        typer.echo(f"signoff: {problem}", err=True)
        code = WRONG_USE
    except (typer.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        code = 0
    except Exception as defect:  # noqa: BLE001 - the last stop of every defect
        reference = report_defect("command line", defect)
        typer.echo(f"signoff: a defect ended this; please report {reference}.", err=True)
        code = DEFECT
    sys.exit(code or 0)


if __name__ == "__main__":
    main()
