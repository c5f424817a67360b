"""When a draft's texts were removed, and quick ways to those that are due and to those on hold.

The column is empty for drafts whose texts were removed earlier: the next purge finds nothing left
in them and only notes the date.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("purged_at", sa.DateTime(), nullable=True))
    op.create_index("ix_draft_purge", "draft", ["purged_at", "ended_at"])
    op.create_index("ix_draft_hold", "draft", ["hold"])
