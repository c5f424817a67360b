"""Cards as JSON and back, exactly: how the outbox and the demo page keep them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from bot.cards import (
    Action,
    Ask,
    Card,
    Change,
    Edit,
    Facts,
    Findings,
    Para,
    Picture,
    Quote,
    Shown,
    Tone,
    Verb,
)

_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (Action, Ask, Card, Change, Facts, Findings, Para, Picture, Quote, Shown)
}
_CHOICES: dict[str, type[StrEnum]] = {kind.__name__: kind for kind in (Edit, Tone, Verb)}


def dump(card: Card) -> bytes:
    """The card as UTF-8 JSON."""
    return json.dumps(_plain(card), ensure_ascii=False).encode("utf-8", "surrogatepass")


def load(data: bytes) -> Card:
    """The card that `dump` wrote. Raises ValueError or KeyError on anything else."""
    card = _value(json.loads(data.decode("utf-8", "surrogatepass")))
    if not isinstance(card, Card):
        raise ValueError("not a card")
    return card


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            "is": type(value).__name__,
            **{f.name: _plain(getattr(value, f.name)) for f in fields(value)},
        }
    if isinstance(value, StrEnum):
        name = type(value).__name__
        return {"is": name, "value": value.value} if name in _CHOICES else value.value
    if isinstance(value, bytes):
        return {"is": "bytes", "value": base64.b64encode(value).decode()}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Mapping):
        return {"is": "data", "value": dict(value)}
    return value


def _value(raw: Any) -> Any:
    if isinstance(raw, list):
        return tuple(_value(v) for v in raw)
    if not isinstance(raw, dict):
        return raw
    name = raw["is"]
    if name == "data":
        return raw["value"]
    if name == "bytes":
        return base64.b64decode(raw["value"])
    if name in _CHOICES:
        return _CHOICES[name](raw["value"])
    return _KINDS[name](**{k: _value(v) for k, v in raw.items() if k != "is"})
