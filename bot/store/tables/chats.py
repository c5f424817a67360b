"""What goes to the platforms and comes from them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import sealed, serial, some, time


class OutboxRow(SQLModel, table=True):
    """The current card of one person in one place, and what the platform shows of it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at"),
        # The cards of a conversation in their order, and what could not be delivered: few rows.
        some("ix_outbox_turn", "chat", "person", "due_at", "key", where="due_at IS NOT NULL"),
        some("ix_outbox_troubled", "person", "chat", where="problem <> ''"),
        Index("ix_outbox_receipt", "chat", "message"),
        Index("ix_outbox_draft", "draft_id"),
        Index("ix_outbox_waiting", "waiting_since"),
    )
    person: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    chat: str
    draft_id: int | None = Field(None, sa_type=BigInteger)
    revision: int
    sent: int = 0
    card_sealed: bytes | None = sealed()
    due_at: datetime | None = time(nullable=True)
    leased_until: datetime | None = time(nullable=True)
    attempt: int = 0
    problem: str = ""
    waiting_since: datetime | None = time(nullable=True)
    conversation: str = ""
    message: str = ""


class SeenRow(SQLModel, table=True):
    __tablename__ = "seen"
    __table_args__ = (Index("ix_seen_at", "at"),)
    chat: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    at: datetime = time()


class AddressRow(SQLModel, table=True):
    """Where somebody was last heard of on a platform: their id there, and how to reach it."""

    __tablename__ = "address"
    chat: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    user: str
    address_sealed: bytes = sealed(nullable=False)


class PageRow(SQLModel, table=True):
    """What the demo page shows of a conversation; on Slack and Teams the platform keeps this."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("person", "message", name="uq_page_message"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = serial()
    person: str
    message: str
    kind: str
    at: datetime = time()
    edited: bool = False
    body_sealed: bytes = sealed(nullable=False)
