"""Words spelled so that a check cannot read them.

Why
    Letters from another alphabet, invisible characters inside a word, spaced letters and digits for
    letters hide a word from a check but not from a reader. Screen readers stumble over them too.

Source
    The practice's written social media policy (drafts are submitted as they will be read);
    WCAG 2.1 success criterion 1.3.1, 45 CFR 84.84

Bad
    Thank you Mаria for trusting us with your knee surgery. Call 512-555-0142.
    MRN 00\u200b45512 is doing well. Call 512-555-0142.

Good
    Open Saturdays 9-1 for flu shots. Call 512-555-0142.

Limits
    Bold or full-width letters are typography and not reported. Digits and spaced letters are
    reported only where another rule recognises the word behind them.

As of
    2026-11
"""

from checks._views import disguises
from checks.values import Category, Marks, Post, Severity

CATEGORY = Category.OBFUSCATED_TEXT
SEVERITY = Severity.WARN


def find(post: Post) -> Marks:
    for start, end in disguises(post.text):
        yield start, end, "Write this word with plain letters only."
