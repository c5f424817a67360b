"""A review: an approver's task on one version of a draft, with its deadline and its seats."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.commands import Outcome


class Why(StrEnum):
    """Why somebody sits in a review."""

    ASKED = "asked"
    DELEGATE = "delegate"  # decides for somebody who is away
    COPY = "copy"  # is away and sees what the delegate decides
    NEXT = "next"  # next in line after the deadline


class ReviewState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    EXPIRED = "expired"
    RETIRED = "retired"  # the draft was revised or withdrawn meanwhile


@dataclass(frozen=True, slots=True)
class Seat:
    person: str
    why: Why

    @property
    def decides(self) -> bool:
        return self.why is not Why.COPY


@dataclass(frozen=True, slots=True)
class Review:
    """`stage` counts from 0; `line` is how often it was passed on after a deadline."""

    id: int
    draft: int
    version: int
    stage: int
    name: str
    content_hash: str
    state: ReviewState
    asked_at: datetime
    due_at: datetime
    remind_at: datetime | None
    line: int
    seats: tuple[Seat, ...]

    @property
    def deciders(self) -> tuple[str, ...]:
        return tuple(s.person for s in self.seats if s.decides)


@dataclass(frozen=True, slots=True)
class Decision:
    review: int
    draft: int
    version: int
    stage: int
    person: str
    outcome: Outcome
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Delegation:
    """`to` decides for `owner` from `starts` (inclusive) to `ends` (exclusive)."""

    id: int
    owner: str
    to: str
    starts: datetime
    ends: datetime
