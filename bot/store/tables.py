"""The tables. Columns ending in `_sealed` are encrypted; the others hold ids, times, our words."""

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


class LedgerRow(SQLModel, table=True):
    __tablename__ = "ledger"
    __table_args__ = (Index("ix_ledger_draft", "draft_id"),)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = time()
    actor: str
    tag: str
    draft_id: int | None = Field(None, sa_type=BigInteger)
    ids: dict[str, Any] = json()
    details_hash: str
    details_sealed: bytes | None = sealed()
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


class DelegationRow(SQLModel, table=True):
    __tablename__ = "delegation"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = serial()
    owner: str = Field(index=True)
    to: str
    starts: datetime = time()
    ends: datetime = time()
    ended_at: datetime | None = time(nullable=True)


class AssignmentRow(SQLModel, table=True):
    """A lesson somebody was asked to take."""

    __tablename__ = "assignment"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = serial()
    person: str = Field(index=True)
    lesson: str
    lesson_version: str
    counts: dict[str, Any] = json()
    flagged: int
    reminded_at: datetime = time()
    answers: list[Any] = json()
    attempts: int = 0
    score: int | None = None
    done_at: datetime | None = time(nullable=True)


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


class SettingRow(SQLModel, table=True):
    __tablename__ = "setting"
    key: str = Field(primary_key=True)
    value_sealed: bytes = sealed(nullable=False)


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


METADATA = SQLModel.metadata
