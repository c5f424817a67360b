"""The lists in `checks/data`, read once: first names, surnames, words of care, people of note."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parents[1] / "data"
TERM = re.compile(r"[^\W_]+(?:['’&.\-][^\W_]+)*")


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


@cache
def patterns(name: str) -> dict[str, Any]:
    """A file of patterns; those who read it say what its keys are."""
    data: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return data


def either(name: str, group: str) -> str:
    """A pattern that takes any entry of a named list, the longest first."""
    return "(?:" + "|".join(sorted(groups(name)[group], key=len, reverse=True)) + ")"


def filled(pattern: str, macros: Mapping[str, str]) -> re.Pattern[str]:
    """The pattern with the macros' parts in place of their names in angle brackets."""
    for name, part in macros.items():
        pattern = pattern.replace(f"<{name}>", part)
    return re.compile(pattern)


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


@cache
def _terms() -> dict[str, list[tuple[str, str]]]:
    """Words of care by their first word: (whole term, kind), the longest first."""
    kinds = {"conditions": "C", "procedures": "P", "devices": "P", "drugs": "P", "tests": "P"}
    index: dict[str, list[tuple[str, str]]] = {}
    for group, kind in {"body": "B", **kinds}.items():
        for term in groups("care_words")[group]:
            first = TERM.match(term)
            index.setdefault(first[0] if first else term, []).append((term, kind))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return index


@cache
def _endings() -> tuple[str, ...]:
    return tuple(groups("care_words")["endings"])


def care_terms(lower: str) -> Iterator[tuple[int, int, str]]:
    """Where words of care stand in a lower-cased text, and whether each is a condition (C), a
    procedure, drug, device or test (P) or a part of the body (B)."""
    done = 0
    for word in TERM.finditer(lower):
        if word.start() < done:
            continue
        hit = _term_at(lower, word)
        if hit:
            done, kind = hit
            yield word.start(), done, kind


def _term_at(lower: str, word: re.Match[str]) -> tuple[int, str] | None:
    plain = word[0].replace("’", "'")
    for key in (
        plain,
        plain.removesuffix("'s"),
        plain.removesuffix("s"),
        plain.split("-")[0],
        plain.split(".")[0],
    ):
        for term, kind in _terms().get(key, ()):
            end = word.start() + len(term)
            if lower.startswith(term, word.start()) and not lower[end : end + 1].isalpha():
                return end, kind
            if (
                lower.startswith(term + "s", word.start())
                and not lower[end + 1 : end + 2].isalpha()
            ):
                return end + 1, kind
    bare = plain.removesuffix("'s")
    for form in (bare, bare.removesuffix("s")):
        if len(form) > 6 and form.endswith(_endings()):
            return None if form in groups("care_words")["not_medical"] else (word.end(), "C")
    return None
