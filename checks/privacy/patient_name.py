"""A patient's or relative's name.

Why
    A name beside a word about somebody's care tells the world who was treated, even when the news
    is good and the person is happy.

Source
    45 CFR 164.514(b)(2)(i)(A); 164.508(a)(3)

Bad
    So proud of Maria Lopez, six weeks after her knee surgery!
    Shout-out to Mr. Ferris, who finally got his cast off today.
    Our own nurse Becky Moore rang the bell after her last chemo.

Good
    Meet Dr. Maria Lopez, our new knee surgeon. Call 512-555-0142 to book a visit.
    Parkinson's disease often begins with a small tremor. Call 512-555-0142.

Limits
    Names are known by lists, by shape and by a language model for English; a rare name without a
    title, a surname or a sign of care in its neighbourhood can be missed.

As of
    2026-11
"""

from checks.privacy._patients import patients
from checks.privacy._spelling import Shape
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.NAME
SHAPES = frozenset({Shape.FULL, Shape.TITLED, Shape.FIRST})


def find(post: Post) -> Marks:
    for person in patients(post):
        if person.name.shape in SHAPES:
            yield person.start, person.end, "Take out the person's name, or get an authorization."
