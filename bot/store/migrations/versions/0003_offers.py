"""Texts that the checks would let pass, offered to authors."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("version", sa.Column("offer_sealed", sa.LargeBinary(), nullable=True))
