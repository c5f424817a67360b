"""The ledger's rows. Entries are added and read; there is no function that edits or deletes one."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlmodel import col, select, update

from bot import ledger
from bot.ledger import GENESIS, Entry, Tag
from bot.store.crypto import body_hash
from bot.store.database import Tx
from bot.store.tables import HeadRow, LedgerRow

BATCH = 1_000
HEAD = (col(HeadRow.seq), col(HeadRow.hash))


def append(
    tx: Tx,
    actor: str,
    tag: Tag,
    *,
    at: datetime,
    ids: Mapping[str, object] | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Adds an entry in the caller's transaction. `details` may hold words; they are encrypted."""
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


def entries(tx: Tx, draft: int | None = None) -> Iterator[Entry]:
    """All entries in order, or those of one draft, a thousand in memory at a time."""
    last: int | None = None
    while True:
        query = select(LedgerRow).order_by(col(LedgerRow.seq)).limit(BATCH)
        if last is not None:
            query = query.where(LedgerRow.seq > last)
        if draft is not None:
            query = query.where(LedgerRow.draft_id == draft)
        rows = tx.session.exec(query).all()
        yield from (_entry(row) for row in rows)
        tx.session.expunge_all()
        if len(rows) < BATCH:
            return
        last = rows[-1].seq


def _entry(row: LedgerRow) -> Entry:
    """The entry in a row, with the hash of the details as they are now: a change shows."""
    sealed = row.details_sealed
    return Entry(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        tag=Tag(row.tag),
        ids={k: str(v) for k, v in row.ids.items()},
        details=body_hash(sealed) if sealed else "",
        previous=row.previous,
        hash=row.hash,
    )


def details(tx: Tx, seq: int) -> dict[str, object]:
    """The words kept with an entry."""
    row = tx.session.get(LedgerRow, seq)
    if row is None or row.details_sealed is None:
        return {}
    words = json.loads(tx.keys.unseal(f"ledger.details/{seq}", row.details_sealed))
    return words if isinstance(words, dict) else {}
