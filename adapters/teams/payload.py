"""Reads JSON that strangers send: bounded in size and depth, and never trusted to have a shape."""

import json
from collections.abc import Mapping
from typing import cast

SIZE_LIMIT = 256 * 1024
DEPTH_LIMIT = 32

Payload = Mapping[str, object]  # read from outside
Json = dict[str, object]  # made by us


class NotJson(Exception):
    """The body is not a JSON object of a size and depth that Teams would send."""


def read(body: bytes) -> Payload:
    """The JSON object in `body`. Raises `NotJson`."""
    if len(body) > SIZE_LIMIT:
        raise NotJson
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise NotJson from None
    if not isinstance(value, dict) or _depth(value) > DEPTH_LIMIT:
        raise NotJson
    return _whole(value)


def _whole(value: dict[str, object]) -> Payload:
    """The same with a mark for each half of a character, which no address can hold."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isascii():
        return value
    mended = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return cast(Payload, json.loads(mended))


def _depth(value: object) -> int:
    """How many objects and lists lie inside one another, counted level by level without
    recursion.
    """
    depth, level = 0, [value]
    while level:
        containers = [v for v in level if isinstance(v, dict | list)]
        level = [x for c in containers for x in (c.values() if isinstance(c, dict) else c)]
        depth += bool(containers)
    return depth


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
