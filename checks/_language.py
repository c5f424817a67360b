"""Whether a text, or a passage of it, is in another language than English.

The model (py3langid) is sure of itself even on two words, so it is asked only about passages of
some length, and believed only when the passage has few common English words.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

NOISE = re.compile(
    r"https?://\S{1,300}|[\w.+-]{1,60}@[\w.-]{1,60}|[#@]\w{1,80}|<[^>\s]{1,200}>"
    r"|[\d$%:/().,-]{2,40}"
)
PASSAGE = re.compile(r"[^\n.!?]{1,2000}[.!?]{0,3}")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
TYPOGRAPHY = (
    "LATIN",
    "MATHEMATICAL",
    "FULLWIDTH LATIN",
    "MODIFIER",
    "COMBINING",
    "SUPERSCRIPT",
    "CIRCLED",
    "SQUARED",
    "NEGATIVE",
)
LEAST_WORDS = 4


@cache
def _words(of: str) -> frozenset[str]:
    """The commonest words of English, or of the other languages written in Latin letters."""
    path = Path(__file__).parent / "data" / "language_words.yaml"
    words: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return frozenset(words[of].split())


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def foreign(text: str) -> Iterator[tuple[int, int]]:
    """The span of what is not English, from its first passage to its last; nothing when all is."""
    passages = list(PASSAGE.finditer(text))
    first = next((p.start() for p in passages if _is_foreign(p[0])), None)
    if first is not None:
        start, end = first, next(p.end() for p in reversed(passages) if _is_foreign(p[0]))
        yield start + len(text[start:end]) - len(text[start:end].lstrip()), end


def _is_foreign(passage: str) -> bool:
    words = [word.lower() for word in WORD.findall(NOISE.sub(" ", passage))]
    letters = "".join(words)
    other = 0 if letters.isascii() else sum(not _is_latin(char) for char in letters)
    if other >= 2 and other > len(letters) / 3:
        return not _is_imitation(words)
    english, other_words = _words("english"), _words("other")
    known = sum(word in english for word in words)
    strange = sum(word in other_words for word in words)
    if len(words) < LEAST_WORDS or known > len(words) / 3:
        return False
    if known == 0 and strange >= 2 and len(words) < 2 * LEAST_WORDS:
        return True
    accented = sum(not word.isascii() for word in words)
    if strange <= known and accented < 2 and len(words) < 3 * LEAST_WORDS:
        return False
    if strange <= known and known > 0:
        return False
    language, probability = _model().classify(" ".join(words))
    return bool(language != "en" and probability > 0.9)


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith(TYPOGRAPHY)


def _is_imitation(words: list[str]) -> bool:
    """Whether every word mixes alphabets: a disguise, which another rule reports."""
    return all(any(char.isascii() for char in word) for word in words)
