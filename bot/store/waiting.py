"""How much waits and since when: cards to leave, drafts to be checked, the ledger's last entry."""

from collections.abc import Mapping
from dataclasses import dataclass
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


def totals(tx: Tx) -> tuple[int, int]:
    """How many cards are still to leave, and how many are parked."""
    cards = _cards(tx).values()
    return int(sum(c.waiting[0] for c in cards)), int(sum(c.parked[0] for c in cards))


def _cards(tx: Tx) -> dict[Chat, Cards]:
    """Counted here, because to count by groups SQLite would read the whole table."""
    rows = tx.session.exec(
        select(OutboxRow.chat, OutboxRow.due_at, OutboxRow.waiting_since)
        .where(col(OutboxRow.waiting_since).is_not(None))
        .order_by(col(OutboxRow.waiting_since))
    )
    since: dict[tuple[Chat, bool], list[datetime | None]] = {}
    for name, due, at in rows:
        since.setdefault((Chat(name), due is None), []).append(at)

    def pile(chat: Chat, *, parked: bool) -> Pile:
        found = since.get((chat, parked), [])
        return len(found), found[0] if found else None

    return {chat: Cards(pile(chat, parked=False), pile(chat, parked=True)) for chat, _ in since}
