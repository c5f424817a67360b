"""The rows that reports and exports are made of."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import false, tuple_
from sqlalchemy import select as sa_select
from sqlmodel import col, func, select

from bot.drafts import State
from bot.reports import DraftRow, ReviewRow
from bot.reviews import ReviewState
from bot.store import tables
from bot.store.database import Tx
from bot.store.tables import SeatRow
from checks.values import Category, Severity

BATCH = 1_000


def drafts_since(tx: Tx, since: datetime | None = None) -> Iterator[DraftRow]:
    """Drafts made since then, oldest first, a thousand in memory at a time."""
    draft = tables.DraftRow
    when, number = col(draft.created_at), col(draft.id)
    wanted = (draft.id, draft.author, draft.platform, draft.kind, draft.state, draft.created_at)
    after: Any = when >= since if since is not None else True
    while True:
        query = sa_select(*map(col, wanted)).where(after).order_by(when, number).limit(BATCH)
        batch: Sequence[Any] = tx.session.connection().execute(query).all()
        numbers = sorted(row.id for row in batch)
        flagged, decided = _flagged(tx, numbers), _decided(tx, numbers)
        for key, author, platform, kind, state, made in batch:
            at, by = decided.get(key, (None, ()))
            found = tuple(sorted(flagged.get(key, ())))
            yield DraftRow(key, author, platform, kind, State(state), made, at, by, found)
        if len(batch) < BATCH:
            return
        after = tuple_(when, number) > (batch[-1].created_at, batch[-1].id)


def _flagged(tx: Tx, numbers: list[int]) -> dict[int, set[tuple[Category, Severity]]]:
    """By draft: what was found in any version and not overturned, each once."""
    found: dict[int, set[tuple[Category, Severity]]] = {}
    finding = tables.FindingRow
    for draft, category, severity in tx.session.exec(
        select(finding.draft_id, finding.category, finding.severity).where(
            _among(finding.draft_id, numbers), col(finding.overturned_at).is_(None)
        )
    ):
        found.setdefault(draft, set()).add((Category(category), Severity(severity)))
    return found


def _decided(tx: Tx, numbers: list[int]) -> dict[int, tuple[datetime, tuple[str, ...]]]:
    """By draft: when it was last decided, and by whom in the stages of that version."""
    decided: dict[int, tuple[datetime, tuple[str, ...]]] = {}
    decision = tables.DecisionRow
    rows = tx.session.exec(
        select(decision.id, decision.draft_id, decision.person, decision.at).where(
            _among(decision.draft_id, numbers)
        )
    )
    # Put in order here: asked to do it, SQLite reads all decisions that there are, in their order.
    for _, draft, person, at in sorted(rows):
        people = decided.get(draft, (at, ()))[1]
        decided[draft] = (at, people if person in people else (*people, person))
    return decided


def _among(column: object, numbers: Sequence[int]) -> Any:
    """True from the first of these numbers to the last. Those of one time follow one another, so
    there is little between them that is not wanted, and a thousand values need not be sent.
    """
    return col(column).between(numbers[0], numbers[-1]) if numbers else false()


def _of(column: object, numbers: Sequence[int]) -> Any:
    """True for these numbers: the few that lie far apart."""
    return col(column).in_(numbers)


def reviews_since(tx: Tx, since: datetime) -> Iterator[ReviewRow]:
    """A row for each review and person who could decide it, asked since then or still open."""
    review = tables.ReviewRow
    asked_at, is_open = col(review.asked_at), col(review.state) == ReviewState.OPEN
    # Two questions, each with an index of its own; asked as one, every review would be read.
    for which, near in ((asked_at >= since, True), (is_open & (asked_at < since), False)):
        query = sa_select(col(review.id), asked_at, col(review.state)).where(which)
        rows = tx.session.connection().execute(query.order_by(asked_at, col(review.id)))
        for batch in rows.partitions(BATCH):
            asked = {int(n or 0): (at, state == ReviewState.OPEN) for n, at, state in batch}
            these = _among if near else _of
            for number, approver, decided_at in _seated(
                tx, these(SeatRow.review_id, sorted(asked))
            ):
                if number in asked:
                    at, still_open = asked[number]
                    yield ReviewRow(approver, at, decided_at, still_open)


def _seated(tx: Tx, which: Any) -> Sequence[Any]:
    """(review, person, when this person decided it) for each who could decide these reviews."""
    seat, decision = SeatRow, tables.DecisionRow
    theirs = (col(decision.review_id) == col(seat.review_id)) & (
        col(decision.person) == col(seat.person)
    )
    query = (
        sa_select(col(seat.review_id), col(seat.person), col(decision.at))
        .outerjoin(decision, theirs)
        .where(which, col(seat.decides).is_(True))
    )
    return tx.session.connection().execute(query).all()


def last_approved(tx: Tx, platform: str) -> datetime | None:
    """When a post for this platform was last approved."""
    return tx.session.exec(
        select(func.max(tables.DraftRow.updated_at)).where(
            tables.DraftRow.platform == platform,
            col(tables.DraftRow.state).in_((State.APPROVED, State.POSTED)),
        )
    ).one()
