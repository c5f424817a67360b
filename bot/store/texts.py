"""Removal of texts after their keeping time: what was said goes, that it was decided stays."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, update
from sqlmodel import col, select

from bot.store.database import Tx
from bot.store.tables import METADATA, DraftRow, OutboxRow, VersionRow

TEXTS = {
    "version": ("content_sealed", "note_sealed", "offer_sealed"),
    "finding": ("masked_sealed",),
    "decision": ("reason_sealed",),
}
BATCH = 100  # drafts in one transaction, so that nobody who presses waits for long


@dataclass(frozen=True, slots=True)
class Purged:
    """A draft whose texts have just been removed, and in how many versions there were any."""

    draft: int
    versions: int


def purge(tx: Tx, *, ended_before: datetime, now: datetime) -> list[Purged]:
    """Removes the texts of up to a hundred drafts that ended before then and are not on legal
    hold. Each draft is given to one caller only, so it is purged once.
    """
    found = _take(tx, ended_before, now)
    connection = tx.session.connection()
    counted = dict.fromkeys(found, 0) | _versions(tx, found)
    for name, columns in TEXTS.items():
        table = METADATA.tables[name]
        gone = dict.fromkeys(columns)
        connection.execute(update(table).where(table.c.draft_id.in_(found)).values(gone))
    connection.execute(delete(OutboxRow).where(col(OutboxRow.draft_id).in_(found)))
    tx.session.expire_all()
    return [Purged(draft, versions) for draft, versions in sorted(counted.items())]


def _take(tx: Tx, ended_before: datetime, now: datetime) -> list[int]:
    """Marks drafts as purged. On PostgreSQL what another replica is at is left to it."""
    ripe = (
        select(DraftRow.id)
        .where(
            col(DraftRow.purged_at).is_(None),
            col(DraftRow.ended_at) < ended_before,
            col(DraftRow.hold).is_(False),
        )
        .order_by(col(DraftRow.ended_at))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    numbers = [n for n in tx.session.exec(ripe) if n is not None]
    marked = (
        update(DraftRow)
        .where(col(DraftRow.id).in_(numbers), col(DraftRow.purged_at).is_(None))
        .values(purged_at=now)
    )
    taken = tx.session.connection().execute(marked.returning(col(DraftRow.id))).scalars()
    return [n for n in taken if n is not None]


def _versions(tx: Tx, drafts: list[int]) -> dict[int, int]:
    """How many versions of each draft still have their text."""
    rows = tx.session.exec(
        select(VersionRow.draft_id, func.count())
        .where(col(VersionRow.draft_id).in_(drafts), col(VersionRow.content_sealed).is_not(None))
        .group_by(col(VersionRow.draft_id))
    )
    return dict(rows.all())


def forget_cards(tx: Tx, day: str) -> None:
    """Removes what is left of cards that nobody will replace any more: daily notes of before
    `day`, and whatever was shown of a draft after its texts had been removed.
    """
    purged = select(DraftRow.id).where(col(DraftRow.purged_at).is_not(None))
    key = col(OutboxRow.key)
    old_note = and_(key.startswith("anchor/"), key < f"anchor/{day}")
    tx.session.connection().execute(
        delete(OutboxRow).where(
            col(OutboxRow.due_at).is_(None), or_(old_note, col(OutboxRow.draft_id).in_(purged))
        )
    )
    tx.session.expire_all()
