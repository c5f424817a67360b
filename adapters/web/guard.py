"""Keeps the demo page to the browser in front of it: hosts, origins, a token, bounds, headers.

The page has no sign-in, so nothing but itself may speak to it: a name that was pointed at this
machine (DNS rebinding) fails on Host, another site's form fails on Origin and on the token.
"""

import asyncio
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_LIMIT = 128 * 1024
BODY_SECONDS = 10.0
TOKEN_HEADER = "X-Signoff-Token"  # noqa: S105 - the name of a header
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_NAMES = ("127.0.0.1", "localhost", "[::1]")

TOO_LONG = "That is too long to send at once. Please shorten it."
NOT_FROM_HERE = "This page is out of date. Please reload it."
NOT_READABLE = "That could not be read. Please reload the page and try again."


class Guard:
    """Wraps the page's handlers."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(24)

    def reading(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not _is_ours(request):
                return refusal(403, NOT_FROM_HERE)
            return await handler(request)

        return guarded

    def writing(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            sent = request.headers.get(TOKEN_HEADER, "").encode()
            same_origin = request.headers.get("Origin") == f"http://{request.host}"
            if not _is_ours(request) or not same_origin:
                return refusal(403, NOT_FROM_HERE)
            if not hmac.compare_digest(sent, self.token.encode()):
                return refusal(403, NOT_FROM_HERE)
            return await handler(request)

        return guarded


def _is_ours(request: web.Request) -> bool:
    """Whether the browser believes it speaks to this machine, at the port we listen on."""
    address = request.transport.get_extra_info("sockname") if request.transport else None
    port = address[1] if isinstance(address, tuple) else None
    hosts = {f"{name}:{port}" for name in _NAMES} | (set(_NAMES) if port == 80 else set())
    return request.host.lower() in hosts


async def body(request: web.Request) -> object:
    """The JSON in a request. Raises `ValueError`, or `OverflowError` when it is over the bound."""
    if request.content_type != "application/json":
        raise ValueError("not JSON")
    data = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in request.content.iter_chunked(16 * 1024):
            data += chunk
            if len(data) > BODY_LIMIT:
                raise OverflowError
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("nested too deep") from None


def refusal(status: int, sentence: str) -> web.Response:
    """An error in words the page can show."""
    return web.json_response({"error": sentence}, status=status, headers=HEADERS)
