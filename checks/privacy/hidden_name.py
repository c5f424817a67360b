"""A patient's name in a hashtag, a file name, or half covered.

Why
    A name stays a name when it is run into a hashtag, kept in the name of a picture, or masked
    by asterisks.

Source
    45 CFR 164.514(b)(2)(i)(A) and (R)

Bad
    Walk with us for our patient in her fight against ALS. #LiftUpLorraine
    Uploading JSmith_knee_0412.jpg, she walks again after her surgery.
    Congrats to Rebe**a Ston* on beating depression.

Good
    #HeartHealth starts with a walk. Call 512-555-0142.
    Save flu_clinic_hours.pdf to your phone. Call 512-555-0142.

Limits
    A name run together in lower case is found only beside words such as team, pray or strong.

As of
    2026-11
"""

from checks.privacy._patients import patients
from checks.privacy._spelling import Shape
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.NAME
SHAPES = frozenset({Shape.HASHTAG, Shape.MASKED})


def find(post: Post) -> Marks:
    for person in patients(post):
        if person.name.shape in SHAPES:
            yield person.start, person.end, "Take out the name; it can still be read."
