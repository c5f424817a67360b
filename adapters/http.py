"""The one aiohttp application: whatever platforms are configured, and three pages for operators."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from adapters import Adapter
from adapters.door import guarded

BODY_LIMIT = 1_048_576  # bytes; the adapters have narrower limits of their own

Readiness = Callable[[], Awaitable[Mapping[str, bool]]]


def application(adapters: Sequence[Adapter], readiness: Readiness) -> web.Application:
    """An application that serves `adapters`, `/healthz`, `/readyz` and `/metrics`."""

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        parts = dict(await readiness())
        return web.json_response(parts, status=200 if all(parts.values()) else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = guarded(client_max_size=BODY_LIMIT)
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)
    for adapter in adapters:
        adapter.mount(app)
    return app
