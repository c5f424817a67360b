"""What the demo page shows of each person's conversation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from bot.clock import Clock
from bot.store.database import Store, Tx
from bot.store.tables import PageRow


@dataclass(frozen=True, slots=True)
class PageItem:
    message: str
    kind: str
    body: bytes
    at: datetime
    edited: bool


class Pages:
    """The demo's conversations, encrypted like everything else."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def put(self, user: str, message: str, kind: str, body: bytes) -> None:
        """Adds a message, or replaces it and keeps its place."""
        with self._store.write() as tx:
            row = tx.session.exec(
                select(PageRow).where(PageRow.person == user, PageRow.message == message)
            ).first()
            sealed = tx.keys.seal(f"page.body/{user}/{message}", body)
            if row is None:
                row = PageRow(
                    person=user, message=message, kind=kind, at=self._clock(), body_sealed=sealed
                )
            else:
                row.kind, row.edited, row.body_sealed = kind, True, sealed
            tx.session.add(row)

    def get(self, user: str, message: str) -> PageItem | None:
        """One message of the conversation."""
        with self._store.read() as tx:
            row = tx.session.exec(
                select(PageRow).where(PageRow.person == user, PageRow.message == message)
            ).first()
            return _item(tx, row) if row else None

    def all(self, user: str) -> list[PageItem]:
        """The conversation, oldest first."""
        with self._store.read() as tx:
            rows = tx.session.exec(
                select(PageRow).where(PageRow.person == user).order_by(col(PageRow.id))
            )
            return [_item(tx, row) for row in rows]

    def clear(self) -> None:
        with self._store.write() as tx:
            tx.session.connection().execute(delete(PageRow))


def _item(tx: Tx, row: PageRow) -> PageItem:
    return PageItem(
        message=row.message,
        kind=row.kind,
        body=tx.keys.unseal(f"page.body/{row.person}/{row.message}", row.body_sealed),
        at=row.at,
        edited=row.edited,
    )
