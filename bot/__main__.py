"""The command line of Signoff: `signoff`, or `python -m bot`."""

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from bot.logs import report_defect
from bot.refusals import Problem, Refused

WRONG_USE, DEFECT = 64, 70
# Every command, or group of commands, with its module in `bot.cli` and its name there.
COMMANDS = {
    "demo": "running.demo",
    "serve": "running.serve",
    "check": "checking.check",
    "rules": "rulebook.rules",
    "report": "records.report",
    "backup": "copying.backup",
    "restore": "copying.restore",
    "purge": "keeping.purge",
    "hold": "keeping.hold",
    "release": "keeping.release",
    "people": "records.people",
    "exceptions": "records.exceptions",
    "manifest": "making.manifest",
    "cards": "making.cards",
    "ledger": "proving.app",
    "key": "keys.app",
    "db": "records.db_app",
    "outbox": "outbox.outbox_app",
}


@cache
def _loaded(name: str) -> Any:
    module, _, attribute = COMMANDS[name].partition(".")
    found = getattr(import_module(f"bot.cli.{module}"), attribute)
    holder = typer.Typer()
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
    else:
        holder.command(name)(found)
    return typer.main.get_group(holder).commands[name]


class _Commands(Mapping[str, Any]):
    """The commands, each loaded when it is asked for: `check` waits for no database library."""

    def __getitem__(self, name: str) -> Any:
        return _loaded(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Group(TyperGroup):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Commands()  # type: ignore[assignment]


app = typer.Typer(
    cls=_Group,
    name="signoff",
    help="The sign-off desk for a medical practice's social media.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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
    except (Problem, Refused) as problem:
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
