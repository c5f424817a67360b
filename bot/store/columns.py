"""The kinds of columns that the tables are made of."""

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
    text,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class Utc(TypeDecorator[datetime]):
    """Aware UTC in Python, naive UTC in the database, on both engines."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def time(*, nullable: bool = False) -> Any:
    default = None if nullable else ...
    return Field(default, sa_type=Utc, nullable=nullable)


def sealed(*, nullable: bool = True) -> Any:
    default = None if nullable else ...
    return Field(default, sa_type=LargeBinary, nullable=nullable)


def json() -> Any:
    return Field(sa_type=JSON, nullable=False)


def serial() -> Any:
    """A number given by the database, 64 bits wide on PostgreSQL and the row id on SQLite."""
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Field(None, sa_column=Column(kind, primary_key=True, autoincrement=True))


def some(name: str, *columns: str, where: str) -> Index:
    """An index on those rows only for which `where` is true."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))
