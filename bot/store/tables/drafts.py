"""Drafts: their versions, what was found in them, who was asked and what was decided."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.drafts import OPEN, State
from bot.store.columns import json, sealed, serial, some, time

# As it stands in the index: a database uses that one only for a condition in the same words.
UNDER_WAY = f"state IN {tuple(str(state) for state in (*OPEN, State.APPROVED))}"


class DraftRow(SQLModel, table=True):
    __tablename__ = "draft"
    __table_args__ = (
        Index("ix_draft_source", "chat", "source_conversation", "source_message"),
        Index("ix_draft_state", "state", "created_at"),
        Index("ix_draft_author", "author", "created_at"),
        Index("ix_draft_check", "check_at"),
        Index("ix_draft_created", "created_at"),
        Index("ix_draft_purge", "purged_at", "ended_at"),
        Index("ix_draft_hold", "hold"),
        # An author's drafts on their way, and those something happened to lately.
        some("ix_draft_mine", "author", "id", where=UNDER_WAY),
        Index("ix_draft_touched", "author", "updated_at"),
        Index("ix_draft_platform", "platform", "state", "updated_at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = serial()
    author: str
    chat: str
    kind: str
    platform: str
    state: str
    version: int
    created_at: datetime = time()
    updated_at: datetime = time()
    ended_at: datetime | None = time(nullable=True)
    source_conversation: str = ""
    source_message: str = ""
    hold: bool = False
    purged_at: datetime | None = time(nullable=True)
    check_at: datetime | None = time(nullable=True)
    check_attempt: int = 0
    link_sealed: bytes | None = sealed()


class VersionRow(SQLModel, table=True):
    __tablename__ = "version"
    draft_id: int = Field(primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    content_hash: str
    created_at: datetime = time()
    verdict: str = ""
    content_sealed: bytes | None = sealed()
    note_sealed: bytes | None = sealed()
    offer_sealed: bytes | None = sealed()
    stages: list[Any] = json()


class FindingRow(SQLModel, table=True):
    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_version", "draft_id", "version"),
        Index("ix_finding_at", "at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = serial()
    draft_id: int = Field(sa_type=BigInteger)
    version: int
    at: datetime = time()
    rule: str
    category: str
    severity: str
    identifier: str
    field: str
    start: int
    end: int
    message: str
    masked_sealed: bytes | None = sealed()
    overturned_at: datetime | None = time(nullable=True)


class ReviewRow(SQLModel, table=True):
    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_draft", "draft_id"),
        Index("ix_review_due", "state", "due_at"),
        Index("ix_review_asked", "asked_at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = serial()
    draft_id: int = Field(sa_type=BigInteger)
    version: int
    stage: int
    kind: str
    content_hash: str
    state: str
    asked_at: datetime = time()
    due_at: datetime = time()
    remind_at: datetime | None = time(nullable=True)
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
    id: int | None = serial()
    review_id: int = Field(sa_type=BigInteger)
    draft_id: int = Field(sa_type=BigInteger)
    version: int
    stage: int
    person: str
    outcome: str
    content_hash: str
    at: datetime = time()
    reason_sealed: bytes | None = sealed()


class OpeningRow(SQLModel, table=True):
    """A draft's text shown for a while to somebody it was not routed to."""

    __tablename__ = "opening"
    __table_args__ = (
        Index("ix_opening_until", "state", "until"),
        Index("ix_opening_draft", "draft_id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = serial()
    draft_id: int = Field(sa_type=BigInteger)
    version: int
    asker: str
    state: str
    asked_at: datetime = time()
    until: datetime = time()
    second: str = ""


class ExceptionRow(SQLModel, table=True):
    """A reported false alarm. `kind` is empty while it waits; then it says what was made of it."""

    __tablename__ = "exception"
    __table_args__ = (
        Index("ix_exception_draft", "draft_id", "version"),
        Index("ix_exception_kind", "kind"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = serial()
    draft_id: int = Field(sa_type=BigInteger)
    version: int
    rule: str
    reported_at: datetime = time()
    kind: str = ""
    severity: str = ""
    words_sealed: bytes | None = sealed()
    made_by: str = ""
    made_at: datetime | None = time(nullable=True)
    revoked_by: str = ""
    revoked_at: datetime | None = time(nullable=True)
