"""The kinds of values app.yaml holds, each with the check that its words must pass."""

import os
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from bot.hours import Unit, parse_span

KEPT = 6  # years: 45 CFR 164.530(j)(2), how long records of decisions are kept
KEPT_DAYS = timedelta(days=6 * 365 + 2)  # six years hold one or two leap days


def _span(value: str) -> str:
    parse_span(value)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("not a time zone; write one such as America/Chicago") from None
    return value


def _secret(value: str) -> str:
    """Secrets are named in app.yaml (`env:NAME`) and kept in the environment."""
    if value and not value.startswith("env:"):
        raise ValueError("write env:NAME and put the secret into that environment variable")
    return os.environ.get(value.removeprefix("env:"), "") if value else ""


def _named(value: str) -> str:
    return os.environ.get(value[4:], "") if value.startswith("env:") else value


def _given(value: str) -> str:
    if not value:
        raise ValueError("it is empty; set the environment variable that it names")
    return value


def _fixed(value: str) -> str:
    """A span of plain time: not in business hours, which have no fixed length."""
    _ = parse_span(value).plain
    return value


def _off(value: object) -> object:
    """YAML reads a bare `off` as False."""
    return "off" if value is False else value


def _six_years(value: str) -> str:
    span = parse_span(value)
    enough = span.count >= KEPT if span.unit is Unit.YEAR else span.plain >= KEPT_DAYS
    if not enough:
        raise ValueError(
            "records of decisions are kept 6 years at least (45 CFR 164.530(j)); "
            'write "6 years" or more. How long texts stay is retention.texts'
        )
    return value


SpanText = Annotated[str, AfterValidator(_span)]
PlainSpan = Annotated[str, AfterValidator(_fixed)]
Zone = Annotated[str, AfterValidator(_zone)]
Secret = Annotated[str, AfterValidator(_secret), Field(repr=False)]
Named = Annotated[str, AfterValidator(_named)]
Database = Annotated[Named, AfterValidator(_given), Field(repr=False)]
RecordsSpan = Annotated[PlainSpan, AfterValidator(_six_years)]
SeverityOrOff = Annotated[Literal["block", "escalate", "warn", "tip", "off"], BeforeValidator(_off)]
