"""A post for conversation that asks nothing.

Why
    Posts with an open question get answers, and answers are what the platforms show to others.

Source
    The practice's written social media policy (engagement)

Bad
    [platform=facebook] Drink water. Call 512-555-0142.

Good
    [platform=facebook] How do you remember to drink water? Call 512-555-0142.

Limits
    Only where the practice uses a platform to engage; never in a reply, and never a question about
    symptoms (that is conduct.dm-invitation).

As of
    2026-11
"""

from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.STYLE
SEVERITY = Severity.TIP
KINDS = (Kind.POST,)


def find(post: Post) -> Marks:
    engages = post.practice.platforms.get(post.platform, "") == "engage"
    if engages and post.text.strip() and not {"?", "¿", "؟"} & set(post.text):
        end = len(post.text)
        yield 0, end, "Add an open question, one that does not ask about anybody's health."
