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

from checks.privacy._patients import names_patient, scene, specific
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
NAMED = re.compile(
    r"\b(?:claim|rx|prescription|script|specimen|accession|case|ticket|complaint|reference"
    r"|confirmation|encounter|visit|order|requisition|report|sample|slide|path(?:ology)?|lab"
    r"|biopsy|referral|prior auth(?:orization)?|authorization|study|trial id|subject"
    r"|participant|"
    r"receta|reclamo|muestra|caso|wristband|locker|queue|badge)"
    rf"(?: (?:id|no|num|number|code))?\.?(?: (?:is|was))?[:# ]{{1,3}}#?{CODE}",
    re.IGNORECASE,
)
ROOM = re.compile(
    r"\b(?:room|rm|bed|bay|suite|unit|ward|floor|habitaci[oó]n|cama|cuarto|chair|pod)\.? "
    r"?#?(\d{1,4}[A-D]?|[A-D]?\d{1,4})\b(?! ?(?:am|pm|%|:))"
    r"|\b(?:his|her|their|whose) (?:room|bed)[^!?\n\d]{0,30}? is #?(\d{1,4}[A-D]?)\b",
    re.IGNORECASE,
)
GENERIC = re.compile(
    r"\b(?:number|no\.|num|id|code|ref|key|tag)(?: is)?[:# ]{1,3}"
    r"((?!\d{3}[-. ]\d{3}[-. ]?\d{4}\b)[A-Z]{0,3}-?\d{5,12})\b(?! ?(?:patients|people))",
    re.IGNORECASE,
)
CALLED = re.compile(
    r"(?:(?:^|[.!?\n]) ?|\b(?:dear|hey|hi|to|hello) )(?:room|rm|bed) #?(\d{1,4}[A-D]?),? "
    r"(?:please|you|your|is|was|needs?|wants?|has|thinks|won['’]t|still|if|says|said|asked)\b",
    re.IGNORECASE,
)
LONG = re.compile(r"\d{5,}|\d-\d|[A-Z]{1,4}-?\d{4,}|\d[A-Z]")
CODING = re.compile(r"\b(?:cpt|icd|hcpcs|lot|npi|study|trial|jama|nejm|issue|vol)\b", re.IGNORECASE)
LIES = re.compile(
    r"\b(?:patient|gentleman|lady|woman|man|she|he|her|his|visiting|guest|resident|grandma"
    r"|grandpa|mom|dad|baby|paciente|señora|señor|whoever is|the guy|the girl|neighbor)\b",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?:19|20)\d\d")
EVENT = re.compile(
    r"\b(?:meets?|class|meeting|workshop|seminar|makeover|paint|community cent|library"
    r"|conference|located|visit us|our office|find us|address|street|st\.|ave|blvd|open "
    r"house)\b",
    re.IGNORECASE,
)


def find(post: Post) -> Marks:
    for match in NAMED.finditer(post.text):
        coding = CODING.search(post.text[max(0, match.start() - 20) : match.end()])
        if LONG.search(match[1]) and not coding and not YEAR.fullmatch(match[1]):
            yield *match.span(1), "Take out the number; it belongs to one person's care."
    for match in GENERIC.finditer(post.text):
        if specific(post) and not YEAR.fullmatch(match[1]):
            yield *match.span(1), "Take out the number; it belongs to one person's care."
    view = scene(post)
    for match in CALLED.finditer(post.text):
        yield *match.span(1), "Take out the room; it says who lies there."
    for match in ROOM.finditer(post.text):
        first, last = view.reading.sentence_at(match.start())
        sentence = post.text[first:last]
        lain_in = specific(post) or match[0].lower().startswith(("bed", "room"))
        lies = LIES.search(sentence) or names_patient(post, match.start())
        if lain_in and lies and not EVENT.search(sentence):
            yield *match.span(match.lastindex or 0), "Take out the room; it says who lies there."
