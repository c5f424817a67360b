"""Connections and transactions: one writer and a read pool on SQLite, a pool on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from bot.ledger import Entry
from bot.store.crypto import KeyRing
from bot.store.turnstile import Turnstile

PATIENCE = 5.0  # seconds to wait for another process that writes to the same SQLite file
BRIEF = 500  # milliseconds that tidying may hold up others


class Tx:
    """One transaction, as the store's questions take it. Opaque to everybody else."""

    def __init__(self, session: Session, keys: KeyRing) -> None:
        self.session, self.keys = session, keys
        self.touched = False  # something is waiting to be checked or delivered
        self.acts: list[Entry] = []  # what was written to the ledger
        self.cards: list[tuple[str, int | None]] = []  # keys of cards put out, and their drafts


class Store:
    """Where everything is kept. After a commit, `on_commit` is told what was saved, and `on_work`
    is called when that left work to do.
    """

    def __init__(
        self,
        url: str,
        keys: KeyRing,
        on_work: Callable[[], None] | None = None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self.keys, self.on_work = keys, on_work or (lambda: None)
        self.on_commit: Callable[[Tx], None] = lambda _: None
        self.sqlite = make_url(url).get_backend_name() == "sqlite"
        self._line = Turnstile()
        if not self.sqlite:
            url = make_url(url).set(drivername="postgresql+psycopg").render_as_string(False)
            self.writer = create_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
            self.reader = self.writer
            return
        self.memory = sqlite_file(url) is None
        self._busy = f"busy_timeout={patience * 1_000:.0f}"
        self.writer = _sqlite(url, self._busy, poolclass=StaticPool)
        self.reader = self.writer if self.memory else _sqlite(url, self._busy, pool_size=8)

    @contextmanager
    def write(self, *, hurried: bool = True) -> Iterator[Tx]:
        """A transaction that commits at the end, or leaves no trace when anything is raised.

        Background work is not `hurried`: on SQLite it lets people's commands go first.
        """
        with self._turn(hurried), Session(self.writer, expire_on_commit=False) as session:
            tx = Tx(session, self.keys)
            session.connection()
            yield tx
            session.commit()
        if tx.acts or tx.cards:
            self.on_commit(tx)
        if tx.touched:
            self.on_work()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A view of what is committed; it writes nothing."""
        alone = self._turn(hurried=True) if self.sqlite and self.memory else nullcontext()
        with alone, Session(self.reader) as session:
            yield Tx(session, self.keys)

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
