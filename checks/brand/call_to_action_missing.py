"""A post that gives no way to act.

Why
    A reader who wants to come needs a number, a link, the portal or an address in the same post.

Source
    The practice's written social media policy (branding: every post leads to the office)

Bad
    Flu season is here, wash your hands.
    Hearing loss is common as we age. Comment below!

Good
    Flu season is here. Call 512-555-0142 to book a shot.
    [link=https://riverside.example.com/flu] Flu season is here.

Limits
    Replies are not asked for one. Asking for comments, likes or shares is no way to act.

As of
    2026-11
"""

from checks.brand._words import says
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.CALL_TO_ACTION
SEVERITY = Severity.WARN
KINDS = (Kind.POST,)


def find(post: Post) -> Marks:
    text = post.text.strip()
    if text and not post.link and not says(post, "ways_to_act") and not _names_us(post):
        yield 0, len(post.text), _message(post)


def _names_us(post: Post) -> bool:
    """Whether one of the practice's own ways to be reached stands in the text."""
    ours = (*post.practice.websites, *post.practice.phones, post.practice.portal)
    text = post.text.lower()
    return any(way and way.lower() in text for way in ours)


def _message(post: Post) -> str:
    usual = post.practice.call_to_action
    return f"Add a way to act, such as: {usual}" if usual else "Add a number, a link or an address."
