"""The tables. Columns ending in `_sealed` are encrypted; the others hold ids, times, our words."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class Utc(TypeDecorator[datetime]):
    """Aware UTC in Python, naive UTC in the database, on both engines."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def _time(*, nullable: bool = False) -> Any:
    default = None if nullable else ...
    return Field(default, sa_type=Utc, nullable=nullable)


def _sealed(*, nullable: bool = True) -> Any:
    default = None if nullable else ...
    return Field(default, sa_type=LargeBinary, nullable=nullable)


def _json() -> Any:
    return Field(sa_type=JSON, nullable=False)


def _serial() -> Any:
    """A number given by the database, 64 bits wide on PostgreSQL and the row id on SQLite."""
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Field(None, sa_column=Column(kind, primary_key=True, autoincrement=True))


def _some(name: str, *columns: str, where: str) -> Index:
    """An index on those rows only for which `where` is true."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


class DraftRow(SQLModel, table=True):
    __tablename__ = "draft"
    __table_args__ = (
        Index("ix_draft_source", "chat", "source_conversation", "source_message"),
        Index("ix_draft_state", "state", "created_at"),
        Index("ix_draft_author", "author", "created_at"),
        Index("ix_draft_check", "check_at"),
        Index("ix_draft_created", "created_at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = _serial()
    author: str
    chat: str
    kind: str
    platform: str
    state: str
    version: int
    created_at: datetime = _time()
    updated_at: datetime = _time()
    ended_at: datetime | None = _time(nullable=True)
    source_conversation: str = ""
    source_message: str = ""
    hold: bool = False
    check_at: datetime | None = _time(nullable=True)
    check_attempt: int = 0
    link_sealed: bytes | None = _sealed()


class VersionRow(SQLModel, table=True):
    __tablename__ = "version"
    draft_id: int = Field(primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    content_hash: str
    created_at: datetime = _time()
    verdict: str = ""
    content_sealed: bytes | None = _sealed()
    note_sealed: bytes | None = _sealed()
    stages: list[Any] = _json()


class FindingRow(SQLModel, table=True):
    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_version", "draft_id", "version"),
        Index("ix_finding_at", "at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = _serial()
    draft_id: int = Field(sa_type=BigInteger)
    version: int
    at: datetime = _time()
    rule: str
    category: str
    severity: str
    identifier: str
    field: str
    start: int
    end: int
    message: str
    masked_sealed: bytes | None = _sealed()
    overturned_at: datetime | None = _time(nullable=True)


class ReviewRow(SQLModel, table=True):
    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_draft", "draft_id"),
        Index("ix_review_due", "state", "due_at"),
        Index("ix_review_asked", "asked_at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = _serial()
    draft_id: int = Field(sa_type=BigInteger)
    version: int
    stage: int
    kind: str
    content_hash: str
    state: str
    asked_at: datetime = _time()
    due_at: datetime = _time()
    remind_at: datetime | None = _time(nullable=True)
    line: int = 0


class SeatRow(SQLModel, table=True):
    __tablename__ = "seat"
    __table_args__ = (Index("ix_seat_person", "person"),)
    review_id: int = Field(primary_key=True, sa_type=BigInteger)
    person: str = Field(primary_key=True)
    why: str
    decides: bool


class DecisionRow(SQLModel, table=True):
    """One act on one review: the unique review is the second lock behind the compare-and-set."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("review_id", name="uq_decision_review"),
        Index("ix_decision_draft", "draft_id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = _serial()
    review_id: int = Field(sa_type=BigInteger)
    draft_id: int = Field(sa_type=BigInteger)
    version: int
    stage: int
    person: str
    outcome: str
    content_hash: str
    at: datetime = _time()
    reason_sealed: bytes | None = _sealed()


class LedgerRow(SQLModel, table=True):
    __tablename__ = "ledger"
    __table_args__ = (Index("ix_ledger_draft", "draft_id"),)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = _time()
    actor: str
    tag: str
    draft_id: int | None = Field(None, sa_type=BigInteger)
    ids: dict[str, Any] = _json()
    details_hash: str
    details_sealed: bytes | None = _sealed()
    previous: str
    hash: str


class HeadRow(SQLModel, table=True):
    """The ledger's last entry. Updating this one row is what puts writers in order."""

    __tablename__ = "head"
    id: int = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    hash: str


class OutboxRow(SQLModel, table=True):
    """The current card of one person in one place, and what the platform shows of it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at"),
        # The cards of a conversation in their order, and what could not be delivered: few rows.
        _some("ix_outbox_turn", "chat", "person", "due_at", "key", where="due_at IS NOT NULL"),
        _some("ix_outbox_troubled", "person", "chat", where="problem <> ''"),
        Index("ix_outbox_receipt", "chat", "message"),
        Index("ix_outbox_draft", "draft_id"),
    )
    person: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    chat: str
    draft_id: int | None = Field(None, sa_type=BigInteger)
    revision: int
    sent: int = 0
    card_sealed: bytes | None = _sealed()
    due_at: datetime | None = _time(nullable=True)
    leased_until: datetime | None = _time(nullable=True)
    attempt: int = 0
    problem: str = ""
    conversation: str = ""
    message: str = ""


class SeenRow(SQLModel, table=True):
    __tablename__ = "seen"
    __table_args__ = (Index("ix_seen_at", "at"),)
    chat: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    at: datetime = _time()


class AddressRow(SQLModel, table=True):
    """Where somebody was last heard of on a platform: their id there, and how to reach it."""

    __tablename__ = "address"
    chat: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    user: str
    address_sealed: bytes = _sealed(nullable=False)


class DelegationRow(SQLModel, table=True):
    __tablename__ = "delegation"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = _serial()
    owner: str = Field(index=True)
    to: str
    starts: datetime = _time()
    ends: datetime = _time()
    ended_at: datetime | None = _time(nullable=True)


class AssignmentRow(SQLModel, table=True):
    """A lesson somebody was asked to take."""

    __tablename__ = "assignment"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = _serial()
    person: str = Field(index=True)
    lesson: str
    lesson_version: str
    counts: dict[str, Any] = _json()
    flagged: int
    reminded_at: datetime = _time()
    answers: list[Any] = _json()
    attempts: int = 0
    score: int | None = None
    done_at: datetime | None = _time(nullable=True)


class SettingRow(SQLModel, table=True):
    __tablename__ = "setting"
    key: str = Field(primary_key=True)
    value_sealed: bytes = _sealed(nullable=False)


class PageRow(SQLModel, table=True):
    """What the demo page shows of a conversation; on Slack and Teams the platform keeps this."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("person", "message", name="uq_page_message"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = _serial()
    person: str
    message: str
    kind: str
    at: datetime = _time()
    edited: bool = False
    body_sealed: bytes = _sealed(nullable=False)


METADATA = SQLModel.metadata
