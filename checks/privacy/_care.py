"""Signs that a text is about the care of one particular person.

The signs are read in the text's shadow: a copy of the same length in lower case, in which words of
care are overwritten with one capital letter (C condition, P procedure, drug, device or test, B part
of the body) and names with N (somebody), O (one of ours) or D (a clinician). So "her last round of
radiation" reads `her last round of PPPPPPPPP`, and one short pattern knows a thousand sentences.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from checks._reading import Reading
from checks.privacy import _lexicon as lexicon

LANGUAGES = ("care_signs", "care_signs_es")


class Tie(StrEnum):
    """How a sign ties a person to care."""

    PATIENT = "patient"  # somebody is called a patient, or was treated, admitted, diagnosed
    STORY = "story"  # what became of somebody's health
    THEIRS = "theirs"  # his, her or their surgery, results, knee
    YOURS = "yours"  # the reader's own visit, results, bill


@dataclass(frozen=True)
class Sign:
    start: int
    end: int
    tie: Tie


@cache
def _signs() -> dict[Tie, tuple[re.Pattern[str], ...]]:
    """The patterns of `checks/data/care_signs*.yaml`, with their macros filled in."""
    files = [lexicon.patterns(name) for name in LANGUAGES]
    return {
        tie: tuple(
            lexicon.filled(pattern, data["macros"]) for data in files for pattern in data[tie]
        )
        for tie in Tie
    }


@cache
def _general() -> re.Pattern[str]:
    return re.compile("|".join(lexicon.patterns(name)["general"] for name in LANGUAGES))


def is_general(sentence: str) -> bool:
    """Whether a sentence, in lower case, speaks of people in general."""
    return _general().search(sentence) is not None


def shade(lower: str, overlays: list[tuple[int, int, str]]) -> str:
    """The shadow of a lower-cased text: the overlays' letters in place of what they cover."""
    letters = list(lower)
    for start, end, kind in overlays:
        letters[start:end] = kind * (end - start)
    return "".join(letters)


def care_overlays(reading: Reading) -> list[tuple[int, int, str]]:
    return list(lexicon.care_terms(reading.lower))


def signs(shadow: str) -> tuple[Sign, ...]:
    """Every sign of somebody's care in a shadow, in the order of the text."""
    found = [
        Sign(match.start(), match.end(), tie)
        for tie, patterns in _signs().items()
        for pattern in patterns
        for match in pattern.finditer(shadow)
    ]
    return tuple(sorted(found, key=lambda sign: sign.start))
