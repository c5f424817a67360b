"""Draft records for other programs, without any words of a post, streamed one line at a time.

The CSV's columns, in this order, are a promise to whoever reads the file:

draft               number of the draft
author              who sent it in
platform            where it was meant for; empty when not said
kind                post or reply
state               a state of `bot.drafts.State`
created_at          ISO 8601, UTC
decided_at          ISO 8601, UTC; empty while undecided
seconds_to_decision whole seconds; empty while undecided
decided_by          people, joined with " | "
findings            how many
worst               the heaviest severity; empty without findings
categories          each once, in alphabetical order, joined with " | "

The JSON Lines hold the same names; what is empty in CSV is null, and what is joined is a list.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from bot.reports import DraftRow
from bot.reports.cells import csv_rows

Value = str | int | None | list[str]

COLUMNS = (
    "draft",
    "author",
    "platform",
    "kind",
    "state",
    "created_at",
    "decided_at",
    "seconds_to_decision",
    "decided_by",
    "findings",
    "worst",
    "categories",
)


def csv_lines(rows: Iterable[DraftRow], *, bom: bool = False) -> Iterator[str]:
    """The header and a line for each draft. `bom` marks the file as UTF-8 for Excel."""
    return csv_rows(_table(rows), bom=bom)


def json_lines(rows: Iterable[DraftRow]) -> Iterator[str]:
    """JSON Lines: one object and a line end for each draft."""
    for row in rows:
        yield json_line(dict(zip(COLUMNS, _values(row), strict=True)))


def json_line(record: Mapping[str, object]) -> str:
    """One record as a line of JSON Lines; also what the ledger's export is made of."""
    return json.dumps(record, ensure_ascii=False) + "\n"


def _table(rows: Iterable[DraftRow]) -> Iterator[tuple[str | int, ...]]:
    yield COLUMNS
    for row in rows:
        yield tuple(_cell(value) for value in _values(row))


def _values(row: DraftRow) -> tuple[Value, ...]:
    """The row's values in the order of `COLUMNS`."""
    wait = row.decided_at - row.created_at if row.decided_at else None
    return (
        row.id,
        row.author,
        row.platform or None,
        row.kind,
        row.state.value,
        _iso(row.created_at),
        _iso(row.decided_at) if row.decided_at else None,
        None if wait is None else int(wait.total_seconds()),
        list(row.decided_by),
        len(row.flagged),
        row.worst.value if row.worst else None,
        sorted({category.value for category, _ in row.flagged}),
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _cell(value: Value) -> str | int:
    if isinstance(value, list):
        return " | ".join(value)
    return "" if value is None else value
