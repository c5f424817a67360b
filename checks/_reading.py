"""What several rules read in the same post, worked out once and only when asked for.

`read(post)` gives the post's `Reading`: its sentences, its words, and the views in which hashtags
are taken apart. Heavier readings (people, patients) live beside the rules that need them and keep
their result with `Reading.once`.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from checks._views import View, folded, revealed, split
from checks.values import Post

Value = TypeVar("Value")

SENTENCE_END = re.compile(
    r"(?=[.!?\n])(?:(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bst)(?<!\bmrs)(?<!\bvs)(?<!\bno)(?<!\bsr)(?<!\bjr)(?<!\bave)"
    r"(?<!\bapt)(?<!\bsgt)(?<!\bcapt)(?<!\bcpl)(?<!\brev)(?<!\bprof)(?<!\bsra)(?<!\bsrta)"
    r"(?<!\blt)(?<!\bcol)(?<!\b[a-z])[.!?]+[)\"'”’]*(?=\s|$)|(?<=\b[a-z])[!?]+(?=\s|$)|\n+)",
    re.IGNORECASE,
)
LONGEST = 600
WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


class Reading:
    def __init__(self, post: Post) -> None:
        self.post = post
        self._kept: dict[object, object] = {}

    def once(self, work: Callable[["Reading"], Value]) -> Value:
        """What `work` makes of this reading; worked out at the first question and kept."""
        if work not in self._kept:
            self._kept[work] = work(self)
        return self._kept[work]  # type: ignore[return-value]

    @cached_property
    def views(self) -> tuple[View, ...]:
        """The text lower-cased with typography made plain, and once more with hashtags apart."""
        plain = folded(View(self.post.text))
        apart = split(plain)
        return (plain.lowered,) if apart is plain else (plain.lowered, apart.lowered)

    @cached_property
    def revealed(self) -> View:
        """The text with every disguise undone; the text itself when there is none."""
        return revealed(View(self.post.text))

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """The spans of the sentences, without gaps; a line break ends a sentence.

        What goes on for longer than `LONGEST` without an end is cut there, so that no text makes
        the rules that look at whole sentences slow.
        """
        text = self.post.text
        ends = [m.end() for m in SENTENCE_END.finditer(text)]
        whole = zip([0, *ends], [*ends, len(text)], strict=True)
        return tuple(
            (at, min(at + LONGEST, end))
            for start, end in whole
            for at in range(start, end, LONGEST)
        )

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def sentence_at(self, position: int) -> tuple[int, int]:
        """The span of the sentence that holds `position`."""
        if not self.sentences:
            return 0, 0
        return self.sentences[max(0, bisect_right(self._starts, position) - 1)]

    @cached_property
    def words(self) -> tuple[re.Match[str], ...]:
        return tuple(WORD.finditer(self.post.text))

    @cached_property
    def lower(self) -> str:
        """The text in lower case, of the same length as the text."""
        low = self.post.text.lower()
        if len(low) == len(self.post.text):
            return low
        return "".join(c.lower() if len(c.lower()) == 1 else c for c in self.post.text)


def read(post: Post) -> Reading:
    """The reading of `post`; the same one for every rule that asks."""
    kept: Reading = post.__dict__.setdefault("_reading", None) or Reading(post)
    post.__dict__["_reading"] = kept
    return kept
