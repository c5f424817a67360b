"""The ledger and its last entry."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from bot.store.columns import json, sealed, time


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
