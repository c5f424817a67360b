"""A licence plate or vehicle number.

Why
    A plate or a VIN leads to the car's owner, and the owner was at a clinic.

Source
    45 CFR 164.514(b)(2)(i)(L)

Bad
    The red Ford, plate DKR 4471, left its lights on. You are in for your 10:40 with Dr. Chen.
    The new owner of VIN 1G1ZD5ST0LF012345 has her next INR check on Monday.

Good
    Never leave children in a parked car. Call 512-555-0142.
    Our dental van is at the fair on Saturday, plate TTH 2044. Call 512-555-0142.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks._needle import needle
from checks.privacy._said import besides, tied
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.VEHICLE

PLATE = needle(
    r"\b(?:license plate|licence plate|plate|plates|tags?|placas?|registration)(?: "
    r"(?:number|no|num|is|reads|says|#))?\.?[:# ]{1,3}"
    r"((?=[A-Za-z -]{0,7}\d)[A-Z0-9]{1,4}[ -]?[A-Z0-9]{2,5}(?:[ -][A-Z0-9]{1,4})?)(?!\w)",
)
VANITY = needle(
    r"(?<!our )(?<!van )(?<!bus )\bplates? (?:reads?|says?|that (?:says|reads)|reading|saying) "
    r"[\"“]?([A-Z0-9][A-Z0-9 -]{2,8}[A-Z0-9])\b"
)
CAR = needle(
    r"\b(?:(?i:car|truck|pickup|van|minivan|suv|sedan|jeep|motorcycle|vehicle|wagon|camry|civic|accord"
    r"|corolla|tacoma|prius|rav4|silverado|mustang|camaro|corvette|explorer|wrangler|tesla|tahoe"
    r"|suburban|odyssey|altima|f-?150|honda|toyota|ford|chevy|chevrolet|dodge|ram|nissan|kia|hyundai"
    r"|subaru|mazda|bmw|mercedes|audi|lexus|gmc|buick|cadillac|volvo|volkswagen|vw|harley))\b"
    r"[^.!?\n]{0,25}?[\s(#]((?=[A-Z0-9-]{0,6}\d)"
    r"(?=[A-Z0-9-]{0,6}[A-Z])[A-Z0-9]{2,4}[- ]?[A-Z0-9]{3,4})\b(?! ?(?:am|pm))"
)
VIN = re.compile(
    r"(?<!\w)(?=[A-HJ-NPR-Z0-9]{0,16}\d)(?=[A-HJ-NPR-Z0-9]{0,16}[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{17}(?!\w)"
)


def find(post: Post) -> Marks:
    yield from besides(
        post, tied(post, _found(post)), "Take out the plate or vehicle number.", Identifier.VEHICLE
    )


def _found(post: Post) -> Iterator[tuple[int, int]]:
    for match in PLATE.within(post):
        yield match.span(1)
    for match in (m for p in (VANITY, CAR) for m in p.within(post)):
        yield match.span(1)
    for match in VIN.finditer(post.text):
        yield match.span()
