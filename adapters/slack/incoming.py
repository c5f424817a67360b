"""Reads what arrives over HTTP: checks the signature first, then the shape."""

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from adapters.slack.payload import Payload, dig, rows, words

SIZE_LIMIT = 512 * 1024
DEPTH_LIMIT = 40
BODY_SECONDS = 10.0
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Rejected(Exception):
    """A request that is not answered with more than a status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


async def read(request: web.Request, verifier: SignatureVerifier) -> dict[str, object]:
    """The payload of a signed request that is at most five minutes old. Raises `Rejected`."""
    raw = await _body(request)
    if not _signed(raw, request.headers, verifier):
        raise Rejected(401)
    try:
        payload = _payload(raw.decode(), request.content_type)
    except (ValueError, RecursionError):
        raise Rejected(400) from None
    if not isinstance(payload, dict) or not sound(payload):
        raise Rejected(400)
    return payload


async def _body(request: web.Request) -> bytes:
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > SIZE_LIMIT:
                    raise Rejected(413)
    except TimeoutError:
        raise Rejected(408) from None
    return body


def _signed(raw: bytes, headers: Mapping[str, str], verifier: SignatureVerifier) -> bool:
    at = headers.get("X-Slack-Request-Timestamp", "")
    if not (at.isascii() and at.isdigit() and len(at) < 12):
        return False
    try:
        return verifier.is_valid(raw, at, headers.get("X-Slack-Signature", ""))
    except (ValueError, TypeError):  # bytes that are no text
        return False


def _payload(text: str, content_type: str) -> object:
    """The library takes any form with the word "payload" in it for an interaction, also a slash
    command whose text has that word; so forms are read here.
    """
    if content_type == JSON:
        return json.loads(text)
    if content_type != FORM:
        raise Rejected(415)
    fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
    return json.loads(fields["payload"]) if "payload" in fields else fields


def sound(payload: Payload) -> bool:
    """True when the parts that the library reaches for are there and of the kind it expects."""
    if _depth(payload) > DEPTH_LIMIT:
        return False
    match words(payload, "type"):
        case "event_callback":
            people = dig(payload, "authorizations")
            listed = people is None or len(rows(payload, "authorizations")) == len(_list(people))
            return bool(words(payload, "event", "type")) and listed
        case "block_actions":
            kinds = [words(a, "action_id") for a in rows(payload, "actions")]
            return bool(kinds) and all(kinds) and bool(words(payload, "user", "id"))
        case "view_submission" | "view_closed":
            named = words(payload, "view", "callback_id") and words(payload, "view", "type")
            return bool(named and words(payload, "user", "id"))
        case "message_action" | "shortcut":
            return bool(words(payload, "callback_id") and words(payload, "user", "id"))
        case "url_verification":
            return bool(words(payload, "challenge"))
    return bool(words(payload, "command") and words(payload, "user_id"))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [None]


def _depth(value: object) -> int:
    """How many objects and lists lie inside one another, counted level by level."""
    depth, level = 0, [value]
    while level:
        containers = [v for v in level if isinstance(v, dict | list)]
        level = [x for c in containers for x in (c.values() if isinstance(c, dict) else c)]
        depth += bool(containers)
    return depth
