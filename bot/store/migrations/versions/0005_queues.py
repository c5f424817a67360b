"""Indexes for queues and reports. They only add: programs of before go on working."""

from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITS, TROUBLED = text("due_at IS NOT NULL"), text("problem <> ''")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_turn",
        "outbox",
        ["chat", "person", "due_at", "key"],
        postgresql_where=WAITS,
        sqlite_where=WAITS,
    )
    op.create_index(
        "ix_outbox_troubled",
        "outbox",
        ["person", "chat"],
        postgresql_where=TROUBLED,
        sqlite_where=TROUBLED,
    )
