"""A phone number or a website that is not the practice's.

Why
    A wrong digit sends readers to a stranger, and their health questions with them.

Source
    The practice's written social media policy (branding: one number, one website)

Bad
    Flu shots are in. Call 512-555-0199 to book.

Good
    Flu shots are in. Call (512) 555-0142 to book.
    In a crisis call 988. For a visit call 512.555.0142.

Limits
    Toll-free and emergency numbers pass. A practice without numbers in its profile is not checked.
    Other websites are left alone: posts link to news and guidelines.

As of
    2026-11
"""

import re

from checks.brand._words import pattern
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.CALL_TO_ACTION
SEVERITY = Severity.WARN
KINDS = (Kind.POST, Kind.REPLY)
NUMBER = re.compile(
    r"(?<![\d./-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])?\d{3}[ .-]\d{4}(?![\d-])"
)
LOCAL = 7


def find(post: Post) -> Marks:
    ours = [_digits(phone) for phone in post.practice.phones]
    if not ours:
        return
    for match in NUMBER.finditer(post.text):
        number = _digits(match[0])
        known = pattern("known_numbers").search(number)
        if not known and not any(_same(number, phone) for phone in ours):
            yield match.start(), match.end(), "This is not a number of the practice: check it."


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone).removeprefix("1")


def _same(one: str, other: str) -> bool:
    """Whether two numbers agree; one of them may lack the area code."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= LOCAL and longer.endswith(shorter)
