"""An age together with what else would single a person out.

Why
    Age, place, trade and illness together leave few people to choose from, and HIPAA asks that
    what remains cannot identify anybody.

Source
    45 CFR 164.514(b)(2)(ii) and (i)(R)

Bad
    A 34-year-old teacher from Dover with lupus came to us last spring.
    The farthest drive: a 38-year-old mom from 49412 who comes in every two weeks.

Good
    1 in 3 adults over 40 has high blood pressure. Call 512-555-0142.
    Chest pressure in a 60-year-old man? Call 911 at once. Checkups: call 512-555-0142.

Limits
    Age and illness without a place, a trade or a family are left alone.

As of
    2026-11
"""

import re

from checks.privacy._said import is_told
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.ESCALATE
IDENTIFIER = Identifier.AGE

AGE = re.compile(
    r"\b((?:[1-8]?\d|(?:twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty)[- ]?\w{0,5})[- ](?:year|yr|month|week)s?[- ]old|[1-8]\d ?y/?o)\b"
    r"(?P<rest>[^.!?\n]{0,80})",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"\b(?:from|in|of|near|who (?:works|lives|teaches|runs|owns)) (?:the "
    r")?(?:[A-Z][a-z]{2,}|\d{5}\b)|\b(?:teacher|nurse|firefighter|officer|coach|pastor"
    r"|driver|farmer|mayor|lawyer|veteran|soldier|marine|pilot|chef|teammate|quarterback"
    r"|dancer|gymnast|violinist|swimmer|student at|twin|triplet)"
)


def find(post: Post) -> Marks:
    for match in AGE.finditer(post.text):
        if PLACE.search(match["rest"]) and is_told(post):
            yield (
                *match.span(1),
                "Leave out the age or what stands beside it; together they identify.",
            )
