"""A topic on a platform that its readers do not use.

Why
    A tip about falls finds few readers where most are under twenty-five.

Source
    The practice's written social media policy (population); Pew Research Center, social media use
    by age (2024)

Bad
    [platform=snapchat] Fall prevention for seniors starts with good shoes. Call 512-555-0142.

Good
    [platform=facebook] Fall prevention for seniors starts with good shoes. What helps you? \
    Call 512-555-0142.

As of
    2026-11
"""

from checks.brand._words import pattern, says
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.AUDIENCE
SEVERITY = Severity.TIP
KINDS = (Kind.POST,)
YOUNG_PRACTICES = frozenset({"pediatrics", "orthodontics"})
OLD_PRACTICES = frozenset({"geriatrics"})


def find(post: Post) -> Marks:
    young_platform = bool(pattern("younger_platforms").search(post.platform.lower()))
    for_old = says(post, "older_audience") and not says(post, "younger_audience")
    if young_platform and (for_old or post.practice.specialty in OLD_PRACTICES):
        yield 0, len(post.text), "Few of these readers use this platform; Facebook fits better."
    elif for_old and post.practice.specialty in YOUNG_PRACTICES:
        yield 0, len(post.text), "This topic is outside the practice's own patients."
