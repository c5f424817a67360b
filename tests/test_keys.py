"""Keys: values open in their places only, keys can be changed, and a wrong one does no harm."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from bot import ledger as chain
from bot import sweeps
from bot.cli import keys as key_commands
from bot.commands import Chat, Explain, Revise
from bot.config import App
from bot.ledger import Entry
from bot.store import (
    KeyProblem,
    KeyRing,
    Store,
    Tx,
    drafts,
    exceptions,
    findings,
    ledger,
    pages,
    people,
    reviews,
    schema,
)
from bot.store import keys as key_store
from bot.store.crypto import short
from bot.store.tables import METADATA
from checks import Mended
from office import Office
from practice import BLOCK, WARN, Bench, Clock

SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
MANY = 10_000  # values: enough for a kill in their midst
OLD, NEW = KeyRing.new(), KeyRing.new()
OLD_ID, NEW_ID = (short(KeyRing.parse(key).ids[0]) for key in (OLD, NEW))


def populate(bench: Bench) -> None:
    """Something sealed in every column, twice."""
    for n in (1, 2):
        offer = Mended(f"A patient, number {n}. Call 512-555-0142.", ("A name was replaced.",))
        flagged = bench.submit(f"Anna number {n}. Call 512-555-0142.", BLOCK, offer=offer)
        reason = f"Reason {n}"
        bench.press("maria", bench.card("maria", f"draft/{flagged}/v1"), "dispute", reason=reason)
        bench.press("priya", bench.review("priya", flagged), "override", reason=reason)
        alarm = bench.card("sam", f"exception/{flagged}/v1")
        bench.press("sam", alarm, "allow-phrase", phrase="Anna number")
        draft = bench.submit(f"Flu shots are in, number {n}. Call 512-555-0142.", WARN)
        bench.do(Explain(bench.origin("maria", address=f"home {n}"), draft, 1, "It is so."))
        bench.press("ada", bench.review("ada", draft), "approve", reason=reason)
        link = f"https://example.com/{n}"
        bench.press("maria", bench.card("maria", f"news/{draft}/v1"), "posted", link=link)
        bench.do(Revise(bench.origin("ada", address="here"), draft, "Not hers"))
        shown = pages.Pages(bench.desk.store, bench.clock)
        shown.put("maria", f"message {n}", "card", f"words {n}".encode())


def sealed(tx: Tx) -> dict[str, bytes]:
    """Every sealed value by its place."""
    found = {}
    for (table, column), place in key_store.PLACES.items():
        rows = tx.session.connection().execute(METADATA.tables[table].select()).mappings()
        found |= {place.format(**row): row[column] for row in rows if row[column]}
    return found


@SQLITE
def test_no_sealed_value_opens_in_the_place_of_another(bench: Bench) -> None:
    populate(bench)
    with bench.desk.store.read() as tx:
        values = sealed(tx)
        keys = tx.keys
    kinds = {place.split("/")[0] for place in values}
    assert kinds == {place.split("/")[0] for place in key_store.PLACES.values()}
    for place, value in values.items():
        keys.unseal(place, value)
        for other in values.keys() - {place}:
            with pytest.raises(KeyProblem, match="changed or moved"):
                keys.unseal(other, value)
        with pytest.raises(KeyProblem, match="changed or moved"):
            keys.rewrap(other, value)


# How the product reads each column of its first rows.
READERS: dict[tuple[str, str], Callable[[Bench, Tx], object]] = {
    ("draft", "link_sealed"): lambda b, tx: drafts.get(tx, 2),
    ("version", "content_sealed"): lambda b, tx: drafts.version(tx, 1, 1),
    ("version", "note_sealed"): lambda b, tx: drafts.version(tx, 1, 1),
    ("version", "offer_sealed"): lambda b, tx: drafts.version(tx, 1, 1),
    ("finding", "masked_sealed"): lambda b, tx: findings.of_version(tx, 1, 1),
    ("decision", "reason_sealed"): lambda b, tx: reviews.decisions(tx, 1),
    ("ledger", "details_sealed"): lambda b, tx: ledger.details(tx, 2),
    ("outbox", "card_sealed"): lambda b, tx: b.card("ada", "review/2"),
    ("address", "address_sealed"): lambda b, tx: people.reach(tx, Chat.WEB, "ada"),
    ("setting", "value_sealed"): lambda b, tx: people.setting(tx, schema.KEY_CHECK),
    ("exception", "words_sealed"): lambda b, tx: exceptions.get(tx, 1),
    ("page", "body_sealed"): lambda b, tx: pages.Pages(b.desk.store, b.clock).all("maria"),
}
ROWS = {
    "draft": "id = 2",
    "version": "draft_id = 1",
    "finding": "id = 1",
    "decision": "id = 1",
    "ledger": "seq = 2",
    "outbox": "person = 'ada' AND key = 'review/2'",
    "address": "person = 'ada'",
    "setting": f"key = '{schema.KEY_CHECK}'",
    "page": "id = 1",
    "exception": "id = 1",
}


@SQLITE
def test_a_value_moved_in_the_database_is_found_out_where_it_is_read(bench: Bench) -> None:
    populate(bench)
    assert set(READERS) == set(key_store.PLACES)
    with bench.desk.store.read() as tx:
        values = sealed(tx)
    for place, read in READERS.items():
        own = put(bench, place, None)
        for value in {*one_of_each(values)} - {own}:
            put(bench, place, value)
            with pytest.raises(KeyProblem, match="changed or moved"):
                look(bench, read)
        put(bench, place, own)
        look(bench, read)


def look(bench: Bench, read: Callable[[Bench, Tx], object]) -> None:
    with bench.desk.store.read() as tx:
        read(bench, tx)


def put(bench: Bench, place: tuple[str, str], value: bytes | None) -> bytes:
    """Puts a value into a column's first row; returns what is there."""
    table, column = place
    with bench.desk.store.write() as tx:
        if value:
            change = text(f"UPDATE {table} SET {column} = :value WHERE {ROWS[table]}")
            tx.session.connection().execute(change, {"value": value})
        query = text(f"SELECT {column} FROM {table} WHERE {ROWS[table]}")
        return bytes(tx.session.connection().execute(query).scalar_one())


def one_of_each(values: dict[str, bytes]) -> list[bytes]:
    """Two values of each column: at least one of them belongs somewhere else."""
    kinds = itertools.groupby(values.items(), key=lambda pair: pair[0].split("/")[0])
    return [value for _, pairs in kinds for _, value in list(pairs)[:2]]


# --- changing keys -------------------------------------------------------------------------------


def ring(*keys: KeyRing) -> KeyRing:
    return KeyRing(tuple(key for one in keys for key in one.keys))


def test_everything_goes_under_the_new_key_and_the_old_one_can_be_taken_out(
    bench: Bench, keys: KeyRing
) -> None:
    populate(bench)
    store, new = bench.desk.store, KeyRing.parse(NEW)
    with store.read() as tx:
        export = list(map(chain.line, ledger.entries(tx)))
        count = len(sealed(tx))
    store.keys = ring(new, keys)
    steps = list(key_store.rotate(store))
    assert sum(step.done for step in steps) == count
    assert sum(step.done for step in key_store.rotate(store)) == 0
    with store.write() as tx:
        assert key_store.strike(tx, {}) == list(keys.ids)
        assert set(key_store.uses(tx)) == set(new.ids) == key_store.noted(tx)
    store.keys = new
    schema.check(store)
    with store.read() as tx:
        assert ledger.verify(tx).whole
        assert list(map(chain.line, ledger.entries(tx))) == export
        for place, value in sealed(tx).items():
            assert new.unseal(place, value)
    assert bench.state(1) == "in_review"


@SQLITE
@pytest.mark.parametrize("batches", [1, 3, 9])
def test_a_change_that_was_cut_short_goes_on_where_it_was(
    bench: Bench, keys: KeyRing, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    monkeypatch.setattr(key_store, "BATCH", 3)
    populate(bench)
    store, both = bench.desk.store, ring(KeyRing.parse(NEW), keys)
    store.keys = both
    first = list(itertools.islice(key_store.rotate(store), batches))
    with store.write() as tx:
        left = key_store.waiting(tx)
        assert left > 0
        assert key_store.strike(tx, {}) == []
    store.keys = KeyRing.parse(NEW)
    with pytest.raises(KeyProblem, match=short(keys.ids[0])):
        schema.check(store)
    store.keys = both
    rest = list(key_store.rotate(store))
    assert sum(s.done for s in rest) == left
    assert sum(s.done for s in first) + left > 30
    with store.write() as tx:
        assert key_store.strike(tx, {}) == list(keys.ids)


@SQLITE
def test_a_value_that_cannot_be_opened_stays_and_holds_up_nothing_else(
    bench: Bench, keys: KeyRing
) -> None:
    populate(bench)
    store = bench.desk.store
    with store.write() as tx:
        swap = "UPDATE finding SET masked_sealed = (SELECT note_sealed FROM version LIMIT 1)"
        tx.session.connection().execute(text(f"{swap} WHERE id = 2"))
    store.keys = ring(KeyRing.parse(NEW), keys)
    steps = list(key_store.rotate(store))
    stuck = [place for step in steps for place in step.stuck]
    assert stuck == [(keys.ids[0], "finding.masked/2")]
    with store.write() as tx:
        assert key_store.waiting(tx) == 1
        assert key_store.strike(tx, {keys.ids[0]: 1}) == list(keys.ids)
    store.keys = KeyRing.parse(NEW)
    schema.check(store)


@SQLITE
def test_a_process_that_still_writes_under_a_struck_key_notes_it_again(
    bench: Bench, keys: KeyRing
) -> None:
    populate(bench)
    store, new = bench.desk.store, KeyRing.parse(NEW)
    store.keys = ring(new, keys)
    list(key_store.rotate(store))
    with store.write() as tx:
        key_store.strike(tx, {})
    store.keys = ring(keys, new)  # was not restarted
    bench.submit()
    sweeps.sweep(bench.desk)
    store.keys = new
    with pytest.raises(KeyProblem, match=short(keys.ids[0])):
        schema.check(store)


# --- the command line ----------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A practice with something sealed in every column under the old key."""
    made = Office(tmp_path, monkeypatch, keys=OLD)
    with made.bench() as bench:
        populate(bench)
    return made


@pytest.mark.parametrize("words", ["serve", "purge", "ledger verify", "key rotate", "db upgrade"])
@pytest.mark.parametrize(
    ("keys", "said"),
    [(None, "signoff key new"), ("rubbish", "signoff key new"), (NEW, OLD_ID)],
    ids=["no key", "no key at all", "another key"],
)
def test_a_wrong_or_missing_key_stops_the_start_and_destroys_nothing(
    office: Office,
    capsys: pytest.CaptureFixture[str],
    *,
    words: str,
    keys: str | None,
    said: str,
) -> None:
    before = office.rows()
    assert office.run(*words.split(), keys=keys) == 64
    assert said in capsys.readouterr().err
    assert office.rows() == before
    assert office.run("ledger", "verify") == 0


def test_a_wrong_key_changes_no_tables_either(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'signoff.db'}"
    store = Store(url, KeyRing.parse(OLD))
    with store.writer.begin() as connection:
        command.upgrade(schema._config(connection), "0001")
    with store.write() as tx:
        people.set_setting(tx, schema.KEY_CHECK, "readable")
    store.close()
    other = Store(url, KeyRing.parse(NEW))
    with pytest.raises(KeyProblem, match="nothing was changed"):
        schema.upgrade(other)
    assert schema._revision(other) == "0001"
    other.close()
    right = Store(url, KeyRing.parse(OLD))
    schema.upgrade(right)
    schema.check(right)
    right.close()


def test_a_database_of_before_notes_the_keys_that_its_values_are_under(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'signoff.db'}"
    old, both = KeyRing.parse(OLD), KeyRing.parse(f"{NEW},{OLD}")
    store = Store(url, old)
    schema.upgrade(store)
    with store.write() as tx:
        people.set_setting(tx, "of the old key", "x")
        tx.session.connection().execute(text("DELETE FROM setting WHERE key LIKE 'key/%'"))
        tx.keys = both
        people.set_setting(tx, schema.KEY_CHECK, "readable")
    store.close()
    store = Store(url, both)
    schema.upgrade(store)
    with store.read() as tx:
        assert key_store.noted(tx) == set(both.ids)
    store.close()
    store = Store(url, KeyRing.parse(NEW))
    with pytest.raises(KeyProblem, match=OLD_ID):
        schema.check(store)
    store.close()


def test_keys_are_changed_by_command_and_the_status_says_what_needs_which(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    both = f"{NEW},{OLD}"
    assert office.run("key", "status") == 0
    assert f"{OLD_ID}  newest" in capsys.readouterr().out
    assert office.run("key", "status", keys=NEW) == 1
    assert f"{OLD_ID}  MISSING" in capsys.readouterr().out
    assert office.run("purge", keys=both) == 0
    capsys.readouterr()
    assert office.run("key", "status", keys=both) == 0
    shown = capsys.readouterr().out
    assert f"{OLD_ID}  older, needed" in shown
    assert "version.content 4" in shown
    assert office.run("key", "rotate", keys=both) == 0
    shown = capsys.readouterr().out
    assert f"values were put under key {NEW_ID}" in shown
    assert f"Key {OLD_ID} is not needed any more" in shown
    assert office.run("key", "status", keys=both) == 0
    assert f"{OLD_ID}  older, not needed" in capsys.readouterr().out
    assert office.run("key", "rotate", keys=both) == 0
    assert "0 values" in capsys.readouterr().out
    assert office.run("ledger", "verify", keys=NEW) == 0
    assert office.run("ledger", "export", keys=NEW) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "keys:changed" in line]
    assert len(lines) == 1
    assert OLD_ID in lines[0]
    assert office.run("purge", keys=OLD) == 64
    assert NEW_ID in capsys.readouterr().err


def test_a_damaged_value_is_named_and_the_command_says_that_it_failed(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'signoff.db'}", KeyRing.parse(OLD))
    with store.write() as tx:
        swap = "UPDATE finding SET masked_sealed = (SELECT note_sealed FROM version LIMIT 1)"
        tx.session.connection().execute(text(f"{swap} WHERE id = 2"))
    store.close()
    assert office.run("key", "rotate", keys=f"{NEW},{OLD}") == 1
    shown = capsys.readouterr()
    assert "finding.masked/2 cannot be opened" in shown.err
    assert "not needed any more" in shown.out
    assert office.run("key", "status", keys=NEW) == 0
    assert f"{OLD_ID}  unknown" in capsys.readouterr().out


def test_a_new_key_is_one_that_can_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    key_commands.new()
    shown = capsys.readouterr()
    assert short(KeyRing.parse(shown.out.strip()).ids[0]) in shown.err


def test_a_change_that_is_killed_is_finished_by_the_next(tmp_path: Path, app: App) -> None:
    url, config = f"sqlite:///{tmp_path / 'signoff.db'}", tmp_path / "app.yaml"
    config.write_text(f"database: {url}\n")
    store = Store(url, KeyRing.parse(OLD))
    schema.upgrade(store)
    with store.write() as tx:
        tx.session.connection().execute(METADATA.tables["page"].insert(), messages(tx.keys))
    both = Store(url, KeyRing.parse(f"{NEW},{OLD}"))
    environment = {**os.environ, "SIGNOFF_KEYS": f"{NEW},{OLD}"}
    rotate = [sys.executable, "-m", "bot", "key", "rotate", "--config", str(config)]
    process = subprocess.Popen(
        rotate, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while not 0 < moved(both) < MANY and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    half = moved(both)
    assert 0 < half < MANY
    done = subprocess.run(rotate, env=environment, capture_output=True, text=True, check=True)
    assert f"Key {OLD_ID} is not needed any more" in done.stdout
    assert moved(both) == MANY
    with both.read() as tx:
        assert ledger.verify(tx).whole
        tags = [e.tag for e in ledger.entries(tx) if isinstance(e, Entry)]
    assert tags == ["keys:changed"]
    assert len(pages.Pages(both, Clock()).all("maria")) == MANY
    both.close()
    store.close()


def messages(keys: KeyRing) -> list[dict[str, object]]:
    at = {"person": "maria", "kind": "card", "at": Clock().now, "edited": False}
    names = [f"message {n}" for n in range(MANY)]
    return [
        {**at, "message": name, "body_sealed": keys.seal(f"page.body/maria/{name}", b"x" * 200)}
        for name in names
    ]


def moved(store: Store) -> int:
    with store.read() as tx:
        return key_store.uses(tx).get(store.keys.ids[0], {}).get("page.body", 0)
