"""A med spa's offer that names no responsible clinician.

Why
    Some states want the supervising physician named where medical procedures are advertised.

Source
    Cal. Bus. & Prof. Code 651 and 2272 (known from secondary sources, not seen in the source)

Bad
    Lip filler appointments at our med spa on Friday. Call 512-555-0142.

Good
    At our med spa Dr. Emily Chen answers questions about lasers on Friday. Call 512-555-0142.

Limits
    A tip, and only for practices whose specialty is med_spa or plastic_surgery, or posts that speak
    of a med spa.

As of
    2026-11
"""

from checks._reading import read
from checks.brand._words import says
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.DISCLOSURE
SEVERITY = Severity.TIP
KINDS = (Kind.POST,)
SPECIALTIES = frozenset({"med_spa", "plastic_surgery"})


def find(post: Post) -> Marks:
    spa = post.practice.specialty in SPECIALTIES or says(post, "med_spa")
    named = any(name.lower() in read(post).lower for name in post.practice.providers)
    if spa and not named and says(post, "offered_procedures"):
        yield 0, len(post.text), "Name the physician who is responsible for this procedure."
