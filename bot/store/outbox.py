"""The cards people should see, one row a person and place, and what each platform shows of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from bot import card_json
from bot.cards import Card
from bot.commands import Chat
from bot.store.database import Tx
from bot.store.tables import OutboxRow


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A card taken for delivery. `receipt` is the (conversation, message) it replaces, or None."""

    person: str
    key: str
    chat: Chat
    revision: int
    attempt: int
    card: Card
    receipt: tuple[str, str] | None
    draft: int | None = None


def put(
    tx: Tx,
    person: str,
    key: str,
    card: Card,
    *,
    chat: Chat,
    now: datetime,
    draft: int | None = None,
) -> None:
    """Makes `card` what this person should see in this place; a later one replaces it.

    Attempts of an earlier card whose outcome is unknown still count: it may be there already.
    """
    sealed = tx.keys.seal(f"outbox.card/{person}/{key}", card_json.dump(card))
    row = tx.session.get(OutboxRow, (person, key))
    if row is None:
        row = OutboxRow(person=person, key=key, chat=chat, draft_id=draft, revision=0)
    row.revision += 1
    row.attempt = 0 if row.message else min(row.attempt or 0, 1)
    row.card_sealed, row.due_at, row.problem = sealed, now, ""
    row.waiting_since = row.waiting_since or now
    tx.session.add(row)
    tx.session.flush()
    tx.touched = True
    tx.cards.append((key, draft))


def has(tx: Tx, person: str, key: str) -> bool:
    return tx.session.get(OutboxRow, (person, key)) is not None


def claim(tx: Tx, *, now: datetime, lease: timedelta, limit: int) -> list[Outgoing]:
    """Up to `limit` cards that are due and that nobody else is delivering, leased to the caller."""
    free = col(OutboxRow.leased_until).is_(None) | (col(OutboxRow.leased_until) <= now)
    rows = tx.session.exec(
        select(OutboxRow)
        .where(col(OutboxRow.due_at) <= now, free)
        .order_by(col(OutboxRow.due_at))
        .limit(limit)
    ).all()
    taken = []
    for row in rows:
        done = tx.session.connection().execute(
            update(OutboxRow)
            .where(
                col(OutboxRow.person) == row.person,
                col(OutboxRow.key) == row.key,
                col(OutboxRow.revision) == row.revision,
                col(OutboxRow.attempt) == row.attempt,
                free,
            )
            .values(leased_until=now + lease, attempt=row.attempt + 1)
        )
        if done.rowcount == 1:
            taken.append(_outgoing(tx, row))
    tx.session.expire_all()
    return taken


def _outgoing(tx: Tx, row: OutboxRow) -> Outgoing:
    words = tx.keys.unseal(f"outbox.card/{row.person}/{row.key}", row.card_sealed or b"")
    return Outgoing(
        person=row.person,
        key=row.key,
        chat=Chat(row.chat),
        revision=row.revision,
        attempt=row.attempt + 1,
        card=card_json.load(words),
        receipt=(row.conversation, row.message) if row.message else None,
        draft=row.draft_id,
    )


def release(tx: Tx) -> None:
    """Frees what a process that is no more had taken to deliver; its attempts still count."""
    tx.session.connection().execute(
        update(OutboxRow).where(col(OutboxRow.leased_until).is_not(None)).values(leased_until=None)
    )


def delivered(tx: Tx, out: Outgoing, conversation: str, message: str) -> None:
    """Notes where the card stands; a newer revision that came meanwhile stays due."""
    row = tx.session.get(OutboxRow, (out.person, out.key))
    if row is None:
        return
    row.conversation, row.message, row.sent = conversation, message, out.revision
    row.leased_until, row.problem = None, ""
    if row.revision == out.revision:
        row.due_at, row.attempt, row.card_sealed = None, 0, None
        row.waiting_since = None
    else:
        tx.touched = True
    tx.session.add(row)
    tx.session.flush()


def later(tx: Tx, out: Outgoing, at: datetime, code: str) -> None:
    """Tries again at `at`."""
    _problem(tx, out, code, at)


def park(tx: Tx, out: Outgoing, code: str) -> None:
    """Gives up until an admin or a newer card asks again; the card is kept."""
    _problem(tx, out, code, None)


def _problem(tx: Tx, out: Outgoing, code: str, due_at: datetime | None) -> None:
    row = tx.session.get(OutboxRow, (out.person, out.key))
    if row is None:
        return
    row.leased_until, row.problem = None, code
    if row.revision == out.revision:
        row.due_at = due_at
    tx.session.add(row)
    tx.session.flush()


def unpark(tx: Tx, person: str, now: datetime) -> None:
    """Tries again what could not be delivered to this person: they have just been heard of."""
    tx.session.connection().execute(
        update(OutboxRow)
        .where(
            col(OutboxRow.person) == person,
            col(OutboxRow.problem) != "",
            col(OutboxRow.due_at).is_(None),
        )
        .values(due_at=now, problem="", attempt=0)
    )
    tx.session.expire_all()
    tx.touched = True


def holders(tx: Tx, draft: int, prefix: str) -> list[tuple[str, str]]:
    """The (person, key) of the cards of one draft whose key begins with `prefix`."""
    rows = tx.session.exec(
        select(OutboxRow.person, OutboxRow.key).where(
            OutboxRow.draft_id == draft, col(OutboxRow.key).startswith(prefix, autoescape=True)
        )
    )
    return [(person, key) for person, key in rows]


def card_at(tx: Tx, chat: Chat, conversation: str, message: str) -> str:
    """The key of our card that stands at this place of the platform, or empty."""
    row = tx.session.exec(
        select(OutboxRow).where(
            OutboxRow.chat == chat,
            OutboxRow.message == message,
            OutboxRow.conversation == conversation,
        )
    ).first()
    return row.key if row and message else ""


def waiting(tx: Tx) -> tuple[int, int]:
    """How many cards are still to leave, and how many are parked."""
    due = tx.session.exec(select(OutboxRow.key).where(col(OutboxRow.due_at).is_not(None))).all()
    parked = tx.session.exec(
        select(OutboxRow.key).where(col(OutboxRow.problem) != "", col(OutboxRow.due_at).is_(None))
    ).all()
    return len(due), len(parked)
