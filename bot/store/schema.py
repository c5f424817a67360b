"""Brings a database to the present schema, and checks that it is there and readable."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from bot.ledger import GENESIS
from bot.refusals import Problem
from bot.store import keys, people
from bot.store.crypto import KeyProblem
from bot.store.database import Store
from bot.store.tables import HeadRow

LOCK = 7_370_676  # any number, the same for all replicas
KEY_CHECK = "key-check"
# The queue's tables have a schema of their own, with a number: when Procrastinate needs other
# tables, they get the next one, so that replicas of before and after work side by side.
QUEUE = "signoff_queue_1"
# The newest migration of the oldest program that can work with today's tables. Only a migration
# that takes something away may raise it.
FLOOR, FLOOR_KEY = "0001", "schema-floor"


class SchemaProblem(Problem):
    """The database is not at the schema this program was made for."""


def upgrade(store: Store) -> None:
    """Applies what is missing; replicas that come at once wait for each other. With a wrong key
    it raises `KeyProblem` before it changes anything.
    """
    if _revision(store):
        _check_keys(store)
    with store.writer.begin() as connection:
        if not store.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
        newer = _is_newer(MigrationContext.configure(connection).get_current_revision())
        if not newer:
            command.upgrade(_config(connection), "head")
        if not store.sqlite:
            _make_queue(connection)
    with store.write() as tx:
        tx.alone(LOCK)
        tx.add(HeadRow, id=1, seq=0, hash=GENESIS)
        if not people.setting(tx, KEY_CHECK):
            people.set_setting(tx, KEY_CHECK, "readable")
        keys.note(tx)
        if not newer and people.setting(tx, FLOOR_KEY) < FLOOR:
            people.set_setting(tx, FLOOR_KEY, FLOOR)


def _make_queue(connection: Connection) -> None:
    """Makes the tables of the queue where they are missing; what they hold has no weight."""
    if inspect(connection).has_schema(QUEUE):
        return
    from procrastinate.schema import SchemaManager

    script = SchemaManager.get_schema()
    connection.exec_driver_sql(f"CREATE SCHEMA {QUEUE}")
    connection.exec_driver_sql(f"SET LOCAL search_path TO {QUEUE}")
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(script)  # many statements at once, which is beyond the usual way
    connection.exec_driver_sql("RESET search_path")


def check(store: Store) -> None:
    """Raises `SchemaProblem` or `KeyProblem`, each with the next step, when we cannot work here.

    Tables of a newer version are fine as long as that version only added to them: while replicas
    are changed one after the other, old ones work on with the tables of the new.
    """
    current = _revision(store)
    wanted = _scripts().get_current_head() or ""
    newer = _is_newer(current)
    if current != wanted and not newer:
        raise SchemaProblem("The database is not up to date; run `signoff db upgrade` first.")
    _check_keys(store)
    if newer:
        _demand_floor(store, wanted)


def _demand_floor(store: Store, ours: str) -> None:
    with store.read() as tx:
        if ours < people.setting(tx, FLOOR_KEY):
            raise SchemaProblem("The database is of a newer Signoff; install that version.")


def demand_tables(store: Store) -> None:
    """Raises `SchemaProblem` when there is nothing here yet."""
    if _revision(store) is None:
        raise SchemaProblem("The database holds nothing yet; the first start makes its tables.")


def is_known(store: Store) -> bool:
    """False when a version that this program does not know has made the tables."""
    return not _is_newer(_revision(store))


def _revision(store: Store) -> str | None:
    with store.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _check_keys(store: Store) -> None:
    """That the ring holds every key it needs here, and that the newest opens what it should."""
    with store.read() as tx:
        keys.demand(tx)
        try:
            people.setting(tx, KEY_CHECK)
        except KeyProblem:
            raise KeyProblem(
                "SIGNOFF_KEYS does not hold the key this database was written with; "
                "put the right key back (nothing was changed)."
            ) from None


def _is_newer(revision: str | None) -> bool:
    """True for a revision that this program does not know: a later one made it."""
    known = {script.revision for script in _scripts().walk_revisions()}
    return revision is not None and revision not in known


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def drift(store: Store) -> list[object]:
    """How the migrated database differs from the tables in code; empty when they agree."""
    with store.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
