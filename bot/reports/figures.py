"""The figures of a report, worked out from rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from bot.drafts import State
from bot.reports.rows import DraftRow, ReviewRow, Standing, TrainingRow
from checks.values import Category, Severity


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a category was found: findings in all, and those that block or escalate."""

    category: Category
    findings: int
    stopping: int


@dataclass(frozen=True, slots=True)
class Author:
    """How many of a person's drafts a check stopped."""

    person: str
    drafts: int
    flagged: int

    @property
    def rate(self) -> float:
        return self.flagged / self.drafts


@dataclass(frozen=True, slots=True)
class Approver:
    """What lies with an approver now, what they decided, and how long it took at the median."""

    person: str
    open: int
    decided: int
    median: timedelta | None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures for the drafts sent in from `since` to `until`, `days` later."""

    since: datetime
    until: datetime
    days: int
    drafts: int
    states: tuple[tuple[State, int], ...]
    decided: int
    median: timedelta | None
    p90: timedelta | None
    tallies: tuple[Tally, ...]
    authors: tuple[Author, ...]
    approvers: tuple[Approver, ...]
    training: tuple[TrainingRow, ...]


def build(
    drafts: Iterable[DraftRow],
    reviews: Iterable[ReviewRow],
    training: Iterable[TrainingRow],
    *,
    now: datetime,
    days: int,
) -> Report:
    """The report on the last `days`. Rows from before are left out, except for reviews that are
    still open and lessons that are not done: they are somebody's work today.
    """
    since = now - timedelta(days=days)
    recent = [row for row in drafts if row.created_at >= since]
    waits = sorted(row.decided_at - row.created_at for row in recent if row.decided_at)
    counts = Counter(row.state for row in recent)
    return Report(
        since=since,
        until=now,
        days=days,
        drafts=len(recent),
        states=tuple((state, counts[state]) for state in State if counts[state]),
        decided=len(waits),
        median=_median(waits),
        p90=waits[ceil(0.9 * len(waits)) - 1] if waits else None,
        tallies=_tallies(recent),
        authors=_authors(recent),
        approvers=_approvers(reviews, since),
        training=_training(training, since),
    )


def _median(waits: Sequence[timedelta]) -> timedelta | None:
    if not waits:
        return None
    return timedelta(seconds=median(wait.total_seconds() for wait in waits))


def _tallies(drafts: Sequence[DraftRow]) -> tuple[Tally, ...]:
    """Categories, the most frequent first."""
    flagged = [entry for row in drafts for entry in row.flagged]
    every = Counter(category for category, _ in flagged)
    heavy = (Severity.BLOCK, Severity.ESCALATE)
    stopping = Counter(category for category, severity in flagged if severity in heavy)
    tallies = [Tally(category, n, stopping[category]) for category, n in every.items()]
    return tuple(sorted(tallies, key=lambda t: (-t.findings, -t.stopping, t.category)))


def _authors(drafts: Sequence[DraftRow]) -> tuple[Author, ...]:
    """Authors by name: a list by rate would read like a ranking of blame."""
    every = Counter(row.author for row in drafts)
    flagged = Counter(row.author for row in drafts if row.stopped)
    return tuple(Author(person, n, flagged[person]) for person, n in sorted(every.items()))


def _approvers(reviews: Iterable[ReviewRow], since: datetime) -> tuple[Approver, ...]:
    """Approvers, the one with most open reviews first."""
    waiting: Counter[str] = Counter()
    waits: dict[str, list[timedelta]] = {}
    for row in reviews:
        waiting[row.approver] += row.open
        if row.decided_at and row.decided_at >= since:
            waits.setdefault(row.approver, []).append(row.decided_at - row.asked_at)
    found = [
        Approver(person, n, len(waits.get(person, [])), _median(waits.get(person, [])))
        for person, n in waiting.items()
        if n or person in waits
    ]
    return tuple(sorted(found, key=lambda a: (-a.open, a.person)))


def _training(rows: Iterable[TrainingRow], since: datetime) -> tuple[TrainingRow, ...]:
    """Lessons that are due or open, then those passed in the period."""
    order = list(Standing)
    kept = [row for row in rows if row.standing is not Standing.DONE or row.at >= since]
    return tuple(sorted(kept, key=lambda row: (order.index(row.standing), row.person, row.at)))
