"""A name in an answer to a review.

Why
    A reviewer's real name, or one they did not give, ties a person to the practice; regulators
    had such answers taken down.

Source
    45 CFR 164.502(a); HHS OCR resolution with New Vision Dental, 2022 (names given for handles)

Bad
    [reply] Thank you for your feedback, Mrs. Alvarez.

Good
    [reply] Thank you for your feedback. Please call 512-555-0142.

Limits
    A tip only: the name may be the one the reviewer shows. With a sign of care the rule on
    names applies.

As of
    2026-11
"""

from checks.privacy._patients import scene
from checks.privacy._roles import Role
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.PATIENT_REPLY
SEVERITY = Severity.TIP
KINDS = (Kind.REPLY,)


def find(post: Post) -> Marks:
    for person in scene(post).people:
        if person.role is Role.SOMEBODY and person.name.sure:
            yield person.start, person.end, "Answer without the name."
