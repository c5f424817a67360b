"""The in-process loop: checks in a process of their own, deliveries and sweeps beside it.

Correctness never depends on it. Everything it does is found in the database by its time; `kick`
only makes it look sooner.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import structlog

from bot import sweeps
from bot.desk import Desk
from bot.engine.checker import Checker
from bot.logs import report_defect, request
from bot.metrics import CHECKED
from bot.outbox import Outbox
from checks.values import Post

log = structlog.get_logger()
TICK = 1.0  # seconds between looks when nobody kicks


class Engine:
    """Runs until stopped. `kick` may be called from any thread."""

    def __init__(self, desk: Desk, outbox: Outbox, checker: Checker) -> None:
        self.desk, self.outbox, self.checker = desk, outbox, checker
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        jobs = (self._check, self._deliver, self._sweep)
        self._tasks = [asyncio.create_task(self._forever(job), name=job.__name__) for job in jobs]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.checker.close()

    def kick(self) -> None:
        """Says that there is something to do; safe from any thread, harmless when not running."""
        if self._loop and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for event in self._news:
            event.set()

    async def _forever(self, job: Callable[[], Awaitable[int]]) -> None:
        """Repeats a job: at once while it finds work, else at the next kick or tick."""
        news = asyncio.Event()
        self._news.append(news)
        while True:
            news.clear()
            try:
                found = await job()
            except Exception as defect:  # noqa: BLE001 - the loop outlives any one job's defect
                report_defect(job.__name__, defect)
                found = 0
            if not found:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), TICK)

    async def _check(self) -> int:
        taken = await asyncio.to_thread(self.desk.to_check)
        await asyncio.gather(*(self._check_one(*work) for work in taken))
        return len(taken)

    async def _check_one(self, draft: int, version: int, post: Post) -> None:
        began = time.monotonic()
        with request():
            try:
                examined = await self.checker.run(post)
            except Exception as defect:  # noqa: BLE001 - it is tried again when its lease is over
                report_defect("checks", defect)
                return
            seconds = time.monotonic() - began
            CHECKED.observe(seconds)
            log.info("checked", draft=draft, version=version, ms=round(seconds * 1000))
            found, offer = examined.findings, examined.mended
            await asyncio.to_thread(self.desk.settle, draft, version, found, offer)

    async def _deliver(self) -> int:
        return await self.outbox.run_once()

    async def _sweep(self) -> int:
        await asyncio.to_thread(sweeps.sweep, self.desk)
        return 0
