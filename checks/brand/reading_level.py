"""Words and sentences that are hard to read.

Why
    Half of all adults read below the level of high school; a post they cannot follow helps nobody.

Source
    AHRQ Health Literacy Universal Precautions Toolkit; Kincaid et al. 1975 (the grade formula)

Bad
    Comprehensive cardiovascular rehabilitation necessitates multidisciplinary collaboration \
    facilitating individualized optimization of pharmacological interventions and longitudinal \
    physiological monitoring. Call 512-555-0142.

Good
    Heart rehab is team work. We plan your exercise with you and check your heart as you go. \
    Call 512-555-0142 to learn more.

Limits
    English only, and only from fifteen words on. Names of diseases count as they are.

As of
    2026-11
"""

import re

from checks._reading import read
from checks.values import Category, Marks, Post, Severity

CATEGORY = Category.STYLE
SEVERITY = Severity.TIP
LEAST_WORDS = 15
HIGHEST_GRADE = 9.0
VOWELS = re.compile(r"[aeiouy]+")
LETTERS = re.compile(r"[a-z']+")


def find(post: Post) -> Marks:
    text = post.text
    if re.search(r"[áéíóúñ¿¡]", text):
        return
    words = LETTERS.findall(read(post).lower)
    if len(words) >= LEAST_WORDS and grade(words, len(read(post).sentences)) > HIGHEST_GRADE:
        yield 0, len(text), "Hard to read: use shorter sentences and everyday words."


def grade(words: list[str], sentences: int) -> float:
    """The school grade by Flesch and Kincaid."""
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / max(1, sentences) + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    count = len(VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and count > 1
    return max(1, count - silent)
