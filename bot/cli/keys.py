"""`signoff key`: the keys of the encryption at rest."""

import sys
from collections import Counter

import typer

from bot.cli import APP_YAML, Config, open_desk, settings
from bot.desk import Desk
from bot.desk.turn import OPERATOR
from bot.ledger import Tag
from bot.store import KeyRing, Store, schema
from bot.store import keys as key_store
from bot.store.crypto import short
from bot.wiring import keys_from_environment

app = typer.Typer(no_args_is_help=True, help="Keys for the encryption at rest.")


@app.command()
def new() -> None:
    """Print a new key for SIGNOFF_KEYS; its id goes to stderr."""
    key = KeyRing.new()
    typer.echo(key)
    typer.echo(f"Key {short(KeyRing.parse(key).ids[0])}", err=True)


@app.command()
def rotate(config: Config = APP_YAML) -> None:
    """Put everything under the newest key (the first in SIGNOFF_KEYS). May be run again."""
    with open_desk(config) as desk:
        done, stuck = _rotate(desk)
        struck = _strike(desk, done, stuck)
        newest = short(desk.store.keys.ids[0])
    typer.echo(f"{done:,} values were put under key {newest}.")
    for key in struck:
        typer.echo(f"Key {key} is not needed any more and can be taken out of SIGNOFF_KEYS.")
    for _, place in stuck:
        typer.echo(f"{place} cannot be opened with any key and stays as it is.", err=True)
    raise typer.Exit(1 if stuck else 0)


Stuck = list[tuple[bytes, str]]


def _rotate(desk: Desk) -> tuple[int, Stuck]:
    """How many values were changed, and the key and place of those that could not be opened."""
    done, stuck = 0, Stuck()
    with desk.store.read() as tx:
        length = key_store.waiting(tx)
    with typer.progressbar(length=length, label="Changing keys", file=sys.stderr) as bar:
        for step in key_store.rotate(desk.store):
            done += step.done
            stuck += step.stuck
            bar.label = f"{step.column:<16}"
            bar.update(step.done + len(step.stuck))
    return done, stuck


def _strike(desk: Desk, done: int, stuck: Stuck) -> list[str]:
    """Strikes off keys that nothing needs, and puts on record what was done, if anything."""
    with desk.store.write() as tx:
        gone = key_store.strike(tx, Counter(key_id for key_id, _ in stuck))
        struck = [short(key_id) for key_id in gone]
        if done or struck:
            newest, turn = short(tx.keys.ids[0]), desk.turn(tx, actor=OPERATOR)
            turn.record(Tag.KEYS_CHANGED, key=newest, values=done, struck=",".join(struck))
    return struck


@app.command()
def status(config: Config = APP_YAML) -> None:
    """What is under which key. Exit 1 when a key that is needed is not in SIGNOFF_KEYS."""
    ring = keys_from_environment()
    store = Store(settings(config).database, ring)
    try:
        schema.demand_tables(store)
        with store.read() as tx:
            used, needed = key_store.uses(tx), key_store.noted(tx)
    finally:
        store.close()
    for key_id in dict.fromkeys([*ring.ids, *sorted(needed), *sorted(used)]):
        columns = used.get(key_id, {})
        standing = _standing(ring, key_id, needed)
        what = ", ".join(f"{column} {count:,}" for column, count in columns.items())
        line = f"{short(key_id)}  {standing:<18} {sum(columns.values()):>9,} values  {what}"
        typer.echo(line.rstrip())
    raise typer.Exit(1 if needed - set(ring.ids) else 0)


def _standing(ring: KeyRing, key_id: bytes, needed: set[bytes]) -> str:
    if key_id not in ring.ids:
        return "MISSING" if key_id in needed else "unknown"
    if key_id == ring.ids[0]:
        return "newest"
    return "older, needed" if key_id in needed else "older, not needed"
