"""What the model is shown of a text: pieces of words, and of what kind each word is.

The model reads lower-case pieces. What it would not see otherwise goes beside them as a kind:
capitals, whether a word stands in the lists of names, whether it is the practice's own. Hashtags
and camel-case words are taken apart first (`#PrayForAnna` reads `#Pray For Anna`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

from checks._reader.pinned import TOKENIZER
from checks._reading import read
from checks._views import View, apart
from checks.privacy import _lexicon as lexicon
from checks.privacy._ours import NAME_PART, ours, spans
from checks.privacy._spelling import COMMON, key
from checks.values import Kind, Post

WINDOW = 254  # pieces read at once, besides the two that frame them
OVERLAP = 32  # pieces that two windows share, so that no sentence is read without its neighbour
FRAME = {Kind.POST: 2, Kind.REPLY: 3}  # [unused1], [unused2]: what kind of draft this is
CLS, SEP = 101, 102
WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
NUMBER = re.compile(r"\d[\d.,:/\-]*")
STRUNG = re.compile(
    r"#\w+|@[\w.]{2,}|\S+@\S+\.\w+|(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,4}(?:/\S*)?\b"
)
OPENS = re.compile(r"(?:^|[.!?:…]['\"”’)]*\s+|\n\s*|[-•]\s+)['\"“‘(¡¿]*$")


class WordKind(IntEnum):
    """What a piece belongs to. The numbers are stored with the weights."""

    PLAIN = 0
    OPENING = 1  # a capital that begins a sentence
    CAPITAL = 2
    SHOUTED = 3
    FIRST_NAME = 4
    FIRST_NAME_SMALL = 5  # in lower case
    SURNAME = 6
    WORD_NAME = 7  # a name that is a word too (Grace, Austin)
    OWN_PERSON = 8
    OWN_DETAIL = 9
    NUMBER = 10
    STRUNG = 11  # in a hashtag, handle, link, address or file name
    DISGUISED = 12
    COMMON = 13  # an ordinary word with a capital
    FIRST_NAME_SHOUTED = 14
    OF_NOTE = 15  # a public figure, a saint, somebody in a book, a brand, a well-known place
    EPONYM = 16  # a name that a disease, test or operation carries


NAMES = frozenset(
    (
        WordKind.FIRST_NAME,
        WordKind.FIRST_NAME_SMALL,
        WordKind.FIRST_NAME_SHOUTED,
        WordKind.SURNAME,
        WordKind.WORD_NAME,
    )
)


@dataclass(frozen=True)
class Window:
    """Pieces of one stretch of the text: their numbers, kinds and places in the text as given."""

    ids: list[int]
    kinds: list[int]
    places: list[tuple[int, int]]


@cache
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(TOKENIZER.read().decode())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def windows(post: Post) -> Iterator[Window]:
    """The post as the model reads it: one window, or several that overlap for a long text."""
    view = apart(read(post).revealed)
    encoded = _tokenizer().encode(view.text, add_special_tokens=False)
    kinds = _kinds(view, post)
    ids, offsets = encoded.ids, encoded.offsets
    for start in range(0, max(len(ids) - OVERLAP, min(1, len(ids))), WINDOW - OVERLAP):
        cut = slice(start, start + WINDOW)
        places = [view.span(*o) for o in offsets[cut]] if view.origin else offsets[cut]
        yield Window(
            [CLS, FRAME[post.kind], *ids[cut], SEP],
            [0, 0, *(kinds[o[0]] for o in offsets[cut]), 0],
            [(0, 0), (0, 0), *places, (0, 0)],
        )


def _kinds(view: View, post: Post) -> bytearray:
    """The kind of every character of the view."""
    text = view.text
    kinds = bytearray(len(text) + 1)

    def mark(start: int, end: int, kind: WordKind) -> None:
        kinds[start:end] = bytes([kind]) * (end - start)

    for number in NUMBER.finditer(text):
        mark(*number.span(), WordKind.NUMBER)
    for strung in STRUNG.finditer(text):
        mark(*strung.span(), WordKind.STRUNG)
    for word in WORD.finditer(text):
        kind = _kind(word, text)
        if kind in NAMES or not kinds[word.start()]:
            mark(*word.span(), kind)
        if view.origin and kinds[word.start()] not in NAMES and _is_disguised(view, word, post):
            mark(*word.span(), WordKind.DISGUISED)
    for start, end in _of_note(text):
        mark(start, end, WordKind.OF_NOTE)
    own = ours(post) if text == post.text else spans(text, post.practice)
    for start, end, is_person in own:
        mark(start, end, WordKind.OWN_PERSON if is_person else WordKind.OWN_DETAIL)
    return kinds


@cache
def _noted() -> dict[str, tuple[str, ...]]:
    """The people and things of note by the first word of their names, the longest first."""
    groups = ("public_figures", "fictional", "brands", "places", "sacred")
    index: dict[str, list[str]] = {}
    for name in frozenset().union(*map(lexicon.of_note, groups)):
        first = NAME_PART.match(name)
        index.setdefault(first[0] if first else name, []).append(name)
    return {word: tuple(sorted(names, key=len, reverse=True)) for word, names in index.items()}


def _of_note(text: str) -> Iterator[tuple[int, int]]:
    """Where somebody or something of note is named with a capital."""
    low = text.lower()
    if len(low) != len(text):
        return
    for word in WORD.finditer(text):
        if word[0][0].islower():
            continue
        at = word.start()
        for name in _noted().get(low[at : word.end()].removesuffix("'s"), ()):
            if low.startswith(name, at) and not low[at + len(name) : at + len(name) + 1].isalpha():
                yield at, at + len(name)
                break


def _is_disguised(view: View, word: re.Match[str], post: Post) -> bool:
    start, end = view.span(*word.span())
    return post.text[start:end] != word[0]


def _kind(word: re.Match[str], text: str) -> WordKind:
    letters, plain = word[0], key(word[0])
    is_first = plain in lexicon.first_names()
    if letters.islower():
        small = is_first and plain not in COMMON and len(letters) > 2
        return WordKind.FIRST_NAME_SMALL if small else WordKind.PLAIN
    if letters.isupper() and len(letters) > 1:
        return WordKind.FIRST_NAME_SHOUTED if is_first and plain not in COMMON else WordKind.SHOUTED
    if lexicon.is_eponym(letters):
        return WordKind.EPONYM
    if plain in lexicon.word_names():
        return WordKind.WORD_NAME
    if is_first:
        return WordKind.FIRST_NAME
    common = plain in COMMON
    if not common and plain in lexicon.surnames():
        return WordKind.SURNAME
    if OPENS.search(text[max(0, word.start() - 12) : word.start()]):
        return WordKind.OPENING
    return WordKind.COMMON if common else WordKind.CAPITAL
