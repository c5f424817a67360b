"""What there is to do, whichever engine says when.

Each of these looks into the database for what is due and takes it on a lease, so it may be called
twice, late, or on several machines at once.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog

from bot import desk as desks
from bot import sweeps
from bot.desk import Desk
from bot.engine.checker import Checker
from bot.failpoints import Point, reached
from bot.leases import kept
from bot.logs import report_defect, request
from bot.metrics import CHECKED
from bot.outbox import Outbox
from bot.store import checking
from bot.store.database import Todo, ToSend
from checks.values import Post

log = structlog.get_logger()
MANY = 200  # what one look for overdue work brings back


class Work:
    """The three kinds of background work, and the look for what nobody has done yet."""

    def __init__(self, desk: Desk, outbox: Outbox, checker: Checker) -> None:
        self.desk, self.outbox, self.checker = desk, outbox, checker

    async def check(self, *, limit: int = 4, only: int | None = None) -> int:
        """Checks drafts that wait for it, or this one; returns how many were taken."""
        taken = await asyncio.to_thread(self.desk.to_check, limit, only)
        if taken:
            reached(Point.CHECK_TAKEN)
        await asyncio.gather(*(self._traced(*draft) for draft in taken))
        return len(taken)

    async def _traced(self, draft: int, version: int, post: Post) -> None:
        """Checks one draft under a request number of its own, which leads to its cards."""
        with request():
            await self._check_one(draft, version, post)

    async def _check_one(self, draft: int, version: int, post: Post) -> None:
        began = time.monotonic()
        try:
            async with kept(partial(self.desk.keep, draft, version), desks.CHECK_LEASE):
                examined = await self.checker.run(post)
        except asyncio.CancelledError:
            await asyncio.to_thread(self.desk.hand_back, draft, version)
            raise
        except Exception as defect:  # noqa: BLE001 - it is tried again when its lease is over
            report_defect("checks", defect)
            return
        seconds = time.monotonic() - began
        CHECKED.observe(seconds)
        log.info("checked", draft=draft, version=version, ms=round(seconds * 1000))
        reached(Point.CHECK_DONE)
        found, offer = examined.findings, examined.mended
        await asyncio.to_thread(self.desk.settle, draft, version, found, offer)

    async def deliver(self, where: ToSend) -> int:
        """Sends what is due in one conversation; returns how many cards were done with."""
        return await self.outbox.deliver(where)

    async def sweep(self) -> int:
        """Does what time brings; returns how many reviews it touched."""
        return await asyncio.to_thread(sweeps.sweep, self.desk)

    def overdue(self, since: timedelta = timedelta(0)) -> Sequence[Todo]:
        """What has been due for that long and nobody is at work on."""
        with self.desk.store.read() as tx:
            before = tx.now - since
            found: list[Todo] = [*checking.waiting(tx, before, MANY)]
        return [*found, *self.outbox.turns(limit=MANY, since=since)]
