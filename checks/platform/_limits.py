"""The platforms' limits from `checks/platforms.yaml`, and how each platform counts."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]{2,2000}", re.IGNORECASE)
LINK_WEIGHT = 23
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # X counts these once, others twice


class Counting(StrEnum):
    CHARACTERS = "characters"
    GRAPHEMES = "graphemes"
    WEIGHTED = "weighted"


@dataclass(frozen=True)
class Limits:
    """What one platform allows; 0 where it names no limit."""

    name: str
    text: int
    counting: Counting = Counting.CHARACTERS
    fold: int = 0
    alt_text: int = 0
    hashtags_warn: int = 0
    hashtags_most: int = 0


@cache
def _all() -> dict[str, Limits]:
    path = Path(__file__).parent.parent / "platforms.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        name: _limits(title, entry) for title, entry in entries.items() for name in entry["names"]
    }


def _limits(name: str, entry: dict[str, Any]) -> Limits:
    hashtags = entry.get("hashtags", {})
    return Limits(
        name=name,
        text=entry["text"],
        counting=Counting(entry.get("counting", "characters")),
        fold=entry.get("fold", 0),
        alt_text=entry.get("alt_text", 0),
        hashtags_warn=hashtags.get("warn", 0),
        hashtags_most=hashtags.get("most", 0),
    )


def limits(platform: str) -> Limits | None:
    """The limits of the platform of that name; None when it names none."""
    return _all().get(platform.strip().lower())


def length(text: str, counting: Counting) -> int:
    """How long the platform thinks the text is."""
    text = unicodedata.normalize("NFC", text)
    match counting:
        case Counting.CHARACTERS:
            return len(text)
        case Counting.GRAPHEMES:
            plain, emoji = _without_emoji(text)
            return emoji + sum(not unicodedata.combining(char) for char in plain)
        case Counting.WEIGHTED:
            links = len(LINK.findall(text))
            plain, emoji = _without_emoji(LINK.sub("", text))
            return links * LINK_WEIGHT + emoji * 2 + sum(map(_weight, plain))


def _without_emoji(text: str) -> tuple[str, int]:
    """The text without its emoji, and how many there were; a joined sequence is one."""
    if text.isascii():
        return text, 0
    from emoji import emoji_list

    kept: list[str] = []
    end = 0
    found = emoji_list(text)
    for place in found:
        kept.append(text[end : place["match_start"]])
        end = place["match_end"]
    return "".join([*kept, text[end:]]), len(found)


def _weight(char: str) -> int:
    return 1 if any(low <= ord(char) <= high for low, high in LIGHT) else 2


def longest(text: str, counting: Counting, most: int) -> int:
    """The number of leading code points that fit into `most`."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[:middle], counting) <= most:
            low = middle
        else:
            high = middle - 1
    return low
