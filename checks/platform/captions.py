"""A video that does not say that it has captions.

Why
    Most people watch without sound, and some cannot hear it.

Source
    WCAG 2.1 success criterion 1.2.2; 45 CFR 84.84

Bad
    [media; alt=The nurse] Watch this: our nurse shows how to use an inhaler. Call 512-555-0142.

Good
    [media; alt=The nurse] Watch this video, with captions: how to use an inhaler. \
    Call 512-555-0142.

Limits
    It sees words only; whether the file is a video is for the reviewer.

As of
    2026-11
"""

from checks.brand._words import says
from checks.values import Category, Marks, Post, Severity

CATEGORY = Category.ACCESSIBILITY
SEVERITY = Severity.TIP


def find(post: Post) -> Marks:
    if post.has_media and says(post, "video") and not says(post, "captions"):
        yield 0, len(post.text), "Add captions to the video and say so."
