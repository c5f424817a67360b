"""An age of 90 or more.

Why
    So few people are that old that the age alone can point to one of them.

Source
    45 CFR 164.514(b)(2)(i)(C)

Bad
    Our 93-year-old patient had a basal cell removed today.
    She turned ninety-seven yesterday and never misses a visit.
    A 91 y/o gentleman rode his bike to his appointment.

Good
    Care for adults 65 and over, since 1990. Call 512-555-0142.
    Should a 95-year-old still get a mammogram? Dr. Chen explains. Call 512-555-0142.
    Refills last 90 days. Call 512-555-0142.

Limits
    Ages of groups, of things, and in questions about people in general are left alone.

As of
    2026-11
"""

import re

from checks.privacy._care import is_general
from checks.privacy._patients import scene
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.AGE

SMALL = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|eighteen)"
NUMBER = (
    rf"(?:9\d|1[01]\d|ninety(?:[- ]{SMALL})?|(?:a|one) hundred(?: and| &)?(?:[- ]{SMALL})?"
    rf"|noventa(?: y \w{{2,6}})?|cien)"
)
YEARS = (
    r"(?:years?|yrs?)(?:[- ](?:old|young))|[- ]?y\.?/?o\b\.?|[- ]?years?[- ](?:old|young)"
    r"|-year-old|[- ]?yr[- ]old| años"
)
AGE = re.compile(rf"\b({NUMBER}[- ]?(?:{YEARS}))(?!\w)", re.IGNORECASE)
TOLD = re.compile(
    rf"\b(?:turn(?:s|ed|ing)?|aged?|at(?: age)?|age of|patient is|she is|he is|she's|he's"
    rf"|is now|who is|young|celebrat\w{{1,5}}(?: (?:his|her))?|"
    rf"pt|f|m|patient,|cumpli[oó])[ :,]{{1,2}}({NUMBER})(?![\w%/]|[.,]\d"
    rf"|[- ]?(?:\w{{1,10}} )?(?:days?|weeks?|months?|minutes?|hours?|miles?|percent|lbs?"
    rf"|pounds|degrees|patients|people|dollars|mg|ml))",
    re.IGNORECASE,
)
WORDED = re.compile(
    rf"\b(?:is|was|now|just|at|to) ((?:ninety(?:[- ]{SMALL})?|(?:a|one) hundred(?:(?: and| "
    rf"&)?[- ]{SMALL})?))(?=[,.!?;]| and\b)",
    re.IGNORECASE,
)
BIRTHDAY = re.compile(
    r"\b((?:9\d|1[01]\d)(?:th|st|nd|rd)) birthday|\bbirthday (?:number |no\. ?|#)(9\d|1[01]\d)\b"
    r"|\bcumpleaños (?:n[uú]mero |#)(9\d|1[01]\d)\b|\bcumpl\w{1,4} (?:sus )?(9\d|1[01]\d)\b",
    re.IGNORECASE,
)
MARKED = re.compile(r"(?<![\w$#.,/-])(9\d|1[01]\d) ?[MF]\b|(?<=[A-Za-z], )(9\d|10\d)(?=,)")
OF_SOMEBODY = re.compile(
    r"N{2},? (?:is|was|at|turned|turns|age|aged) (9\d|1[01]\d)\b(?![%/:.]\d| ?[a-z]+ ?pounds)"
)
THING = re.compile(
    r"\b(?:(?:practice|hospital|clinic|building|company|organization|tradition|vaccine"
    r"|town|city|school|church) (?:is|was|turn\w{0,4})|people (?:in|over|aged)|adults"
    r"|over (?:the )?age|up to|as old as|if you)\b",
    re.IGNORECASE,
)


def find(post: Post) -> Marks:
    view = scene(post)
    for pattern in (AGE, TOLD, WORDED, BIRTHDAY, MARKED):
        for match in pattern.finditer(post.text):
            group = match.lastindex or 0
            first, last = view.reading.sentence_at(match.start())
            sentence = post.text[first:last]
            general = sentence.rstrip().endswith("?") and is_general(sentence.lower())
            if not general and not THING.search(sentence):
                yield *match.span(group), "Leave the age out, or write 90 or older."
    for match in OF_SOMEBODY.finditer(view.shadow):
        yield *match.span(1), "Leave the age out, or write 90 or older."
