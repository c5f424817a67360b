"""What a conversation on the page holds besides cards: a person's own words, and files."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a message on the page is, and so how its body is read and shown."""

    CARD = "card"  # delivered by the outbox; replaced when the draft moves on
    ANSWER = "answer"  # what was said at once to whoever asked
    SAID = "said"  # the person's own words
    FILE = "file"  # a file handed over


@dataclass(frozen=True, slots=True)
class Words:
    """What a person typed. `under` is the title of the card it replies to; `draft` words can be
    edited and deleted afterwards, as on a chat platform.
    """

    text: str
    under: str = ""
    target: str = ""
    draft: bool = False
    deleted: bool = False

    @classmethod
    def load(cls, data: bytes) -> "Words":
        return cls(**_object(data))


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that can be fetched once by its token. The content itself is kept in memory only."""

    name: str
    size: int
    token: str

    @classmethod
    def load(cls, data: bytes) -> "Handed":
        return cls(**_object(data))


def dump(item: Words | Handed) -> bytes:
    return json.dumps(asdict(item)).encode()


def _object(data: bytes) -> Mapping[str, Any]:
    found = json.loads(data)
    if not isinstance(found, dict):
        raise ValueError("not a message of the page")
    return found
