"""A way to act that readers see only after "more".

Why
    Phones show the first line or two; what stands below is read by few.

Source
    checks/platforms.yaml (fold: about 125 characters on Facebook and Instagram)

Bad
    [platform=facebook] Every autumn the same question comes up at our front desk, and every \
    autumn the answer is that the best month for a flu shot is the one you are in right now. \
    What is your plan? Call 512-555-0142.

Good
    [platform=facebook] Call 512-555-0142 to book a flu shot. What is your plan for the season?

As of
    2026-11
"""

import re

from checks.platform._limits import limits
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.STYLE
SEVERITY = Severity.TIP
KINDS = (Kind.POST,)
CONTACT = re.compile(r"\d{3}[ .-]\d{4}|https?://|www\.|\.com\b", re.IGNORECASE)


def find(post: Post) -> Marks:
    found = limits(post.platform)
    if found is None or not found.fold or len(post.text) <= found.fold:
        return
    contact = CONTACT.search(post.text)
    if contact and contact.start() > found.fold:
        yield contact.start(), contact.end(), "Bring this into the first line, before the fold."
