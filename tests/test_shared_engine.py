"""Several replicas on one PostgreSQL: the queue between them, and life without it."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from sqlalchemy import text

from bot import clock as machine
from bot import ledger as chain
from bot import outbox as outboxes
from bot.commands import Chat, Submit
from bot.config import App
from bot.desk import Desk
from bot.engine import procrastinate
from bot.engine.procrastinate import Engine
from bot.outbox import Outbox, Parcel, Receipt
from bot.store import KeyRing, Store, ledger, schema
from bot.store.database import ToSend
from bot.store.schema import QUEUE
from practice import CLEAN, Bench, Clock
from tests.platforms import Findings, Platform, until

pytestmark = pytest.mark.postgres


class Replicas:
    """Replicas on one database and one platform, started and stopped by the test."""

    def __init__(self, url: str, keys: KeyRing, app: App) -> None:
        self.url, self.keys, self.app = url, keys, app
        self.platform, self.numbers = Platform(), itertools.count(1)
        self.running: list[Engine] = []

    async def start(self) -> Bench:
        store = Store(self.url, self.keys)
        desk = Desk(store, self.app, clock=Clock(), chats=(Chat.WEB,))
        outbox = Outbox(store, desk.roster, {Chat.WEB: self.platform})
        engine = Engine(desk, outbox, Findings(lambda _: ()))
        store.on_work = engine.kick
        self.running.append(engine)
        await engine.start()
        return Bench(desk, Clock(), self.numbers)

    async def stop(self) -> None:
        for engine in self.running:
            await engine.stop()
            engine.work.desk.store.close()

    async def sees(self, person: str, key: str, seconds: float = 10) -> None:
        await until(lambda: (person, key) in self.platform.shown, seconds)


@pytest.fixture
async def replicas(server: str, keys: KeyRing, app: App) -> AsyncIterator[Replicas]:
    made = Replicas(server, keys, app)
    yield made
    await made.stop()


def sql(bench: Bench, statement: str) -> list[tuple[object, ...]]:
    with bench.desk.store.write() as tx:
        tx.session.connection().execute(text(f"SET LOCAL search_path TO {QUEUE}"))
        done = tx.session.connection().execute(text(statement))
        return [tuple(row) for row in done] if done.returns_rows else []


async def send(bench: Bench, words: str) -> None:
    await asyncio.to_thread(bench.do, Submit(bench.origin("maria"), f"{CLEAN} {words}"))


async def test_replicas_share_the_work_and_double_none_of_it(replicas: Replicas) -> None:
    benches = [await replicas.start() for _ in range(2)]
    for n in range(12):
        await send(benches[n % 2], f"Number {n}.")
    for n in range(1, 13):
        await replicas.sees("ada", f"review/{n}")
        await replicas.sees("maria", f"draft/{n}/v1")
    posts = [post for post in replicas.platform.posts if "anchor" not in post[1]]
    assert len(posts) == len(set(posts)) == 24
    with benches[0].desk.store.read() as tx:
        tags = [str(e.tag) for e in ledger.entries(tx)]
        assert chain.verify(ledger.entries(tx)).whole
    assert tags.count("draft:submitted") == tags.count("draft:routed") == 12
    assert tags.count("ledger:anchored") <= 1


async def test_only_ids_enter_the_queue(replicas: Replicas) -> None:
    """A job is held by a platform that does not answer, and looked at meanwhile."""
    go = asyncio.Event()

    class Slow(Platform):
        async def deliver(self, parcel: Parcel) -> Receipt:
            await go.wait()
            return await super().deliver(parcel)

    replicas.platform = Slow()
    bench = await replicas.start()
    await send(bench, "Number 1.")
    kept = "SELECT args::text, lock, queueing_lock, queue_name FROM procrastinate_jobs"
    try:
        async with asyncio.timeout(10):
            while not (jobs := sql(bench, f"{kept} WHERE lock LIKE 'web/%'")):
                await asyncio.sleep(0.05)
    finally:
        go.set()
    assert set(jobs) <= {
        (f'{{"chat": "web", "person": "{who}"}}', f"web/{who}", f"web/{who}", "web")
        for who in ("maria", "ada", "sam")
    }


async def test_what_a_dead_replica_left_in_the_queue_is_put_back(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its job holds the lock of ada's conversation, and its lease her card."""
    monkeypatch.setattr(procrastinate, "DEAD_AFTER", 1.0)
    store = Store(replicas.url, replicas.keys)
    bench = Bench(Desk(store, replicas.app, clock=Clock(), chats=(Chat.WEB,)), Clock())
    bench.submit()
    outbox = Outbox(store, bench.desk.roster, {Chat.WEB: replicas.platform})
    monkeypatch.setattr(outboxes, "LEASE", timedelta(seconds=1))
    assert outbox._claim(ToSend("web", "ada"))
    dead = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
    number = sql(bench, f"{dead} RETURNING id")[0][0]
    for state in ("doing", "todo"):
        sql(
            bench,
            "INSERT INTO procrastinate_jobs"
            " (queue_name, task_name, lock, queueing_lock, status, worker_id, args) VALUES"
            f" ('web', 'deliver', 'web/ada', 'web/ada', '{state}', {number},"
            """ '{"chat": "web", "person": "ada"}')""",
        )
    await replicas.start()
    await replicas.sees("ada", "review/1")
    await until(
        lambda: sql(bench, "SELECT id FROM procrastinate_jobs WHERE lock = 'web/ada'") == []
    )
    assert replicas.platform.posts.count(("ada", "review/1")) == 1
    store.close()


async def test_without_the_queue_the_work_goes_on_and_returns_to_it(
    replicas: Replicas, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procrastinate, "AWAY", 0.3)
    benches = [await replicas.start() for _ in range(2)]
    await send(benches[0], "Before.")
    await replicas.sees("ada", "review/1")
    # It waits for who is at work on the queue, so it must not hold up this thread's loop.
    await asyncio.to_thread(sql, benches[0], f"DROP SCHEMA {QUEUE} CASCADE")
    await send(benches[0], "Without.")
    await replicas.sees("ada", "review/2")
    store = Store(replicas.url, keys)
    schema.upgrade(store)
    store.close()
    await until(lambda: sql(benches[0], "SELECT id FROM procrastinate_workers") != [])
    await send(benches[1], "After.")
    await replicas.sees("ada", "review/3")
    for n in (1, 2, 3):
        await replicas.sees("maria", f"draft/{n}/v1")
    posts = [post for post in replicas.platform.posts if "anchor" not in post[1]]
    assert len(posts) == len(set(posts)) == 6


async def test_a_database_that_drops_all_connections_is_found_again(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procrastinate, "AWAY", 0.3)
    bench = await replicas.start()
    await send(bench, "Before.")
    await replicas.sees("ada", "review/1")
    await asyncio.to_thread(
        sql,
        bench,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()",
    )
    await send(bench, "After.")
    await replicas.sees("ada", "review/2")
    assert replicas.platform.posts.count(("ada", "review/2")) == 1


async def test_a_job_whose_end_could_not_be_written_holds_up_nobody(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks at that moment, and the worker itself lives on."""
    written = PsycopgConnector.execute_query_async
    broken: set[object] = set()

    async def once_broken(self: PsycopgConnector, query: str, **given: object) -> None:
        if "finish_job" in query and given["job_id"] not in broken:
            broken.add(given["job_id"])
            raise ConnectorException from OperationalError("the connection is lost")
        await written(self, query, **given)

    monkeypatch.setattr(PsycopgConnector, "execute_query_async", once_broken)
    bench = await replicas.start()
    for number, words in enumerate(("Before.", "After."), 1):
        await send(bench, words)
        await replicas.sees("ada", f"review/{number}")
    assert broken


async def test_work_that_nobody_announced_is_found_by_its_time_and_keeps_its_order(
    replicas: Replicas,
) -> None:
    store = Store(replicas.url, replicas.keys)
    bench = Bench(Desk(store, replicas.app, clock=Clock(), chats=(Chat.WEB,)), Clock())
    for n in range(8):
        bench.submit(f"{CLEAN} Number {n}.")
    bench.do(Submit(bench.origin("maria"), CLEAN))
    store.close()
    for _ in range(2):
        await replicas.start()
    await replicas.sees("ada", "review/9")
    to_ada = [key for who, key in replicas.platform.posts if who == "ada"]
    assert to_ada == [f"review/{n}" for n in range(1, 10)]


async def test_a_job_that_comes_twice_or_late_does_nothing_again(replicas: Replicas) -> None:
    bench = await replicas.start()
    await send(bench, "Number 1.")
    await replicas.sees("ada", "review/1")
    for _ in range(2):
        await replicas.running[0]._run_check(draft=1)
        await replicas.running[0]._run_deliver(chat="web", person="ada")
        await replicas.running[0]._run_check(draft=4711)
    assert replicas.platform.posts.count(("ada", "review/1")) == 1


async def test_a_replica_whose_clock_is_wrong_delays_nobody(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turns and leases go by the server's clock, so a fast one cannot hide its work."""
    bench = await replicas.start()
    real = machine.now
    monkeypatch.setattr(machine, "now", lambda: real() + timedelta(minutes=10))
    await send(bench, "Number 1.")
    await replicas.sees("ada", "review/1", seconds=5)
