"""Words that were posted before, or that stand in the draft twice.

Why
    Platforms show repeated posts to fewer people, and a text pasted twice looks careless. When the
    earlier text was somebody else's, repeating it may infringe their rights.

Source
    The practice's written social media policy; 17 USC 106 (known, not seen in the source)

Bad
    [repeat=2] Plan ahead for flu season and know the hours of your nearest clinic before you go. \
    Call 512-555-0142.

Good
    Plan ahead for flu season. Call 512-555-0142 to book a visit.

Limits
    It knows the practice's own earlier posts and nothing else. The usual call to action may be
    repeated. Eight words in a row, or a quarter of all groups of four words, count as copied.

As of
    2026-11
"""

import re
from collections.abc import Iterable, Sequence

from checks._reading import read
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.COPIED_TEXT
SEVERITY = Severity.WARN
KINDS = (Kind.POST,)
RUN = 8
GROUP = 4
SHARE = 0.25
LEAST_GROUPS = 8
MESSAGE = "This was said before: write it anew, or quote it and name its source."

Gram = tuple[str, ...]


def find(post: Post) -> Marks:
    words = [word[0].lower() for word in read(post).words]
    usual = _grams(_words(post.practice.call_to_action), GROUP)
    runs, groups = _known(post.practice.earlier_posts)
    if (at := _first_run(words, runs)) is not None:
        yield _place(post, at, RUN)
        return
    own = _grams(words, GROUP) - usual
    if len(own) >= LEAST_GROUPS and any(
        len(own & earlier) >= SHARE * len(own) for earlier in groups
    ):
        yield 0, len(post.text), MESSAGE


def _known(earlier: Iterable[str]) -> tuple[set[Gram], list[set[Gram]]]:
    """Every run of the earlier posts, and the groups of four of each."""
    texts = [_words(text) for text in earlier]
    runs = set().union(*(_grams(words, RUN) for words in texts))
    return runs, [_grams(words, GROUP) for words in texts]


def _first_run(words: Sequence[str], known: set[Gram]) -> int | None:
    """Where the first run starts that is known, or that stood further up in the same text."""
    seen: dict[Gram, int] = {}
    for at in range(len(words) - RUN + 1):
        gram = tuple(words[at : at + RUN])
        if gram in known or (at - seen.setdefault(gram, at) >= RUN and len(set(gram)) > GROUP):
            return at
    return None


def _grams(words: Sequence[str], size: int) -> set[Gram]:
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’\-][^\W_]+)*", text.lower())


def _place(post: Post, at: int, size: int) -> tuple[int, int, str]:
    words = read(post).words
    return words[at].start(), words[at + size - 1].end(), MESSAGE
