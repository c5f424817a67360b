"""The rows that reports and exports are made of."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select as sa_select
from sqlmodel import col, func, select

from bot.drafts import State
from bot.reports import DraftRow, ReviewRow
from bot.reviews import ReviewState
from bot.store import tables
from bot.store.database import Tx
from checks.values import Category, Severity

BATCH = 1_000


def drafts_since(tx: Tx, since: datetime | None = None) -> Iterator[DraftRow]:
    """Drafts made since then, oldest first, a thousand in memory at a time."""
    last = 0
    while True:
        query = select(tables.DraftRow).where(col(tables.DraftRow.id) > last)
        if since is not None:
            query = query.where(tables.DraftRow.created_at >= since)
        rows = tx.session.exec(query.order_by(col(tables.DraftRow.id)).limit(BATCH)).all()
        if not rows:
            return
        last = rows[-1].id or 0
        numbers = [row.id for row in rows if row.id]
        flagged, decided = _flagged(tx, numbers), _decided(tx, numbers)
        for row in rows:
            at, by = decided.get(row.id or 0, (None, ()))
            yield DraftRow(
                id=row.id or 0,
                author=row.author,
                platform=row.platform,
                kind=row.kind,
                state=State(row.state),
                created_at=row.created_at,
                decided_at=at,
                decided_by=by,
                flagged=tuple(sorted(flagged.get(row.id or 0, ()))),
            )
        tx.session.expunge_all()


def _flagged(tx: Tx, numbers: list[int]) -> dict[int, set[tuple[Category, Severity]]]:
    """By draft: what was found in any version and not overturned, each once."""
    found: dict[int, set[tuple[Category, Severity]]] = {}
    finding = tables.FindingRow
    for draft, category, severity in tx.session.exec(
        select(finding.draft_id, finding.category, finding.severity)
        .where(col(finding.draft_id).in_(numbers), col(finding.overturned_at).is_(None))
        .distinct()
    ):
        found.setdefault(draft, set()).add((Category(category), Severity(severity)))
    return found


def _decided(tx: Tx, numbers: list[int]) -> dict[int, tuple[datetime, tuple[str, ...]]]:
    """By draft: when it was last decided, and by whom in the stages of that version."""
    decided: dict[int, tuple[datetime, tuple[str, ...]]] = {}
    decision = tables.DecisionRow
    for draft, person, at in tx.session.exec(
        select(decision.draft_id, decision.person, decision.at)
        .where(col(decision.draft_id).in_(numbers))
        .order_by(col(decision.id))
    ):
        people = decided.get(draft, (at, ()))[1]
        decided[draft] = (at, people if person in people else (*people, person))
    return decided


def reviews_since(tx: Tx, since: datetime) -> list[ReviewRow]:
    """A row for each review and person who could decide it, asked since then or still open."""
    review, seat, decision = tables.ReviewRow, tables.SeatRow, tables.DecisionRow
    rows = tx.session.connection().execute(
        sa_select(
            col(review.asked_at),
            col(review.state),
            col(seat.person),
            col(decision.person),
            col(decision.at),
        )
        .join(seat, col(seat.review_id) == col(review.id))
        .outerjoin(decision, col(decision.review_id) == col(review.id))
        .where(
            (col(review.asked_at) >= since) | (col(review.state) == ReviewState.OPEN),
            col(seat.decides).is_(True),
        )
    )
    return [
        ReviewRow(
            approver=person,
            asked_at=asked,
            decided_at=at if by == person else None,
            open=state == ReviewState.OPEN,
        )
        for asked, state, person, by, at in rows
    ]


def last_approved(tx: Tx, platform: str) -> datetime | None:
    """When a post for this platform was last approved."""
    return tx.session.exec(
        select(func.max(tables.DraftRow.updated_at)).where(
            tables.DraftRow.platform == platform,
            col(tables.DraftRow.state).in_((State.APPROVED, State.POSTED)),
        )
    ).one()
