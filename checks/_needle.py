"""Patterns that are tried only on a text with a string in it that every match must hold.

Python's regular expressions try every alternative at every place. Looking such strings up first,
those of all patterns together and once a text, makes a list of two hundred phrases cost almost
nothing on a text without them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from threading import Lock
from typing import Any

from checks._reading import Reading, read
from checks._views import View, folded
from checks.values import Post

SHORTEST, START = 2, 4  # letters of an anchor: the fewest, and those by which it is looked up


@dataclass(frozen=True)
class Needle:
    """One compiled pattern, and strings of which at least one must occur for it to match."""

    pattern: re.Pattern[str]
    anchors: frozenset[str] = frozenset()

    def found(self, text: str) -> bool:
        """Whether it matches in a piece of a view."""
        likely = not self.anchors or any(anchor in text for anchor in self.anchors)
        return likely and self.pattern.search(text) is not None

    def likely(self, here: frozenset[str]) -> bool:
        """Whether it can match in a view with these anchors; not for what was not looked for."""
        return not self.anchors or not self.anchors.isdisjoint(here)

    def within(self, post: Post) -> Iterator[re.Match[str]]:
        """Its matches in a post as it was written, for what `needle` made."""
        if self.likely(anchored(post)[0][1]):
            yield from self.pattern.finditer(post.text)


def needle(source: str, flags: re.RegexFlag = re.NOFLAG) -> Needle:
    """The pattern, to be looked for in posts as they were written."""
    plain = (folded(View(anchor)).text.lower() for anchor in anchors(parser.parse(source, flags)))
    made = Needle(re.compile(source, flags), frozenset(plain))
    look_for(made.anchors)
    return made


class _Index:
    """Strings to look for, by their first letters. It never changes; a larger one takes its place,
    for which a text that was searched before is searched anew.
    """

    def __init__(self, by_start: Mapping[str, tuple[str, ...]]) -> None:
        self._by_start = by_start

    def grown(self, strings: Iterable[str]) -> "_Index":
        by_start = dict(self._by_start)
        for string in strings:
            others = by_start.get(string[:START], ())
            by_start[string[:START]] = others if string in others else (*others, string)
        return _Index(by_start)

    def views(self, reading: Reading) -> list[tuple[View, frozenset[str]]]:
        return [(view, self._occurring(view.text)) for view in reading.views]

    def _occurring(self, text: str) -> frozenset[str]:
        sizes = range(SHORTEST, START + 1)
        starts = {text[at : at + size] for size in sizes for at in range(len(text) - size + 1)}
        likely = [listed for start in starts if (listed := self._by_start.get(start))]
        return frozenset([string for listed in likely for string in listed if string in text])


_index, _growing = _Index({}), Lock()


def look_for(strings: Iterable[str]) -> None:
    """Has every text searched for these from now on."""
    global _index
    with _growing:
        _index = _index.grown(strings)


def anchored(post: Post) -> list[tuple[View, frozenset[str]]]:
    """Each view of the text with the anchors that occur in it."""
    return read(post).once(_index.views)


def anchors(tree: Any) -> frozenset[str]:
    """Strings of which one is in every match of a parsed pattern; empty where none can be told."""
    options: list[frozenset[str]] = []
    run = ""
    for code, argument in [*tree, (None, None)]:
        if code is codes.LITERAL:
            run += chr(argument)
            continue
        if run:
            options.append(frozenset({run}))
            run = ""
        if code is codes.SUBPATTERN:
            options.append(anchors(argument[3]))
        elif code is codes.BRANCH:
            parts = [anchors(part) for part in argument[1]]
            options.append(frozenset().union(*parts) if all(parts) else frozenset())
        elif code is codes.MAX_REPEAT and argument[0] > 0:
            options.append(anchors(argument[2]))
    usable = [option for option in options if option and min(map(len, option)) >= SHORTEST]
    return max(usable, key=lambda option: min(map(len, option)), default=frozenset())
