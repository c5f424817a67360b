"""The append-only record of what happened: its tags, its hash chain and the proof that it is whole.

Each entry names the hash of the one before, so an entry that is edited, inserted, removed or moved
breaks the chain at that place. Entries hold ids, never names, texts or reasons; what an entry needs
to say in words stands in its details, which are encrypted and of which it holds the hash.

`docs/verify_ledger.py` checks an exported file in the same way with nothing of ours; what is
changed here is changed there too.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO

GENESIS = "0" * 64
LONGEST_LINE = 1_000_000  # bytes of one entry in an export; what is longer is none
_quoted = json.encoder.encode_basestring_ascii


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
    EXCEPTION_REPORTED = "exception:reported"
    EXCEPTION_ADDED = "exception:added"
    EXCEPTION_DECLINED = "exception:declined"
    EXCEPTION_REVOKED = "exception:revoked"
    OPENING_ASKED = "opening:asked"
    OPENING_CONFIRMED = "opening:confirmed"
    OPENING_DECLINED = "opening:declined"
    OPENING_READ = "opening:read"
    OPENING_CLOSED = "opening:closed"
    EXPORTED = "record:exported"
    BACKED_UP = "record:backed-up"
    RESTORED = "record:restored"
    ANCHORED = "ledger:anchored"
    HELD = "draft:held"
    RELEASED = "draft:released"
    PURGED = "text:purged"
    KEYS_CHANGED = "keys:changed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `tag` is a `Tag`, or a word of another version of the program; `ids` are short
    values such as a draft's number; `details` the hash of the encrypted details or empty; `at`
    aware UTC.
    """

    seq: int
    at: datetime
    actor: str
    tag: str
    ids: Mapping[str, str]
    details: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Damaged:
    """What stands in the place of an entry and is none, and why, without repeating it."""

    why: str


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
    unsealed = Entry(seq, at, actor, tag, ids, details, previous, "")
    return replace(unsealed, hash=_hash(unsealed))


def _hash(entry: Entry) -> str:
    """SHA-256 over a JSON array of all that stands before the hash, without spaces and in ASCII.

    It is put together by hand, which takes a third of the time when a million are verified.
    """
    ids = ",".join(f"{_quoted(name)}:{_quoted(word)}" for name, word in sorted(entry.ids.items()))
    at = entry.at.isoformat(timespec="microseconds")
    words = ",".join(map(_quoted, (at, entry.actor, entry.tag)))
    rest = ",".join(map(_quoted, (entry.details, entry.previous)))
    return hashlib.sha256(f"[{entry.seq},{words},{{{ids}}},{rest}]".encode()).hexdigest()


# --- proof ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proof:
    """What verification found: how many entries hold together, the head, and the first bad one:
    its number, or the number that should stand there.
    """

    entries: int
    head: str
    first_bad: int | None = None
    why: str = ""
    last: Entry | None = None

    @property
    def whole(self) -> bool:
        return self.first_bad is None

    @property
    def exported(self) -> bool:
        """True when the last entry says that these entries were exported, as each export ends."""
        last = self.last
        return last is not None and last.tag == Tag.EXPORTED and last.ids.get("format") == "ledger"


Noted = tuple[int, str]  # the number and hash of an entry, kept elsewhere


def verify(
    entries: Iterable[Entry | Damaged], anchor: Noted | None = None, head: Noted | None = None
) -> Proof:
    """Walks the chain in order, in flat memory, and stops at the first entry that does not fit.

    `anchor` was noted earlier outside the database and `head` is what the database itself says: a
    ledger that ends before one of them, or has another hash there, was cut or rewritten.
    """
    marks = [(*mark, name) for mark, name in ((anchor, "noted"), (head, "head")) if mark]
    seq, previous, last = 0, GENESIS, None
    for entry in entries:
        why = _fault(entry, seq + 1, previous) or _contradicted(entry, marks)
        if why or isinstance(entry, Damaged):
            return Proof(seq, previous, seq + 1, why, last)
        seq, previous, last = entry.seq, entry.hash, entry
    for number, _, name in marks:
        if seq < number:
            why = f"the ledger ends before the {name} entry {number}"
            return Proof(seq, previous, seq + 1, why, last)
    return Proof(seq, previous, last=last)


def _fault(entry: Entry | Damaged, seq: int, previous: str) -> str:
    if isinstance(entry, Damaged):
        return entry.why
    if entry.seq != seq:
        return f"entry {entry.seq} stands there, so one is missing, added or out of order"
    if entry.previous != previous:
        return "it does not follow the entry before it"
    if entry.hash != _hash(entry):
        return "its content does not match its hash"
    return ""


def _contradicted(entry: Entry | Damaged, marks: Iterable[tuple[int, str, str]]) -> str:
    for number, hash_, name in marks:
        if isinstance(entry, Entry) and entry.seq == number and entry.hash != hash_:
            return f"it is not the {name} entry"
    return ""


# --- exports -------------------------------------------------------------------------------------

NO_ENTRY = Damaged("what stands there is not a ledger entry")
_FIELDS = {"seq", "at", "actor", "tag", "ids", "details", "previous", "hash"}


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


def line(entry: Entry | Damaged) -> str:
    """A line of the export. What is damaged stays damaged: evidence is not mended."""
    return json.dumps({} if isinstance(entry, Damaged) else to_json(entry)) + "\n"


def from_json(row: Mapping[str, Any]) -> Entry:
    """The entry in a line of an export. Raises ValueError or TypeError on what no export would
    write.
    """
    if set(row) != _FIELDS:
        raise ValueError("an entry has other fields")
    at = datetime.fromisoformat(row["at"])
    if at.isoformat(timespec="microseconds") != row["at"]:
        raise ValueError("an export writes times in another form")
    return checked(Entry(**{**row, "at": at}))


def checked(entry: Entry) -> Entry:
    """The entry, read from outside, when all its parts are of their kinds. Raises TypeError when
    they are not.
    """
    ids = entry.ids
    if type(entry.seq) is not int or type(ids) is not dict:
        raise TypeError("a number and a mapping are needed")
    # Only texts can be joined, and this is the quickest way to look at all of them.
    "".join((entry.actor, entry.tag, entry.details, entry.previous, entry.hash))
    "".join((*ids, *ids.values()))
    return entry


def read(file: BinaryIO) -> Iterator[Entry | Damaged]:
    """The entries of an exported file, in flat memory."""
    empty = True
    while words := file.readline(LONGEST_LINE):
        empty = False
        try:
            yield from_json(_parse(words.decode()))
        except (ValueError, TypeError, RecursionError):
            yield NO_ENTRY
    if empty:
        yield Damaged("the file holds no entry")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object in which no key is said twice, so that no two readers see different things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is said twice")
    return found


_parse = json.JSONDecoder(object_pairs_hook=_once).decode
