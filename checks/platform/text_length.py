"""A post that is longer than its platform allows.

Why
    The platform refuses it or cuts it off, often before the number to call.

Source
    checks/platforms.yaml (each limit with its source and date)

Bad
    [platform=x; repeat=6] Flu shots are in, no appointment needed. Call 512-555-0142.
    [platform=bluesky; repeat=6] Flu shots are in, no appointment needed. Call 512-555-0142.

Good
    [platform=x] Flu shots are in. Call 512-555-0142 or see https://riverside.example.com/flu.

As of
    2026-11
"""

from checks.platform._limits import length, limits, longest
from checks.values import Category, Marks, Post, Severity

CATEGORY = Category.PLATFORM_LIMIT
SEVERITY = Severity.BLOCK


def find(post: Post) -> Marks:
    found = limits(post.platform)
    if found is None:
        return
    over = length(post.text, found.counting) - found.text
    if over > 0:
        start = longest(post.text, found.counting, found.text)
        yield start, len(post.text), f"Shorten this by {over} for the limit of {found.text}."
