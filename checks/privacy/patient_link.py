"""A link to a patient's own page.

Why
    A profile, a fundraiser or a care diary names the person one click away; so does a link into
    the portal.

Source
    45 CFR 164.514(b)(2)(i)(N)

Bad
    One of our moms is fighting breast cancer, please share: https://fundraise.example.com/f/help-tanya
    See her page facebook.com/anna.smith.99 for the whole recovery story.

Good
    The CDC updated the schedule: https://www.cdc.gov/vaccines/schedules. Call 512-555-0142.
    Book online at https://portal.riverside.example.com.

Limits
    Links to authorities, news and the practice's own site are left alone.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks.privacy import _ours as ours
from checks.privacy._said import MAYBE, besides, chance_at
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.URL

LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>|()\"']{4,300}|(?<![\w@./])(?:[a-z0-9-]{2,40}\.){1,4}(?:com"
    r"|org|net|us|me|io|co|page|gov|edu|info|health)(?:/[^\s<>|()\"']{1,200})",
    re.IGNORECASE,
)
PUBLIC = re.compile(
    r"\.(?:gov|edu|mil)(?:[/:]|$)|//(?:www\.)?(?:\w+\.)?(?:cdc|nih|fda|who|heart|cancer"
    r"|diabetes|redcross|mayoclinic)\.",
    re.IGNORECASE,
)


def find(post: Post) -> Marks:
    yield from besides(
        post, _found(post), "Take out the link to the person's page.", Identifier.URL
    )


def _found(post: Post) -> Iterator[tuple[int, int]]:
    for match in LINK.finditer(post.text):
        link = match[0].rstrip(".,;:!?)")
        span = match.start(), match.start() + len(link)
        if ours.is_site(link, post.practice) or PUBLIC.search(link):
            continue
        if chance_at(post, *span) >= MAYBE:
            yield span
