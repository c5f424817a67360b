"""Keeps alive what was taken, for as long as the work on it runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.logs import report_defect


@asynccontextmanager
async def kept(renew: Callable[[], None], lease: timedelta) -> AsyncIterator[None]:
    """Renews a lease three times in its length while the block runs.

    A process that dies or hangs stops doing so, and another takes the work when the lease is over.
    """
    renewing = asyncio.create_task(_renew(renew, lease.total_seconds() / 3))
    try:
        yield
    finally:
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewing


async def _renew(renew: Callable[[], None], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(renew)
        except Exception as defect:  # noqa: BLE001 - the next try may be in time still
            report_defect("renew", defect)
