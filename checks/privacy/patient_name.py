"""A patient's or relative's name.

Why
    A name beside a word about somebody's care tells the world who was treated, even when the news
    is good and the person is happy.

Source
    45 CFR 164.514(b)(2)(i)(A) and (R), 164.514(c); 164.508(a)(3)

Bad
    So proud of Maria Lopez, six weeks after her knee surgery!
    Shout-out to Mr. Ferris, who finally got his cast off today.
    Our own nurse Becky Moore rang the bell after her last chemo.
    Interesting case: J.R. walked in with crushing chest pain and a normal ECG.
    Everybody here knows "Big Ron". Today he celebrates ten years sober with our recovery group.
    Walk with us for our patient in her fight against ALS. #LiftUpLorraine
    Uploading JSmith_knee_0412.jpg, she walks again after her surgery.

Good
    Meet Dr. Maria Lopez, our new knee surgeon. Call 512-555-0142 to book a visit.
    J. Smith, RN, joins our team in May. Call 512-555-0142.
    Our skeleton is called "Bony Joe" and hates Mondays. Call 512-555-0142.
    #HeartHealth starts with a walk. Call 512-555-0142.
    Parkinson's disease often begins with a small tremor. Call 512-555-0142.

Limits
    A first name, initials, a nickname or a hashtag count too. The model knows names and stories as
    it has learned them; a rare guise can be missed.

As of
    2026-11
"""

import re

from checks.privacy._said import said, weight
from checks.values import Category, Identifier, Mark, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.NAME
INITIALS = re.compile(r"(?:[^\W\d_]\.? ?){1,3}")


def find(post: Post) -> Marks:
    for one in said(post, Identifier.NAME):
        short = INITIALS.fullmatch(post.text[one.start : one.end])
        severity = Severity.ESCALATE if short else weight(one)
        advice = "Take out the person's name, or get an authorization."
        yield Mark(one.start, one.end, advice, severity=severity)
