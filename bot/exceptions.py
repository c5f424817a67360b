"""Exceptions: what a practice lets stand after a false alarm. They never edit a shared rule."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from checks.values import Practice, Severity


class ExceptionKind(StrEnum):
    PERSON = "person"  # one of our people, who may be named as staff may
    PHRASE = "phrase"  # words that may stand as they are
    SEVERITY = "severity"  # the rule weighs less here, or is off
    NONE = "none"  # the admins saw the report and made no exception


class Lighter(StrEnum):
    """What a rule can be made here; each is less than what stops or escalates a draft."""

    WARN = "warn"
    TIP = "tip"
    OFF = "off"

    @property
    def severity(self) -> Severity | None:
        return None if self is Lighter.OFF else Severity(self.value)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A false alarm that an author reported, and what became of it. `kind` is None while it waits.

    `words` are the name or the phrase; `by` is who decided and `at` when.
    """

    id: int
    draft: int
    version: int
    rule: str
    reported_at: datetime
    kind: ExceptionKind | None = None
    words: str = ""
    lighter: Lighter | None = None
    by: str = ""
    at: datetime | None = None
    revoked_by: str = ""
    revoked_at: datetime | None = None

    @property
    def waits(self) -> bool:
        return self.kind is None


def applied(practice: Practice, made: Iterable[Alarm]) -> Practice:
    """The practice with the exceptions in force, oldest first: a later severity counts."""
    made = tuple(made)
    people = (a.words for a in made if a.kind is ExceptionKind.PERSON)
    phrases = (a.words for a in made if a.kind is ExceptionKind.PHRASE)
    severities = {a.rule: a.lighter.severity for a in made if a.lighter}
    return replace(
        practice,
        staff=(*practice.staff, *people),
        allowed=(*practice.allowed, *phrases),
        overrides={**practice.overrides, **severities},
    )
