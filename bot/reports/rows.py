"""What a report is made of: one value per draft, review and lesson, without any words of a post."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.drafts import State
from checks.values import Category, Severity


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft. `flagged` has an entry for each finding of any of its versions, for a draft that
    was caught and corrected was flagged all the same. `decided_at` and `decided_by` are set by an
    approval, a rejection or a request for changes.
    """

    id: int
    author: str
    platform: str
    kind: str
    state: State
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: tuple[str, ...] = ()
    flagged: tuple[tuple[Category, Severity], ...] = ()

    @property
    def worst(self) -> Severity | None:
        """The heaviest severity among the findings; None without findings."""
        return max((s for _, s in self.flagged), key=lambda s: s.rank, default=None)

    @property
    def stopped(self) -> bool:
        """True when a finding blocks or escalates: what counts as a flag of its author."""
        return self.worst in (Severity.BLOCK, Severity.ESCALATE)


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One review asked of one approver. A review somebody else decided first is neither `open`
    nor decided (`decided_at` is None).
    """

    approver: str
    asked_at: datetime
    decided_at: datetime | None = None
    open: bool = False


class Standing(StrEnum):
    """Where somebody is with a lesson."""

    DUE = "due"  # flagged often enough; the reminder has not gone out
    REMINDED = "reminded"  # asked to learn, not yet passed
    DONE = "done"  # passed


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One lesson of one person; `at` is when it came to stand so, `score` such as "3 of 3"."""

    person: str
    lesson: str
    standing: Standing
    at: datetime
    score: str = ""
