"""Keys in use, and changing them: everything sealed is put under the newest, a batch at a time.

The settings hold a line for each key that something may be under. So a start knows at once, without
a look at every value, which keys it needs; and a key is struck off only after such a look.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, bindparam, delete, func, select, tuple_, update
from sqlalchemy.sql.schema import Table
from sqlmodel import col

from bot.store import people
from bot.store.crypto import VERSION, KeyProblem, key_id_of, short
from bot.store.database import Store, Tx
from bot.store.tables import METADATA, SettingRow

BATCH = 500
IN_USE = "key/"  # and the key's id: a setting for each key that something may be under

# How each sealed column's place is written, from its row.
PLACES: dict[tuple[str, str], str] = {
    ("draft", "link_sealed"): "draft.link/{id}",
    ("version", "content_sealed"): "version.content/{draft_id}/{number}",
    ("version", "note_sealed"): "version.note/{draft_id}/{number}",
    ("version", "offer_sealed"): "version.offer/{draft_id}/{number}",
    ("finding", "masked_sealed"): "finding.masked/{id}",
    ("decision", "reason_sealed"): "decision.reason/{review_id}",
    ("exception", "words_sealed"): "exception.words/{id}",
    ("ledger", "details_sealed"): "ledger.details/{seq}",
    ("outbox", "card_sealed"): "outbox.card/{person}/{key}",
    ("address", "address_sealed"): "address/{chat}/{person}",
    ("setting", "value_sealed"): "setting/{key}",
    ("page", "body_sealed"): "page.body/{person}/{message}",
}


# --- which keys are needed -----------------------------------------------------------------------


def noted(tx: Tx) -> set[bytes]:
    """The ids of the keys that something may be under."""
    rows = select(col(SettingRow.key)).where(col(SettingRow.key).startswith(IN_USE))
    found = tx.session.connection().execute(rows).scalars()
    return {bytes.fromhex(key.removeprefix(IN_USE)) for key in found}


def note(tx: Tx) -> None:
    """Notes that values are put under the newest key of the ring. The first time it looks for
    what is under the others.
    """
    known, ring = noted(tx), tx.keys.ids
    used = set() if known else set(uses(tx)) & set(ring)
    for key_id in {ring[0], *used} - known:
        people.set_setting(tx, f"{IN_USE}{key_id.hex()}", "in use")


def demand(tx: Tx) -> None:
    """Raises `KeyProblem` when the ring lacks a key that something here may be under."""
    missing = ", ".join(sorted(short(key_id) for key_id in noted(tx) - set(tx.keys.ids)))
    if missing:
        raise KeyProblem(
            f"SIGNOFF_KEYS does not hold the key this database was written with ({missing}); "
            "put the right key back (nothing was changed). `signoff key status` says what needs it."
        )


def uses(tx: Tx) -> dict[bytes, dict[str, int]]:
    """By key: how many values are under it in which column. This looks at every value."""
    found: dict[bytes, dict[str, int]] = {}
    for table, name in PLACES:
        sealed = METADATA.tables[table].c[name]
        key_id = func.substr(sealed, 2, 8, type_=LargeBinary)
        rows = select(key_id, func.count()).where(sealed.is_not(None)).group_by(key_id)
        for used, count in tx.session.connection().execute(rows):
            found.setdefault(bytes(used), {})[_spoken(table, name)] = count
    return found


def strike(tx: Tx, stuck: Mapping[bytes, int]) -> list[bytes]:
    """Strikes off the older keys under which nothing is left but values that they cannot open
    (`stuck`: how many); returns them.
    """
    left = {key: sum(columns.values()) - stuck.get(key, 0) for key, columns in uses(tx).items()}
    gone = {key for key in noted(tx) if left.get(key, 0) <= 0} - {tx.keys.ids[0]}
    for key_id in gone:
        line = col(SettingRow.key) == f"{IN_USE}{key_id.hex()}"
        tx.session.connection().execute(delete(SettingRow).where(line))
    tx.session.expire_all()
    return sorted(gone)


def _spoken(table: str, column: str) -> str:
    return f"{table}.{column.removesuffix('_sealed')}"


# --- changing them -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One batch: in which column, how many values were put under the newest key, and the key and
    place of each that could not be opened and stays as it is.
    """

    column: str
    done: int
    stuck: tuple[tuple[bytes, str], ...] = ()


def waiting(tx: Tx) -> int:
    """How many values are not under the newest key."""
    newest = tx.keys.ids[0]
    return sum(sum(columns.values()) for key, columns in uses(tx).items() if key != newest)


def rotate(store: Store) -> Iterator[Step]:
    """Re-wraps what is not under the newest key. It may be stopped at any time, by a kill too, and
    run again; what was done stays done. Others may work meanwhile.
    """
    with store.write(hurried=False) as tx:
        note(tx)
    for (table, name), place in PLACES.items():
        last: Sequence[Any] | None = ()
        while last is not None:
            with store.write(hurried=False) as tx:
                step, last = _batch(tx, METADATA.tables[table], name, place, last)
            yield step


def _batch(
    tx: Tx, table: Table, name: str, place: str, after: Sequence[Any]
) -> tuple[Step, Sequence[Any] | None]:
    """Re-wraps the next values behind the row `after`; says how far it came, or None at the end."""
    rows = _stale(tx, table, name, place, after)
    again, stuck = list[dict[str, object]](), list[tuple[bytes, str]]()
    for row in rows:
        try:
            fresh = tx.keys.rewrap(place.format(**row), row[name])
        except KeyProblem:
            stuck.append((key_id_of(row[name]), place.format(**row)))
        else:
            again.append({"fresh": fresh, **{f"old_{c}": value for c, value in row.items()}})
    done = _change(tx, table, name, again) if again else 0
    last = [rows[-1][key.name] for key in table.primary_key] if len(rows) == BATCH else None
    return Step(_spoken(table.name, name), done, tuple(stuck)), last


def _change(tx: Tx, table: Table, name: str, rows: list[dict[str, object]]) -> int:
    """Puts the fresh values in, where nobody else has changed the row meanwhile."""
    same = [column == bindparam(f"old_{column.name}") for column in table.primary_key]
    same.append(table.c[name] == bindparam(f"old_{name}"))
    change = update(table).where(*same).values({name: bindparam("fresh")})
    return tx.session.connection().execute(change, rows).rowcount


def _stale(
    tx: Tx, table: Table, name: str, place: str, after: Sequence[Any]
) -> Sequence[Mapping[str, Any]]:
    """The next values that are not under the newest key, with what names their rows and places."""
    sealed, keys = table.c[name], list(table.primary_key)
    columns = {key.name for key in keys} | {part for _, part, _, _ in Formatter().parse(place)}
    head: ColumnElement[bytes] = func.substr(sealed, 1, 9, type_=LargeBinary)
    query = select(sealed, *(table.c[c] for c in sorted(filter(None, columns))))
    query = query.where(sealed.is_not(None), head != VERSION + tx.keys.ids[0])
    if after:
        query = query.where(tuple_(*keys) > tuple_(*after))
    rows = tx.session.connection().execute(query.order_by(*keys).limit(BATCH))
    return [dict(row) for row in rows.mappings()]
