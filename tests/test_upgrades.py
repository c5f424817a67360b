"""Programs of two versions on one database, upgrades at once, and who may work on a file."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.commands import Chat
from bot.config import App, ConfigError
from bot.desk import Desk
from bot.store import KeyRing, Store, people, schema
from bot.store.schema import FLOOR_KEY, QUEUE, SchemaProblem
from bot.wiring import alone
from practice import Bench, Clock
from tests.conftest import ENGINES


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, keys: KeyRing) -> Iterator[Store]:
    """A store whose tables may be changed: no other test uses its database."""
    shared = request.param != "sqlite"
    made = Store(request.getfixturevalue("server") if shared else "sqlite://", keys)
    schema.upgrade(made)
    yield made
    made.close()


def run(store: Store, *statements: str) -> None:
    with store.writer.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def changed_by_a_later_version(store: Store) -> None:
    """What a migration may do: it only adds."""
    run(
        store,
        "ALTER TABLE draft ADD COLUMN mood VARCHAR NOT NULL DEFAULT 'calm'",
        "ALTER TABLE outbox ADD COLUMN weight INTEGER",
        "CREATE TABLE later (id INTEGER PRIMARY KEY)",
        "CREATE INDEX ix_draft_mood ON draft (mood)",
        "UPDATE alembic_version SET version_num = '9999'",
    )


def test_a_program_of_before_works_on_the_tables_of_a_later_one(store: Store, app: App) -> None:
    changed_by_a_later_version(store)
    schema.check(store)
    bench = Bench(Desk(store, app, clock=Clock(), chats=(Chat.WEB,)), Clock())
    draft = bench.submit()
    bench.press("ada", bench.review("ada", draft), "approve")
    assert bench.state(draft) == "approved"


def test_an_upgrade_by_a_program_of_before_changes_nothing(store: Store) -> None:
    changed_by_a_later_version(store)
    schema.upgrade(store)
    with store.read() as tx:
        row = tx.session.connection().execute(text("SELECT version_num FROM alembic_version"))
        assert row.scalar_one() == "9999"


def test_a_program_too_old_for_the_tables_refuses_to_start(store: Store) -> None:
    changed_by_a_later_version(store)
    with store.write() as tx:
        people.set_setting(tx, FLOOR_KEY, "9998")
    with pytest.raises(SchemaProblem, match="install that version"):
        schema.check(store)


def test_a_program_newer_than_the_tables_asks_for_the_upgrade(store: Store) -> None:
    run(store, "UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(SchemaProblem, match="signoff db upgrade"):
        schema.check(store)


@pytest.mark.postgres
def test_upgrades_at_once_wait_for_each_other(server: str, keys: KeyRing) -> None:
    stores = [Store(server, keys) for _ in range(4)]
    run(
        stores[0],
        f"DROP SCHEMA {QUEUE} CASCADE",
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
    )
    problems: list[Exception] = []

    def upgrade(store: Store) -> None:
        try:
            schema.upgrade(store)
        except Exception as problem:  # noqa: BLE001 - told below
            problems.append(problem)

    threads = [threading.Thread(target=upgrade, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    schema.check(stores[0])
    assert schema.drift(stores[0]) == []
    for store in stores:
        store.close()
    assert problems == []


@pytest.fixture
def holder(tmp_path: Path) -> Callable[[str], subprocess.Popen[str]]:
    """Starts a process that works on a file until it is killed."""

    def start(url: str) -> subprocess.Popen[str]:
        words = (
            "import sys, time; from bot.wiring import alone\n"
            "with alone(sys.argv[1]): print('held', flush=True); time.sleep(60)"
        )
        command = [sys.executable, "-c", words, url]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd())

    return start


def test_a_second_process_on_a_file_is_refused_until_the_first_is_gone(
    tmp_path: Path, holder: Callable[[str], subprocess.Popen[str]]
) -> None:
    url = f"sqlite:///{tmp_path / 'signoff.db'}"
    with holder(url) as first:
        assert first.stdout
        assert first.stdout.readline() == "held\n"
        with pytest.raises(ConfigError, match="Another Signoff is running"), alone(url):
            pass
        first.send_signal(signal.SIGKILL)
    with alone(url):
        pass
