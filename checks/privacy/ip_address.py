"""A computer's address on the network.

Why
    An address can be traced to a household.

Source
    45 CFR 164.514(b)(2)(i)(O)

Bad
    Somebody filled in our patient survey 14 times from 73.145.22.108. We see you!

Good
    Portal update 4.12.0.3 rolls out on Sunday night. Call 512-555-0142.

Limits
    Version numbers are left alone.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks import _presidio as presidio
from checks.privacy._said import besides, tied
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.IP

MAYBE = re.compile(
    r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9a-f]{1,4}:[0-9a-f]{0,4}:[0-9a-f:]{2,}", re.IGNORECASE
)
VERSION = re.compile(
    r"\b(?:update|version|v|release|firmware|build|software|app|driver|patch) ?$", re.IGNORECASE
)


def find(post: Post) -> Marks:
    yield from besides(
        post, tied(post, _found(post)), "Take out the network address.", Identifier.IP
    )


def _found(post: Post) -> Iterator[tuple[int, int]]:
    if not MAYBE.search(post.text):
        return
    for start, end in presidio.recognized("IpRecognizer", "IP_ADDRESS", post.text, 0.3):
        if (
            not VERSION.search(post.text[max(0, start - 12) : start])
            and post.text[start:end][-1] != ":"
        ):
            yield start, end
