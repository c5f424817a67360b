"""A day on which something in a patient's care or life happened.

Why
    The day of a visit, an operation, a birth or a death lets others work out who it was; only
    the year may be told.

Source
    45 CFR 164.514(b)(2)(i)(C)

Bad
    Admitted Feb 2, intubated Feb 4, walked out March 1. So proud of our patient.
    Her DOB is 2/29/1948 and she had her knee replacement last week.
    Exactly one year ago, on 11/30/2023, a young mom walked in with a mole.

Good
    Flu clinic March 3, 9-5. Call 512-555-0142.
    March 21 is World Down Syndrome Day. Call 512-555-0142.
    Dr. Chen joined us on June 3, 2014. Call 512-555-0142.
    When was the last time you had your cholesterol checked? Call 512-555-0142.

Limits
    Days of the practice's own events, holidays and awareness days are left alone. The word
    today is left alone.

As of
    2026-11
"""

import re

from checks.privacy._said import said, weight
from checks.values import Category, Identifier, Mark, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.DATE
VAGUE = re.compile(
    r"(?:the |el |la )?(?:last|next|first|same|other|última?|próxima?|primera?)(?: time| vez)?",
    re.IGNORECASE,
)
EXACT = re.compile(r"\d")  # last Tuesday is a day too, but does not stay one for a reader


def find(post: Post) -> Marks:
    for one in said(post, Identifier.DATE):
        words = post.text[one.start : one.end]
        if VAGUE.fullmatch(words):
            continue
        exact = EXACT.search(words)
        severity = weight(one) if exact else Severity.ESCALATE
        advice = "Leave the day out; only the year can stay."
        yield Mark(one.start, one.end, advice, severity=severity)
