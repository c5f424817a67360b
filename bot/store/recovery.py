"""What a database needs that is that of an earlier moment: a restored backup."""

from sqlalchemy import Table, text
from sqlmodel import col, select, update

from bot.drafts import OPEN, State
from bot.store.database import Tx
from bot.store.tables import METADATA, DraftRow, OutboxRow

GAP = 1_000


def skip_numbers(tx: Tx) -> None:
    """Leaves a gap in the numbers of drafts, reviews and the like, so that none is given twice:
    cards of what was lost still stand in people's chats, and their buttons name the old ones.
    """
    sqlite = tx.session.get_bind().dialect.name == "sqlite"
    for table in METADATA.tables.values():
        if "id" in table.c and table.c.id.autoincrement is True:
            (_skip_on_sqlite if sqlite else _skip_on_postgres)(tx, table)


def _skip_on_sqlite(tx: Tx, table: Table) -> None:
    connection, values = tx.session.connection(), {"name": table.name, "gap": GAP}
    further = text("UPDATE sqlite_sequence SET seq = seq + :gap WHERE name = :name")
    if not connection.execute(further, values).rowcount:
        first = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :gap)")
        connection.execute(first, values)


def _skip_on_postgres(tx: Tx, table: Table) -> None:
    number = "pg_get_serial_sequence(:name, 'id')"
    further = text(f"SELECT setval({number}, nextval({number}) + :gap)")
    tx.session.connection().execute(further, {"name": f'"{table.name}"', "gap": GAP})


def doubt(tx: Tx) -> None:
    """Cards that were due may have left since: their next attempt looks on the platform first."""
    tx.session.connection().execute(
        update(OutboxRow)
        .where(
            col(OutboxRow.due_at).is_not(None),
            col(OutboxRow.message) == "",
            col(OutboxRow.attempt) == 0,
        )
        .values(attempt=1)
    )
    tx.session.expire_all()


def unfinished(tx: Tx) -> list[int]:
    """The drafts whose cards may have buttons: all but those that have ended for good."""
    rows = select(DraftRow.id).where(
        col(DraftRow.state).in_((*OPEN, State.APPROVED)), col(DraftRow.purged_at).is_(None)
    )
    return [n for n in tx.session.exec(rows.order_by(col(DraftRow.id))) if n is not None]
