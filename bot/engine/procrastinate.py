"""PostgreSQL: any number of replicas share the work through Procrastinate's queue.

A job is a hint that holds ids and nothing else. The work itself, who has taken it and until when
stand in our own tables, so a job may be lost, doubled or late. What every replica must not do at
once is kept apart by the queue's locks, one a draft and one a conversation; what a dead replica
left in the queue is put back; and what no job was made for is found by its time, once a second.
Where the queue itself is gone, each replica works by hand, as on SQLite, until it is back.
"""

import asyncio
import contextlib
from collections.abc import Collection
from datetime import timedelta
from typing import Any, LiteralString

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from psycopg import AsyncConnection, OperationalError

from bot.desk import Desk
from bot.engine import embedded
from bot.engine.checker import Checker
from bot.engine.work import Work
from bot.failpoints import Point, reached
from bot.logs import report_defect
from bot.outbox import Outbox
from bot.store.database import ToCheck, Todo, ToSend
from bot.store.schema import QUEUE

CHECKS, TIME = "checks", "time"
WIDTHS = {CHECKS: 2, TIME: 4}  # jobs at a time; a platform has as many as the in-process loop
HEARTBEAT = 2.0  # seconds between two signs of life
DEAD_AFTER = 8.0  # seconds without one
POLL = 1.0  # seconds between looks at the queue, for what waited for a lock and is not announced
MISSED = timedelta(seconds=1)  # what was due so long ago has no job that is about to begin
EVERY_SECOND, EVERY_THIRD = "* * * * * *", "* * * * * */3"
AWAY = 5.0  # seconds between looks whether the queue is back
AGAIN = (0.1, 1.0, 3.0)  # seconds before a thing is said once more to a database that broke off

log = structlog.get_logger()


class _Connector(PsycopgConnector):
    """Says once more what a broken connection kept from being said: that a job is done, above all.
    Its lock would stay with a worker that is alive, so no rescue would come.
    """

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        for pause in AGAIN:
            try:
                await super().execute_query_async(query, **arguments)
            except ConnectorException as failed:
                if not isinstance(failed.__cause__, OperationalError):
                    raise
                await asyncio.sleep(pause)
            else:
                return
        await super().execute_query_async(query, **arguments)


class Engine:
    """One replica's share. `kick` may be called from any thread."""

    def __init__(self, desk: Desk, outbox: Outbox, checker: Checker) -> None:
        self.work, self.outbox, self.checker = Work(desk, outbox, checker), outbox, checker
        self._by_hand = embedded.Engine(desk, outbox, checker)
        connector = _Connector(
            conninfo=desk.store.address, min_size=1, max_size=6, configure=_into_queue
        )
        # What time brings has a worker of its own, so that only one of them makes periodic jobs.
        self._app, self._clockwork = App(connector=connector), App(connector=connector)
        self._check = self._app.task(name="check", queue=CHECKS)(self._run_check)
        self._deliver = self._app.task(name="deliver")(self._run_deliver)
        self._wind_up()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news: set[Todo] = set()
        self._heard = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def _wind_up(self) -> None:
        """The jobs that time makes. The rescue has no lock: one that died must not keep the next
        one out.
        """
        tick = self._clockwork.task(name="tick", queue=TIME, lock="tick")(self._tick)
        self._clockwork.periodic(cron=EVERY_SECOND, queueing_lock="tick")(tick)
        rescue = self._clockwork.task(name="rescue", queue=TIME)(self._rescue)
        self._clockwork.periodic(cron=EVERY_THIRD, queueing_lock="rescue")(rescue)

    async def start(self, after: asyncio.Task[None] | None = None) -> None:
        """Begins. Drafts are left to other replicas until the models are loaded (`after`)."""
        self._loop = asyncio.get_running_loop()
        self._tasks = [
            asyncio.create_task(self._enqueue()),
            asyncio.create_task(self._supervise(after)),
        ]

    async def stop(self) -> None:
        """Lets what is under way finish, and leaves to others what does not in time."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    # --- news --------------------------------------------------------------------------------

    def kick(self, news: Collection[Todo] = ()) -> None:
        """Tells all replicas what there is to do; safe from any thread."""
        if self._loop and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._hear, frozenset(news))
        self._by_hand.kick(news)

    def _hear(self, news: frozenset[Todo]) -> None:
        self._news |= news
        self._heard.set()

    async def _enqueue(self) -> None:
        while True:
            await self._heard.wait()
            self._heard.clear()
            while self._news:
                # What goes wrong here has no weight: the next tick finds what was not announced.
                with contextlib.suppress(Exception):
                    await self._defer(self._news.pop())

    async def _defer(self, todo: Todo) -> None:
        """Makes a job, unless one for the same work is waiting."""
        with contextlib.suppress(AlreadyEnqueued):
            match todo:
                case ToCheck(draft):
                    name = f"draft/{draft}"
                    job = self._check.configure(lock=name, queueing_lock=name)
                    await job.defer_async(draft=draft)
                case ToSend(chat, person):
                    name = f"{chat}/{person}"
                    job = self._deliver.configure(lock=name, queueing_lock=name, queue=chat)
                    await job.defer_async(chat=chat, person=person)

    # --- jobs --------------------------------------------------------------------------------

    async def _run_check(self, draft: int) -> None:
        reached(Point.JOB_BEGUN)
        try:
            await self.work.check(only=draft)
        except Exception as defect:  # noqa: BLE001 - it is found again when its lease is over
            report_defect("check", defect)
        reached(Point.JOB_DONE)

    async def _run_deliver(self, chat: str, person: str) -> None:
        reached(Point.JOB_BEGUN)
        try:
            await self.work.deliver(ToSend(chat, person))
        except Exception as defect:  # noqa: BLE001 - it is found again when its lease is over
            report_defect("deliver", defect)
        reached(Point.JOB_DONE)

    async def _tick(self, timestamp: int) -> None:
        """Announces what nobody is at work on, and does what time brings."""
        try:
            for todo in await asyncio.to_thread(self.work.overdue, MISSED):
                await self._defer(todo)
            await self.work.sweep()
        except Exception as defect:  # noqa: BLE001 - there is another tick in a second
            report_defect("tick", defect)

    async def _rescue(self, timestamp: int) -> None:
        """Puts back the jobs of replicas that are no more, and with them the locks they held."""
        jobs = self._clockwork.job_manager
        for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
            try:
                await jobs.retry_job(job)
            except UniqueViolation:  # another job for the same work waits behind this one
                await jobs.finish_job(job, Status.FAILED, delete_job=True)
            except ConnectorException:  # another replica was faster
                continue
            log.info("job_rescued", task=job.task_name)

    # --- the workers -------------------------------------------------------------------------

    async def _supervise(self, after: asyncio.Task[None] | None) -> None:
        while True:
            try:
                await self._serve_queue(after)
            except Exception as problem:  # noqa: BLE001 - whatever it is, the work goes on
                log.warning("queue_away", kind=type(problem).__name__)
            await self._work_by_hand()

    async def _serve_queue(self, after: asyncio.Task[None] | None) -> None:
        """Works for the queue; comes to an end when it cannot."""
        try:
            await self._app.open_async()
            if await self._app.check_connection_async():
                await self._run_workers(after)
        finally:
            await self._app.close_async()

    async def _run_workers(self, after: asyncio.Task[None] | None) -> None:
        lanes = [*self.outbox.carriers, CHECKS, TIME]
        workers = [asyncio.create_task(self._worker(lane, after)) for lane in lanes]
        try:
            done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
            for worker in done:
                worker.result()
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _worker(self, lane: str, after: asyncio.Task[None] | None) -> None:
        """Each platform has a worker of its own, so that one that hangs holds up nobody else."""
        if after and lane == CHECKS:
            await asyncio.wait({after})
        app = self._clockwork if lane == TIME else self._app
        await app.run_worker_async(
            queues=[lane],
            name=lane,
            concurrency=WIDTHS.get(lane, embedded.WIDTH),
            fetch_job_polling_interval=POLL,
            shutdown_graceful_timeout=embedded.GRACE,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT,
        )

    async def _work_by_hand(self) -> None:
        """Does the work without a queue until there is one again."""
        await self._by_hand.start()
        try:
            while not await self._queue_is_there():
                continue
        finally:
            await self._by_hand.stop()

    async def _queue_is_there(self) -> bool:
        """Looks after a while."""
        await asyncio.sleep(AWAY)
        try:
            await self._app.open_async()
            return await self._app.check_connection_async()
        except Exception as problem:  # noqa: BLE001 - any failure means: not there
            log.warning("queue_away", kind=type(problem).__name__)
            return False
        finally:
            await self._app.close_async()


async def _into_queue(connection: AsyncConnection[object]) -> None:
    """Points a connection to the queue's tables, which have a schema of their own."""
    await connection.execute(f"SET search_path TO {QUEUE}")
    await connection.commit()
