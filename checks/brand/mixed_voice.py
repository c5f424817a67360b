"""One voice as "I" and another as "we" in the same post.

Why
    Readers wonder who speaks. The practice speaks as "we"; a person signs with name and role.

Source
    The practice's written social media policy (voice)

Bad
    I just love fall, and we have flu shots. My advice: ask us. Call 512-555-0142.

Good
    We have flu shots. Call 512-555-0142.

Limits
    A post signed by one of the providers or staff may say "I".

As of
    2026-11
"""

from checks._reading import read
from checks.brand._words import pattern
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.STYLE
SEVERITY = Severity.TIP
KINDS = (Kind.POST,)


def find(post: Post) -> Marks:
    lower = read(post).lower
    own = [*pattern("first_person_singular").finditer(lower)]
    signed = any(name.lower() in lower for name in (*post.practice.providers, *post.practice.staff))
    if len(own) >= 2 and not signed and pattern("first_person_plural").search(lower):
        yield own[0].start(), own[0].end(), "Speak as the practice throughout, or sign the post."
