"""The account of a patient on a social network.

Why
    A handle leads to a profile with a name and a face; answering it about care tells everybody
    that its owner is a patient.

Source
    45 CFR 164.514(b)(2)(i)(N) and (R)

Bad
    @surfmom_nc your biopsy came back benign!
    Tagging @coach_dbell because he hit his step goal since his stent.
    [reply] Dear "GrandHavenDad": as we told you at your visit on January 9, your bill was denied.

Good
    Follow @riversidefm for weekly tips. Call 512-555-0142.
    @everyone Flu shots start on Monday. Call 512-555-0142.
    Thanks to @texasfoodbank for the fresh produce. Call 512-555-0142.

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
IDENTIFIER = Identifier.HANDLE

HANDLE = re.compile(r"(?<![\w@./])@[A-Za-z0-9_](?:[\w.]{0,28}\w)?(?![\w@])")
QUOTED = re.compile(
    r"\b(?:[Dd]ear|[Hh]i|[Hh]ello|[Hh]ey|[Uu]ser|[Rr]eviewer|[Tt]hanks?,?|[Tt]hank you,?) "
    r"[\"“]([\w.]{3,30})[\"”]"
)
# What chats take for everybody in them; an account of nobody.
EVERYBODY = frozenset({"all", "channel", "everyone", "followers", "here", "team"})


def find(post: Post) -> Marks:
    marks = besides(
        post, _found(post), "Take out the account name; answer in general.", Identifier.HANDLE
    )
    for mark in marks:
        if post.text[mark[0] : mark[1]].strip("@!<>").lower() not in EVERYBODY:
            yield mark


def _found(post: Post) -> Iterator[tuple[int, int]]:
    for match in (m for pattern in (HANDLE, QUOTED) for m in pattern.finditer(post.text)):
        span = match.span(match.lastindex or 0)
        own = ours.is_handle(post.text[slice(*span)], post.practice)
        if not own and chance_at(post, *span) >= MAYBE:
            yield span
