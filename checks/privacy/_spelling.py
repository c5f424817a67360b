"""How names are written: the shapes they take and the way they are looked up in the lists."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from checks.privacy import _lexicon as lexicon


class Shape(StrEnum):
    FULL = "full"  # a first name with a surname or its initial
    TITLED = "titled"  # Mrs. Rodriguez
    FIRST = "first"  # a first name alone
    INITIALS = "initials"  # J.R., R. Dabrowski, patient A.K.
    NICKNAME = "nickname"  # "Big Ron"
    HASHTAG = "hashtag"
    MASKED = "masked"  # Rebe**a, JSmith_knee.jpg, rhymes with


@dataclass(frozen=True)
class Name:
    start: int
    end: int
    shape: Shape
    sure: bool = True  # False: a word that is a name only beside other signs of one


CAP = (
    r"(?:[^\W\d_a-zàáâãäåæçèéêëìíîïñòóôõöøùúûüýœßšžčćđłńşğıệạảấầẩẫậắằẳẵặẹẻẽếềểễỉịọỏốồổỗộớờởỡợ"
    r"ụủứừửữựỳỵỷỹ])"
)
WORD = CAP + r"[^\W\d_]{1,20}(?:['’\-]" + CAP + r"?[^\W\d_]{1,20}){0,2}"
POSSESSIVE = re.compile(r"['’]s?$")
COMMON = lexicon.lines("common_words") | lexicon.lines("spanish_words")


SPANISH = lexicon.lines("spanish_words") - lexicon.lines("common_words")
TOKEN = re.compile(r"[^\W\d_]{2,20}")


def is_spanish(text: str) -> bool:
    """Whether a passage reads as Spanish: many of its words are, or it has Spanish letters."""
    words = [key(word) for word in TOKEN.findall(text)]
    known = sum(word in SPANISH for word in words)
    return known >= 2 and 4 * known >= len(words)


def bare(word: str) -> str:
    """The word without a possessive ending."""
    return POSSESSIVE.sub("", word)


def key(word: str) -> str:
    """How a name stands in the lists: lower case, no accents, no possessive ending."""
    letters = unicodedata.normalize("NFD", bare(word).lower())
    return "".join(char for char in letters if not unicodedata.combining(char))


def is_name(word: str) -> bool:
    return key(word) in lexicon.first_names() or key(word) in lexicon.word_names()
