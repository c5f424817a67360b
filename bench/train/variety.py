"""The ways in which examples are varied.

A small corpus teaches its own names, numbers and spelling unless these change at every reading: so
the people of a draft get other names, the practice's people too, digits are drawn anew, drafts are
now and then in small letters, in capitals, misspelled, or two in one.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from bench.train.data import Example
from checks.privacy import _lexicon as lexicon
from checks.values import Category

NAME_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
TITLES = frozenset(
    {"dr", "pa", "np", "md", "do", "rn", "cnm", "lcsw", "dpt", "pt", "mr", "pac", "c"}
)

# What anybody may put below a post, whatever stands in it.
ACTIONS = (
    "Call {}.",
    "Call us at {} to book.",
    "{}",
    "Book your visit: {}",
    "Questions? {}",
    "To schedule, call {}.",
    "Reach our front desk at {}.",
    "Ask us how you can start too. {}",
    "📞 {}",
    "Appointments: {}",
    "New patients welcome, {}!",
    "Learn more at {}",
    "Llámenos al {}.",
    "Citas: {}",
    "Llame al {} para su cita.",
    "Más información: {}",
)
PERMISSIONS = (
    "(Shared with permission.)",
    "Posted with the family's blessing.",
    "With written permission.",
    "Authorization on file.",
    "Con permiso de la familia.",
    "Thanks for letting us share!",
)


def varied(example: Example, draw: random.Random, others: Sequence[Example]) -> Example:
    """The example as somebody else might have written it, its labels still true."""
    if draw.random() < 0.4:
        example = _without_action(example)
    if draw.random() < 0.25:
        example = _with_action(example, draw)
    if example.spans is not None and draw.random() < 0.08:
        example = replace(example, text=f"{example.text} {draw.choice(PERMISSIONS)}")
    if example.spans is not None and draw.random() < 0.6:
        example = _other_names(example, draw)
    if example.spans and draw.random() < 0.5:
        example = _other_digits(example, draw)
    if draw.random() < 0.12:
        example = _joined(example, draw.choice(others), draw)
    chance = draw.random()
    if chance < 0.06:
        example = _respelled(example, str.lower)
    elif chance < 0.09:
        example = _respelled(example, str.upper)
    elif chance < 0.17:
        example = _misspelled(example, draw)
    return example


@cache
def _names() -> tuple[list[str], list[str]]:
    return sorted(lexicon.first_names()), sorted(lexicon.surnames())


def _other_names(example: Example, draw: random.Random) -> Example:
    """Other names for the patients, and others for the practice's own people."""
    firsts, lasts = _names()
    assert example.spans is not None
    swaps: dict[str, str] = {}
    own = [*example.practice.providers, *example.practice.staff]
    for name in own if draw.random() < 0.7 else ():
        parts = [p for p in NAME_WORD.findall(name) if p.lower() not in TITLES]
        for at, part in enumerate(parts):
            is_first = at == 0 and (len(parts) > 1 or not name.startswith(("Dr", "Mr", "Ms")))
            swaps[part] = draw.choice(firsts if is_first else lasts).title()
    for start, end, identifier in example.spans:
        words = NAME_WORD.findall(example.text[start:end])
        if identifier != "NAME" or not all(len(w) > 2 and w.isalpha() for w in words):
            continue
        for at, word in enumerate(words):
            known = word.lower() in lexicon.first_names() or (at == 0 and len(words) > 1)
            if word not in swaps and draw.random() < 0.7:
                new = draw.choice(firsts if known or len(words) == 1 else lasts)
                swaps[word] = _like(word, new)
    return _swapped(example, swaps)


def _like(word: str, new: str) -> str:
    if word.isupper():
        return new.upper()
    return new if word.islower() else new.title()


def _swapped(example: Example, swaps: dict[str, str]) -> Example:
    """Whole words changed everywhere, in the draft and in the practice's own names."""
    if not swaps:
        return example
    known = re.compile(r"(?<![^\W_])(?:" + "|".join(map(re.escape, swaps)) + r")(?![^\W\d_])")

    def other(name: str) -> str:
        return known.sub(lambda m: swaps[m[0]], name)

    practice = replace(
        example.practice,
        providers=tuple(map(other, example.practice.providers)),
        staff=tuple(map(other, example.practice.staff)),
    )
    return replace(_edited(example, known, lambda m: swaps[m[0]]), practice=practice)


def _edited(example: Example, pattern: re.Pattern[str], new: object) -> Example:
    """The example with every match replaced, and its spans moved along."""
    pieces: list[str] = []
    moved: list[int] = []  # where each old position is now
    at = size = 0
    for match in pattern.finditer(example.text):
        kept = example.text[at : match.start()]
        moved += range(size, size + len(kept))
        words = new(match)  # type: ignore[operator]
        size += len(kept)
        moved += [size] * (match.end() - match.start())
        size += len(words)
        pieces += [kept, words]
        at = match.end()
    rest = example.text[at:]
    moved += range(size, size + len(rest) + 1)
    spans = example.spans and tuple(
        (moved[s], moved[e] if e < len(moved) else size + len(rest), i) for s, e, i in example.spans
    )
    return replace(example, text="".join([*pieces, rest]), spans=spans)


def _other_digits(example: Example, draw: random.Random) -> Example:
    text = list(example.text)
    for start, end, identifier in example.spans or ():
        if identifier not in ("DATE", "AGE", "NAME", "GEO", "CONTEXT", "IP", "URL"):
            for at in range(start, end):
                text[at] = draw.choice("0123456789") if text[at] in "123456789" else text[at]
    return replace(example, text="".join(text))


def _with_action(example: Example, draw: random.Random) -> Example:
    """The example with a way to act at its end, as any post may have one."""
    practice = example.practice
    ways = [*practice.phones, *practice.websites] or [f"555-01{draw.randrange(100):02}"]
    said = draw.choice(ACTIONS).format(draw.choice(ways))
    labels = example.labels and example.labels - {str(Category.CALL_TO_ACTION)}
    return replace(example, text=example.text + draw.choice([" ", " ", "\n"]) + said, labels=labels)


# A short sentence at the end that gives a number to reach the practice at, and nothing else.
ACTION = re.compile(
    r"\s*(?<=[.!?\s])(?:Call|Book|Questions\?|To schedule,|Appointments:|Llame|Citas:)(?!\w)"
    r"[^.!?\n]{0,30}555[^.!?\n]{0,30}[.!?]?$"
)


def _without_action(example: Example) -> Example:
    """The example without such a line: by itself it says nothing about what stands before it."""
    found = ACTION.search(example.text)
    inside = found and any(end > found.start() for _, end, _ in example.spans or ())
    if not found or inside or found.start() < 8:
        return example
    ignore = example.ignore | {str(Category.CALL_TO_ACTION)}
    return replace(example, text=example.text[: found.start()], ignore=ignore)


def _joined(example: Example, other: Example, draw: random.Random) -> Example:
    """Two drafts of the same sort, one behind the other."""
    both = (example.spans is None) == (other.spans is None)
    both = both and (example.labels is None) == (other.labels is None)
    if not both or other.kind is not example.kind or len(example.text) + len(other.text) > 700:
        return example
    if example.spans is not None and example.practice != other.practice:
        return example
    gap = draw.choice([" ", "\n", "\n\n"])
    shift = len(example.text) + len(gap)
    spans = None
    if example.spans is not None and other.spans is not None:
        spans = (*example.spans, *((s + shift, e + shift, i) for s, e, i in other.spans))
    labels = None
    if example.labels is not None and other.labels is not None:
        labels = example.labels | other.labels
        action = str(Category.CALL_TO_ACTION)
        if not (action in example.labels and action in other.labels):
            labels -= {action}
    ignore = example.ignore | other.ignore
    return replace(
        example, text=example.text + gap + other.text, spans=spans, labels=labels, ignore=ignore
    )


def _respelled(example: Example, spell: object) -> Example:
    text = "".join(c if len(spell(c)) != 1 else spell(c) for c in example.text)  # type: ignore[operator]
    return replace(example, text=text)


def _misspelled(example: Example, draw: random.Random) -> Example:
    """One to three slips of the finger outside what is labelled."""
    text = list(example.text)
    held = {at for s, e, _ in example.spans or () for at in range(s, e)}
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(text))
        pair = text[at : at + 2]
        if len(pair) == 2 and all(c.isalpha() for c in pair) and not held & {at, at + 1}:
            text[at : at + 2] = reversed(pair)
    return replace(example, text="".join(text))
