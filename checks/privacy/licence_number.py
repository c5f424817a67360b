"""A licence or certificate number of a patient.

Why
    A licence number is looked up in a register and gives a name.

Source
    45 CFR 164.514(b)(2)(i)(K)

Bad
    Our patient, a truck driver with CDL M 520 418 771 902, passed his physical.
    One of our colleagues (NPI 1902873456) had his gallbladder out here.

Good
    For referring offices: our group NPI is 1245319599. Call 512-555-0142.
    CPT 99214 needs moderate complexity. Call 512-555-0142.

Limits
    The practice's own NPI is left alone.

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
IDENTIFIER = Identifier.LICENSE

DRIVER = needle(
    r"\b(?:cdl|driver'?s? (?:license|licence)|dl|license|licence|licencia|passport"
    r"|pasaporte|certificate|badge|permit|green card|visa|dea|registration)(?: (?:id"
    r"|number|no|num|n[uú]mero))?\.?(?: (?:is|was))?[:# ]{1,3}"
    r"((?!\d{3}[-.]\d{4}\b"
    r"|\d{3}[-. ]\d{3}[-. ]\d{4}\b)"
    r"(?=[A-Z -]{0,6}\d)(?:[A-Z]{1,3}[ -]?)?\d[\dA-Z]{1,14}(?:[ -]\d[\dA-Z]{1,8}){0,5})(?![\w%])",
    re.IGNORECASE,
)
NPI = needle(r"\bnpi(?: (?:number|no|is))?[:# ]{1,3}([12]\d{9})(?!\d)", re.IGNORECASE)


def find(post: Post) -> Marks:
    yield from besides(
        post, tied(post, _found(post)), "Take out the licence number.", Identifier.LICENSE
    )


def _found(post: Post) -> Iterator[tuple[int, int]]:
    for match in DRIVER.within(post):
        if sum(char.isdigit() for char in match[1]) >= 5:
            yield match.span(1)
    for match in NPI.within(post):
        if match[1] not in post.practice.npi:
            yield match.span(1)
