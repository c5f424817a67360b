"""Who is due a lesson, and why (not): flags and the lessons so far in, a decision out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.lessons import Lesson, lesson_for, lessons
from checks.values import Category

PASS = 2  # right answers that a quiz of three needs
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Flag:
    """A block or escalate finding on one of a person's drafts that was not overturned."""

    draft: int
    at: datetime
    category: Category


@dataclass(frozen=True, slots=True)
class Score:
    """How a quiz went."""

    right: int
    of: int

    @property
    def passed(self) -> bool:
        return self.right >= PASS


Counts = tuple[tuple[Category, int], ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A lesson somebody was asked to read. It is open until the quiz is passed (`done_at`).

    `counts` is the reason at that time: drafts flagged, by category. `lesson_version` and `score`
    are those of the attempt that passed.
    """

    id: int
    person: str
    lesson: str
    counts: Counts
    reminded_at: datetime
    done_at: datetime | None = None
    score: Score | None = None
    lesson_version: str = ""


@dataclass(frozen=True, slots=True)
class TrainingRules:
    """A lesson after `flags` flagged drafts within `window`, no two reminders within `cooldown`;
    from `pause_after` flagged drafts on, an extra stage until the lesson is passed.
    """

    flags: int
    window: timedelta
    pause_after: int
    cooldown: timedelta

    @property
    def due_after(self) -> int:
        """Flagged drafts until a lesson is due: nobody is paused without a lesson to end it."""
        return min(self.flags, self.pause_after)


@dataclass(frozen=True, slots=True)
class Due:
    """A lesson to ask for, and why: `drafts` flagged in the window, and how many by category."""

    lesson: Lesson
    drafts: int
    counts: Counts


def due(
    flags: Iterable[Flag],
    assignments: Sequence[Assignment],
    rules: TrainingRules,
    now: datetime,
) -> Due | None:
    """The lesson to remind a person of now, with the reasons; None when there is no need or it is
    too soon. `flags` and `assignments` are that person's.
    """
    if _open(assignments) or now < _last_contact(assignments) + rules.cooldown:
        return None
    counted = _counted(flags, assignments, rules, now)
    drafts = len({flag.draft for flag in counted})
    if drafts < rules.due_after:
        return None
    return Due(_fitting(counted), drafts, _by_category(counted))


def paused(
    flags: Iterable[Flag],
    assignments: Sequence[Assignment],
    rules: TrainingRules,
    now: datetime,
) -> bool:
    """True when a person's drafts need the privacy officer as an extra stage.

    While a lesson is open, flags do not lapse: leaving it unread must not be the way out.
    """
    counted = _counted(flags, assignments, rules, now)
    return len({flag.draft for flag in counted}) >= rules.pause_after


def grade(lesson: Lesson, answers: Sequence[int]) -> Score:
    """The score of `answers`, the chosen option (from 0) for each question in order."""
    if len(answers) != len(lesson.quiz):
        raise ValueError(f"{len(answers)} answers for {len(lesson.quiz)} questions")
    pairs = zip(lesson.quiz, answers, strict=True)
    return Score(sum(question.right == choice for question, choice in pairs), len(lesson.quiz))


def _open(assignments: Sequence[Assignment]) -> Assignment | None:
    return next((a for a in assignments if a.done_at is None), None)


def _last_contact(assignments: Sequence[Assignment]) -> datetime:
    """When the person was last asked to learn, or last did; long ago when neither happened."""
    return max((a.done_at or a.reminded_at for a in assignments), default=_EVER)


def _counted(
    flags: Iterable[Flag],
    assignments: Sequence[Assignment],
    rules: TrainingRules,
    now: datetime,
) -> list[Flag]:
    """The flags that count: in the window, after the last lesson passed, and about something that
    a lesson teaches. The window of an open lesson stays where it was when it was assigned.
    """
    passed = max((a.done_at for a in assignments if a.done_at), default=_EVER)
    pending = _open(assignments)
    start = min(now, pending.reminded_at if pending else now) - rules.window
    return [f for f in flags if f.at > passed and f.at >= start and lesson_for(f.category)]


def _fitting(flags: Sequence[Flag]) -> Lesson:
    """The lesson that covers most of the flagged drafts; of equals, what was flagged last."""

    def weight(lesson: Lesson) -> tuple[int, datetime]:
        own = [flag for flag in flags if flag.category in lesson.categories]
        return len({f.draft for f in own}), max((f.at for f in own), default=_EVER)

    return max(lessons(), key=weight)


def _by_category(flags: Sequence[Flag]) -> Counts:
    """How many drafts were flagged for each category, most first."""
    drafts: dict[Category, set[int]] = {}
    for flag in flags:
        drafts.setdefault(flag.category, set()).add(flag.draft)
    ordered = sorted(drafts.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple((category, len(ids)) for category, ids in ordered)
