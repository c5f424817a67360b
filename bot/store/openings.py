"""Openings: who asked to read a draft that was not theirs, who agreed, and until when."""

from datetime import datetime

from sqlmodel import col, select, update

from bot.openings import LIVE, Opening, OpeningState
from bot.store.database import Tx
from bot.store.tables import OpeningRow


def add(tx: Tx, *, draft: int, version: int, asker: str, at: datetime, until: datetime) -> Opening:
    """A new opening that waits for a second person until then."""
    row = OpeningRow(
        draft_id=draft,
        version=version,
        asker=asker,
        state=OpeningState.ASKED,
        asked_at=at,
        until=until,
    )
    tx.session.add(row)
    tx.session.flush()
    return _opening(row)


def get(tx: Tx, number: int) -> Opening | None:
    row = tx.session.get(OpeningRow, number)
    return _opening(row) if row else None


def live(tx: Tx, draft: int, asker: str, now: datetime) -> Opening | None:
    """The opening of this draft that this person has asked for and that is not over."""
    row = tx.session.exec(
        select(OpeningRow).where(
            OpeningRow.draft_id == draft,
            OpeningRow.asker == asker,
            col(OpeningRow.state).in_(LIVE),
            OpeningRow.until > now,
        )
    ).first()
    return _opening(row) if row else None


def settle(
    tx: Tx, opening: Opening, state: OpeningState, *, second: str, until: datetime
) -> Opening | None:
    """Compare-and-set: the opening in its new state for the one caller that was first."""
    done = tx.session.connection().execute(
        update(OpeningRow)
        .where(col(OpeningRow.id) == opening.id, col(OpeningRow.state) == opening.state)
        .values(state=state, second=second, until=until)
    )
    tx.session.expire_all()
    return get(tx, opening.id) if done.rowcount == 1 else None


def over(tx: Tx, now: datetime, limit: int = 100) -> tuple[int, ...]:
    """Openings whose time is over and that were not closed yet."""
    rows = tx.session.exec(
        select(OpeningRow.id)
        .where(col(OpeningRow.state).in_(LIVE), OpeningRow.until <= now)
        .order_by(col(OpeningRow.until))
        .limit(limit)
    )
    return tuple(r for r in rows if r is not None)


def _opening(row: OpeningRow) -> Opening:
    assert row.id is not None
    return Opening(
        id=row.id,
        draft=row.draft_id,
        version=row.version,
        asker=row.asker,
        state=OpeningState(row.state),
        until=row.until,
        second=row.second,
    )
