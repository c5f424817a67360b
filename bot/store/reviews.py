"""Reviews, their seats and decisions, and who decides for whom."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select, update

from bot.commands import Outcome
from bot.reviews import Decision, Delegation, Review, ReviewState, Seat, Why
from bot.store.database import Tx
from bot.store.tables import DecisionRow, DelegationRow, ReviewRow, SeatRow


def add(tx: Tx, review: Review) -> Review:
    """Stores a new review with its seats and gives it its number."""
    row = ReviewRow(
        draft_id=review.draft,
        version=review.version,
        stage=review.stage,
        kind=review.name,
        content_hash=review.content_hash,
        state=ReviewState.OPEN,
        asked_at=review.asked_at,
        due_at=review.due_at,
        remind_at=review.remind_at,
        line=review.line,
    )
    tx.session.add(row)
    tx.session.flush()
    assert row.id is not None
    seat(tx, row.id, review.seats)
    return replace(review, id=row.id)


def seat(tx: Tx, review: int, seats: Iterable[Seat]) -> None:
    """Gives these people their seats; who had one keeps it with the new reason."""
    for s in seats:
        key = {"review_id": review, "person": s.person}
        tx.put(SeatRow, key, why=s.why, decides=s.decides)


def unseat(tx: Tx, review: int, person: str) -> None:
    tx.session.connection().execute(
        delete(SeatRow).where(col(SeatRow.review_id) == review, col(SeatRow.person) == person)
    )
    tx.session.expire_all()


def open_of(tx: Tx, draft: int) -> Review | None:
    """The open review of a draft; there is never more than one."""
    row = tx.session.exec(
        select(ReviewRow).where(ReviewRow.draft_id == draft, ReviewRow.state == ReviewState.OPEN)
    ).first()
    return _review(tx, row) if row else None


def get(tx: Tx, review: int) -> Review | None:
    row = tx.session.get(ReviewRow, review)
    return _review(tx, row) if row else None


def all_of(tx: Tx, draft: int) -> tuple[Review, ...]:
    rows = tx.session.exec(
        select(ReviewRow).where(ReviewRow.draft_id == draft).order_by(col(ReviewRow.id))
    ).all()
    return tuple(_review(tx, r) for r in rows)


def close(tx: Tx, review: Review, state: ReviewState) -> bool:
    """Compare-and-set: True when the review was open, and now is not."""
    done = tx.session.connection().execute(
        update(ReviewRow)
        .where(col(ReviewRow.id) == review.id, col(ReviewRow.state) == ReviewState.OPEN)
        .values(state=state)
    )
    tx.session.expire_all()
    return done.rowcount == 1


def due(tx: Tx, now: datetime, limit: int = 100) -> tuple[int, ...]:
    """Open reviews whose deadline has passed."""
    return _numbers(tx, col(ReviewRow.due_at) <= now, limit)


def to_remind(tx: Tx, now: datetime, limit: int = 100) -> tuple[int, ...]:
    """Open reviews whose reminder is due."""
    return _numbers(tx, col(ReviewRow.remind_at) <= now, limit)


def _numbers(tx: Tx, condition: object, limit: int) -> tuple[int, ...]:
    rows = tx.session.exec(
        select(ReviewRow.id)
        .where(ReviewRow.state == ReviewState.OPEN, condition)  # type: ignore[arg-type]
        .order_by(col(ReviewRow.due_at))
        .limit(limit)
    )
    return tuple(r for r in rows if r is not None)


def reminded(tx: Tx, review: Review) -> bool:
    """Takes the one reminder: True for the caller that may send it."""
    done = tx.session.connection().execute(
        update(ReviewRow)
        .where(
            col(ReviewRow.id) == review.id,
            col(ReviewRow.state) == ReviewState.OPEN,
            col(ReviewRow.remind_at).is_not(None),
        )
        .values(remind_at=None)
    )
    tx.session.expire_all()
    return done.rowcount == 1


def pass_on(tx: Tx, review: Review, due_at: datetime, remind_at: datetime | None) -> bool:
    """Moves the review to the next in line: True for the one caller that did."""
    done = tx.session.connection().execute(
        update(ReviewRow)
        .where(
            col(ReviewRow.id) == review.id,
            col(ReviewRow.state) == ReviewState.OPEN,
            col(ReviewRow.line) == review.line,
        )
        .values(line=review.line + 1, due_at=due_at, remind_at=remind_at)
    )
    tx.session.expire_all()
    return done.rowcount == 1


def waiting_for(tx: Tx, person: str, limit: int = 50) -> tuple[Review, ...]:
    """Open reviews this person can decide, the most urgent first."""
    rows = tx.session.exec(
        select(ReviewRow)
        .join(SeatRow, col(SeatRow.review_id) == col(ReviewRow.id))
        .where(
            ReviewRow.state == ReviewState.OPEN,
            SeatRow.person == person,
            col(SeatRow.decides).is_(True),
        )
        .order_by(col(ReviewRow.due_at))
        .limit(limit)
    ).all()
    return tuple(_review(tx, r) for r in rows)


def decide(tx: Tx, decision: Decision, content_hash: str) -> None:
    row = DecisionRow(
        review_id=decision.review,
        draft_id=decision.draft,
        version=decision.version,
        stage=decision.stage,
        person=decision.person,
        outcome=decision.outcome,
        content_hash=content_hash,
        at=decision.at,
    )
    if decision.reason:
        row.reason_sealed = tx.keys.seal(
            f"decision.reason/{decision.review}", decision.reason.encode()
        )
    tx.session.add(row)
    tx.session.flush()


def decisions(tx: Tx, draft: int) -> tuple[Decision, ...]:
    rows = tx.session.exec(
        select(DecisionRow).where(DecisionRow.draft_id == draft).order_by(col(DecisionRow.id))
    )
    return tuple(_decision(tx, r) for r in rows)


def _decision(tx: Tx, row: DecisionRow) -> Decision:
    reason = b""
    if row.reason_sealed:
        reason = tx.keys.unseal(f"decision.reason/{row.review_id}", row.reason_sealed)
    return Decision(
        review=row.review_id,
        draft=row.draft_id,
        version=row.version,
        stage=row.stage,
        person=row.person,
        outcome=Outcome(row.outcome),
        at=row.at,
        reason=reason.decode(),
    )


def _review(tx: Tx, row: ReviewRow) -> Review:
    assert row.id is not None
    seats = tx.session.exec(select(SeatRow).where(SeatRow.review_id == row.id))
    return Review(
        id=row.id,
        draft=row.draft_id,
        version=row.version,
        stage=row.stage,
        name=row.kind,
        content_hash=row.content_hash,
        state=ReviewState(row.state),
        asked_at=row.asked_at,
        due_at=row.due_at,
        remind_at=row.remind_at,
        line=row.line,
        seats=tuple(Seat(s.person, Why(s.why)) for s in seats),
    )


def delegate(tx: Tx, owner: str, to: str, starts: datetime, ends: datetime) -> None:
    tx.session.add(DelegationRow(owner=owner, to=to, starts=starts, ends=ends))
    tx.session.flush()


def end_delegations(tx: Tx, owner: str, now: datetime) -> int:
    """Ends what `owner` delegated and is not over; returns how many there were."""
    done = tx.session.connection().execute(
        update(DelegationRow)
        .where(
            col(DelegationRow.owner) == owner,
            col(DelegationRow.ended_at).is_(None),
            col(DelegationRow.ends) > now,
        )
        .values(ended_at=now)
    )
    tx.session.expire_all()
    return done.rowcount


def delegations(tx: Tx, until: datetime) -> tuple[Delegation, ...]:
    """Delegations that were not ended and run beyond `until`."""
    rows = tx.session.exec(
        select(DelegationRow).where(
            col(DelegationRow.ended_at).is_(None), col(DelegationRow.ends) > until
        )
    )
    return tuple(Delegation(r.id or 0, r.owner, r.to, r.starts, r.ends) for r in rows)


def open_with(tx: Tx, person: str) -> tuple[Review, ...]:
    """Open reviews in which this person has a seat of their own, deciding or a copy."""
    rows = tx.session.exec(
        select(ReviewRow)
        .join(SeatRow, col(SeatRow.review_id) == col(ReviewRow.id))
        .where(
            ReviewRow.state == ReviewState.OPEN,
            SeatRow.person == person,
            SeatRow.why != Why.DELEGATE,
        )
        .order_by(col(ReviewRow.id))
    ).all()
    return tuple(_review(tx, r) for r in rows)
