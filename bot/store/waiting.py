"""How much waits and since when: cards to leave, drafts to be checked, the ledger's last entry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import case, func
from sqlmodel import col, select

from bot.commands import Chat
from bot.drafts import State
from bot.store.database import Tx
from bot.store.tables import DraftRow, HeadRow, LedgerRow, OutboxRow

Pile = tuple[float, datetime | None]  # how many, and since when the oldest is there


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards for one platform that are not where they should be."""

    waiting: Pile = (0, None)
    parked: Pile = (0, None)


@dataclass(frozen=True, slots=True)
class Waiting:
    cards: Mapping[Chat, Cards]
    drafts: int
    oldest_draft: datetime | None
    entries: int
    last_entry: datetime | None


def look(tx: Tx) -> Waiting:
    """All of it, by indexes whose size is what waits and not what was ever done."""
    drafts, oldest = tx.session.exec(
        select(func.count(), func.min(DraftRow.updated_at)).where(DraftRow.state == State.RECEIVED)
    ).one()
    entries = tx.session.exec(select(HeadRow.seq).where(HeadRow.id == 1)).first() or 0
    last = tx.session.exec(select(LedgerRow.at).where(LedgerRow.seq == entries)).first()
    return Waiting(_cards(tx), drafts, oldest, entries, last)


def _cards(tx: Tx) -> dict[Chat, Cards]:
    parked = case((col(OutboxRow.due_at).is_(None), 1), else_=0)
    since = func.min(OutboxRow.waiting_since)
    rows = tx.session.exec(
        select(OutboxRow.chat, parked, func.count(), since)
        .where(col(OutboxRow.waiting_since).is_not(None))
        .group_by(OutboxRow.chat, parked)
    )
    found: dict[Chat, Cards] = {}
    for name, is_parked, count, oldest in rows:
        cards = found.get(Chat(name), Cards())
        pile = "parked" if is_parked else "waiting"
        found[Chat(name)] = replace(cards, **{pile: (count, oldest)})
    return found
