"""A patient's nickname.

Why
    The people who know a nickname know the person behind it.

Source
    45 CFR 164.514(b)(2)(i)(R)

Bad
    Everybody here knows "Big Ron". Today he celebrates ten years sober with our recovery group.

Good
    Our skeleton is called "Bony Joe" and hates Mondays. Call 512-555-0142.

As of
    2026-11
"""

from checks.privacy._patients import patients
from checks.privacy._spelling import Shape
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.ESCALATE
IDENTIFIER = Identifier.NAME


def find(post: Post) -> Marks:
    for person in patients(post):
        if person.name.shape is Shape.NICKNAME:
            yield person.start, person.end, "Take out the nickname; people know who it is."
