"""Cards that have not left: those that wait after a failure, and those that are parked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, literal_column, or_
from sqlmodel import col, func, select, update

from bot.commands import Chat
from bot.store.database import ToSend, Tx
from bot.store.tables import OutboxRow

BUSY = "http-429"  # the platform said how long to wait, so we do
NO_ADDRESS = "no-address"
_due_at = col(OutboxRow.due_at)
_troubled = literal_column("problem") != literal_column("''")  # as the index has it


@dataclass(frozen=True, slots=True)
class Held:
    """A card that has not left, as operators see it. `problem` is empty when it was not tried."""

    person: str
    chat: Chat
    key: str
    problem: str
    attempts: int
    due_at: datetime | None  # None: parked

    @property
    def parked(self) -> bool:
        return self.due_at is None


def parked(tx: Tx, chat: Chat, person: str) -> bool:
    """True when a card of this conversation is parked."""
    query = select(OutboxRow.key).where(
        OutboxRow.person == person, OutboxRow.chat == chat, _troubled, _due_at.is_(None)
    )
    return tx.session.exec(query.limit(1)).first() is not None


def retry(tx: Tx, *, chat: Chat | None = None, person: str | None = None, code: str = "") -> int:
    """Tries again now what is parked or waits after a failure; returns how many cards. Where a
    platform named the time to wait, that still holds.
    """
    which = [OutboxRow.chat == chat] if chat else []
    which += [OutboxRow.person == person] if person is not None else []
    which += [OutboxRow.problem == code] if code else []
    return _again(tx, *which)


def hurry(tx: Tx, chat: Chat) -> int:
    """The same for what waits on one platform, parked cards left out: it answers again."""
    return _again(tx, OutboxRow.chat == chat, _due_at.is_not(None))


def _again(tx: Tx, *which: Any) -> int:
    tried = case((col(OutboxRow.attempt) > 1, 1), else_=OutboxRow.attempt)
    done = tx.session.connection().execute(
        update(OutboxRow)
        .where(_troubled, col(OutboxRow.problem) != BUSY, *which)
        .values(due_at=func.coalesce(_due_at, tx.now), leased_until=None, problem="", attempt=tried)
        .returning(col(OutboxRow.chat), col(OutboxRow.person))
    )
    places = [ToSend(place, whose) for place, whose in done]
    tx.session.expire_all()
    tx.todo.update(places)
    return len(places)


def held(tx: Tx, limit: int = 200) -> list[Held]:
    """Cards that have not left: the parked ones first, then in the order of their turn."""
    rows = tx.session.exec(
        select(OutboxRow)
        .where(or_(_due_at.is_not(None), _troubled))
        .order_by(_due_at.is_not(None), _due_at, col(OutboxRow.person), col(OutboxRow.key))
        .limit(limit)
    )
    return [Held(r.person, Chat(r.chat), r.key, r.problem, r.attempt, r.due_at) for r in rows]
