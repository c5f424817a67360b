"""The in-process loop: checks, deliveries and sweeps beside one another, each when it is due.

Correctness never depends on it. Everything it does is found in the database by its time; `kick`
only makes it look sooner.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection

from bot.commands import Chat
from bot.desk import Desk
from bot.engine.checker import Checker
from bot.engine.work import Work
from bot.logs import report_defect
from bot.outbox import Outbox
from bot.store.database import Todo, ToSend

TICK = 1.0  # seconds between looks when nobody kicks
WIDTH = 8  # conversations of one platform that are served at a time
GRACE = 3.0  # seconds for what is under way when we are told to stop


class Engine:
    """Runs until stopped. `kick` may be called from any thread."""

    def __init__(self, desk: Desk, outbox: Outbox, checker: Checker) -> None:
        self.work, self.outbox, self.checker = Work(desk, outbox, checker), outbox, checker
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    async def start(self, after: asyncio.Task[None] | None = None) -> None:
        """Begins. Drafts that come before the models are loaded (`after`) wait for them here."""
        self._loop, self._stopping = asyncio.get_running_loop(), False
        lanes = [self._lane(chat) for chat in self.outbox.carriers]
        jobs = [self._forever(self.work.check), self._forever(self._sweep)]
        self._tasks = [asyncio.create_task(job) for job in (*jobs, *lanes)]

    async def stop(self) -> None:
        """Lets what is under way finish, and leaves to others what does not in time."""
        self._stopping = True
        self._wake()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._news = [], []

    def kick(self, news: Collection[Todo] = ()) -> None:
        """Says that there is something to do; safe from any thread, harmless when not running."""
        if self._loop and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for event in self._news:
            event.set()

    def _listen(self) -> asyncio.Event:
        self._news.append(asyncio.Event())
        return self._news[-1]

    async def _forever(self, job: Callable[[], Awaitable[int]]) -> None:
        """Repeats a job: at once while it finds work, else at the next kick or tick."""
        news = self._listen()
        while not self._stopping:
            news.clear()
            try:
                found = await job()
            except Exception as defect:  # noqa: BLE001 - the loop outlives any one job's defect
                report_defect(job.__name__, defect)
                found = 0
            if not found:
                await _heard(news)

    async def _sweep(self) -> int:
        await self.work.sweep()
        return 0

    async def _lane(self, chat: Chat) -> None:
        """Serves one platform. Each has a lane of its own, so that one that hangs holds up nobody
        on the other.
        """
        news, busy = self._listen(), dict[str, asyncio.Task[None]]()
        try:
            while not self._stopping:
                news.clear()
                for where in await self._turns(chat, busy):
                    busy[where.person] = task = asyncio.create_task(self._serve(where))
                    task.add_done_callback(lambda _, who=where.person: busy.pop(who))  # type: ignore[misc]
                    task.add_done_callback(lambda _: news.set())
                await _heard(news)
            await asyncio.gather(*busy.values())
        finally:
            left = list(busy.values())
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _turns(self, chat: Chat, busy: Collection[str]) -> Collection[ToSend]:
        if not (room := WIDTH - len(busy)):
            return ()
        look = asyncio.to_thread(self.outbox.turns, chat, limit=room, but=list(busy))
        try:
            return await look
        except Exception as defect:  # noqa: BLE001 - the database may be back at the next tick
            report_defect("turns", defect)
            return ()

    async def _serve(self, where: ToSend) -> None:
        try:
            await self.work.deliver(where)
        except Exception as defect:  # noqa: BLE001 - this conversation must not stop the others
            report_defect("deliver", defect)
            await asyncio.sleep(TICK)


async def _heard(news: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(news.wait(), TICK)
