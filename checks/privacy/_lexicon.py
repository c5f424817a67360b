"""The lists in `checks/data`, read once: first names, surnames, people and things of note."""

from functools import cache
from pathlib import Path

import yaml

DATA = Path(__file__).parents[1] / "data"


@cache
def lines(name: str) -> frozenset[str]:
    """The entries of a list with one entry a line; `#` begins a comment."""
    text = (DATA / f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def groups(name: str) -> dict[str, frozenset[str]]:
    """A file of named lists whose entries are parted by commas."""
    data = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return {
        group: frozenset(entry.strip() for entry in entries.split(",") if entry.strip())
        for group, entries in data.items()
    }


def first_names() -> frozenset[str]:
    return lines("first_names")


def word_names() -> frozenset[str]:
    """First names that are words, months or places too."""
    return lines("word_names")


def surnames() -> frozenset[str]:
    return lines("surnames")


def of_note(group: str) -> frozenset[str]:
    return groups("people_of_note")[group]


def is_eponym(word: str) -> bool:
    return word.lower().removesuffix("'s").removesuffix("’s") in of_note("eponyms")
