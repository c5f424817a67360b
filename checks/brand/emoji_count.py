"""More emoji than a reader, or a screen reader, can bear.

Why
    Screen readers speak every emoji aloud; a row of them buries the message.

Source
    The practice's written social media policy (voice); WCAG 2.1 success criterion 1.1.1

Bad
    Flu shots 🎉🎉🎉🎉🎉🎉 are here. Call 512-555-0142.

Good
    Flu shots are here 💉 Call 512-555-0142.

As of
    2026-11
"""

import re

from checks.values import Category, Marks, Post, Severity

CATEGORY = Category.ACCESSIBILITY
SEVERITY = Severity.TIP
EMOJI = re.compile("[\U0001f300-\U0001faff☀-➿⭐⬅-⬇]")
MOST = 5


def find(post: Post) -> Marks:
    found = [*EMOJI.finditer(post.text)]
    if len(found) > MOST:
        yield found[MOST].start(), found[-1].end(), f"Keep to {MOST} emoji, at the end of lines."
