"""Text taken from a source, from an earlier post or from one of the practice's own articles.

Why
    Somebody else's words need quotation marks, a name and often a licence, and a post that is
    repeated tells readers that nobody is at home.

Source
    17 USC 106 and 107 (not looked up again for this rule); the practice's written policy

Bad
    [source=Wash your hands for twenty seconds before you touch your eyes or your face.] \
    Wash your hands for twenty seconds before you touch your eyes or your face. Call 512-555-0142.
    Walk ten minutes after each meal and your sugar will thank you for it. Walk ten minutes after \
    each meal and your sugar will thank you for it. Call 512-555-0142.

Good
    [source=Wash your hands for twenty seconds before you touch your eyes or your face.] \
    "Wash your hands for twenty seconds before you touch your eyes or your face," says \
    https://www.cdc.gov/hygiene. Call 512-555-0142.
    Flu shots are in. Call 512-555-0142.

Limits
    A source counts only when it is supplied with the draft; nothing is fetched. Eight words in a
    row, a quarter of all groups of four words, or a sentence of nearly the same words count.

As of
    2026-11
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser

from checks._reading import Reading, read
from checks.values import Category, Kind, Mark, Marks, Post, Severity

CATEGORY = Category.COPIED_TEXT
SEVERITY = Severity.WARN
KINDS = (Kind.POST,)
RUN = 8  # words in a row
GROUP = 4
SHARE = 0.25  # of a text's groups of four words
LEAST_GROUPS = 8
LIKENESS = 88  # of two sentences, out of 100
LEAST_WORDS = 8  # in a sentence that is compared as a whole
LONGEST_SOURCE = 100_000
QUOTED = re.compile(r"[\"“«]([^\"”»]{20,600})[\"”»]")
CREDIT = re.compile(r"https?://|www\.|\b(?:source|via|from|according to|says|by|fuente)\b", re.I)
TAKEN = "These are the words of your source: quote them and name it, or write it anew."
SAID = "This was said before: write it anew, or quote it and name its source."
OWN = "This stands in one of your articles: link to it instead."

Gram = tuple[str, ...]


def find(post: Post) -> Marks:
    practice = post.practice
    given = (_plain(post.source[:LONGEST_SOURCE]),) if post.source else ()
    kinds = ((given, TAKEN), (practice.earlier_posts, SAID), (practice.articles, OWN))
    for texts, message in kinds:
        repeats = message is SAID
        if not (texts or repeats):
            continue
        for start, end in _taken(post, [_words(t) for t in texts], repeats=repeats):
            severity = Severity.ESCALATE if message is TAKEN else Severity.WARN
            yield Mark(start, end, message, severity=severity)
            return
    if given:
        yield from _reworded(post, given[0])


def _taken(post: Post, texts: list[list[str]], *, repeats: bool) -> Iterator[tuple[int, int]]:
    """The place of words that stand in one of the texts or, with `repeats`, further up here."""
    quoted = read(post).once(_credited)
    matches = [m for m in read(post).words if not _lies_in(quoted, *m.span())]
    words = [word[0].lower() for word in matches]
    runs = set().union(*(_grams(t, RUN) for t in texts))
    if (at := _first_run(words, runs, repeats=repeats)) is not None:
        yield matches[at].start(), matches[at + RUN - 1].end()
    if not texts:
        return
    own = _grams(words, GROUP) - _grams(_words(post.practice.call_to_action), GROUP)
    if len(own) >= LEAST_GROUPS and any(
        len(own & _grams(t, GROUP)) >= SHARE * len(own) for t in texts
    ):
        yield 0, len(post.text)


def _reworded(post: Post, source: str) -> Marks:
    """Sentences that are those of the source with few words changed."""
    from rapidfuzz import fuzz  # brings numpy along, which is slow to load

    quoted = read(post).once(_credited)
    theirs = [t for t in re.split(r"(?<=[.!?])\s+|\n+", source) if len(_words(t)) >= LEAST_WORDS]
    for start, end in read(post).sentences:
        words = post.text[start:end]
        if len(_words(words)) < LEAST_WORDS or _lies_in(quoted, start, end):
            continue
        if any(fuzz.token_sort_ratio(words.lower(), t.lower()) >= LIKENESS for t in theirs):
            yield Mark(start, end, TAKEN, severity=Severity.ESCALATE)
            return


def _credited(reading: Reading) -> tuple[tuple[int, int], ...]:
    """The quotations of a post that names where they come from."""
    text = reading.post.text
    return tuple(q.span() for q in QUOTED.finditer(text)) if CREDIT.search(text) else ()


def _lies_in(quoted: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    return any(first <= start and end <= last for first, last in quoted)


def _first_run(words: Sequence[str], known: set[Gram], *, repeats: bool) -> int | None:
    """Where the first run starts that is known, or that stood further up in the same text."""
    seen: dict[Gram, int] = {}
    for at in range(len(words) - RUN + 1):
        gram = tuple(words[at : at + RUN])
        again = repeats and at - seen.setdefault(gram, at) >= RUN and len(set(gram)) > GROUP
        if gram in known or again:
            return at
    return None


def _grams(words: Sequence[str], size: int) -> set[Gram]:
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’\-][^\W_]+)*", text.lower())


class _Text(HTMLParser):
    """Gathers what a page says, without its scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: Iterable[object]) -> None:
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if self._hidden <= 0:
            self.parts.append(data)


def _plain(source: str) -> str:
    """The words of a source that may be HTML."""
    if not re.search(r"<(?:p|div|html|body|article|br)\b", source, re.IGNORECASE):
        return source
    page = _Text()
    page.feed(source)
    return "".join(page.parts)
