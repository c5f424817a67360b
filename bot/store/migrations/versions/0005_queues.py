"""Indexes for queues and reports. They only add: programs of before go on working."""

from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WAITS, TROUBLED = text("due_at IS NOT NULL"), text("problem <> ''")
UNDER_WAY = text(
    "state IN ('received', 'returned', 'in_review', 'changes_requested', 'expired', 'approved')"
)


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
    op.create_index(
        "ix_draft_mine",
        "draft",
        ["author", "id"],
        postgresql_where=UNDER_WAY,
        sqlite_where=UNDER_WAY,
    )
    op.create_index("ix_draft_touched", "draft", ["author", "updated_at"])
    op.create_index("ix_draft_platform", "draft", ["platform", "state", "updated_at"])
