"""A number of a health plan or insurance card.

Why
    A member number leads to a person's whole insurance record, and cards in a picture or a text
    are used for fraud.

Source
    45 CFR 164.514(b)(2)(i)(I)

Bad
    If your card looks like this one (member ID XQZ884120937) you need no referral.
    New Medicare cards are here, like this real one: 1EG4-TE5-MK73.

Good
    Bring your insurance card and photo ID. Call 512-555-0142.
    For referring offices: our group NPI 1245319599 and the fax are on the site. Call 512-555-0142.
    We accept Blue Cross, Aetna, Medicare and Medicaid. Call 512-555-0142.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks import _presidio as presidio
from checks._needle import needle
from checks.privacy._said import besides
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.PLAN_ID

NAMED = needle(
    r"\b(?i:(?:member|policy|subscriber|insurance|insured|plan|group|medicaid|medicare|mbi"
    r"|hicn?|beneficiary|health plan|\w{2,14}care|tricare|id card|your id|p[oó]liza"
    r"|afiliad[oa]|seguro)"
    r"(?: (?:id|card|number|no|num|policy|plan|families|member|your|holder))*\.?(?: (?:is"
    r"|looks like|was|reads|es|n[uú]mero))?[:# ,]{0,3}(?:your id looks like )?)"
    r"((?!\d{3}[-.]\d{4}\b"
    r"|\d{3}[-. ]\d{3}[-. ]\d{4}\b)(?=[A-Za-z0-9 -]{0,8}\d)(?:[A-Z]{1,4}[ -]?"
    r"|[a-z]{1,4})?\d[A-Za-z0-9]{2,14}(?:[ -][A-Z0-9]{2,8}){0,3})(?![\w%])",
)
CARD = needle(r"\bID looks like ((?=[A-Z0-9 -]{0,8}\d)[A-Z0-9](?:[ -]?[A-Z0-9]){5,18})(?!\w)")
NPI = re.compile(r"\bnpi\b", re.IGNORECASE)  # a provider's number, never a patient's
YEAR = re.compile(r"(?:19|20)\d\d")


def find(post: Post) -> Marks:
    yield from besides(post, _found(post), "Take out the member number.", Identifier.PLAN_ID)


def _found(post: Post) -> Iterator[tuple[int, int]]:
    spans = [m.span(1) for p in (NAMED, CARD) for m in p.within(post)]
    if re.search(r"\d[A-Za-z][A-Za-z0-9]\d", post.text):
        spans += presidio.recognized("UsMbiRecognizer", "US_MBI", post.text, 0.3)
    done = 0
    for start, end in sorted(set(spans)):
        number = post.text[start:end]
        enough = sum(char.isdigit() for char in number) >= 4
        npi = NPI.search(post.text[max(0, start - 6) : start + 4])
        if start >= done and enough and not npi and not YEAR.fullmatch(number):
            done = end
            yield start, end
