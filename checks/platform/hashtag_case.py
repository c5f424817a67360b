"""A hashtag of several words in one lower-case run.

Why
    A screen reader reads #HeartHealth as two words and #hearthealth as none.

Source
    W3C and Section508.gov guidance on accessible social media (CamelCase hashtags)

Bad
    Know your numbers #hearthealthmonth. Call 512-555-0142.

Good
    Know your numbers #HeartHealthMonth. Call 512-555-0142.

Limits
    Lower-case hashtags of up to eleven letters are taken for one word.

As of
    2026-11
"""

import re

from checks.values import Category, Marks, Post, Severity

CATEGORY = Category.ACCESSIBILITY
SEVERITY = Severity.TIP
RUN = re.compile(r"(?<![\w&/])#(?:[a-z]{12,100}|[A-Z]{12,100})\b")


def find(post: Post) -> Marks:
    for match in RUN.finditer(post.text):
        yield match.start(), match.end(), "Begin each word of the hashtag with a capital."
