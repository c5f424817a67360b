"""What all findings of a version come to."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from checks.values import Category, Finding, Severity


class Verdict(StrEnum):
    CLEAR = "clear"  # nothing, or tips for the author
    REVIEW = "review"  # an approver has to weigh a warning or an escalation
    BLOCKED = "blocked"  # cannot be approved as it stands


# Stands for what could not be looked for: no draft with it is clear.
UNCHECKED = Finding(
    rule="checks.failed",
    category=Category.UNCHECKED,
    severity=Severity.ESCALATE,
    start=0,
    end=0,
    message="The checks could not finish; somebody has to read this with extra care.",
)


class _Weighed(Protocol):
    @property
    def severity(self) -> Severity: ...


def judge(findings: Iterable[_Weighed]) -> Verdict:
    """The verdict that the heaviest of `findings` calls for."""
    severities = {f.severity for f in findings}
    if Severity.BLOCK in severities:
        return Verdict.BLOCKED
    if severities & {Severity.ESCALATE, Severity.WARN}:
        return Verdict.REVIEW
    return Verdict.CLEAR
