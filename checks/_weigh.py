"""Weighs what word lists found by what the sentence model makes of the whole draft.

Words are sure of themselves and often wrong: "guaranteed parking" promises nothing. The model read
the draft, so a list's finding that it does not share becomes a tip, and one that it hardly shares
stops no draft by itself. Of a short draft it knows little, so there only its plain no is heard, and
nothing becomes a tip. Rules whose severity the practice set itself, and its own lists, stand.
"""

from collections.abc import Iterable
from dataclasses import replace

from checks._meaning import SHORT, heard
from checks._reader.heads import CATEGORIES
from checks._reader.pinned import ModelMissing
from checks.values import Category, Finding, Identifier, Post, Severity

DOUBT = 0.12  # below this chance a finding of words is only a tip
AGREED = 0.5  # from this chance on it may block
WEIGHED = frozenset(CATEGORIES) - {Category.PHI}


def weighed(post: Post, findings: Iterable[Finding]) -> list[Finding]:
    """The findings of word lists, each with the severity that the whole draft gives it."""
    return [_weighed(post, finding) for finding in findings]


def _weighed(post: Post, finding: Finding) -> Finding:
    package = finding.rule.partition(".")[0]
    stands = package in ("own", "meaning") or finding.rule in post.practice.overrides
    if stands or finding.category not in WEIGHED or finding.severity is Severity.TIP:
        return finding
    try:
        chance = heard(post).chance(finding.category)
    except ModelMissing:
        return finding  # the model's own rules hold the draft as unchecked
    short = len(post.text) < SHORT
    if chance < DOUBT and not short:
        return replace(finding, severity=Severity.TIP)
    if finding.severity is Severity.BLOCK and chance < (DOUBT if short else AGREED):
        return replace(finding, severity=Severity.ESCALATE)
    return finding


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that another says better: of the same category, at the same
    place, and weightier; among equals a word list speaks before the model, whose place is a
    whole sentence.
    """
    kept: list[Finding] = []
    for finding in sorted(findings, key=_rank):
        if not any(_same_place(finding, other) for other in kept):
            kept.append(finding)
    return kept


def _rank(finding: Finding) -> tuple[int, bool, int, int, str]:
    vague = finding.rule.startswith("meaning.") or finding.identifier is Identifier.OTHER_ID
    size = finding.end - finding.start
    return -finding.severity.rank, vague, size, finding.start, finding.rule


def _same_place(one: Finding, other: Finding) -> bool:
    same = one.category is other.category and one.field == other.field
    return same and one.rule != other.rule and one.start < other.end and other.start < one.end
