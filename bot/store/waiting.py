"""How much waits and since when: cards to leave, drafts to be checked, the ledger's last entry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import col, func, select

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
    """Counted here, because to group them SQLite would read the whole table in another order."""
    rows = tx.session.exec(
        select(OutboxRow.chat, OutboxRow.due_at, OutboxRow.waiting_since)
        .where(col(OutboxRow.waiting_since).is_not(None))
        .order_by(col(OutboxRow.waiting_since))
    )
    found: dict[Chat, Cards] = {}
    for name, due, since in rows:
        cards = found.get(Chat(name), Cards())
        pile = "waiting" if due else "parked"
        count, oldest = getattr(cards, pile)
        found[Chat(name)] = replace(cards, **{pile: (count + 1, oldest or since)})
    return found
