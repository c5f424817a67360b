"""`signoff ledger`: proves and exports the record of decisions."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import ledger as chain
from bot.cli import APP_YAML, Config, open_desk
from bot.config import ConfigError
from bot.desk.turn import OPERATOR
from bot.ledger import Noted, Proof, Tag
from bot.store import ledger

app = typer.Typer(no_args_is_help=True, help="Prove or export the record of decisions.")
Anchor = Annotated[str, typer.Option(help="A noted head as SEQ:HASH.", metavar="SEQ:HASH")]
CUT = "Note: the last entry is not that of an export, so the end may be cut; compare an anchor."


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="An exported file instead.")] = None,
    config: Config = APP_YAML,
    anchor: Anchor = "",
) -> None:
    """Prove that no entry was changed, added, moved or left out. Exit 1 when one was."""
    mark = noted(anchor)
    if file:
        proof = _of_file(file, mark)
    else:
        with open_desk(config) as desk, desk.store.read() as tx:
            proof = ledger.verify(tx, mark)
    typer.echo(spoken(proof))
    if file and proof.whole and not proof.exported:
        typer.echo(CUT)
    raise typer.Exit(0 if proof.whole else 1)


def noted(anchor: str) -> Noted | None:
    """The anchor that somebody typed."""
    if not anchor:
        return None
    found = re.fullmatch(r"([0-9]{1,18}):(\S{64})", anchor)
    if found is None:
        raise typer.BadParameter("write it as SEQ:HASH, as in the daily note to the admins")
    return int(found[1]), found[2]


def _of_file(file: Path, mark: Noted | None) -> Proof:
    try:
        with file.open("rb") as lines:
            return chain.verify(chain.read(lines), mark)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from None


def spoken(proof: Proof) -> str:
    """The proof in one line, the same as docs/verify_ledger.py says it."""
    if proof.whole:
        return f"Whole: {proof.entries:,} entries, head {proof.head}"
    return f"Broken at entry {proof.first_bad}: {proof.why} ({proof.entries:,} entries before hold)"


@app.command()
def export(config: Config = APP_YAML) -> None:
    """Write every entry as JSON Lines; the last one says that this was done."""
    with open_desk(config) as desk:
        with desk.store.write() as tx:
            last = desk.turn(tx, actor=OPERATOR).record(Tag.EXPORTED, format="ledger")
        with desk.store.read() as tx:
            sys.stdout.writelines(map(chain.line, ledger.entries(tx, until=last)))
