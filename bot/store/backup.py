"""Copies of an SQLite database: made while it is in use, and put back as a whole or not at all."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from bot.ledger import Noted, Proof
from bot.refusals import Problem
from bot.store import ledger, schema
from bot.store.crypto import KeyRing
from bot.store.database import Store, sqlite_file

MAGIC = b"SQLite format 3\0"
TAKEN = "{} exists already; choose another name."
BESIDE = ("-wal", "-shm", "-journal")


class BackupProblem(Problem):
    """Why there is no backup, or why one was not put back, and the next step."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and where the database that stood there is kept."""

    proof: Proof
    kept: Path | None


def location(url: str) -> Path:
    """The file of the database that can be copied here."""
    path = sqlite_file(url)
    if path is None:
        kind = make_url(url).get_backend_name()
        raise BackupProblem(
            f"The database is {kind}; docs/postgresql.md says how to back it up and restore it "
            "with its own tools."
        )
    return path


# --- making one ----------------------------------------------------------------------------------


def make(url: str, file: Path, keys: KeyRing) -> Proof:
    """Copies the database to `file`, which must not exist, and proves the copy.

    It is one consistent moment, however many write meanwhile, and it holds up none of them.
    """
    source, part = location(url), file.with_name(f".{file.name}.part")
    if file.exists():
        raise BackupProblem(TAKEN.format(file))
    with _spoken():
        _remove(part)
        try:
            _copy(source, part)
            proof = _proof(part, keys)
            _alone(part)
            _publish(part, file)
        finally:
            _remove(part)
    return proof


@contextmanager
def _spoken() -> Iterator[None]:
    """Says in a sentence what the disk or SQLite would not do."""
    try:
        yield
    except OSError as error:
        raise BackupProblem(f"{error.filename}: {error.strerror}.") from None
    except sqlite3.Error as error:
        raise BackupProblem(f"SQLite could not copy the database: {error}.") from None


def _copy(source: Path, target: Path) -> None:
    """One moment of `source`, in a file that only its owner may read."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_open(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)  # in one step: a reader of the log, which no writer waits for
        sound = new.execute("PRAGMA quick_check(1)").fetchone()[0]
    if sound != "ok":
        raise BackupProblem(f"{source} is damaged: SQLite finds errors in it.")


def _open(path: Path) -> sqlite3.Connection:
    """A connection that reads and changes nothing; also from a place that cannot be written."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True)
    try:
        connection.execute("PRAGMA schema_version").close()
    except sqlite3.OperationalError:
        connection.close()
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise  # what is in the log would be left out
        return sqlite3.connect(f"{address}&immutable=1", uri=True)
    return connection


def _proof(path: Path, keys: KeyRing, anchor: Noted | None = None) -> Proof:
    store = Store(_url(path), keys)
    try:
        schema.check(store)
        with store.read() as tx:
            return ledger.verify(tx, anchor)
    finally:
        store.close()


def _url(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string()


def _alone(path: Path) -> None:
    """Makes one file of the database and its log, and sees to it that it is on the disk."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").close()
    _sync(path)


def _publish(part: Path, file: Path) -> None:
    """Gives the finished copy its name, unless somebody has taken it meanwhile."""
    try:
        os.link(part, file)
    except FileExistsError:
        raise BackupProblem(TAKEN.format(file)) from None
    except OSError:  # a file system without links
        part.rename(file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    for suffix in ("", *BESIDE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


# --- putting one back ----------------------------------------------------------------------------


def restore(
    file: Path,
    url: str,
    keys: KeyRing,
    *,
    force: bool,
    anchor: Noted | None,
    now: datetime,
    settle: Callable[[Store], None],
) -> Restored:
    """Puts the backup `file` in the place of the database, after it was proved there.

    The copy is made, brought to today's tables, proved and settled (`settle`) under another name;
    taking the database's name is the last step and a single one. What stood there is kept. Nobody
    may be at work on the database.
    """
    path = location(url)
    part = path.with_name(f".{path.name}.restoring")
    with _spoken():
        _fit(file, path)
        if not force:
            _must_be_empty(path)
        _remove(part)
        try:
            _copy(file, part)
            proof = _prepared(part, keys, anchor, settle)
            _alone(part)
            kept = _set_aside(path, now)
            os.replace(part, path)
            _sync(path.parent)
        finally:
            _remove(part)
    return Restored(proof, kept)


def _fit(file: Path, path: Path) -> None:
    with file.open("rb") as start:
        if start.read(len(MAGIC)) != MAGIC:
            raise BackupProblem(f"{file} is not a database of Signoff.")
    if path.exists() and file.samefile(path):
        raise BackupProblem(f"{file} is the database itself; name a backup.")


def _must_be_empty(path: Path) -> None:
    """A database in which nothing has happened yet may go; any other takes `--force`."""
    if not path.exists() or path.stat().st_size == 0:
        return
    used = True
    with contextlib.suppress(sqlite3.DatabaseError), closing(_open(path)) as connection:
        used = bool(connection.execute("SELECT count(*) FROM ledger").fetchone()[0])
    if used:
        raise BackupProblem(
            f"{path} holds records already. With --force the backup takes its place, and the old "
            "database is kept beside it."
        )


def _prepared(
    part: Path, keys: KeyRing, anchor: Noted | None, settle: Callable[[Store], None]
) -> Proof:
    """The proof of the copy, once its schema and keys are known to be right."""
    store = Store(_url(part), keys)
    try:
        schema.demand_tables(store)
        if not schema.is_known(store):
            raise BackupProblem("The backup is of a newer Signoff; install that version first.")
        schema.upgrade(store)
        schema.check(store)
        with store.read() as tx:
            proof = ledger.verify(tx, anchor)
        if not proof.whole:
            raise BackupProblem(
                f"The ledger of the backup is broken at entry {proof.first_bad}: {proof.why}."
            )
        settle(store)
    finally:
        store.close()
    return proof


def _set_aside(path: Path, now: datetime) -> Path | None:
    """Gives the present database a second name, under which it stays when the first one goes.

    Its log must be empty by then: SQLite would play it into the database that comes.
    """
    if not path.exists():
        return None
    _empty_log(path)
    kept = path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%S%f}")
    try:
        os.link(path, kept)
    except OSError:  # a file system without links
        shutil.copy2(path, kept)
    for suffix in BESIDE:  # there are some only when the database is damaged
        log = path.with_name(path.name + suffix)
        if log.exists():
            log.rename(kept.with_name(kept.name + suffix))
    return kept


def _empty_log(path: Path) -> None:
    """Writes the log into the database. Raises when somebody else is at work on it."""
    try:
        with closing(sqlite3.connect(path, timeout=2)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            connection.execute("PRAGMA journal_mode=DELETE").close()  # only ever when alone
    except sqlite3.OperationalError:
        raise BackupProblem(f"Another process is at work on {path}; stop it first.") from None
    except sqlite3.DatabaseError:
        return  # it is damaged, which may be why it is being replaced
