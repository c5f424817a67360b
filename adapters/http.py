"""The one aiohttp application: whatever platforms are configured, and three pages for operators."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from adapters import Adapter
from adapters.door import guarded

BODY_LIMIT = 1_048_576  # bytes; the adapters have narrower limits of their own

Readiness = Callable[[], Awaitable[Mapping[str, str]]]
Measure = Callable[[], Awaitable[None]]


async def _nothing() -> None: ...


def application(
    adapters: Sequence[Adapter], readiness: Readiness, measure: Measure = _nothing
) -> web.Application:
    """An application that serves `adapters`, `/healthz`, `/readyz` and `/metrics`. `readiness` says
    what keeps each part from its work, `measure` brings the gauges up to date.
    """

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        parts = await readiness()
        why = {part: reason for part, reason in parts.items() if reason}
        found = {**{part: not reason for part, reason in parts.items()}, "why": why}
        return web.json_response(found, status=503 if why else 200)

    async def metrics(_: web.Request) -> web.Response:
        await measure()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = guarded(client_max_size=BODY_LIMIT)
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)
    for adapter in adapters:
        adapter.mount(app)
    return app
