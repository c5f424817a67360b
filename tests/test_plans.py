"""What is asked often is answered from an index, however many drafts there are."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from bench.filling import fill
from bot import clock
from bot.commands import Chat
from bot.store import (
    KeyRing,
    Store,
    Tx,
    checking,
    drafts,
    exceptions,
    findings,
    holds,
    ledger,
    openings,
    outbox,
    people,
    reports,
    reviews,
    schema,
    stuck,
    texts,
    training,
    waiting,
)
from tests.conftest import ENGINES, copied

DRAFTS = 3_000
LEASE = timedelta(seconds=1)
# A table that is read from one end to the other, in the words of both databases. An index of few
# rows may be.
WHOLE = re.compile(r"Seq Scan on|^SCAN (?!CONSTANT|\(|.* USING (COVERING )?INDEX ix_outbox_t)")
Asks = Callable[[Tx, datetime], object]

# Each question, and the indexes that may help to answer it; none where the key does.
QUESTIONS: dict[str, tuple[Asks, set[str]]] = {
    "an event seen before": (
        lambda tx, now: people.first_time(tx, Chat.WEB, "event", now),
        set(),
    ),
    "the draft of a message": (
        lambda tx, now: drafts.from_message(tx, Chat.WEB, "author7", "m7"),
        {"ix_draft_source"},
    ),
    "an author's drafts on their way": (
        lambda tx, now: drafts.under_way(tx, "author7", 10),
        {"ix_draft_mine"},
    ),
    "what waits for a person": (
        lambda tx, now: reviews.waiting_for(tx, "approver3", 10),
        {"ix_review_due", "ix_seat_person"},  # whichever the server counts fewer rows for
    ),
    "the open review of a draft": (lambda tx, now: reviews.open_of(tx, 7), {"ix_review_draft"}),
    "the decisions on a draft": (lambda tx, now: reviews.decisions(tx, 7), {"ix_decision_draft"}),
    "the findings in a version": (
        lambda tx, now: findings.of_version(tx, 7, 1),
        {"ix_finding_version"},
    ),
    "the flags of an author": (
        lambda tx, now: training.flags_since(tx, "author7", now - timedelta(days=30)),
        {"ix_draft_touched", "ix_finding_at", "ix_finding_version"},
    ),
    "reviews past their deadline": (lambda tx, now: reviews.due(tx, now), {"ix_review_due"}),
    "reviews to remind of": (lambda tx, now: reviews.to_remind(tx, now), {"ix_review_due"}),
    "drafts for the checks": (
        lambda tx, now: checking.claim(tx, now=now, lease=LEASE, limit=4),
        {"ix_draft_check", "ix_draft_state"},
    ),
    "conversations with a card to send": (
        lambda tx, now: outbox.turns(tx, now, chat=Chat.WEB, limit=8),
        {"ix_outbox_due", "ix_outbox_turn"},
    ),
    "the next card of a conversation": (
        lambda tx, now: outbox.claim(tx, now=now, lease=LEASE),
        {"ix_outbox_due", "ix_outbox_turn"},
    ),
    "cards that could not be delivered": (
        lambda tx, now: stuck.retry(tx, chat=Chat.WEB, person="author7"),
        {"ix_outbox_troubled"},
    ),
    "the cards about a draft": (
        lambda tx, now: outbox.holders(tx, 7, "review/"),
        {"ix_outbox_draft"},
    ),
    "the card that was pressed": (
        lambda tx, now: outbox.card_at(tx, Chat.WEB, "author7", "draft/7/v1/m"),
        {"ix_outbox_receipt"},
    ),
    "the ledger's head": (lambda tx, now: ledger.head(tx), set()),
    "the drafts on hold, with their reasons": (
        lambda tx, now: holds.all_held(tx),
        {"ix_draft_hold", "ix_ledger_draft"},
    ),
    "drafts whose texts are kept no longer": (
        lambda tx, now: texts.purge(tx, ended_before=now - timedelta(days=365), now=now),
        {
            *("ix_draft_purge", "ix_draft_hold"),  # nobody has drafts on hold by the thousand
            *("ix_finding_version", "ix_decision_draft", "ix_outbox_draft"),
        },
    ),
    "an opening that was asked for": (
        lambda tx, now: openings.live(tx, 7, "admin", now),
        {"ix_opening_draft", "ix_opening_until"},
    ),
    "openings whose time is over": (lambda tx, now: openings.over(tx, now), {"ix_opening_until"}),
    "what was reported about a draft": (
        lambda tx, now: exceptions.of_draft(tx, 7),
        {"ix_exception_draft"},
    ),
    "exceptions in force": (lambda tx, now: exceptions.in_force(tx), {"ix_exception_kind"}),
    "how much waits, for those who watch": (
        lambda tx, now: waiting.look(tx),
        {"ix_draft_state", "ix_draft_platform", "ix_outbox_waiting"},
    ),
    "the drafts of a report": (
        lambda tx, now: list(reports.drafts_since(tx, now - timedelta(days=30))),
        {"ix_draft_created", "ix_finding_version", "ix_decision_draft"},
    ),
    "the reviews of a report": (
        lambda tx, now: list(reports.reviews_since(tx, now - timedelta(days=30))),
        {"ix_review_asked", "ix_review_due"},
    ),
    "the last approval of a platform": (
        lambda tx, now: reports.last_approved(tx, "facebook"),
        {"ix_draft_platform"},
    ),
}


@pytest.fixture(scope="module", params=ENGINES)
def filled(
    request: pytest.FixtureRequest, keys: KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A practice of six years, with the server's count of its rows."""
    if request.param == "sqlite":
        store = Store(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'signoff.db'}", keys)
        schema.upgrade(store)
        fill(store, DRAFTS)
        yield store
        store.close()
        return
    with copied(request.getfixturevalue("postgres")) as url:
        store = Store(url, keys)
        fill(store, DRAFTS)
        yield store
        store.close()


@contextmanager
def overheard(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """What is said to the database meanwhile."""
    heard: list[tuple[str, Any]] = []

    def hear(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        heard.append((statement, parameters))

    event.listen(store.writer, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(store.writer, "before_cursor_execute", hear)


def plan(store: Store, ask: Asks) -> list[str]:
    """The lines of the database's plans for all that is asked. Nothing of it is kept."""
    explain = "EXPLAIN QUERY PLAN" if store.sqlite else "EXPLAIN"
    lines = []
    with suppress(InterruptedError), store.write() as tx:
        connection = tx.session.connection()
        if not store.sqlite:  # a small table it may read whole, and ours are small
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        with overheard(store) as heard:
            ask(tx, clock.now())
        for statement, parameters in heard:
            rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
            lines += [str(row[-1]) for row in rows]
        raise InterruptedError
    return lines


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_reads_a_whole_table(filled: Store, name: str) -> None:
    ask, indexes = QUESTIONS[name]
    lines = plan(filled, ask)
    assert [line for line in lines if WHOLE.search(line)] == []
    used = {i for i in every_index() if any(re.search(rf"\b{i}\b", line) for line in lines)}
    assert used <= indexes


def every_index() -> set[str]:
    from bot.store.tables import METADATA

    return {str(index.name) for table in METADATA.tables.values() for index in table.indexes}
