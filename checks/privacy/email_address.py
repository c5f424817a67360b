"""A patient's email address.

Why
    An address names or leads to its owner, also when it is written out with (at) and (dot).

Source
    45 CFR 164.514(b)(2)(i)(F)

Bad
    For the eczema story please credit jo.hartwell77@inbox.example.com.
    Ask pat.quinlan (at) homemail (dot) example (dot) com before we post her hip story.

Good
    Records requests: hello@riverside.example.com. Call 512-555-0142.
    Send your resume to jobs@riverside.example.com.

Limits
    Addresses at the practice's own domain are left alone, and those of authorities and
    organisations.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks import _presidio as presidio
from checks.privacy import _ours as ours
from checks.privacy._said import besides
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.EMAIL

AT = r" ?(?:[(\[{] ?(?:at|arroba|@) ?[)\]}]| at | @ ) ?"
DOT = r"(?: ?[(\[{] ?(?:dot|punto|\.) ?[)\]}] ?| dot | punto | \. |\.)"
SPELLED = re.compile(
    rf"(?<![\w.])[\w.+-]{{2,40}}{AT}[\w-]{{2,30}}(?:{DOT}[\w-]{{2,20}}){{1,3}}(?!\w)", re.IGNORECASE
)
DISGUISED = re.compile(
    r"[(\[{] ?(?:at|arroba|@)| (?:at|arroba) .{1,60}\b(?:dot|punto)\b", re.IGNORECASE
)
ROLE = re.compile(
    r"^(?:info|contact|office|hello|jobs|careers|hr|news|press|support|register|events"
    r"|admin|billing|appointments)@|\.(?:gov|edu|org)$"
)


def find(post: Post) -> Marks:
    yield from besides(
        post, _found(post), "Take out the address; give the practice's own.", Identifier.EMAIL
    )


def _found(post: Post) -> Iterator[tuple[int, int]]:
    if "@" not in post.text and " at" not in post.text.lower() and "(at" not in post.text.lower():
        return
    for start, end in _addresses(post.text):
        address = _plain(post.text[start:end].lower())
        public = ours.is_email(address, post.practice) or ROLE.search(address)
        if not public:
            yield start, end


def _plain(address: str) -> str:
    """The address with its signs put back: `info at example dot com` is `info@example.com`."""
    return re.sub(DOT, ".", re.sub(AT, "@", address, count=1))


def _addresses(text: str) -> list[tuple[int, int]]:
    found = [m.span() for m in SPELLED.finditer(text) if DISGUISED.search(m[0])]
    if "@" in text:
        found += presidio.recognized("EmailRecognizer", "EMAIL_ADDRESS", text)
    return sorted(set(found))
