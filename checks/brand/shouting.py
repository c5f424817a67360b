"""Whole words in capitals, or many exclamation marks.

Why
    Capitals read as shouting, are harder to read, and screen readers may spell them out.

Source
    The practice's written social media policy (voice); WCAG 2.1 technique on readable text

Bad
    HUGE NEWS EVERYBODY, WE ARE OPEN! Call 512-555-0142.
    Flu shots are here!!! Call 512-555-0142.

Good
    Good news, we now open on Saturdays. Call 512-555-0142.
    The CDC, AAP and ACOG agree. Call 512-555-0142.

Limits
    Abbreviations in a row are not shouting; four long words in capitals are.

As of
    2026-11
"""

import re

from checks.values import Category, Marks, Post, Severity

CATEGORY = Category.STYLE
SEVERITY = Severity.TIP
CAPITALS = re.compile(r"\b[A-Z]{2,20}(?:[^\w\n.!?]{1,3}[A-Z]{1,20}){2,30}\b")
MARKS = re.compile(r"[!?]*!{2,}[!?]*|(?:![^!\n]{1,60}){3}!")
LEAST_LONG = 2


def find(post: Post) -> Marks:
    for match in CAPITALS.finditer(post.text):
        long = [word for word in re.findall(r"[A-Z]+", match[0]) if len(word) > 3]
        if len(long) >= LEAST_LONG:
            yield match.start(), match.end(), "Write this in ordinary letters."
    for match in MARKS.finditer(post.text):
        yield match.start(), match.end(), "One exclamation mark is enough."
