"""More hashtags than the platform takes.

Why
    Beyond its limit a platform refuses the post or shows it to fewer people.

Source
    checks/platforms.yaml (Instagram: five since December 2025, thirty before)

Bad
    [platform=instagram] #FluShots #Austin #Health #Family #Clinic #Care Call 512-555-0142.

Good
    [platform=instagram] What is on your list? #FluShots #Austin Call 512-555-0142.

As of
    2026-11
"""

import re

from checks.platform._limits import limits
from checks.values import Category, Mark, Marks, Post, Severity

CATEGORY = Category.PLATFORM_LIMIT
SEVERITY = Severity.WARN
HASHTAG = re.compile(r"(?<![\w&/])[#＃](?=\w{0,100}[^\W\d_])\w{1,100}")


def find(post: Post) -> Marks:
    found = limits(post.platform)
    tags = [*HASHTAG.finditer(post.text)]
    if found is None or not found.hashtags_warn or len(tags) <= found.hashtags_warn:
        return
    refused = 0 < found.hashtags_most < len(tags)
    yield Mark(
        tags[found.hashtags_warn].start(),
        tags[-1].end(),
        f"Keep to {found.hashtags_warn} hashtags on this platform.",
        severity=Severity.BLOCK if refused else None,
    )
