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
    Thanks to @texasfoodbank for the fresh produce. Call 512-555-0142.

As of
    2026-11
"""

import re

from checks.privacy import _ours as ours
from checks.privacy._care import Tie
from checks.privacy._patients import scene
from checks.values import Category, Identifier, Kind, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.HANDLE

HANDLE = re.compile(r"(?<![\w@./])@[A-Za-z0-9_](?:[\w.]{0,28}\w)?(?![\w@])")
OPENS = re.compile(
    r"\W{0,5}(?:(?:to|hey|hi|hello|dear|thanks?|thank you|congrats|sorry|glad|welcome back"
    r"|happy birthday|hola|gracias)[ ,]{1,2}(?:to )?)?$",
    re.IGNORECASE,
)
QUOTED = re.compile(
    r"\b(?:[Dd]ear|[Hh]i|[Hh]ello|[Hh]ey|[Uu]ser|[Rr]eviewer|[Tt]hanks?,?|[Tt]hank you,?) "
    r"[\"“]([\w.]{3,30})[\"”]"
)


def find(post: Post) -> Marks:
    view = scene(post)
    for pattern in (HANDLE, QUOTED):
        for match in pattern.finditer(post.text):
            group = match.lastindex or 0
            if ours.is_handle(match[group], post.practice):
                continue
            signs = view.near(*match.span(group), 200)
            opens = pattern is QUOTED or bool(OPENS.match(post.text[: match.start()]))
            yours = (
                opens
                or post.kind is Kind.REPLY
                or bool(re.match(r",? (?:your|you|we|so)", post.text[match.end() :]))
            )
            thanks = re.search(
                r"\b(?:thank|thanks|glad|sorry|congrat)\w{0,10}", post.text[: match.start()], re.I
            )
            if any(s.tie is not Tie.YOURS or yours or thanks for s in signs):
                yield *match.span(group), "Take out the account name; answer in general."
