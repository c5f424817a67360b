"""Openings, and since when a card waits to be delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opening",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_opening_until", "opening", ["state", "until"])
    op.create_index("ix_opening_draft", "opening", ["draft_id"])
    op.add_column("outbox", sa.Column("waiting_since", sa.DateTime(), nullable=True))
    op.create_index("ix_outbox_waiting", "outbox", ["waiting_since"])
    op.execute("UPDATE outbox SET waiting_since = due_at WHERE due_at IS NOT NULL")
    op.execute(
        "UPDATE outbox SET waiting_since = CURRENT_TIMESTAMP WHERE due_at IS NULL AND problem != ''"
    )
