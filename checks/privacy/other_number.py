"""A room, bed, claim, prescription, specimen or ticket number.

Why
    A number that the practice or an insurer gave to one person's care points to that person for
    everybody who can look it up or stand at the door.

Source
    45 CFR 164.514(b)(2)(i)(R)

Bad
    The patient in room 312 proposed right after his appendectomy.
    Rx 7719024 for metformin is ready. Sorry for the delay!
    Giant cells in specimen S24-11902 from this week's biopsy.

Good
    Our diabetes class meets in Room 204 of the library. Call 512-555-0142.
    Exam room 3 got a makeover: new paint, new chairs. Call 512-555-0142.

Limits
    Rooms and beds count only where somebody lies in them.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks._needle import needle
from checks.privacy._said import MAYBE, besides, chance_at, tied
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.OTHER_ID

CODE = (
    r"((?!\d{3}[-.]\d{4}\b"
    r"|\d{3}[-. ]\d{3}[-. ]\d{4}\b)"
    r"(?=[A-Z-]{0,6}\d)#?[A-Z]{0,5}-?\d[\dA-Z]{1,12}(?:-[\dA-Z]{1,12}){0,3})(?![\w%]"
    r"|[.,:]\d)"
)
NAMED = needle(
    r"\b(?:claim|rx|prescription|script|specimen|accession|case|ticket|complaint|reference"
    r"|confirmation|encounter|visit|order|requisition|report|sample|slide|path(?:ology)?|lab"
    r"|biopsy|referral|prior auth(?:orization)?|authorization|study|trial id|subject"
    r"|participant|receta|reclamo|muestra|caso|autorizaci[oó]n|confirmaci[oó]n|wristband|locker"
    r"|queue|badge)"
    rf"(?: (?:id|no|num|number|code))?\.?(?: (?:is|was|es))?[:# ]{{1,3}}#?{CODE}",
    re.IGNORECASE,
)
ROOM = needle(
    r"\b((?:room|rm|bed|bay|suite|unit|ward|floor|habitaci[oó]n|cama|cuarto|chair|pod|exam)\.? "
    r"?#?(?:\d{1,4}[A-D]?|[A-D]?\d{1,4}))\b(?! ?(?:am|pm|%|:))"
    r"|\b(?:his|her|their|whose) (?:room|bed)[^!?\n\d]{0,30}? is #?(\d{1,4}[A-D]?)\b",
    re.IGNORECASE,
)
GENERIC = needle(
    r"\b(?:number|no\.|num|id|code|ref|key|tag)(?: is)?[:# ]{1,3}"
    r"((?!\d{3}[-. ]\d{3}[-. ]?\d{4}\b)[A-Z]{0,3}-?\d{5,12})\b(?! ?(?:patients|people))",
    re.IGNORECASE,
)
CALLED = needle(
    r"(?:(?:^|[.!?\n]) ?|\b(?:dear|hey|hi|to|hello) )((?:room|rm|bed) #?\d{1,4}[A-D]?),? "
    r"(?:please|you|your|is|was|needs?|wants?|has|thinks|won['’]t|still|if|says|said|asked)\b",
    re.IGNORECASE,
)
LONG = re.compile(r"\d{5,}|\d-\d|[A-Z]{1,4}-?\d{4,}|\d[A-Z]")
CODING = re.compile(r"\b(?:cpt|icd|hcpcs|lot|npi|study|trial|jama|nejm|issue|vol)\b", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20)\d\d")
ADVICE = "Take out the number; it belongs to one person's care."


def find(post: Post) -> Marks:
    found = tied(post, _found(post))
    yield from besides(post, found, ADVICE, Identifier.OTHER_ID)


def _found(post: Post) -> Iterator[tuple[int, int]]:
    for match in (m for kind in (NAMED, GENERIC) for m in kind.within(post)):
        coding = CODING.search(post.text[max(0, match.start() - 20) : match.end()])
        known = LONG.search(match[1]) and not coding and not YEAR.fullmatch(match[1])
        if known:
            yield match.span(1)
    for match in CALLED.within(post):
        yield match.span(1)
    for match in ROOM.within(post):
        span = match.span(match.lastindex or 0)
        if chance_at(post, *span) >= MAYBE:
            yield span
