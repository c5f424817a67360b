"""A name in an answer to a review.

Why
    A reviewer's real name, or one they did not give, ties a person to the practice; regulators
    had such answers taken down.

Source
    45 CFR 164.502(a); HHS OCR resolution with New Vision Dental, 2022 (names given for handles)

Bad
    [reply] Thank you for your feedback, Mrs. Alvarez.

Good
    [reply] Thank you for your feedback. Please call 512-555-0142.

Limits
    A tip only: the name may be the one the reviewer shows. With a sign of care the rule on
    names applies.

As of
    2026-11
"""

from checks._meaning import pieces
from checks._reader.words import WordKind
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.PATIENT_REPLY
SEVERITY = Severity.TIP
KINDS = (Kind.REPLY,)
NAMES = frozenset({WordKind.FIRST_NAME, WordKind.SURNAME})


def find(post: Post) -> Marks:
    for window in pieces(post):
        last = 0
        for kind, (start, end) in zip(window.kinds, window.places, strict=True):
            if kind in NAMES and start > last:
                yield start, end, "Answer without the name."
            if kind in NAMES:
                last = end + 1
