"""A medical record number.

Why
    A record number makes health information about a patient identifiable, and a post has no need
    of it.

Source
    45 CFR 164.514(b)(2)(i)(H)

Bad
    Chart #4471023 is the comeback story of the year!
    [reply] Hello! We found your file, MRN 0045512, and will call you.

Good
    Comeback stories start with a first visit. Call 512-555-0142 to book.
    Bring your medical record to the first visit. Call 512-555-0142.

Limits
    Bare numbers without a word such as chart or MRN are left alone.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks._needle import needle
from checks.privacy._said import besides
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.MRN
NUMBER = needle(
    r"\b(?:mrn|m\.r\.n\.|chart|(?:medical|health|patient)\s{0,3}records?|record|file"
    r"|patient|pt|expediente|historia\s{1,3}cl[ií]nica)\s{0,3}(?:id|ids)?\s{0,3}"
    r"(?:(?:#|no\.?|num(?:ber|\.)?|n[úu]mero|ending\s{1,3}in)\s{0,3})?(?:is|was|es|[:=#-])?\s{0,3}"
    r"#?\s?((?=[\w-]{0,6}\d)[A-Z]{0,4}-?\d[\d-]{2,14}\d[A-Z]?)\b(?![%,]\d|\s{0,2}%)",
    re.IGNORECASE,
)
PLURAL = re.compile(r"\s{0,2}(?:patients|people|records|charts|visits|followers)\b", re.IGNORECASE)


def find(post: Post) -> Marks:
    yield from besides(post, _found(post), "Take out the record number.", Identifier.MRN)


def _found(post: Post) -> Iterator[tuple[int, int]]:
    for match in NUMBER.within(post):
        if not PLURAL.match(post.text, match.end()):
            yield match.span(1)
