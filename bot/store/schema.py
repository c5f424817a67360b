"""Brings a database to the present schema, and checks that it is there and readable."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from bot.ledger import GENESIS
from bot.store import keys, people
from bot.store.crypto import KeyProblem
from bot.store.database import Store
from bot.store.tables import HeadRow

LOCK = 7_370_676  # any number, the same for all replicas
KEY_CHECK = "key-check"


class SchemaProblem(Exception):
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
        command.upgrade(_config(connection), "head")
    with store.write() as tx:
        if tx.session.get(HeadRow, 1) is None:
            tx.session.add(HeadRow(id=1, seq=0, hash=GENESIS))
        if not people.setting(tx, KEY_CHECK):
            people.set_setting(tx, KEY_CHECK, "readable")
        keys.note(tx)


def check(store: Store) -> None:
    """Raises `SchemaProblem` or `KeyProblem`, each with the next step, when we cannot work here."""
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    if _revision(store) != wanted:
        raise SchemaProblem("The database is not up to date; run `signoff db upgrade` first.")
    _check_keys(store)


def demand_tables(store: Store) -> None:
    """Raises `SchemaProblem` when there is nothing here yet."""
    if _revision(store) is None:
        raise SchemaProblem("The database holds nothing yet; the first start makes its tables.")


def is_known(store: Store) -> bool:
    """False when a version that this program does not know has made the tables."""
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return _revision(store) in known


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
