"""The ledger's rows. Entries are added and read; there is no function that edits or deletes one."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select, type_coerce, update
from sqlalchemy.types import NullType
from sqlmodel import col

from bot import ledger
from bot.ledger import GENESIS, Damaged, Entry, Noted, Proof, Tag
from bot.store.crypto import KeyProblem, body_hash
from bot.store.database import Tx
from bot.store.tables import METADATA, HeadRow, LedgerRow

BATCH = 2_000  # rows in memory at a time
HEAD = (col(HeadRow.seq), col(HeadRow.hash))
COLUMNS = ("seq", "at", "actor", "tag", "ids", "details_sealed", "previous", "hash")
BESIDE = ("draft_id", "details_hash")
# The columns as the database holds them: no conversion stumbles over what somebody changed.
RAW: list[Any] = [
    type_coerce(METADATA.tables["ledger"].c[name], NullType()).label(name)
    for name in (*COLUMNS, *BESIDE)
]


def append(
    tx: Tx,
    actor: str,
    tag: Tag,
    *,
    at: datetime,
    ids: Mapping[str, object] | None = None,
    details: Mapping[str, object] | None = None,
) -> int:
    """Adds an entry in the caller's transaction and gives its number. `details` may hold words;
    they are encrypted.
    """
    seq, previous = _next(tx)
    sealed = None
    if details:
        words = json.dumps(details, ensure_ascii=False).encode()
        sealed = tx.keys.seal(f"ledger.details/{seq}", words)
    plain = {k: str(v) for k, v in (ids or {}).items()}
    entry = ledger.seal(seq, at, actor, tag, plain, body_hash(sealed) if sealed else "", previous)
    draft = plain.get("draft", "")
    tx.session.add(
        LedgerRow(
            seq=seq,
            at=at,
            actor=actor,
            tag=tag,
            draft_id=int(draft) if draft else None,
            ids=plain,
            details_hash=entry.details,
            details_sealed=sealed,
            previous=previous,
            hash=entry.hash,
        )
    )
    tx.session.flush()
    tx.session.connection().execute(
        update(HeadRow).where(col(HeadRow.id) == 1).values(hash=entry.hash)
    )
    tx.acts.append(entry)
    return seq


def _next(tx: Tx) -> tuple[int, str]:
    """Takes the next number and holds the head until the end of the transaction."""
    taken = update(HeadRow).where(col(HeadRow.id) == 1).values(seq=HeadRow.seq + 1)
    row = tx.session.connection().execute(taken.returning(*HEAD)).first()
    if row is None:
        raise RuntimeError("the ledger has no head: run `signoff db upgrade`")
    return row[0], row[1] or GENESIS


def head(tx: Tx) -> tuple[int, str]:
    """The (seq, hash) of the last entry."""
    row = tx.session.connection().execute(select(*HEAD).where(col(HeadRow.id) == 1)).first()
    return (row[0], row[1] or GENESIS) if row else (0, GENESIS)


def entries(tx: Tx, until: int | None = None) -> Iterator[Entry | Damaged]:
    """All entries in order, or those up to a number, with the hash of each one's details as they
    are now, so that a change of them shows.
    """
    return (_entry(row) for row in _rows(tx, until))


def verify(tx: Tx, anchor: Noted | None = None) -> Proof:
    """The proof of the whole ledger, its encrypted details and its head included."""
    proof = ledger.verify(_audited(tx), anchor, head(tx))
    number, mark = head(tx)  # again: on PostgreSQL it may have moved on meanwhile
    if proof.whole and proof.entries > number:
        return Proof(number, mark, number + 1, "it stands after the head of the ledger")
    return proof


Raw = Row[*tuple[Any, ...]]


def _rows(tx: Tx, until: int | None = None) -> Iterator[Raw]:
    """The rows in order, a batch in memory at a time."""
    connection, last = tx.session.connection(), None
    query = select(*RAW).order_by(col(LedgerRow.seq)).limit(BATCH)
    if until is not None:
        query = query.where(col(LedgerRow.seq) <= until)
    while True:
        after = query if last is None else query.where(col(LedgerRow.seq) > last)
        rows = connection.execute(after).all()
        yield from rows
        if len(rows) < BATCH:
            return
        last = rows[-1].seq


def _entry(row: Raw) -> Entry | Damaged:
    seq, at, actor, tag, ids, sealed, previous, mark, *_ = row
    try:
        held = ids if isinstance(ids, dict) else json.loads(ids)
        details = body_hash(sealed) if sealed else ""
        return ledger.checked(Entry(seq, _moment(at), actor, tag, held, details, previous, mark))
    except (ValueError, TypeError, RecursionError):
        return ledger.NO_ENTRY


def _moment(at: datetime | str) -> datetime:
    """SQLite keeps times as text, PostgreSQL as such; both in UTC."""
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    return moment.replace(tzinfo=UTC)


def _audited(tx: Tx) -> Iterator[Entry | Damaged]:
    """The entries, and the first thing that is wrong with what stands beside the chain."""
    for row in _rows(tx):
        entry = _entry(row)
        why = _aside(tx, row, entry) if isinstance(entry, Entry) else ""
        yield Damaged(why) if why else entry


def _aside(tx: Tx, row: Raw, entry: Entry) -> str:
    """What is wrong with the columns that the entry's hash does not cover."""
    if entry.details != row.details_hash:
        return "its encrypted details were changed"
    if str(row.draft_id or "") != entry.ids.get("draft", ""):
        return "it was put to another draft"
    if row.details_sealed:
        try:
            tx.keys.unseal(f"ledger.details/{entry.seq}", row.details_sealed)
        except KeyProblem:
            return "its encrypted details cannot be opened"
    return ""


def details(tx: Tx, seq: int) -> dict[str, object]:
    """The words kept with an entry."""
    row = tx.session.get(LedgerRow, seq)
    if row is None or row.details_sealed is None:
        return {}
    words = json.loads(tx.keys.unseal(f"ledger.details/{seq}", row.details_sealed))
    return words if isinstance(words, dict) else {}
