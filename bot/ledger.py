"""The append-only record of what happened: its tags, its hash chain and the proof that it is whole.

Each entry names the hash of the one before, so an entry that is edited, inserted, removed or moved
breaks the chain at that place. Entries hold ids, never names, texts or reasons; what an entry needs
to say in words stands in its details, which are encrypted and of which it holds the hash.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

GENESIS = "0" * 64


class Tag(StrEnum):
    """What happened. A tag is never removed or given a new meaning."""

    SUBMITTED = "draft:submitted"
    REVISED = "draft:revised"
    RETURNED = "draft:returned"
    ROUTED = "draft:routed"
    NEXT_STAGE = "draft:next-stage"
    APPROVED = "draft:approved"
    REJECTED = "draft:rejected"
    CHANGES_REQUESTED = "draft:changes-requested"
    DISPUTED = "draft:disputed"
    EXPLAINED = "draft:explained"
    OVERRIDDEN = "draft:overridden"
    WITHDRAWN = "draft:withdrawn"
    VOIDED = "draft:voided"
    POSTED = "draft:posted"
    REMINDED = "review:reminded"
    ESCALATED = "review:escalated"
    EXPIRED = "review:expired"
    ASKED_AGAIN = "review:asked-again"
    DELEGATED = "delegation:made"
    DELEGATION_ENDED = "delegation:ended"
    LESSON_ASSIGNED = "training:assigned"
    LESSON_FAILED = "training:failed"
    LESSON_PASSED = "training:passed"
    OPENING_ASKED = "opening:asked"
    OPENING_CONFIRMED = "opening:confirmed"
    OPENING_DECLINED = "opening:declined"
    OPENING_READ = "opening:read"
    OPENING_CLOSED = "opening:closed"
    EXPORTED = "record:exported"
    ANCHORED = "ledger:anchored"
    PURGED = "text:purged"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `ids` are short values such as a draft's number; `details` the hash of the
    encrypted details or empty; `at` aware UTC."""

    seq: int
    at: datetime
    actor: str
    tag: Tag
    ids: Mapping[str, str]
    details: str
    previous: str
    hash: str


def seal(
    seq: int,
    at: datetime,
    actor: str,
    tag: Tag,
    ids: Mapping[str, str],
    details: str,
    previous: str,
) -> Entry:
    """The entry that follows the one whose hash is `previous`."""
    return Entry(
        seq,
        at,
        actor,
        tag,
        ids,
        details,
        previous,
        _hash(seq, at, actor, tag, ids, details, previous),
    )


def _hash(
    seq: int,
    at: datetime,
    actor: str,
    tag: str,
    ids: Mapping[str, str],
    details: str,
    previous: str,
) -> str:
    row = [
        seq,
        at.isoformat(timespec="microseconds"),
        actor,
        tag,
        dict(sorted(ids.items())),
        details,
        previous,
    ]
    return hashlib.sha256(json.dumps(row, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Proof:
    """What verification found: how many entries hold together, the head, and the first bad one."""

    entries: int
    head: str
    first_bad: int | None = None
    why: str = ""

    @property
    def whole(self) -> bool:
        return self.first_bad is None


def verify(entries: Iterable[Entry], anchor: tuple[int, str] | None = None) -> Proof:
    """Walks the chain in order, in flat memory, and stops at the first entry that does not fit.

    `anchor` is a (seq, hash) noted earlier outside the database: a ledger that ends before it, or
    has another hash there, was cut or rewritten.
    """
    seq, previous = 0, GENESIS
    for entry in entries:
        why = _fault(entry, seq + 1, previous, anchor)
        if why:
            return Proof(seq, previous, entry.seq, why)
        seq, previous = entry.seq, entry.hash
    if anchor and seq < anchor[0]:
        return Proof(seq, previous, seq + 1, f"the ledger ends before the noted entry {anchor[0]}")
    return Proof(seq, previous)


def _fault(entry: Entry, seq: int, previous: str, anchor: tuple[int, str] | None) -> str:
    if entry.seq != seq:
        return f"entry {seq} is missing or out of order"
    if entry.previous != previous:
        return "it does not follow the entry before it"
    sealed = seal(seq, entry.at, entry.actor, entry.tag, entry.ids, entry.details, previous)
    if entry.hash != sealed.hash:
        return "its content does not match its hash"
    if anchor and anchor[0] == seq and anchor[1] != entry.hash:
        return "it differs from what was noted earlier"
    return ""


def to_json(entry: Entry) -> dict[str, object]:
    """The entry as the export writes it, one JSON object a line."""
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "tag": str(entry.tag),
        "ids": dict(sorted(entry.ids.items())),
        "details": entry.details,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def from_json(row: Mapping[str, object]) -> Entry:
    """The entry in a line of an export. Raises KeyError or ValueError on what is not one."""
    ids = row["ids"]
    if not isinstance(ids, Mapping):
        raise ValueError("ids must be a mapping")
    return Entry(
        seq=int(str(row["seq"])),
        at=datetime.fromisoformat(str(row["at"])),
        actor=str(row["actor"]),
        tag=Tag(str(row["tag"])),
        ids={str(k): str(v) for k, v in ids.items()},
        details=str(row["details"]),
        previous=str(row["previous"]),
        hash=str(row["hash"]),
    )
