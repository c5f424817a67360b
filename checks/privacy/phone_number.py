"""A patient's phone or fax number.

Why
    A private number leads straight to the person; the only numbers a post needs are the
    practice's own.

Source
    45 CFR 164.514(b)(2)(i)(D) and (E)

Bad
    Mr. Underhill's home fax, 231-555-0129, is busy and he wants his bariatric diet plan.
    Please text Bob at 512-555-0199 about his crown.

Good
    Flu clinic March 3, 9-5. Call 512-555-0142.
    Poison Control is open at all hours: 1-800-222-1222. Call 512-555-0142.

Limits
    A number is reported beside a patient's name or words such as her cell; one to call the
    practice at is not.

As of
    2026-11
"""

import re

from checks.privacy import _ours as ours
from checks.privacy._patients import Scene, patients, scene
from checks.values import Category, Identifier, Mark, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK

NUMBER = re.compile(
    r"(?<![\w.:/-])(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-.  ]?)?\d{3}[-. ]\d{4}(?![\w-]|\.\d)"
    r"|(?<![\w.:/-])(?:\+?1)?\d{10}(?!\w)(?=[^\n]{0,3})"
)
PUBLIC = re.compile(r"^1?(?:800|833|844|855|866|877|888|900)")
PRIVATE = re.compile(
    r"(?i:\b(?:his|her|their|parents?|mom|dad|mother|father|wife|husband"
    r"|(?<!new-)(?<!new )patient|client|home|cell|mobile|private|personal"
    r"|\w{2,20}['’]s)(?: \w{1,10})? (?:cell|phone|mobile|number|fax|home|line|digits"
    r"|contact)\b)"
    r"|\b(?:voice ?mail|missed call|text|fax|message)s? (?:\w{1,12} ){0,2}from\b"
    r"|\b(?:home phone|home fax|cell ?phone|cell number|mobile number)\b|\b(?:text|call"
    r"|reach|ring|tried|try|phone|fax|contact) (?:him|her|them|mom|dad|grandma|(?:mr|mrs"
    r"|ms)\.? \w{2,20}|[A-Z][a-z]{1,20}) (?:at|on|back|now|today)\b|\b(?:call|text) "
    r"[a-z]{2,15}s (?:mom|dad)\b|\b(?:fax|send|text|forward) (?:the |his |her |their |a "
    r"|these |those |this )(?:\w{1,14} ){1,4}to\b",
)
PUBLIC_CALL = re.compile(
    r"\b(?:call|text|phone|reach|contact)(?: us| the| our|:|$| at| \W)|book|us\b|our\b|[.!?] "
)
FAX = re.compile(r"\bfax\b[^.!?\n]{0,30}$", re.IGNORECASE)


def find(post: Post) -> Marks:
    view = scene(post)
    for match in NUMBER.finditer(post.text):
        digits = re.sub(r"\D", "", match[0])
        if ours.is_phone(digits, post.practice) or PUBLIC.match(digits):
            continue
        around = post.text[max(0, match.start() - 70) : match.end() + 40]
        if (PRIVATE.search(around) and _about_care(view)) or _beside_a_patient(post, match):
            fax = FAX.search(post.text[max(0, match.start() - 40) : match.start()])
            kind = Identifier.FAX if fax else Identifier.PHONE
            yield Mark(*match.span(), "Take out the number; give the practice's own.", kind)


def _about_care(view: Scene) -> bool:
    return bool(view.signs) or re.search("[CP]{3,}", view.shadow) is not None


def _beside_a_patient(post: Post, number: re.Match[str]) -> bool:
    """Whether the number stands right behind a patient's name, as in a list."""
    between = (
        post.text[p.end : number.start()].lower() for p in patients(post) if p.end <= number.start()
    )
    return any(len(words) < 60 and not PUBLIC_CALL.search(words) for words in between)
