"""A picture without alternative text, or with one that is too long.

Why
    Who cannot see the picture hears its alternative text; without it they hear nothing. Recipients
    of HHS funds must provide it from the dates below on.

Source
    45 CFR 84.84, 84.85 (WCAG 2.1 AA, criteria 1.1.1 and 1.4.5; posts made before the date are
    excepted); compliance dates moved by 91 FR 25496; lengths in checks/platforms.yaml

Bad
    [media] Our new lobby is open. Call 512-555-0142.

Good
    [alt=The new lobby with a low desk and wide doors] Our lobby is open. Call 512-555-0142.

Limits
    Severity is warn until 2027-05-11 (15 or more staff) or 2028-05-10 (fewer), then block. Whether
    the practice receives HHS funds is not known here; it may lower the severity in its settings.

As of
    2026-11
"""

from datetime import date

from checks.platform._limits import limits
from checks.values import Category, Mark, Marks, Post, Practice, Severity

CATEGORY = Category.ACCESSIBILITY
SEVERITY = Severity.WARN
LARGE_STAFF = 15
LARGE_FROM = date(2027, 5, 11)
SMALL_FROM = date(2028, 5, 10)


def find(post: Post) -> Marks:
    alts = [alt.strip() for alt in post.alt_texts]
    if (post.has_media and not alts) or "" in alts:
        severity = _severity(post.practice)
        yield Mark(0, len(post.text), "Describe every picture in a few words.", severity=severity)
    found = limits(post.platform)
    if found and found.alt_text and any(len(alt) > found.alt_text for alt in alts):
        yield 0, len(post.text), f"Keep each picture's description to {found.alt_text} characters."


def _severity(practice: Practice) -> Severity:
    """What the law asks of a practice of this size on this day; warn when the day is not known."""
    try:
        today = date.fromisoformat(practice.today)
    except ValueError:
        return Severity.WARN
    start = LARGE_FROM if practice.staff_size >= LARGE_STAFF else SMALL_FROM
    return Severity.BLOCK if today >= start else Severity.WARN
