"""A street, town or ZIP code tied to a patient.

Why
    Everything smaller than a state narrows down who a patient can be; a street often names one
    house.

Source
    45 CFR 164.514(b)(2)(i)(B)

Bad
    House call day: we visited a sweet couple at 1187 Lakeview Drive.
    A patient from Millsboro with lupus told us her story.
    Shout-out to our patient from Elm St. who lost 42 lbs.

Good
    Visit our Millsboro office on Mondays. Call 512-555-0142.
    Flu shots at Austin High School, 1715 Harbor Street. Call 512-555-0142.

Limits
    The practice's own addresses and its own town are left alone.

As of
    2026-11
"""

from checks.privacy import _ours as ours
from checks.privacy._said import said, weight
from checks.values import Category, Identifier, Mark, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.GEO


def find(post: Post) -> Marks:
    for one in said(post, Identifier.GEO):
        if not ours.is_place(post.text[one.start : one.end], post.practice):
            advice = "Leave the place out; a state is the most that may be told."
            yield Mark(one.start, one.end, advice, severity=weight(one))
