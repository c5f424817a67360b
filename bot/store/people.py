"""What was heard from people: events already seen, where they can be reached, small settings."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from bot.commands import Chat
from bot.store.database import Tx
from bot.store.tables import AddressRow, SeenRow, SettingRow


def first_time(tx: Tx, chat: Chat, event: str, at: datetime) -> bool:
    """True when this event of the platform was not handled before; remembers it."""
    return tx.add(SeenRow, chat=chat, event=event, at=at)


def forget_events(tx: Tx, before: datetime) -> None:
    tx.session.connection().execute(delete(SeenRow).where(col(SeenRow.at) < before))


def set_address(tx: Tx, chat: Chat, person: str, user: str, address: str) -> bool:
    """Keeps how to reach a person; True when that is news."""
    place = f"address/{chat}/{person}"
    if reach(tx, chat, person) == (user, address):
        return False
    sealed = tx.keys.seal(place, address.encode())
    key = {"chat": chat, "person": person}
    tx.put(AddressRow, key, user=user, address_sealed=sealed)
    return True


def reach(tx: Tx, chat: Chat, person: str) -> tuple[str, str]:
    """The (user, address) by which this person was last heard of there, or empty ones."""
    row = tx.session.get(AddressRow, (chat, person))
    if row is None:
        return "", ""
    return row.user, tx.keys.unseal(f"address/{chat}/{person}", row.address_sealed).decode()


def neighbour(tx: Tx, chat: Chat) -> str:
    """The address of anybody on this platform, or empty: where one is, the others are too."""
    row = tx.session.exec(select(AddressRow).where(AddressRow.chat == chat).limit(1)).first()
    return reach(tx, chat, row.person)[1] if row else ""


def setting(tx: Tx, key: str) -> str:
    row = tx.session.get(SettingRow, key)
    return tx.keys.unseal(f"setting/{key}", row.value_sealed).decode() if row else ""


def set_setting(tx: Tx, key: str, value: str) -> None:
    sealed = tx.keys.seal(f"setting/{key}", value.encode())
    tx.put(SettingRow, {"key": key}, value_sealed=sealed)
