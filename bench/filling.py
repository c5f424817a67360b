"""Years of a made-up practice, written straight into the tables.

Drafts are spread evenly over six years. All but the newest fifty are at their end, as in a
practice that keeps up with its work; one in five was flagged. Words are sealed as the product
seals them. The ledger's hashes are made up: nothing here reads them.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import psycopg
from sqlalchemy import text, update
from sqlmodel import SQLModel

from bot import clock
from bot.config import App, parse
from bot.drafts import Content
from bot.reviews import Why
from bot.routing import APPROVAL
from bot.store import KeyRing, Store, tables

YEARS = 6
OPEN = 50
STAFF, APPROVERS = 32, 6
WORDS = "Flu shots are in, number {}. Walk in any weekday or call 512-555-0142 to book yours."
ENDS = ("posted", "posted", "posted", "approved", "rejected", "withdrawn")
PLATFORMS = ("facebook", "instagram", "linkedin")


def practice() -> App:
    """Forty people: authors, approvers, a privacy officer and an admin."""
    people = {f"author{n}": {"name": f"Author {n}"} for n in range(STAFF)}
    people |= {
        f"approver{n}": {"name": f"Approver {n}", "roles": ["approver"]} for n in range(APPROVERS)
    }
    people |= {
        "privacy": {"name": "Privacy Officer", "roles": ["privacy"]},
        "admin": {"name": "The Admin", "roles": ["admin"]},
    }
    for key, person in people.items():
        person["web"] = key
    default = {"to": ["role:approver"], "due": "4 business hours", "remind": "2 business hours"}
    platforms = {name: {"purpose": "engage"} for name in PLATFORMS}
    return parse({"people": people, "platforms": platforms, "routing": {"default": default}})


class Years:
    """`count` drafts, of which the last is from just now."""

    def __init__(self, count: int, keys: KeyRing) -> None:
        self.count, self.keys, self.now = count, keys, clock.now()
        self.step = timedelta(days=365 * YEARS) / count

    def at(self, n: int) -> datetime:
        return self.now - (self.count - n) * self.step

    def numbers(self) -> range:
        return range(1, self.count + 1)

    def is_open(self, n: int) -> bool:
        return n > self.count - OPEN

    def flagged(self, n: int) -> bool:
        return n % 5 == 0

    def author(self, n: int) -> str:
        return f"author{n % STAFF}"

    def approver(self, n: int) -> str:
        return f"approver{n % APPROVERS}"

    def content(self, n: int) -> Content:
        return Content(WORDS.format(n), platform=PLATFORMS[n % 3])

    # --- one table each ----------------------------------------------------------------------

    def drafts(self) -> Iterator[dict[str, Any]]:
        for n in self.numbers():
            at, still = self.at(n), self.is_open(n)
            yield {
                "id": n,
                "author": self.author(n),
                "chat": "web",
                "kind": "post",
                "platform": PLATFORMS[n % 3],
                "state": "in_review" if still else ENDS[n % len(ENDS)],
                "version": 1,
                "created_at": at,
                "updated_at": at + timedelta(seconds=60),
                "ended_at": None if still else at + timedelta(seconds=60),
                "source_conversation": self.author(n),
                "source_message": f"m{n}",
                "hold": False,
                "check_at": None,
                "check_attempt": 0,
                "link_sealed": None,
            }

    def versions(self) -> Iterator[dict[str, Any]]:
        for n in self.numbers():
            content = self.content(n)
            words = json.dumps({**asdict(content), "schedule": ""}).encode()
            yield {
                "draft_id": n,
                "number": 1,
                "content_hash": content.hash,
                "created_at": self.at(n),
                "verdict": "review",
                "content_sealed": self.keys.seal(f"version.content/{n}/1", words),
                "note_sealed": None,
                "stages": [{"people": [self.approver(n)], "name": APPROVAL}],
            }

    def findings(self) -> Iterator[dict[str, Any]]:
        for n in filter(self.flagged, self.numbers()):
            yield {
                "id": n,
                "draft_id": n,
                "version": 1,
                "at": self.at(n),
                "rule": "claims.superlative",
                "category": "superlative",
                "severity": "escalate" if n % 50 == 0 else "warn",
                "identifier": "",
                "field": "text",
                "start": 0,
                "end": 3,
                "message": "Say it without the superlative.",
                "masked_sealed": self.keys.seal(f"finding.masked/{n}", b"F**"),
                "overturned_at": None,
            }

    def reviews(self) -> Iterator[dict[str, Any]]:
        for n in self.numbers():
            at = self.at(n)
            yield {
                "id": n,
                "draft_id": n,
                "version": 1,
                "stage": 0,
                "kind": APPROVAL,
                "content_hash": self.content(n).hash,
                "state": "open" if self.is_open(n) else "decided",
                "asked_at": at,
                "due_at": at + timedelta(days=2),
                "remind_at": None,
                "line": 0,
            }

    def seats(self) -> Iterator[dict[str, Any]]:
        for n in self.numbers():
            for person in (self.approver(n), self.approver(n + 1)):
                yield {"review_id": n, "person": person, "why": Why.ASKED, "decides": True}

    def decisions(self) -> Iterator[dict[str, Any]]:
        for n in self.numbers():
            if not self.is_open(n):
                yield {
                    "id": n,
                    "review_id": n,
                    "draft_id": n,
                    "version": 1,
                    "stage": 0,
                    "person": self.approver(n),
                    "outcome": "approve",
                    "content_hash": self.content(n).hash,
                    "at": self.at(n) + timedelta(seconds=60),
                    "reason_sealed": None,
                }

    def entries(self) -> Iterator[dict[str, Any]]:
        for seq in range(1, 3 * self.count + 1):
            n = (seq + 2) // 3
            yield {
                "seq": seq,
                "at": self.at(n),
                "actor": self.author(n),
                "tag": ("draft:submitted", "draft:routed", "draft:approved")[seq % 3 - 1],
                "draft_id": n,
                "ids": {"draft": str(n), "version": "1"},
                "details_hash": "",
                "details_sealed": None,
                "previous": f"{seq - 1:064x}",
                "hash": f"{seq:064x}",
            }

    def cards(self) -> Iterator[dict[str, Any]]:
        for n in self.numbers():
            places = [(self.author(n), f"draft/{n}/v1"), (self.approver(n), f"review/{n}")]
            for person, key in places:
                yield {
                    "person": person,
                    "key": key,
                    "chat": "web",
                    "draft_id": n,
                    "revision": 1,
                    "sent": 1,
                    "card_sealed": None,
                    "due_at": None,
                    "leased_until": None,
                    "attempt": 0,
                    "problem": "",
                    "conversation": person,
                    "message": f"{key}/m",
                }


def fill(store: Store, count: int) -> None:
    """Writes that many drafts with all that belongs to them, and lets the database count them."""
    years = Years(count, store.keys)
    parts: list[tuple[type[SQLModel], Callable[[], Iterator[dict[str, Any]]]]] = [
        (tables.DraftRow, years.drafts),
        (tables.VersionRow, years.versions),
        (tables.FindingRow, years.findings),
        (tables.ReviewRow, years.reviews),
        (tables.SeatRow, years.seats),
        (tables.DecisionRow, years.decisions),
        (tables.LedgerRow, years.entries),
        (tables.OutboxRow, years.cards),
    ]
    for table, rows in parts:
        (_insert if store.sqlite else _copy)(store, table, rows())
    with store.writer.begin() as connection:
        head = {"seq": 3 * count, "hash": f"{3 * count:064x}"}
        connection.execute(update(tables.HeadRow).values(**head))
        if not store.sqlite:
            for name in ("draft", "finding", "review", "decision"):
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {count})")
                )
        connection.execute(text("ANALYZE"))
    _settle(store)


def _settle(store: Store) -> None:
    """What was written goes to its place now, and not while we measure."""
    if store.sqlite:
        raw = store.writer.raw_connection()
        assert raw.driver_connection is not None
        raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        raw.close()
    else:
        with psycopg.connect(store.address, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
    os.sync()


def _insert(store: Store, table: type[SQLModel], rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    columns, marks = ", ".join(f'"{name}"' for name in first), ", ".join("?" * len(first))
    into = f'INSERT INTO "{table.__tablename__}" ({columns}) VALUES ({marks})'
    values = ([_plain(value) for value in row.values()] for row in chain([first], rows))
    with store.writer.begin() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.executemany(into, values)


def _copy(store: Store, table: type[SQLModel], rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    columns = ", ".join(f'"{name}"' for name in first)
    into = f'COPY "{table.__tablename__}" ({columns}) FROM STDIN'
    with psycopg.connect(store.address) as connection, connection.cursor().copy(into) as copy:
        for row in chain([first], rows):
            copy.write_row([_plain(value) for value in row.values()])


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.replace(tzinfo=None).isoformat(" ", timespec="microseconds")
        case dict() | list():
            return json.dumps(value)
    return value
