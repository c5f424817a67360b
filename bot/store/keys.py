"""Changing keys: everything sealed is put under the newest key, a batch at a time."""

from collections.abc import Iterator

from sqlalchemy import bindparam, select, update
from sqlalchemy.sql.schema import Column, Table

from bot.store.database import Store
from bot.store.tables import METADATA

BATCH = 500

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


def rotate(store: Store) -> Iterator[tuple[str, int]]:
    """Re-wraps what is not under the newest key; yields (column, how many) per column. It may be
    stopped at any time and run again.
    """
    for (table, column), place in PLACES.items():
        done = 0
        while count := _batch(store, METADATA.tables[table], column, place):
            done += count
        yield f"{table}.{column.removesuffix('_sealed')}", done


def _batch(store: Store, table: Table, name: str, place: str) -> int:
    sealed: Column[bytes] = table.c[name]
    newest = store.keys.keys[0][0]
    keys = list(table.primary_key.columns)
    fresh = sealed.between(b"\x01" + newest, b"\x01" + newest + b"\xff" * 64)
    with store.write() as tx:
        connection = tx.session.connection()
        query = select(table).where(sealed.is_not(None), ~fresh).limit(BATCH)
        rows = [dict(r) for r in connection.execute(query).mappings()]
        for row in rows:
            again = tx.keys.rewrap(place.format(**row), row[name])
            same = [c == bindparam(f"k_{c.name}") for c in keys]
            values = {f"k_{c.name}": row[c.name] for c in keys}
            connection.execute(
                update(table).where(*same, sealed == row[name]).values({name: again}), values
            )
    return len(rows)
