"""How names are written, and the way they are looked up in the lists."""

import re
import unicodedata

from checks.privacy import _lexicon as lexicon

CAP = (
    r"(?:[^\W\d_a-zàáâãäåæçèéêëìíîïñòóôõöøùúûüýœßšžčćđłńşğıệạảấầẩẫậắằẳẵặẹẻẽếềểễỉịọỏốồổỗộớờởỡợ"
    r"ụủứừửữựỳỵỷỹ])"
)
POSSESSIVE = re.compile(r"['’]s?$")
COMMON = lexicon.lines("common_words") | lexicon.lines("spanish_words")


def bare(word: str) -> str:
    """The word without a possessive ending."""
    return POSSESSIVE.sub("", word)


def key(word: str) -> str:
    """How a name stands in the lists: lower case, no accents, no possessive ending."""
    low = bare(word).lower()
    if low.isascii():
        return low
    letters = unicodedata.normalize("NFD", low)
    return "".join(char for char in letters if not unicodedata.combining(char))
