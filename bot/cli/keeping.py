"""How long texts are kept: `signoff purge`, `signoff hold` and `signoff release`."""

from typing import Annotated

import typer

from bot import sweeps
from bot.cli import APP_YAML, Config, open_desk
from bot.desk import holding
from bot.desk.turn import OPERATOR
from bot.store import holds

Draft = Annotated[str, typer.Argument(help="The draft's number.")]
Reason = Annotated[str, typer.Argument(help="Why; left out, it is asked for.")]


def purge(config: Config = APP_YAML) -> None:
    """Remove the texts whose keeping time is over; the record stays."""
    with open_desk(config) as desk:
        done = sweeps.purge(desk, actor=OPERATOR)
    versions = sum(purged.versions for purged in done)
    typer.echo(f"The texts of {len(done):,} drafts ({versions:,} versions) were removed.")


def hold(draft: Draft = "", reason: Reason = "", config: Config = APP_YAML) -> None:
    """Keep the texts of a draft beyond their time; without a number, list what is held."""
    with open_desk(config) as desk:
        if not draft:
            with desk.store.read() as tx:
                for one in holds.all_held(tx):
                    day = one.at.astimezone(desk.app.zone).date()
                    typer.echo(f"#{one.draft:<8} {day}  {one.by:<16} {one.reason}")
            return
        number, why = _number(draft), reason or typer.prompt("Why is it held?")
        with desk.store.write() as tx:
            holding.place(desk.turn(tx, actor=OPERATOR), number, why)
    typer.echo(f"Draft #{number} is on hold.")


def release(draft: Draft, reason: Reason = "", config: Config = APP_YAML) -> None:
    """End a hold: the texts go when their time is over."""
    with open_desk(config) as desk, desk.store.write() as tx:
        holding.lift(desk.turn(tx, actor=OPERATOR), _number(draft), reason)
    typer.echo(f"The hold on draft #{_number(draft)} is lifted.")


def _number(draft: str) -> int:
    digits = draft.removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise typer.BadParameter("write the draft's number, such as 12")
    return int(digits)
