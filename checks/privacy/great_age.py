"""An age of 90 or more.

Why
    So few people are that old that the age alone can point to one of them.

Source
    45 CFR 164.514(b)(2)(i)(C)

Bad
    Our 93-year-old patient had a basal cell removed today.
    She turned ninety-seven yesterday and never misses a visit.
    A 91 y/o gentleman rode his bike to his appointment.
    Our favorite centenarian came in for her hearing aid check.
    Our oldest patient, born in 1931, got his hip replaced and walked out on it.

Good
    Care for adults 65 and over, since 1990. Call 512-555-0142.
    Should a 95-year-old still get a mammogram? Dr. Chen explains. Call 512-555-0142.
    Refills last 90 days. Call 512-555-0142.
    In one study, people in their 90s doubled their strength in eight weeks. Call 512-555-0142.

Limits
    Ages of groups, of things, and in questions about people in general are left alone.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks._needle import needle
from checks.privacy._said import is_patients, said, weight
from checks.values import Category, Identifier, Mark, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.AGE
OLD = 90
MESSAGE = "Leave the age out, or write 90 or older."
GREAT = re.compile(
    r"(?<![\w$#.,/-])(?:9\d|1[01]\d)(?![\d%/:,]|\.\d)|\b(?:ninet|hundred|centenar|novent|cien)",
    re.IGNORECASE,
)
AGE = re.compile(
    r"\b((?:9\d|1[01]\d)[- ]?(?:years?|yrs?)[- ](?:old|young)|(?:9\d|1[01]\d) ?y\.?/?o\b\.?"
    r"|ninety(?:[- ]\w{3,5})?[- ]years?[- ]old|(?:9\d|1[01]\d) años"
    r"|(?:nonagen|centen)ari(?:an|[oa]))(?!\w)",
    re.IGNORECASE,
)
BORN = needle(r"\b(?:born in|naci(?:ó|d[oa]) en) ((?:18|19)\d\d)(?!\w)", re.IGNORECASE)


def find(post: Post) -> Marks:
    done = [(0, 0)]
    for start, end in _spelled(post):
        if is_patients(post, start, end):
            done.append((start, end))
            yield start, end, MESSAGE
    for one in said(post, Identifier.AGE):
        great = GREAT.search(post.text[one.start : one.end])
        if great and not any(s < one.end and one.start < e for s, e in done):
            yield Mark(one.start, one.end, MESSAGE, severity=weight(one))


def _spelled(post: Post) -> Iterator[tuple[int, int]]:
    """Where an age of ninety or more stands, or the year of birth of somebody so old."""
    yield from (match.span() for match in AGE.finditer(post.text))
    this_year = int(post.practice.today[:4] or 0)
    yield from (m.span(1) for m in BORN.within(post) if this_year - int(m[1]) >= OLD)
