"""Drafts before the checks: who waits, who has taken which, until when.

Whoever takes a draft has it on a lease, which is kept alive while the checks run. A process that
dies stops doing so, and another takes the draft. Findings are taken in once, whoever brings them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select, update

from bot.drafts import State
from bot.store.database import ToCheck, Tx
from bot.store.tables import DraftRow


def waiting(tx: Tx, before: datetime, limit: int) -> Sequence[ToCheck]:
    """Drafts whose checks have been due since then, and that nobody is at work on."""
    rows = tx.session.exec(
        select(DraftRow.id).where(*_due(before)).order_by(_check_at).limit(limit)
    )
    return [ToCheck(number) for number in rows if number is not None]


def claim(
    tx: Tx, *, now: datetime, lease: timedelta, limit: int, only: int | None = None
) -> list[tuple[int, int, int]]:
    """Up to `limit` (draft, version, attempt) whose check is due, leased to the caller."""
    query = select(DraftRow).where(*_due(now)).order_by(_check_at).limit(limit)
    if only is not None:
        query = query.where(DraftRow.id == only)
    claimed = []
    for row in tx.session.exec(query.with_for_update(skip_locked=True)).all():
        row.check_at, row.check_attempt = now + lease, row.check_attempt + 1
        tx.session.add(row)
        assert row.id is not None
        claimed.append((row.id, row.version, row.check_attempt))
    tx.session.flush()
    return claimed


def renew(tx: Tx, draft: int, version: int, until: datetime) -> None:
    """Keeps a draft that is still being checked."""
    _set(tx, draft, version, check_at=until)


def hand_back(tx: Tx, draft: int, version: int, now: datetime) -> None:
    """Lets another take at once what was taken and will not be finished here."""
    _set(tx, draft, version, check_at=now, check_attempt=DraftRow.check_attempt - 1)
    tx.todo.add(ToCheck(draft))


def release(tx: Tx, now: datetime) -> None:
    """Frees what a process that is no more had taken."""
    tx.session.connection().execute(
        update(DraftRow)
        .where(col(DraftRow.state) == State.RECEIVED, col(DraftRow.check_at) > now)
        .values(check_at=now)
    )


_check_at = col(DraftRow.check_at)


def _due(before: datetime) -> tuple[Any, ...]:
    return DraftRow.state == State.RECEIVED, _check_at <= before


def _set(tx: Tx, draft: int, version: int, **values: Any) -> None:
    tx.session.connection().execute(
        update(DraftRow)
        .where(
            col(DraftRow.id) == draft,
            col(DraftRow.version) == version,
            col(DraftRow.state) == State.RECEIVED,
            _check_at.is_not(None),
        )
        .values(**values)
    )
    tx.session.expire_all()
