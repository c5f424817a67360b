"""Races, redelivery, tampering, keys and the schema."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from bot import ledger as chain
from bot.commands import Chat, Decide, Outcome
from bot.commands.parse import from_button
from bot.config import App
from bot.desk import Desk
from bot.exceptions import ExceptionKind
from bot.store import (
    KeyProblem,
    KeyRing,
    Store,
    Tx,
    crypto,
    exceptions,
    ledger,
    outbox,
    people,
    schema,
)
from bot.store import keys as key_store
from bot.store.tables import DecisionRow
from practice import BLOCK, CLEAN, TUESDAY, Bench, Clock, said


def race(count: int, act: Callable[[int], str]) -> list[str]:
    """What `act` returned for each of `count` threads that start together."""
    gate, results = threading.Barrier(count), [""] * count

    def run(n: int) -> None:
        gate.wait()
        results[n] = act(n)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_thirty_people_clicking_at_once_make_one_decision(bench: Bench) -> None:
    draft = bench.submit()
    data = bench.review("ada", draft).actions[0].data
    origins = [bench.origin("ada") for _ in range(30)]

    def click(n: int) -> str:
        outcome = Outcome.APPROVE if n % 2 else Outcome.REJECT
        return said(bench.do(Decide(origins[n], draft, 1, data["hash"], outcome, "No.")))

    answers = race(30, click)
    assert sum("already" in a for a in answers) == 29
    with bench.desk.store.read() as tx:
        assert len(tx.session.exec(select(DecisionRow)).all()) == 1
        assert chain.verify(ledger.entries(tx)).whole


def backend(tx: Tx) -> int:
    """The server's number of the connection in use."""
    found: int = tx.session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
    return found


def cut_off(store: Store, pid: int) -> None:
    """Ends a connection as a server does that restarts, and returns when it is gone."""
    with store.read() as tx:
        ending = text("SELECT pg_terminate_backend(:pid, 5000)")
        tx.session.connection().execute(ending, {"pid": pid})


@pytest.mark.postgres
@pytest.mark.parametrize("way", ["write", "read"])
def test_who_asks_as_the_server_ends_its_connections_is_served_by_the_next_one(
    server: str, keys: KeyRing, way: str
) -> None:
    store, pids = Store(server, keys), list[int]()

    def act() -> int:
        with getattr(store, way)() as tx:
            pids.append(backend(tx))
            if len(pids) == 1:
                cut_off(store, pids[0])
            return len(list(ledger.entries(tx)))

    assert store.again(act) == 0
    assert len(set(pids)) == 2
    store.close()


@pytest.mark.postgres
def test_a_commit_without_an_answer_is_not_repeated(server: str, keys: KeyRing) -> None:
    store, pids = Store(server, keys), list[int]()

    def act() -> None:
        with store.write() as tx:
            pids.append(backend(tx))
            cut_off(store, pids[0])

    with pytest.raises(DBAPIError):
        store.again(act)
    assert len(pids) == 1
    store.close()


@pytest.mark.postgres
def test_whoever_waits_for_a_connection_holds_up_nobody_who_has_one(
    server: str, keys: KeyRing
) -> None:
    store = Store(server, keys)

    def now() -> None:
        with store.read() as tx:
            assert tx.now

    with ExitStack() as busy, ThreadPoolExecutor(2) as threads:
        begun = [busy.enter_context(store.write()) for _ in range(20)]
        waiting = threads.submit(now)
        time.sleep(0.2)
        try:
            assert not waiting.done(), "there are no more connections than these"
            assert threads.submit(lambda: begun[0].now).result(5)
        finally:
            busy.close()
        waiting.result(5)
    store.close()


def test_a_file_keeps_one_writer_in_line(file_store: Store, app: App) -> None:
    bench = Bench(Desk(file_store, app, clock=Clock(), chats=(Chat.WEB,)), Clock())
    race(12, lambda n: str(bench.submit(f"{CLEAN} Number {n}.")))
    with file_store.read() as tx:
        proof = chain.verify(ledger.entries(tx))
    assert proof.whole
    assert proof.entries >= 12


def test_ten_presses_at_once_make_one_exception(bench: Bench) -> None:
    draft = bench.submit("Anna is our mascot", BLOCK)
    card = bench.card("maria", f"draft/{draft}/v1")
    bench.press("maria", card, "dispute", reason="A stuffed bear")
    verbs = ("allow-phrase", "lighten", "no-exception")
    filled = {"draft": "1", "version": "1", "alarm": "1", "phrase": "Anna", "severity": "tip"}
    acts = [
        from_button(verbs[n % 3], filled, bench.origin("priya" if n % 2 else "sam"))
        for n in range(10)
    ]
    answers = race(10, lambda n: said(bench.do(acts[n])))
    assert sum("already" in answer for answer in answers) == 9
    decided = [t for t in bench.tags() if t in ("exception:added", "exception:declined")]
    assert len(decided) == 1


@pytest.mark.parametrize("given", ["", "short", "not base64 !!", "QUJD"])
def test_a_malformed_key_is_refused_with_the_next_step(given: str) -> None:
    with pytest.raises(KeyProblem, match="signoff key new"):
        KeyRing.parse(given)


def test_every_sealed_column_can_change_keys() -> None:
    sealed = {
        (table.name, column.name)
        for table in key_store.METADATA.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    assert sealed == set(key_store.PLACES)


def test_the_migrations_make_the_tables_of_the_code(store: Store) -> None:
    assert schema.drift(store) == []


def test_a_false_alarm_is_decided_and_revoked_once(store: Store) -> None:
    with store.write() as tx:
        number = exceptions.report(tx, 1, 1, "claims.cure", TUESDAY)
        (waiting,) = exceptions.waiting(tx)
        made = replace(waiting, kind=ExceptionKind.PHRASE, words="cure", by="sam", at=TUESDAY)
        assert exceptions.decide(tx, made)
        assert not exceptions.decide(tx, replace(made, kind=ExceptionKind.NONE, by="priya"))
    with store.write() as tx:
        assert exceptions.waiting(tx) == ()
        assert exceptions.in_force(tx) == exceptions.of_draft(tx, 1) == (made,)
        assert exceptions.revoke(tx, number, by="priya", at=TUESDAY)
        assert not exceptions.revoke(tx, number, by="sam", at=TUESDAY)
    with store.read() as tx:
        assert exceptions.in_force(tx) == ()
        revoked = exceptions.get(tx, number)
    assert revoked == replace(made, revoked_by="priya", revoked_at=TUESDAY)


def test_no_exception_is_nothing_to_revoke(store: Store) -> None:
    with store.write() as tx:
        number = exceptions.report(tx, 1, 1, "claims.cure", TUESDAY)
        assert not exceptions.revoke(tx, number, by="sam", at=TUESDAY)
        (waiting,) = exceptions.waiting(tx)
        exceptions.decide(tx, replace(waiting, kind=ExceptionKind.NONE, by="sam", at=TUESDAY))
        assert not exceptions.revoke(tx, number, by="sam", at=TUESDAY)
        assert exceptions.in_force(tx) == ()


def test_a_newer_card_that_came_during_a_delivery_stays_due(bench: Bench) -> None:
    bench.submit()
    store = bench.desk.store
    now, lease = TUESDAY.replace(year=2036), TUESDAY - TUESDAY.replace(minute=1)
    with store.write() as tx:
        taken = outbox.claim(tx, now=now, lease=-lease, limit=50)
        again = outbox.claim(tx, now=now, lease=-lease, limit=50)
    assert {o.key for o in taken} == {"draft/1/v1", "review/1"}
    assert again == []
    bench.press("ada", bench.review("ada", 1), "approve")
    with store.write() as tx:
        for out in taken:
            outbox.delivered(tx, out, "D1", out.key)
        late = {o.key: o for o in outbox.claim(tx, now=now, lease=-lease, limit=50)}
    assert late["review/1"].receipt == ("D1", "review/1")
    assert not late["review/1"].card.actions


def test_an_event_is_seen_once(store: Store) -> None:
    with store.write() as tx:
        assert people.first_time(tx, Chat.SLACK, "Ev1", TUESDAY)
        assert not people.first_time(tx, Chat.SLACK, "Ev1", TUESDAY)
        assert people.first_time(tx, Chat.TEAMS, "Ev1", TUESDAY)


def test_the_hash_of_details_survives_a_change_of_keys(keys: KeyRing) -> None:
    sealed = keys.seal("ledger.details/1", b"x")
    newer = KeyRing((*KeyRing.parse(KeyRing.new()).keys, *keys.keys))
    assert crypto.body_hash(newer.rewrap("ledger.details/1", sealed)) == crypto.body_hash(sealed)
