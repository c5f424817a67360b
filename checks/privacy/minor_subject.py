"""A child's care told as a story.

Why
    A child cannot agree for itself, its family and school know every story, and a parent's
    authorization is needed.

Source
    45 CFR 164.502(g)(3); 164.508(a)

Bad
    Look at this brave little guy, he got his cast off today!
    Our tiniest patient went home from the NICU after 61 days.

Good
    Back-to-school physicals are here. Call 512-555-0142.
    First tooth or first birthday: time to see the dentist. Call 512-555-0142.

Limits
    Advice for parents and statements about children in general are left alone.

As of
    2026-11
"""

import re

from checks._needle import needle
from checks.privacy._said import is_told
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.ESCALATE
IDENTIFIER = Identifier.CONTEXT

SMALL = re.compile(r"little|tiny|brave", re.IGNORECASE)
CHILD = needle(
    r"\b(?:this|our|that|one) (?:[\w-]{1,12} ){0,3}?(?:guy|kiddo|toddler|newborn|infant"
    r"|preemie|preschooler|kindergartner|teen|teenager|boy|girl|princess|superhero|little "
    r"one|tooth fairy fan)\b"
    r"|\b(?:this|our|a|an|the) (?:\w{1,12} )?(?:[1-9]|1[0-7]|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen)[- ](?:year|month|week|day)s?[- ]old(?: (?:boy|girl|son|daughter|patient"
    r"|twins))?\b"
    r"|\b(?:our|the|this) (?:tiniest|littlest|youngest|smallest|bravest) (?:\w{1,12} "
    r")?patient\b|\bbirthday (?:boy|girl)\b",
    re.IGNORECASE,
)


def find(post: Post) -> Marks:
    for match in CHILD.within(post):
        grown = "guy" in match[0].lower() and not SMALL.search(match[0])
        if not grown and is_told(post):
            yield *match.span(), "Leave the child out, or get a parent's authorization."
