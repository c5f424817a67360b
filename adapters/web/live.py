"""Server-sent events: tells every open page what to show next."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

HEARTBEAT = 10.0  # seconds; also how soon a page that went away is noticed
MOST_WAITING = 500


def event(name: str, data: object) -> bytes:
    """One event. JSON has no line breaks of its own, so it is always a single `data` line."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


class Streams:
    """The pages that are open. One that cannot keep up is closed; it comes back and starts afresh
    with the whole state.
    """

    def __init__(self) -> None:
        self._open: set[asyncio.Queue[bytes | None]] = set()

    @contextmanager
    def open(self) -> Iterator[AsyncIterator[bytes]]:
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self._open.add(queue)
        try:
            yield _chunks(queue)
        finally:
            self._open.discard(queue)

    def send(self, name: str, data: object) -> None:
        chunk = event(name, data)
        for queue in tuple(self._open):
            if queue.full():
                self._end(queue)
            else:
                queue.put_nowait(chunk)

    def close(self) -> None:
        for queue in tuple(self._open):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[bytes | None]) -> None:
        self._open.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)


async def _chunks(queue: asyncio.Queue[bytes | None]) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT):
                chunk = await queue.get()
        except TimeoutError:
            chunk = b": still here\n\n"
        if chunk is None:
            return
        yield chunk
