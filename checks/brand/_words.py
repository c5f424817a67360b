"""The words that this package's rules look for, read from `words.yaml`."""

import re
from functools import cache
from pathlib import Path

import yaml

from checks import _needle
from checks._needle import Needle, anchored
from checks.values import Post


@cache
def _lists() -> dict[str, list[str]]:
    path = Path(__file__).with_name("words.yaml")
    found: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@cache
def pattern(name: str) -> re.Pattern[str]:
    """One pattern for all entries of the list `name`."""
    return re.compile("|".join(f"(?:{entry})" for entry in _lists()[name]))


def says(post: Post, name: str) -> bool:
    """Whether the post, or the words in its hashtags, holds an entry of the list `name`."""
    needles = _needles(name)
    return any(
        needle.likely(here) and needle.pattern.search(view.text)
        for view, here in anchored(post)
        for needle in needles
    )


@cache
def _needles(name: str) -> tuple[Needle, ...]:
    return tuple(map(_needle.needle, _lists()[name]))
