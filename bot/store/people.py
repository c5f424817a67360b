"""What was heard from people: events already seen, where they can be reached, small settings."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.commands import Chat
from bot.store.database import Tx
from bot.store.tables import AddressRow, SeenRow, SettingRow


def first_time(tx: Tx, chat: Chat, event: str, at: datetime) -> bool:
    """True when this event of the platform was not handled before; remembers it."""
    dialect = tx.session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    row = insert(SeenRow).values(chat=chat, event=event, at=at).on_conflict_do_nothing()
    done = tx.session.connection().execute(row.returning(col(SeenRow.event)))
    return done.first() is not None


def forget_events(tx: Tx, before: datetime) -> None:
    tx.session.connection().execute(delete(SeenRow).where(col(SeenRow.at) < before))


def set_address(tx: Tx, chat: Chat, person: str, user: str, address: str) -> bool:
    """Keeps how to reach a person; True when that is news."""
    place = f"address/{chat}/{person}"
    if reach(tx, chat, person) == (user, address):
        return False
    sealed = tx.keys.seal(place, address.encode())
    tx.session.merge(AddressRow(chat=chat, person=person, user=user, address_sealed=sealed))
    tx.session.flush()
    return True


def reach(tx: Tx, chat: Chat, person: str) -> tuple[str, str]:
    """The (user, address) by which this person was last heard of there, or empty ones."""
    row = tx.session.get(AddressRow, (chat, person))
    if row is None:
        return "", ""
    return row.user, tx.keys.unseal(f"address/{chat}/{person}", row.address_sealed).decode()


def setting(tx: Tx, key: str) -> str:
    row = tx.session.get(SettingRow, key)
    return tx.keys.unseal(f"setting/{key}", row.value_sealed).decode() if row else ""


def set_setting(tx: Tx, key: str, value: str) -> None:
    sealed = tx.keys.seal(f"setting/{key}", value.encode())
    tx.session.merge(SettingRow(key=key, value_sealed=sealed))
    tx.session.flush()
