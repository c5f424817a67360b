"""A social security number.

Why
    It opens somebody's whole financial life and is never needed in public.

Source
    45 CFR 164.514(b)(2)(i)(G)

Bad
    Patient: SSN 219-09-9999, reason for visit: wife made me.
    The card in the parking lot says SSN ending 4471.

Good
    Never send your social security number by chat. Call 512-555-0142.

Limits
    Numbers that cannot have been issued are left alone unless named as one.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks import _presidio as presidio
from checks._needle import needle
from checks.privacy._said import besides
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.SSN

NAMED = needle(
    r"\b(?:ssn|social security|social|ss ?#|seguro social|itin)(?: (?:no|num|number"
    r"|n[uú]mero)\b)?\.?(?: (?:is|es|was|on file))?[:# ]{0,3}"
    r"(?:(?:ending|ends|last (?:four|4)|que termina)(?: (?:in|with|en|are|is"
    r"|digits))?[: ]{0,2})?([\dxX*][\dxX*.  -]{2,12}\d)(?!\w)",
    re.IGNORECASE,
)
SHAPE = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\w-])")


def find(post: Post) -> Marks:
    yield from besides(post, _found(post), "Take out the social security number.", Identifier.SSN)


def _found(post: Post) -> Iterator[tuple[int, int]]:
    spans = {m.span(1) for m in NAMED.within(post)}
    spans |= {m.span() for m in SHAPE.finditer(post.text)}
    if re.search(r"\d{9}|\d{3}[-. ]\d{2}[-. ]\d{4}", post.text):
        spans |= set(presidio.recognized("UsSsnRecognizer", "US_SSN", post.text, 0.5))
    for start, end in spans:
        if not any((s, e) != (start, end) and s <= start and end <= e for s, e in spans):
            yield start, end
