"""What was found in a version, masked."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, select, update

from bot.drafts import Found
from bot.store.database import Tx
from bot.store.tables import FindingRow
from checks.values import Category, Severity


def add(tx: Tx, draft: int, number: int, found: Iterable[Found], at: datetime) -> None:
    for f in found:
        row = FindingRow(
            draft_id=draft,
            version=number,
            at=at,
            rule=f.rule,
            category=f.category,
            severity=f.severity,
            identifier=f.identifier,
            field=f.field,
            start=f.start,
            end=f.end,
            message=f.message,
        )
        tx.session.add(row)
        tx.session.flush()
        row.masked_sealed = tx.keys.seal(f"finding.masked/{row.id}", f.masked.encode())
    tx.session.flush()


def of_version(tx: Tx, draft: int, number: int) -> tuple[Found, ...]:
    rows = tx.session.exec(
        select(FindingRow)
        .where(FindingRow.draft_id == draft, FindingRow.version == number)
        .order_by(col(FindingRow.id))
    )
    return tuple(found(tx, r) for r in rows)


def found(tx: Tx, row: FindingRow) -> Found:
    masked = b""
    if row.masked_sealed:
        masked = tx.keys.unseal(f"finding.masked/{row.id}", row.masked_sealed)
    return Found(
        rule=row.rule,
        category=Category(row.category),
        severity=Severity(row.severity),
        start=row.start,
        end=row.end,
        message=row.message,
        masked=masked.decode(),
        identifier=row.identifier,
        field=row.field,
        overturned=row.overturned_at is not None,
        id=row.id or 0,
    )


def overturn(tx: Tx, draft: int, number: int, at: datetime) -> None:
    """Marks what blocked this version as set aside by the privacy officer."""
    tx.session.connection().execute(
        update(FindingRow)
        .where(
            col(FindingRow.draft_id) == draft,
            col(FindingRow.version) == number,
            col(FindingRow.severity) == Severity.BLOCK,
        )
        .values(overturned_at=at)
    )
    tx.session.expire_all()
