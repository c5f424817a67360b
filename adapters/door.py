"""The door to the network: how many come in at a time, how long they may take, and in what shape.

A caller who sends a header byte by byte, or none at all, is let go after `IDLE_SECONDS`. When the
house is full, whoever has stood there longest without asking anything makes room, so that idle
callers shut nobody out. Bodies are bounded by the adapters, each by what its platform sends.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

from aiohttp import hdrs, web

from bot.logs import request as numbered

MOST = 512  # connections at a time, below what a process may open
IDLE_SECONDS = 75.0  # longer than proxies keep their connections to us
LINE_LIMIT = 4_096  # bytes of the request line
FIELD_LIMIT = 8_190  # bytes of a header; Microsoft's tokens are the longest
HEADER_LIMIT = 64
LINGER_SECONDS = 1.0  # for a caller to hear the answer while still sending what we do not want
STOP_SECONDS = 5.0  # for requests that are under way when we stop

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door(web.AppRunner):
    """Serves an application made with `guarded`, to at most `most` connections at a time."""

    def __init__(
        self, app: web.Application, *, most: int = MOST, idle: float = IDLE_SECONDS
    ) -> None:
        super().__init__(
            app,
            access_log=None,
            shutdown_timeout=STOP_SECONDS,
            keepalive_timeout=idle,
            lingering_time=LINGER_SECONDS,
            max_line_size=LINE_LIMIT,
            max_field_size=FIELD_LIMIT,
            max_headers=HEADER_LIMIT,
            auto_decompress=False,  # no platform sends packed bodies, and they unpack to anything
        )
        self._most = most

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        busy = self.app[BUSY]

        def enter() -> asyncio.Protocol:
            if len(server.connections) >= self._most:
                idle = next((c for c in server.connections if c not in busy), None)
                if idle is None:
                    return _Full()
                idle.force_close()
            return server()

        return cast(web.Server, _Entrance(server, enter))


class _Entrance:
    """The library's server, entered by way of `enter`."""

    def __init__(self, server: web.Server, enter: Callable[[], asyncio.Protocol]) -> None:
        self._server, self._enter = server, enter

    def __call__(self) -> asyncio.Protocol:
        return self._enter()

    def __getattr__(self, name: str) -> object:
        return getattr(self._server, name)


class _Full(asyncio.Protocol):
    """Everybody inside is being served: the new connection is closed at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


NUMBER = web.RequestKey("request", str)
BUSY: web.AppKey[set[object]] = web.AppKey("busy", set)


def guarded(**options: int) -> web.Application:
    """An application whose requests are numbered for the log and refused when they are packed."""
    app = web.Application(middlewares=[_enters], **options)  # type: ignore[arg-type]
    app[BUSY] = set()
    app.on_response_prepare.append(_sign)
    return app


@web.middleware
async def _enters(request: web.Request, handler: Handler) -> web.StreamResponse:
    busy = request.app[BUSY]
    busy.add(request.protocol)
    try:
        with numbered() as number:
            request[NUMBER] = number
            if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
                return web.Response(status=415)
            return await handler(request)
    finally:
        busy.discard(request.protocol)


async def _sign(request: web.Request, response: web.StreamResponse) -> None:
    """Says which lines of the log are about this request, and not what software we are."""
    response.headers[hdrs.SERVER] = "Signoff"
    if NUMBER in request:
        response.headers["X-Request-ID"] = request[NUMBER]
