"""Reads JSON that strangers send: never trusted to have a shape."""

import hashlib
from collections.abc import Mapping
from typing import cast

Payload = Mapping[str, object]  # read from outside
Json = dict[str, object]  # made by us


def dig(payload: object, *path: str) -> object:
    """What lies at the end of `path`, or None where the way is not there."""
    for step in path:
        payload = payload.get(step) if isinstance(payload, Mapping) else None
    return payload


def words(payload: object, *path: str) -> str:
    """The string at the end of `path`, else empty."""
    value = dig(payload, *path)
    return value if isinstance(value, str) else ""


def table(payload: object, *path: str) -> Payload:
    """The object at the end of `path`, else an empty one."""
    value = dig(payload, *path)
    return cast(Payload, value) if isinstance(value, Mapping) else {}


def rows(payload: object, *path: str) -> list[Payload]:
    """The objects in the list at the end of `path`, else none."""
    value = dig(payload, *path)
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def digest(*parts: str) -> str:
    """A short name for `parts`, the same every time."""
    whole = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(whole).hexdigest()[:40]
