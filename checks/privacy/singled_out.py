"""A person singled out without a name.

Why
    The mayor's wife, the only triplets of the year or the guy who runs the bait shop is one
    person, and the whole town knows who.

Source
    45 CFR 164.514(b)(2)(i)(R) and (ii); 164.502(a)

Bad
    Guess who got her flu shot here today? The mayor's wife!
    Proud to have cared for the only quadruplets born in the county this year.
    The firefighter hurt in Friday's fire is stable and out of the ICU.
    Our mayor's youngest came in with a bead up his nose.
    Tasha's mother-in-law starts dialysis with us.

Good
    We treat burns day and night. Call 512-555-0142.
    Join the mayor at our open house on Saturday. Call 512-555-0142.
    Sports physicals for students of Rosewood Elementary. Call 512-555-0142.

Limits
    Who stands out in a town is known only for common offices and trades.

As of
    2026-11
"""

from checks.privacy._said import said
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.ESCALATE
IDENTIFIER = Identifier.CONTEXT


def find(post: Post) -> Marks:
    for one in said(post, Identifier.CONTEXT):
        yield one.start, one.end, "Leave this out; people can tell who it is."
