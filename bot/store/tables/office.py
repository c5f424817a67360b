"""People and what they set up or learn."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from bot.store.columns import json, sealed, serial, time


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


class SettingRow(SQLModel, table=True):
    __tablename__ = "setting"
    key: str = Field(primary_key=True)
    value_sealed: bytes = sealed(nullable=False)
