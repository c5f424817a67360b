"""The cards people should see, one row a person and place, and what each platform shows of them.

The cards of one conversation - a person on a platform - leave one after the other, in the order in
which they were put here (`due_at`). Whoever takes the first has it on a lease (`leased_until`),
which is kept alive while the platform is asked. After a failure the same column says how long the
conversation has to wait. A card that cannot be delivered is parked: not due, and with a problem.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, or_, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, select, update

from bot import card_json
from bot.cards import Card
from bot.commands import Chat
from bot.store.crypto import KeyProblem
from bot.store.database import ToSend, Tx
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
    readable: bool = True


def put(
    tx: Tx,
    person: str,
    key: str,
    card: Card,
    *,
    chat: Chat,
    draft: int | None = None,
    receipt: tuple[str, str] | None = None,
) -> None:
    """Makes `card` what this person should see in this place; a later one replaces it.

    One that still waits or is on its way keeps its turn. Attempts of a parked card whose outcome is
    unknown still count: it may be there already. `receipt` says where such a card stands.
    """
    tx.todo.add(ToSend(chat, person))
    sealed = tx.keys.seal(f"outbox.card/{person}/{key}", card_json.dump(card))
    row = OutboxRow(person=person, key=key, chat=chat, draft_id=draft, revision=1)
    row.card_sealed, row.due_at = sealed, tx.turn()
    row.waiting_since = row.due_at
    tx.cards.append((key, draft))
    row.conversation, row.message = receipt or ("", "")
    if tx.add(OutboxRow, **row.model_dump()):
        return
    there = _locked(tx, person, key)
    assert there is not None
    there.revision, there.card_sealed = there.revision + 1, sealed
    there.waiting_since = there.waiting_since or row.waiting_since
    if there.due_at is None:
        there.due_at, there.leased_until, there.problem = tx.turn(), None, ""
        there.attempt = 0 if there.message else min(there.attempt, 1)
    tx.session.add(there)
    tx.session.flush()


def _locked(tx: Tx, person: str, key: str) -> OutboxRow | None:
    """The row as it is now, which nobody changes before we are through."""
    place = (person, key)
    return tx.session.get(OutboxRow, place, with_for_update=True, populate_existing=True)


def has(tx: Tx, person: str, key: str) -> bool:
    return tx.session.get(OutboxRow, (person, key)) is not None


# --- whose turn it is ----------------------------------------------------------------------------

_due_at = col(OutboxRow.due_at)
_free_at = col(OutboxRow.leased_until)
_now: BindParameter[datetime] = bindparam("now")
_ahead = aliased(OutboxRow)
_others = (
    select(_ahead.key)
    .where(
        col(_ahead.due_at).is_not(None),
        _ahead.chat == OutboxRow.chat,
        _ahead.person == OutboxRow.person,
        tuple_(col(_ahead.due_at), col(_ahead.key)) < tuple_(_due_at, col(OutboxRow.key)),
    )
    .exists()
)
# What makes a card the next one of its conversation, and free to leave.
HEAD = (_due_at <= _now, or_(_free_at.is_(None), _free_at <= _now), ~_others)


def turns(
    tx: Tx, now: datetime, *, chat: Chat | None = None, limit: int, but: Collection[str] = ()
) -> Sequence[ToSend]:
    """Conversations whose next card could leave; those of `but` are left out."""
    query = select(OutboxRow.chat, OutboxRow.person).where(*HEAD).order_by(_due_at)
    if chat is not None:
        query = query.where(OutboxRow.chat == chat, col(OutboxRow.person).not_in(but))
    return [
        ToSend(place, person)
        for place, person in tx.session.exec(query.limit(limit), params={"now": now})
    ]


def claim(
    tx: Tx, *, now: datetime, lease: timedelta, limit: int = 1, whose: ToSend | None = None
) -> list[Outgoing]:
    """Up to `limit` cards that are next in their conversations, leased to the caller."""
    query = select(OutboxRow).where(*HEAD).order_by(_due_at).limit(limit)
    if whose is not None:
        query = query.where(OutboxRow.chat == whose.chat, OutboxRow.person == whose.person)
    taken = []
    query = query.with_for_update(skip_locked=True, of=OutboxRow)
    for row in tx.session.exec(query, params={"now": now}).all():
        row.leased_until, row.attempt, row.problem = now + lease, row.attempt + 1, ""
        tx.session.add(row)
        taken.append(_outgoing(tx, row))
    tx.session.flush()
    return taken


def _outgoing(tx: Tx, row: OutboxRow) -> Outgoing:
    try:
        words = tx.keys.unseal(f"outbox.card/{row.person}/{row.key}", row.card_sealed or b"")
        card, readable = card_json.load(words), True
    except KeyProblem:
        card, readable = Card("", ""), False
    return Outgoing(
        person=row.person,
        key=row.key,
        chat=Chat(row.chat),
        revision=row.revision,
        attempt=row.attempt,
        card=card,
        receipt=(row.conversation, row.message) if row.message else None,
        draft=row.draft_id,
        readable=readable,
    )


# --- how it went ---------------------------------------------------------------------------------


def delivered(tx: Tx, out: Outgoing, conversation: str, message: str) -> bool:
    """Notes where the card stands; a newer one that came meanwhile stays due.

    False when the platform shows it twice: our lease had run out, and another attempt has noted
    another place.
    """
    row, place = _locked(tx, out.person, out.key), (conversation, message)
    if row is None:
        return True
    noted = (row.conversation, row.message) if row.message else None
    if noted not in (None, out.receipt, place):
        return False
    row.conversation, row.message = place
    if row.attempt == out.attempt:
        row.leased_until, row.attempt, row.sent = None, 0, out.revision
        if row.revision == out.revision:
            row.due_at, row.card_sealed, row.waiting_since = None, None, None
        else:
            tx.todo.add(ToSend(out.chat, out.person))
    tx.session.add(row)
    tx.session.flush()
    return True


def later(tx: Tx, out: Outgoing, at: datetime, code: str) -> None:
    """Lets the conversation wait until `at`."""
    _ended(tx, out, leased_until=at, problem=code)


def park(tx: Tx, out: Outgoing, code: str) -> None:
    """Gives up until somebody or something asks again; the card is kept."""
    _ended(tx, out, leased_until=None, problem=code, due_at=None)
    tx.todo.add(ToSend(out.chat, out.person))


def renew(tx: Tx, out: Outgoing, until: datetime) -> None:
    """Keeps a card whose delivery takes its time."""
    _ended(tx, out, leased_until=until)


def hand_over(tx: Tx, out: Outgoing) -> None:
    """Lets another try at once; our attempt still counts, because it may have got through."""
    _ended(tx, out, leased_until=None)


def _ended(tx: Tx, out: Outgoing, **values: Any) -> None:
    """Changes the row while the lease on it is ours."""
    tx.session.connection().execute(
        update(OutboxRow)
        .where(
            col(OutboxRow.person) == out.person,
            col(OutboxRow.key) == out.key,
            col(OutboxRow.attempt) == out.attempt,
            _due_at.is_not(None),
        )
        .values(**values)
    )
    tx.session.expire_all()


def release(tx: Tx) -> None:
    """Frees what a process that is no more had taken; who has to wait goes on waiting."""
    tx.session.connection().execute(
        update(OutboxRow)
        .where(_free_at.is_not(None), col(OutboxRow.problem) == "")
        .values(leased_until=None)
    )


# --- where cards stand ---------------------------------------------------------------------------


def holders(tx: Tx, draft: int, prefix: str) -> list[tuple[str, str]]:
    """The (person, key) of the cards of one draft whose key begins with `prefix`."""
    rows = tx.session.exec(
        select(OutboxRow.person, OutboxRow.key).where(
            OutboxRow.draft_id == draft, col(OutboxRow.key).startswith(prefix, autoescape=True)
        )
    )
    return [(person, key) for person, key in rows]


def copy_key(draft: int | None, message: str) -> str:
    """The key of a card that stands beside ours, in this message of the platform. The platform says
    what a message is called, and keys are logged: so it is a digest.
    """
    digest = hashlib.sha256(message.encode("utf-8", "surrogatepass")).hexdigest()
    return f"copy/{draft or 0}/{digest[:16]}"


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
