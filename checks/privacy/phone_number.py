"""A patient's phone or fax number.

Why
    A private number leads straight to the person; the only numbers a post needs are the
    practice's own.

Source
    45 CFR 164.514(b)(2)(i)(D) and (E)

Bad
    Mr. Underhill's home fax, 231-555-0129, is busy and he wants his bariatric diet plan.
    Please text Bob at 512-555-0199 about his crown.
    Somebody ring Ms. Ortega at five one two, five five five, oh one nine nine about her crown.

Good
    Flu clinic March 3, 9-5. Call 512-555-0142.
    Poison Control is open at all hours: 1-800-222-1222. Call 512-555-0142.
    Our line is five one two, five five five, oh one four two. Call us!

Limits
    A number is reported beside a patient's name or words such as her cell; one to call the
    practice at is not.

As of
    2026-11
"""

import re

from checks.privacy import _ours as ours
from checks.privacy._said import MAYBE, chance_at
from checks.values import Category, Identifier, Mark, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
NUMBER = re.compile(
    r"(?<![\w.:/-])(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-.  ]?)?\d{3}[-. ]\d{4}(?![\w-]|\.\d)"
    r"|(?<![\w.:/-])(?:\+?1)?\d{10}(?!\w)"
)
ADVICE = "Take out the number; give the practice's own."
PUBLIC = re.compile(r"^1?(?:800|833|844|855|866|877|888|900)")
FAX = re.compile(r"\bfax\b[^.!?\n]{0,30}$", re.IGNORECASE)


def find(post: Post) -> Marks:
    for match in NUMBER.finditer(post.text):
        digits = re.sub(r"\D", "", match[0])
        if ours.is_phone(digits, post.practice) or PUBLIC.match(digits):
            continue
        if chance_at(post, *match.span()) >= MAYBE:
            fax = FAX.search(post.text[max(0, match.start() - 40) : match.start()])
            kind = Identifier.FAX if fax else Identifier.PHONE
            yield Mark(*match.span(), ADVICE, kind)
