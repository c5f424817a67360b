"""Connections and transactions: one writer and a read pool on SQLite, a pool on PostgreSQL."""

import itertools
import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel

from bot import clock
from bot.ledger import Entry
from bot.store.crypto import KeyRing
from bot.store.turnstile import Turnstile

T = TypeVar("T")
PATIENCE = 5.0  # seconds to wait for another process that writes to the same SQLite file
BRIEF = 500  # milliseconds that tidying may hold up others
# When a server that does not answer is given up: after seconds to connect, milliseconds to reply.
LOST = {"connect_timeout": "5", "tcp_user_timeout": "20000"}
TRIES = 5
# PostgreSQL's codes for two transactions that cannot both go on: serialization failure, deadlock,
# and a row that both wanted to be the first to write.
CLASHES = ("40001", "40P01", "23505")


class ToCheck(NamedTuple):
    """A draft that waits for the checks."""

    draft: int


class ToSend(NamedTuple):
    """Somebody's conversation on one platform, with a card that waits to leave."""

    chat: str
    person: str


Todo = ToCheck | ToSend  # ids only: a queue outside of our tables may hold them


class Clash(Exception):
    """Two replicas stood in each other's way, or the connection was lost before the commit. The
    transaction has left no trace and may be tried again.
    """


class Tx:
    """One transaction, as the store's questions take it. Opaque to everybody else."""

    def __init__(self, session: Session, keys: KeyRing) -> None:
        self.session, self.keys = session, keys
        self.todo: set[Todo] = set()  # what is to be done once this is committed
        self.acts: list[Entry] = []  # what was written to the ledger
        self.cards: list[tuple[str, int | None]] = []  # keys of cards put out, and their drafts
        self._turns = itertools.count()
        self._now: datetime | None = None

    @property
    def now(self) -> datetime:
        """The time that leases and waiting times go by, the same all through the transaction: on
        PostgreSQL the server's, so that replicas whose clocks differ agree.
        """
        # No `cached_property`: in Python 3.11 one thread that waits in it holds up all others.
        self._now = self._now or self._clock()
        return self._now

    def _clock(self) -> datetime:
        if self.session.get_bind().dialect.name == "sqlite":
            return clock.now()
        query = text("SELECT clock_timestamp() AT TIME ZONE 'utc'")
        found: datetime = self.session.connection().execute(query).scalar_one()
        return found.replace(tzinfo=UTC)

    def turn(self) -> datetime:
        """A place in a queue: behind what is there, and in the order in which it was asked for.

        It lies a moment back, so that what has it is due at once even while a clock stands still.
        """
        return self.now - timedelta(microseconds=1_000 - next(self._turns))

    def add(self, table: type[SQLModel], **values: object) -> bool:
        """Adds a row unless there is one with its key already; True when it was added."""
        row = self._insert(table).values(**values).on_conflict_do_nothing()
        key = list(table.__table__.primary_key)  # type: ignore[attr-defined]
        return self.session.connection().execute(row.returning(*key)).first() is not None

    def put(self, table: type[SQLModel], key: Mapping[str, object], **values: object) -> None:
        """Adds a row, or changes the one that has this key, whichever replica was first."""
        row = self._insert(table).values(**key, **values)
        row = row.on_conflict_do_update(index_elements=list(key), set_=values)
        self.session.connection().execute(row)
        self.session.expire_all()

    def _insert(self, table: type[SQLModel]) -> Any:
        plain = self.session.get_bind().dialect.name == "sqlite"
        return sqlite.insert(table) if plain else postgresql.insert(table)

    def alone(self, what: int) -> None:
        """Waits until no other replica is in a transaction that asked for the same number. On
        SQLite there is only ever one.
        """
        if self.session.get_bind().dialect.name != "sqlite":
            lock = text("SELECT pg_advisory_xact_lock(:what)")
            self.session.connection().execute(lock, {"what": what})


class Store:
    """Where everything is kept. After a commit, `on_commit` is told what was saved, and `on_work`
    is called when that left something to do.
    """

    def __init__(
        self,
        url: str,
        keys: KeyRing,
        on_work: Callable[[Collection[Todo]], None] | None = None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self.keys, self.on_work = keys, on_work or (lambda _: None)
        self.on_commit: Callable[[Tx], None] = lambda _: None
        self.sqlite = make_url(url).get_backend_name() == "sqlite"
        self._line = Turnstile()
        if not self.sqlite:
            where = make_url(url)
            where = where.set(drivername="postgresql", query={**LOST, **where.query})
            self.address = where.render_as_string(hide_password=False)
            where = where.set(drivername="postgresql+psycopg")
            self.writer = create_engine(where, pool_size=10, max_overflow=10, pool_pre_ping=True)
            self.reader = self.writer
            return
        self.address = ""
        self.memory = sqlite_file(url) is None
        self._busy = f"busy_timeout={patience * 1_000:.0f}"
        self.writer = _sqlite(url, self._busy, poolclass=StaticPool)
        self.reader = self.writer if self.memory else _sqlite(url, self._busy, pool_size=8)

    @contextmanager
    def write(self, *, hurried: bool = True) -> Iterator[Tx]:
        """A transaction that commits at the end, or leaves no trace when anything is raised.

        Background work is not `hurried`: on SQLite it lets people's commands go first.
        """
        kept = False  # or on its way: nobody knows what became of a commit that got no answer
        try:
            with self._turn(hurried), Session(self.writer, expire_on_commit=False) as session:
                tx = Tx(session, self.keys)
                session.connection()
                yield tx
                session.flush()
                kept = True
                session.commit()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in CLASHES or (_lost(error) and not kept):
                raise Clash from None
            raise
        if tx.acts or tx.cards:
            self.on_commit(tx)
        if tx.todo:
            self.on_work(tx.todo)

    def again(self, act: Callable[[], T]) -> T:
        """What `act` returns. It is done anew when its transaction clashed with another one."""
        for attempt in range(1, TRIES):
            try:
                return act()
            except Clash:
                time.sleep(random.uniform(0, 0.02 * attempt))  # noqa: S311 - not for secrets
        return act()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A view of what is committed; it writes nothing."""
        alone = self._turn(hurried=True) if self.sqlite and self.memory else nullcontext()
        try:
            with alone, Session(self.reader) as session:
                yield Tx(session, self.keys)
        except DBAPIError as error:
            if _lost(error):
                raise Clash from None
            raise

    def _turn(self, hurried: bool) -> AbstractContextManager[None]:
        return self._line.passing(hurried=hurried) if self.sqlite else nullcontext()

    def let_go(self) -> None:
        """Overwrites what was removed in the log of SQLite too, unless somebody still reads it."""
        if not self.sqlite or self.memory:
            return
        with self._turn(hurried=False), closing(self.writer.raw_connection()) as borrowed:
            for pragma in (f"busy_timeout={BRIEF}", "wal_checkpoint(TRUNCATE)", self._busy):
                borrowed.cursor().execute(f"PRAGMA {pragma}").close()

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def _lost(error: DBAPIError) -> bool:
    """Whether the server ended the connection; the pool has another one."""
    return error.connection_invalidated


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite URL; None for one in memory and for other engines."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or parts.database in (None, "", ":memory:"):
        return None
    return Path(str(parts.database))


def _sqlite(url: str, busy: str, **options: Any) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False}, **options)
    immediate = options.get("poolclass") is StaticPool

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            busy,
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
