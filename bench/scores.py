"""How a judge's findings on labelled drafts are scored. Offsets are code points, ends exclusive.

An identifier counts as found when findings that are not far longer than it cover half of it (a
quarter for CONTEXT, which has no sharp edges), so that marking a whole draft earns nothing.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

SEEDS = 400  # resamples behind the interval of a mean of F1 values


@dataclass(frozen=True)
class Draft:
    """A labelled draft; `phi` holds (start, end, identifier). Either labelling may be missing."""

    id: str
    text: str
    kind: str
    platform: str
    practice: str
    labels: frozenset[str] | None
    ignore: frozenset[str]
    tags: frozenset[str]
    phi: tuple[tuple[int, int, str], ...] | None


@dataclass(frozen=True)
class Judged:
    """What a judge said of a draft: spans of PHI, categories flagged and blocked."""

    spans: tuple[tuple[int, int], ...]
    flags: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Share:
    """A proportion with its 95 % interval after Wilson."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return float("nan"), float("nan")
        n, p, z = self.of, self.value, 1.96
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if not self.of:
            return "-"
        low, high = self.interval
        return f"{self.value:.2f} ({low:.2f} to {high:.2f})"


Pair = tuple[Draft, Judged]


def covered(span: tuple[int, int, str], found: Iterable[tuple[int, int]]) -> bool:
    start, end, identifier = span
    size, loose = end - start, identifier == "CONTEXT"
    longest = 4 * size + 60 if loose else 3 * size + 25
    touched: set[int] = set()
    for s, e in found:
        if e - s <= longest:
            touched.update(range(max(s, start), min(e, end)))
    return len(touched) >= (0.25 if loose else 0.5) * size


def phi(pairs: Sequence[Pair]) -> dict[str, Share]:
    """Drafts with an identifier found, with all found, and innocent drafts flagged."""
    real = [[covered(span, j.spans) for span in d.phi] for d, j in pairs if d.phi]
    innocent = [bool(j.spans) for d, j in pairs if d.phi == ()]
    return {
        "PHI drafts with an identifier found": Share(sum(map(any, real)), len(real)),
        "PHI drafts with every identifier found": Share(sum(map(all, real)), len(real)),
        "innocent drafts flagged": Share(sum(innocent), len(innocent)),
    }


def identifiers(pairs: Sequence[Pair]) -> dict[str, Share]:
    """Each class of identifier: how many of them were found."""
    of, hits = Counter[str](), Counter[str]()
    for draft, judged in pairs:
        for span in draft.phi or ():
            of[span[2]] += 1
            hits[span[2]] += covered(span, judged.spans)
    return {name: Share(hits[name], of[name]) for name in sorted(of)}


def f1(pairs: Sequence[Pair], category: str) -> float:
    right = wrong = missed = 0
    for draft, judged in pairs:
        if draft.labels is None or category in draft.ignore:
            continue
        said, true = category in judged.flags, category in draft.labels
        right, wrong, missed = (
            right + (said and true),
            wrong + (said > true),
            missed + (true > said),
        )
    return 2 * right / (2 * right + wrong + missed) if right else 0.0


def macro_f1(pairs: Sequence[Pair], categories: Sequence[str]) -> float:
    return sum(f1(pairs, c) for c in categories) / len(categories)


def interval(
    pairs: Sequence[Pair], measure: Callable[[Sequence[Pair]], float]
) -> tuple[float, float]:
    """The middle 95 % of a measure over drafts drawn again and again from the same ones."""
    draw = random.Random(1)
    values = sorted(measure(draw.choices(pairs, k=len(pairs))) for _ in range(SEEDS))
    return values[int(0.025 * SEEDS)], values[int(0.975 * SEEDS)]


def clean_passed(pairs: Sequence[Pair]) -> Share:
    """Drafts in which nothing is wrong and nothing of a policy category was said."""
    clean = [not (j.flags - d.ignore) for d, j in pairs if d.labels == frozenset()]
    return Share(sum(clean), len(clean))


def block_precision(pairs: Sequence[Pair]) -> Share:
    """Categories blocked outside PHI that a reviewer would flag too."""
    right = [c in d.labels for d, j in pairs if d.labels is not None for c in j.blocks - d.ignore]
    return Share(sum(right), len(right))
