"""Removal of texts after their keeping time: what was said goes, that it was decided stays."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select, update

from bot.store.database import Tx
from bot.store.tables import DecisionRow, DraftRow, FindingRow, OutboxRow, VersionRow

BATCH = 500


def purge(tx: Tx, before: datetime) -> list[int]:
    """Removes the texts of up to 500 drafts that ended before then and are not on legal hold;
    returns their numbers.
    """
    still_there = select(VersionRow.draft_id).where(col(VersionRow.content_sealed).is_not(None))
    numbers = list(
        tx.session.exec(
            select(DraftRow.id)
            .where(
                col(DraftRow.ended_at) < before,
                col(DraftRow.hold).is_(False),
                col(DraftRow.id).in_(still_there),
            )
            .limit(BATCH)
        )
    )
    found = [n for n in numbers if n is not None]
    connection = tx.session.connection()
    connection.execute(
        update(VersionRow)
        .where(col(VersionRow.draft_id).in_(found))
        .values(content_sealed=None, note_sealed=None, offer_sealed=None)
    )
    connection.execute(
        update(FindingRow).where(col(FindingRow.draft_id).in_(found)).values(masked_sealed=None)
    )
    connection.execute(
        update(DecisionRow).where(col(DecisionRow.draft_id).in_(found)).values(reason_sealed=None)
    )
    connection.execute(delete(OutboxRow).where(col(OutboxRow.draft_id).in_(found)))
    tx.session.expire_all()
    return found
