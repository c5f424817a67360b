"""A draft on its way: its states, the moves between them, and the hash an approval is bound to."""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.commands import Chat
from bot.refusals import Refused
from bot.verdicts import Verdict
from checks import Mended
from checks.values import Category, Severity


class State(StrEnum):
    RECEIVED = "received"  # saved; the checks are at work
    RETURNED = "returned"  # blocked: with the author
    IN_REVIEW = "in_review"  # with an approver
    CHANGES_REQUESTED = "changes_requested"  # with the author
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"  # nobody decided in time
    POSTED = "posted"
    VOIDED = "voided"  # approved once, then changed
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    RETURN = "return"
    ROUTE = "route"
    REVISE = "revise"
    DISPUTE = "dispute"
    NEXT_STAGE = "next stage"
    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request changes"
    EXPIRE = "expire"
    ASK_AGAIN = "ask again"
    POST = "post"
    VOID = "void"
    WITHDRAW = "withdraw"


OPEN = (
    State.RECEIVED,
    State.RETURNED,
    State.IN_REVIEW,
    State.CHANGES_REQUESTED,
    State.EXPIRED,
)

# The one state machine: (state, move) -> next state. What is not here cannot happen.
PATH: dict[tuple[State, Move], State] = {
    (State.RECEIVED, Move.RETURN): State.RETURNED,
    (State.RECEIVED, Move.ROUTE): State.IN_REVIEW,
    (State.RETURNED, Move.DISPUTE): State.IN_REVIEW,
    (State.IN_REVIEW, Move.NEXT_STAGE): State.IN_REVIEW,
    (State.IN_REVIEW, Move.APPROVE): State.APPROVED,
    (State.IN_REVIEW, Move.REJECT): State.REJECTED,
    (State.IN_REVIEW, Move.REQUEST_CHANGES): State.CHANGES_REQUESTED,
    (State.IN_REVIEW, Move.EXPIRE): State.EXPIRED,
    (State.EXPIRED, Move.ASK_AGAIN): State.IN_REVIEW,
    (State.APPROVED, Move.POST): State.POSTED,
    (State.APPROVED, Move.VOID): State.VOIDED,
    **{(state, Move.REVISE): State.RECEIVED for state in OPEN},
    **{(state, Move.WITHDRAW): State.WITHDRAWN for state in OPEN},
}


def move(state: State, wanted: Move) -> State:
    """The state that `wanted` leads to. Raises `Refused` when there is no such way."""
    following = PATH.get((state, wanted))
    if following is None:
        words = state.replace("_", " ")
        raise Refused(f"This draft is {words}, so that cannot be done any more.")
    return following


@dataclass(frozen=True, slots=True)
class Content:
    """What the public would see: the part of a draft an approval covers. A schedule is not part."""

    text: str
    kind: str = "post"
    platform: str = ""
    link: str = ""
    alt_text: str = ""

    @property
    def hash(self) -> str:
        """SHA-256 (64 hex digits) over the normalised text, alternative text, platform, link, kind.

        Line ends and Unicode composition are normalised, so that a platform that re-encodes a
        message does not void an approval; every visible difference changes the hash.
        """
        parts = [self.text, self.kind, self.platform, self.link, self.alt_text]
        normal = [unicodedata.normalize("NFC", p.replace("\r\n", "\n")).strip() for p in parts]
        return hashlib.sha256(json.dumps(normal, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Aside:
    """What was said beside a draft: when it is wanted, and the text that it draws on."""

    schedule: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a review: who may decide, and in which role the step is theirs."""

    people: tuple[str, ...]
    name: str  # "approval", "privacy" or "dispute"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands. `author` is a person's key; the source names the submitted message."""

    id: int
    author: str
    chat: Chat
    kind: str
    platform: str
    state: State
    version: int
    created_at: datetime
    updated_at: datetime
    source: tuple[str, str] = ("", "")
    link: str = ""  # where it was posted

    @property
    def open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Version:
    """One numbered text of a draft. `content` is None once the text was purged."""

    draft: int
    number: int
    content: Content | None
    content_hash: str
    verdict: Verdict | None
    aside: Aside = Aside()
    note: str = ""
    stages: tuple[Stage, ...] = ()
    offer: Mended | None = None

    @property
    def text(self) -> str:
        return self.content.text if self.content else ""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding on record. `masked` holds at most the first letter of what was found."""

    rule: str
    category: Category
    severity: Severity
    start: int
    end: int
    message: str
    masked: str
    identifier: str = ""
    field: str = "text"
    overturned: bool = False
    id: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A draft on legal hold: since when, by whom, why."""

    draft: int
    at: datetime
    by: str
    reason: str
