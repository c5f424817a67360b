"""Flags and lessons: what was flagged on whose drafts, who was asked to learn, how it went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select, update

from bot.store.database import Tx
from bot.store.findings import found
from bot.store.tables import AssignmentRow, DraftRow, FindingRow
from bot.training import Assignment, Due, Flag, Score
from checks.values import Category, Severity

STOPPING = (Severity.BLOCK, Severity.ESCALATE)


def flags_since(tx: Tx, person: str, since: datetime) -> tuple[Flag, ...]:
    """The person's block and escalate findings since then that were not overturned."""
    rows = tx.session.exec(
        select(FindingRow.draft_id, FindingRow.at, FindingRow.category)
        .join(DraftRow, col(DraftRow.id) == col(FindingRow.draft_id))
        .where(*_stopped(person, since))
        .order_by(col(FindingRow.id))
    )
    return tuple(Flag(draft, at, Category(category)) for draft, at, category in rows)


def _stopped(person: str, since: datetime) -> tuple[Any, ...]:
    """A draft that got a finding was moved on in the same moment, or later: what was left alone
    since then need not be looked at.
    """
    return (
        DraftRow.author == person,
        DraftRow.updated_at >= since,
        FindingRow.at >= since,
        col(FindingRow.severity).in_(STOPPING),
        col(FindingRow.overturned_at).is_(None),
    )


def masked_since(
    tx: Tx, person: str, since: datetime, limit: int = 30
) -> list[tuple[Category, str]]:
    """The latest such findings as (category, masked words)."""
    rows = tx.session.exec(
        select(FindingRow)
        .join(DraftRow, col(DraftRow.id) == col(FindingRow.draft_id))
        .where(*_stopped(person, since))
        .order_by(col(FindingRow.id).desc())
        .limit(limit)
    )
    return [(f.category, f.masked) for f in (found(tx, row) for row in rows)]


def assignments(tx: Tx, person: str | None = None) -> tuple[Assignment, ...]:
    """Lessons assigned, oldest first, of one person or of all."""
    query = select(AssignmentRow).order_by(col(AssignmentRow.id))
    if person is not None:
        query = query.where(AssignmentRow.person == person)
    return tuple(_assignment(row) for row in tx.session.exec(query))


def get(tx: Tx, assignment: int) -> Assignment | None:
    row = tx.session.get(AssignmentRow, assignment)
    return _assignment(row) if row else None


def _assignment(row: AssignmentRow) -> Assignment:
    score = Score(row.score, len(row.answers)) if row.score is not None and row.answers else None
    return Assignment(
        id=row.id or 0,
        person=row.person,
        lesson=row.lesson,
        counts=tuple((Category(c), int(n)) for c, n in row.counts.items()),
        reminded_at=row.reminded_at,
        done_at=row.done_at,
        score=score,
        lesson_version=row.lesson_version,
    )


def assign(tx: Tx, person: str, due: Due, at: datetime) -> int:
    """Records that this lesson was asked of the person; returns its number."""
    row = AssignmentRow(
        person=person,
        lesson=due.lesson.id,
        lesson_version=due.lesson.version,
        counts={str(c): n for c, n in due.counts},
        flagged=due.drafts,
        reminded_at=at,
        answers=[],
    )
    tx.session.add(row)
    tx.session.flush()
    assert row.id is not None
    return row.id


def answers(tx: Tx, assignment: int) -> tuple[int, ...]:
    """The options chosen so far in the present attempt."""
    row = tx.session.get(AssignmentRow, assignment)
    return tuple(int(a) for a in row.answers) if row else ()


def set_answers(tx: Tx, assignment: int, chosen: Sequence[int]) -> None:
    tx.session.connection().execute(
        update(AssignmentRow)
        .where(col(AssignmentRow.id) == assignment)
        .values(answers=list(chosen))
    )
    tx.session.expire_all()


def finish(tx: Tx, assignment: int, score: Score, version: str, at: datetime) -> None:
    """Notes a finished attempt; a passed one ends the assignment."""
    values: dict[str, object] = {"attempts": AssignmentRow.attempts + 1, "lesson_version": version}
    if score.passed:
        values |= {"score": score.right, "done_at": at}
    else:
        values |= {"answers": []}
    tx.session.connection().execute(
        update(AssignmentRow).where(col(AssignmentRow.id) == assignment).values(**values)
    )
    tx.session.expire_all()
