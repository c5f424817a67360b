"""A patient's initials.

Why
    Initials beside a story are enough for anybody who knows the person; HIPAA counts every code
    derived from a name.

Source
    45 CFR 164.514(b)(2)(i)(A) and (R); 164.514(c)

Bad
    Interesting case: J.R. walked in with crushing chest pain and a normal ECG.
    Patient A.K. finished isotretinoin after 12 weeks.

Good
    J. Smith, RN, joins our team in May. Call 512-555-0142.
    Our clinic in Washington, D.C. opens soon. Call 512-555-0142.

Limits
    Two-letter abbreviations that are usual in medicine are left alone.

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
        if person.name.shape is Shape.INITIALS:
            yield person.start, person.end, "Take out the initials; they still point to a person."
