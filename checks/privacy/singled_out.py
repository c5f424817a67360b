"""A person singled out without a name.

Why
    The mayor's wife, the only triplets of the year or the guy who runs the bait shop is one
    person, and the whole town knows who.

Source
    45 CFR 164.514(b)(2)(i)(R) and (ii); 164.502(a)

Bad
    Guess who got her flu shot here today? The mayor's wife!
    Proud to have cared for the only quadruplets born in the county this year.
    The firefighter hurt in Friday's fire is stable and out of the ICU.
    A third grader at Rosewood Elementary came in with a bead up his nose.
    Tasha's mother-in-law starts dialysis with us.

Good
    We treat burns day and night. Call 512-555-0142.
    Join the mayor at our open house on Saturday. Call 512-555-0142.
    Sports physicals for students of Rosewood Elementary. Call 512-555-0142.

Limits
    Who stands out in a town is known only for common offices and trades.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks.privacy import _lexicon as lexicon
from checks.privacy._care import Tie
from checks.privacy._patients import WORD_OF_CARE, Scene, scene
from checks.privacy._people import Person
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.ESCALATE
IDENTIFIER = Identifier.CONTEXT

KIN = lexicon.either("singling", "kin")
MACROS = {
    "KIN": KIN,
    "ROLE": lexicon.either("singling", "roles"),
    "JOB": lexicon.either("singling", "jobs"),
}
PATTERNS = tuple(
    lexicon.filled(pattern, {**MACROS, **lexicon.patterns("singled_out")["macros"]})
    for pattern in lexicon.patterns("singled_out")["patterns"]
)
DETERMINED = re.compile(
    r"(?:\b(?:the|our|a|an|your|local|this|that|my|town['’]s|[\w'’-]{2,20}['’]s(?: "
    r"\d{1,2}['’]s)?|channel \d{1,2}['’]s|guess who[^.!?]{0,5}|which|what|another|former"
    r"|beloved|favorite|el|la|nuestr[oa]) |^)(?:\w{1,12} ){0,2}$"
)
OFFICE = re.compile(
    r"\b(?:declared|proclaimed|proclamation|join (?:us|the|our)|speaker|open house|ribbon"
    r"|visited our|welcomed|toured|announced|spoke|will (?:speak|be at)|cut the)\b"
)
PAST = re.compile(r"\b(?:1[5-9]\d\d|20[01]\d)\b")
US = re.compile(r"\b(?:we|us|our|ours|here)\b")
STAFF_KIN = (
    re.compile(
        rf"(?:[OD]{{2,}}|\b(?:nurse|doctor|dr\.? \w{{2,20}}|receptionist|hygienist|manager|our "
        rf"(?:own )?\w{{3,14}}))['’]s (?:\w{{1,10}} )?(?P<kin>{KIN})\b"
    ),
    re.compile(rf"\b(?:his|her|their) {KIN} (?:is|was) (?:our (?:own )?)?(?P<kin>[OD]{{2,}})"),
    re.compile(rf"\b(?P<kin>{KIN} (?:of|de) (?:nuestr[oa]|our|la|el) (?:\w{{2,14}} )?[OD]{{2,}})"),
)


def find(post: Post) -> Marks:
    view = scene(post)
    if view.signs or WORD_OF_CARE.search(view.shadow):
        for start, end in (*_singled(view), *_relatives(view)):
            yield start, end, "Leave this out; people can tell who it is."


def _singled(view: Scene) -> Iterator[tuple[int, int]]:
    done: list[tuple[int, int]] = []
    for number, pattern in enumerate(PATTERNS):
        for match in pattern.finditer(view.reading.lower):
            start, end = match.span()
            lead = view.reading.lower[max(0, start - 30) : start]
            if number == 0 and not DETERMINED.search(lead):
                continue
            if any(s < end and start < e for s, e in done) or not _about_care(view, start, end):
                continue
            done.append((start, end))
            yield start, end


def _about_care(view: Scene, start: int, end: int) -> bool:
    first, last = view.reading.sentence_at(start)
    sentence = view.reading.lower[first:last]
    if OFFICE.search(sentence) or (PAST.search(sentence) and not US.search(sentence)):
        return False
    if any(_explains(person, start, end) for person in view.people):
        return False
    near = any(sign.tie is not Tie.YOURS for sign in view.near(start, end, 130))
    return near or view.cares(start)


def _explains(person: Person, start: int, end: int) -> bool:
    """Whether a name tells who is meant: it follows at once, or is one of ours standing near."""
    if end <= person.start < end + 3:
        return True
    ours = person.letter in ("O", "D")
    return ours and start < person.end + 3 and person.start < end + 25


def _relatives(view: Scene) -> Iterator[tuple[int, int]]:
    for match in (m for pattern in STAFF_KIN for m in pattern.finditer(view.shadow)):
        signs = view.near(*match.span("kin"), 90)
        if any(sign.tie is not Tie.YOURS and sign.end > match.start() for sign in signs):
            yield match.span("kin")
