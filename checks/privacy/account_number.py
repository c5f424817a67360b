"""An account, invoice or card number.

Why
    Billing numbers tie a person to care, and a payment card's number is money.

Source
    45 CFR 164.514(b)(2)(i)(J)

Bad
    Acct #77310-B was paid in full today. Way to go!
    [reply] We looked up invoice 448812 and will call you.

Good
    Pay your bill online at https://portal.riverside.example.com.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks import _presidio as presidio
from checks._needle import needle
from checks.privacy._said import besides, tied
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.ACCOUNT

NAMED = needle(
    r"\b(?:acct|account|invoice|statement|billing|bill|payment|guarantor|receipt|cuenta"
    r"|factura|routing|iban)(?: (?:id|number|no|num|plan))?\.?(?: (?:is|was|ending in"
    r"|ending|n[uú]mero))?[:# ]{1,3}"
    r"#?((?!\d{3}[-.]\d{4}\b"
    r"|\d{3}[-. ]\d{3}[-. ]\d{4}\b)"
    r"(?=[A-Z-]{0,6}\d)[A-Z]{0,5}-?\d[\dA-Z]{2,14}(?:-[\dA-Z]{1,8}){0,3})(?![\w%.]\w)(?! "
    r"?(?:patients|people|followers|visits))",
    re.IGNORECASE,
)
LONG = re.compile(r"\d[\d -]{11,22}\d")


def find(post: Post) -> Marks:
    yield from besides(
        post, tied(post, _found(post)), "Take out the account number.", Identifier.ACCOUNT
    )


def _found(post: Post) -> Iterator[tuple[int, int]]:
    for match in NAMED.within(post):
        money = post.text[max(0, match.start(1) - 2) : match.start(1)].strip().endswith("$")
        if not money and not re.fullmatch(r"(?:19|20)\d\d", match[1]):
            yield match.span(1)
    if LONG.search(post.text):
        yield from presidio.recognized("CreditCardRecognizer", "CREDIT_CARD", post.text, 0.5)
