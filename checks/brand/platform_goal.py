"""A post whose aim fits another channel better.

Why
    Talk among colleagues and long lessons are read on LinkedIn or YouTube and passed over
    elsewhere.

Source
    The practice's written social media policy (a purpose for each platform)

Bad
    [platform=instagram] Our case series was accepted for grand rounds. Call 512-555-0142.

Good
    [platform=linkedin] Our case series was accepted for grand rounds. Call 512-555-0142.

As of
    2026-11
"""

from checks.brand._words import says
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.AUDIENCE
SEVERITY = Severity.TIP
KINDS = (Kind.POST,)
FOR_PEERS = frozenset({"linkedin", "x", "twitter", "bluesky", "blog", ""})
FOR_LESSONS = frozenset({"educate", "peers", ""})


def find(post: Post) -> Marks:
    purpose = post.practice.platforms.get(post.platform, "")
    if says(post, "peer_talk") and post.platform not in FOR_PEERS and purpose != "peers":
        yield 0, len(post.text), "This speaks to colleagues: LinkedIn fits better."
    elif says(post, "lesson") and purpose not in FOR_LESSONS:
        yield 0, len(post.text), "This teaches: a channel for education fits better."
