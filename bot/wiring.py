"""The one place where the parts meet: settings, store, desk, engine and whatever platforms run."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from bot import card_json, clock
from bot.cards import Card
from bot.clock import Clock
from bot.commands import Chat
from bot.config import App, ConfigError
from bot.demo import PERSONAS, SAMPLES, DemoClock
from bot.desk import Desk
from bot.engine.checker import Checker
from bot.front import Counter as Counter
from bot.logs import report_defect
from bot.outbox import Outbox
from bot.store import KeyRing, Store, schema
from bot.store import keys as key_store
from bot.store.database import PATIENCE, Todo, sqlite_file
from bot.store.pages import PageItem, Pages
from bot.watch import Watch, saved

if TYPE_CHECKING:
    from adapters import Adapter

log = structlog.get_logger()


class Engine(Protocol):
    """What both engines are to the rest."""

    def __init__(self, desk: Desk, outbox: Outbox, checker: Checker) -> None: ...

    async def start(self, after: asyncio.Task[None] | None = None) -> None: ...

    async def stop(self) -> None: ...

    def kick(self, news: Collection[Todo] = ()) -> None: ...


Makes = Callable[[Counter], Sequence["Adapter"]]


WARM_SECONDS = 60.0  # between two tries to load the models
LONGEST_STOP = 9.0
THREADS = 64  # most only stand in line for the writer; a command must never wait for one


class Product:
    """Everything that runs in one process, started and stopped together."""

    def __init__(
        self,
        app: App,
        store: Store,
        makes: Makes,
        *,
        clock: Clock = clock.now,
        checker: Checker | None = None,
    ) -> None:
        self.app, self.store = app, store
        self.desk = Desk(store, app, clock=clock, chats=())
        self.adapters = tuple(makes(Counter(self.desk)))
        self.desk.chats = tuple(a.chat for a in self.adapters)
        carriers: Mapping[Chat, Adapter] = {a.chat: a for a in self.adapters}
        self.checker = checker or Checker()
        outbox = Outbox(store, self.desk.roster, carriers)
        self.engine = _engine(store)(self.desk, outbox, self.checker)
        self.watch = Watch(store, self.checker, self.adapters)
        store.on_work, store.on_commit = self.engine.kick, saved

    @contextlib.asynccontextmanager
    async def running(self, host: str, port: int) -> AsyncIterator[int]:
        """Serves on host and port (0: any free one, given back) while the block runs."""
        from adapters.door import Door
        from adapters.http import application

        threads = ThreadPoolExecutor(THREADS, thread_name_prefix="signoff")
        asyncio.get_running_loop().set_default_executor(threads)
        app = application(self.adapters, self.watch.readiness, self.watch.measure)
        runner = Door(app)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        warming = asyncio.create_task(self._warm())
        try:
            await site.start()
            if self.store.sqlite:
                await asyncio.to_thread(self.desk.take_over)
            await self.engine.start(warming)
            for adapter in self.adapters:
                await adapter.start()
            yield runner.addresses[0][1]
        finally:
            warming.cancel()
            await self._stop(runner)

    async def _stop(self, runner: web.AppRunner) -> None:
        """Takes nothing new, finishes what is under way and hands over the rest, in ten seconds.

        The adapters stop after the engine, whose last cards still need them.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_STOP):
                for site in runner.sites:
                    await site.stop()
                await self.engine.stop()
                await asyncio.gather(*(adapter.stop() for adapter in self.adapters))
                await runner.cleanup()
        self.checker.close()
        self.store.close()

    async def _warm(self) -> None:
        """Loads the models, again and again until they are there. Drafts that come meanwhile wait
        for them; while they cannot be loaded, drafts are held for a person, and none is passed.
        """
        while not self.checker.ready:
            try:
                await self.checker.warm()
            except Exception as defect:  # noqa: BLE001 - /readyz says so, and drafts are held
                report_defect("models", defect)
                log.error("checks_not_whole", why=self.checker.problem)
                await asyncio.sleep(WARM_SECONDS)


def _engine(store: Store) -> type[Engine]:
    """What says when: a loop in this process, or on PostgreSQL a queue that replicas share."""
    if store.sqlite:
        from bot.engine.embedded import Engine as InProcess

        return InProcess
    from bot.engine.procrastinate import Engine as Shared

    return Shared


async def until_stopped() -> None:
    """Waits for Ctrl-C or a polite kill."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    await stop.wait()


# --- the parts -----------------------------------------------------------------------------------


def keys_from_environment() -> KeyRing:
    """The key ring in SIGNOFF_KEYS."""
    return KeyRing.parse(os.environ.get("SIGNOFF_KEYS", ""))


def open_store(url: str, keys: KeyRing, *, patience: float = PATIENCE) -> Store:
    """The store at `url`, ready for work: SQLite is brought up to date, PostgreSQL must be."""
    store = Store(url, keys, patience=patience)
    if store.sqlite:
        schema.upgrade(store)
    schema.check(store)
    with store.read() as tx:
        news = keys.ids[0] not in key_store.noted(tx)
    if news:
        with store.write() as tx:
            key_store.note(tx)
    return store


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Makes sure that no second process works on the same SQLite file; a dead one holds nothing."""
    path = sqlite_file(url)
    if path is None:
        yield
        return
    import fcntl

    with path.with_name(f"{path.name}.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                f"Another Signoff is running on {path}; stop it first, or use PostgreSQL for "
                "several processes."
            ) from None
        yield


def platforms(app: App) -> Makes:
    """What makes the adapters that app.yaml asks for; complains of missing secrets at once."""
    if app.slack is None and app.teams is None:
        raise ConfigError("app.yaml names neither slack nor teams; `signoff demo` needs neither.")
    _complete(app)

    def make(front: Counter) -> list["Adapter"]:
        made: list[Adapter] = []
        if app.slack is not None:
            from adapters.slack import SlackAdapter

            made.append(SlackAdapter(app.slack, front))
        if app.teams is not None:
            from adapters.teams.app import TeamsAdapter

            made.append(TeamsAdapter(app.teams, front))
        return made

    return make


def _complete(app: App) -> None:
    """Raises `ConfigError` when a secret is missing or somebody who decides cannot be reached."""
    missing = []
    if app.slack is not None:
        needed = ["bot_token", "app_token" if app.slack.mode == "socket" else "signing_secret"]
        missing += [f"slack.{n}" for n in needed if not getattr(app.slack, n)]
    if app.teams is not None and not app.teams.local:
        missing += [
            f"teams.{n}" for n in ("app_id", "tenant", "secret") if not getattr(app.teams, n)
        ]
    if missing:
        raise ConfigError(f"{missing[0]} is empty; set the environment variable that it names.")
    if app.teams is not None and app.teams.local and app.listen.host not in LOOPBACK:
        raise ConfigError("teams.local is only for tries on this machine: listen.host: 127.0.0.1.")
    running = configured(app)
    for person in app.roster.people:
        if not any(person.on(c) for c in running):
            names = " or ".join(running)
            raise ConfigError(f"people.{person.key} has no {names} id, so cards cannot reach them.")


def configured(app: App) -> tuple[Chat, ...]:
    """The platforms that app.yaml has a section for."""
    return tuple(c for c, on in ((Chat.SLACK, app.slack), (Chat.TEAMS, app.teams)) if on)


LOOPBACK = ("127.0.0.1", "::1", "localhost")


# --- what needs an adapter but no running product ------------------------------------------------


def web_demo(front: Counter, pages: Pages, clock: DemoClock) -> "Adapter":
    """The adapter of the demo page."""
    from adapters.web import WebAdapter

    return WebAdapter(front, pages, people=PERSONAS, clock=clock, samples=SAMPLES)


def slack_manifest(url: str | None) -> dict[str, object]:
    from adapters.slack.manifest import manifest

    return manifest(url)


def teams_package(app_id: str, url: str, sites: Sequence[str] = ()) -> bytes:
    from adapters.teams.manifest import package

    try:
        return package(app_id, (url,) if url else sites)
    except ValueError as problem:
        raise ConfigError(str(problem)) from None


def renderings(card: Card) -> dict[str, str]:
    """The card in every platform's form, by file suffix."""
    from adapters.slack import render as slack
    from adapters.teams import render as teams
    from adapters.web import render as web

    item = PageItem("example", "card", card_json.dump(card), clock.now(), edited=False)
    return {
        "slack.json": json.dumps(slack.blocks(card), indent=1, ensure_ascii=False),
        "teams.json": json.dumps(teams.adaptive(card), indent=1, ensure_ascii=False),
        "html": str(web.message(item, ZoneInfo("UTC"))),
    }
