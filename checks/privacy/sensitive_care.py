"""A person tied to care that the law protects more strictly.

Why
    Treatment for substance use, HIV, mental health, reproduction or genes is protected by more
    than HIPAA, and a mistake here hurts most.

Source
    42 CFR Part 2 and state law (not looked up again for this rule); 45 CFR 164.508(a)

Bad
    Welcome back to our rehab alumni Tom Barlow, one year sober!

Good
    Naloxone saves lives. Ask us for a free kit: call 512-555-0142.
    Depression is common and treatable. Call 512-555-0142.

Limits
    Only when the post names or singles out a person.

As of
    2026-11
"""

import re

from checks.privacy import _lexicon as lexicon
from checks.privacy._said import is_told
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.ESCALATE
IDENTIFIER = Identifier.CONTEXT

WORDS = re.compile(r"\b(?:" + "|".join(sorted(lexicon.groups("sensitive_care")["words"])) + r")\b")


def find(post: Post) -> Marks:
    lower = post.text.lower()
    for match in WORDS.finditer(lower) if len(lower) == len(post.text) else ():
        if is_told(post):
            yield *match.span(), "This care is specially protected: take the person out altogether."
            return
