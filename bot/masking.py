"""How a finding is shown without repeating it, and how two versions differ word by word."""

import re

from rapidfuzz.distance import Indel

from bot.cards import Edit

HIDDEN = "•••"


def mask(words: str) -> str:
    """At most the first letter of what was found, and never how long it was."""
    first = next((c for c in words if c.isalnum()), "")
    return first + HIDDEN


def place(text: str, start: int) -> str:
    """Where in the text something stands, in words: "word 12"."""
    return f"word {len(text[:start].split()) + 1}"


def changes(before: str, after: str, limit: int = 400) -> tuple[tuple[Edit, str], ...]:
    """The way from `before` to `after` in (edit, words) pieces, in reading order.

    When more than `limit` pieces would be needed, the texts are shown whole, one after the other.
    """
    old, new = re.findall(r"\S+\s*|\s+", before), re.findall(r"\S+\s*|\s+", after)
    pieces: list[tuple[Edit, str]] = []
    for op in Indel.opcodes(old, new):
        gone, come = (
            "".join(old[op.src_start : op.src_end]),
            "".join(new[op.dest_start : op.dest_end]),
        )
        if op.tag == "equal":
            pieces.append((Edit.SAME, come))
            continue
        pieces += [(e, w) for e, w in ((Edit.REMOVED, gone), (Edit.ADDED, come)) if w]
    if len(pieces) > limit:
        return tuple((e, w) for e, w in ((Edit.REMOVED, before), (Edit.ADDED, after)) if w)
    return tuple(pieces)
