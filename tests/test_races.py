"""Two replicas, one database: whatever comes twice or at once has one effect."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot import ledger as chain
from bot import sweeps
from bot.cards import Answer
from bot.commands import (
    Chat,
    Command,
    Decide,
    Delegate,
    Edited,
    EndDelegation,
    Origin,
    Outcome,
    Request,
    Revise,
    Submit,
    Topic,
    Withdraw,
)
from bot.store import drafts, findings, ledger, outbox, reviews
from bot.store.database import Store
from practice import CLEAN, ESCALATE, Bench, said

Replicas = tuple[Bench, Bench]


def together(*acts: Callable[[], object]) -> list[object]:
    """What each act returned when all of them began in the same moment."""
    gate, results = threading.Barrier(len(acts)), list[object]([None] * len(acts))

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = acts[place]()
        except Exception as defect:  # noqa: BLE001 - it is the result of this thread
            results[place] = defect

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    defects = [r for r in results if isinstance(r, Exception)]
    assert not defects, defects
    return results


def doing(bench: Bench, command: Command) -> Callable[[], Answer]:
    return lambda: bench.do(command)


def tags(store: Store) -> Counter[str]:
    with store.read() as tx:
        assert chain.verify(ledger.entries(tx)).whole
        return Counter(str(e.tag) for e in ledger.entries(tx))


def content_hash(bench: Bench, draft: int) -> str:
    with bench.desk.store.read() as tx:
        version = drafts.version(tx, draft, 1)
    assert version
    return version.content_hash


def test_an_event_that_reaches_two_replicas_at_once_is_one_draft(replicas: Replicas) -> None:
    for n in range(5):
        event = Origin(Chat.WEB, "maria", f"same-{n}", address="here")
        together(*(doing(b, Submit(event, f"{CLEAN} {n}")) for b in replicas * 2))
    assert tags(replicas[0].desk.store) == {"draft:submitted": 5}


@pytest.mark.parametrize("apart", [timedelta(minutes=5), timedelta(hours=30)], ids=str)
def test_an_event_that_comes_again_later_is_nothing_new(
    replicas: Replicas, apart: timedelta
) -> None:
    one, two = replicas
    event = Origin(Chat.WEB, "maria", "same")
    one.do(Submit(event, CLEAN))
    one.check()
    one.clock.now += apart
    sweeps.sweep(two.desk)
    assert two.do(Submit(event, CLEAN)) == Answer()
    assert tags(two.desk.store)["draft:submitted"] == 1


def test_the_first_words_of_somebody_to_two_replicas_break_neither(replicas: Replicas) -> None:
    """Both want to be the first to note the address, and the note to the admins."""
    for n in range(4):
        known = [Origin(Chat.WEB, "lee", f"known-{n}-{i}", address=f"there-{n}") for i in range(4)]
        together(
            *(doing(replicas[i % 2], Request(o, Topic.QUEUE)) for i, o in enumerate(known)),
            *(
                doing(
                    replicas[i % 2], Request(Origin(Chat.WEB, f"who-{n}", f"{n}-{i}"), Topic.HELP)
                )
                for i in range(4)
            ),
        )
    strangers = [key for key in replicas[0].keys("sam") if key.startswith("stranger/")]
    assert len(strangers) == len(set(strangers)) == 4


def test_presses_on_two_replicas_make_one_decision(replicas: Replicas) -> None:
    for n in range(4):
        draft = replicas[0].submit(f"{CLEAN} {n}")
        words = content_hash(replicas[0], draft)
        presses = [
            doing(b, Decide(b.origin("ada"), draft, 1, words, outcome, "Because."))
            for b in replicas
            for outcome in Outcome
        ]
        answers = [said(a) for a in together(*presses) if isinstance(a, Answer)]
        assert sum("already" in a or "went back" in a for a in answers) == len(presses) - 1
    done = tags(replicas[0].desk.store)
    decided = ("draft:approved", "draft:rejected", "draft:changes-requested")
    assert sum(done[tag] for tag in decided) == 4


def test_an_edit_and_an_approval_never_both_win(replicas: Replicas) -> None:
    """Either the edit comes first and the approval is of a text that is gone, or the approval
    does and the edit voids it. An approval never covers words that nobody approved.
    """
    one, two = replicas
    for n in range(6):
        event = Origin(Chat.WEB, "maria", f"post-{n}", conversation="c", message=f"m{n}")
        one.do(Submit(event, f"{CLEAN} {n}"))
        one.check()
        with one.desk.store.read() as tx:
            draft = drafts.from_message(tx, Chat.WEB, "c", f"m{n}")
        assert draft
        words = content_hash(one, draft.id)
        edit = Origin(Chat.WEB, "maria", f"edit-{n}", conversation="c", message=f"m{n}")
        approve = Decide(two.origin("ada"), draft.id, 1, words, Outcome.APPROVE)
        together(doing(one, Edited(edit, f"{CLEAN} {n}, edited")), doing(two, approve))
        assert one.state(draft.id) in ("received", "voided")
    done = tags(one.desk.store)
    assert done["draft:voided"] == done["draft:approved"]
    assert done["draft:voided"] + done["draft:revised"] == 6


def test_a_withdrawal_and_an_approval_never_both_win(replicas: Replicas) -> None:
    one, two = replicas
    for n in range(5):
        draft = one.submit(f"{CLEAN} {n}")
        approve = Decide(two.origin("ada"), draft, 1, content_hash(one, draft), Outcome.APPROVE)
        together(doing(one, Withdraw(one.origin("maria"), draft)), doing(two, approve))
    done = tags(one.desk.store)
    assert done["draft:withdrawn"] + done["draft:approved"] == 5


def test_findings_are_taken_in_once(replicas: Replicas) -> None:
    one, two = replicas
    one.do(Submit(one.origin("maria"), CLEAN))
    [(draft, version, _)] = one.desk.to_check()
    settled = together(*(lambda b=b: b.desk.settle(draft, version, (ESCALATE,)) for b in replicas))
    assert sorted(map(bool, settled)) == [False, True]
    with two.desk.store.read() as tx:
        assert len(findings.of_version(tx, draft, version)) == 1
        assert len(reviews.all_of(tx, draft)) == 1


def test_a_draft_is_taken_for_the_checks_by_one_replica(replicas: Replicas) -> None:
    for n in range(8):
        replicas[0].do(Submit(replicas[0].origin("maria"), f"{CLEAN} {n}"))
    taken = together(*(lambda b=b: b.desk.to_check(3) for b in replicas * 2))
    numbers = [draft for batch in taken for draft, _, _ in batch]  # type: ignore[attr-defined]
    assert sorted(numbers) == sorted(set(numbers))
    assert len(numbers) >= 6


def test_cards_are_taken_by_one_replica_and_in_order(replicas: Replicas) -> None:
    for n in range(4):
        replicas[0].submit(f"{CLEAN} {n}")

    def claim(bench: Bench) -> list[outbox.Outgoing]:
        with bench.desk.store.write() as tx:
            return outbox.claim(tx, now=tx.now, lease=timedelta(minutes=1), limit=20)

    taken = [o for batch in together(*(lambda b=b: claim(b) for b in replicas)) for o in batch]  # type: ignore[attr-defined]
    assert sorted((o.person, o.key) for o in taken) == [
        ("ada", "review/1"),
        ("maria", "draft/1/v1"),
    ]


def test_sweeps_on_two_replicas_act_once(replicas: Replicas) -> None:
    one, two = replicas
    draft = one.submit()
    one.clock.forward(hours=3)
    together(*(lambda b=b: sweeps.sweep(b.desk) for b in replicas * 2))
    assert tags(one.desk.store)["review:reminded"] == 1
    one.clock.forward(days=1)
    together(*(lambda b=b: sweeps.sweep(b.desk) for b in replicas * 2))
    one.clock.forward(days=1)
    together(*(lambda b=b: sweeps.sweep(b.desk) for b in replicas * 2))
    done = tags(one.desk.store)
    assert two.state(draft) == "expired"
    assert (done["review:escalated"], done["review:expired"], done["ledger:anchored"]) == (1, 1, 3)


def test_acts_that_lock_in_opposite_orders_all_get_their_turn(replicas: Replicas) -> None:
    """A delegation holds the ledger and wants the cards, a revision the other way round."""
    one, two = replicas
    made = [one.submit(f"{CLEAN} {n}") for n in range(4)]
    for round_ in range(2):
        together(
            *(doing(one, Revise(one.origin("maria"), d, f"{CLEAN} {d} {round_}")) for d in made),
            doing(two, Delegate(two.origin("ada"), "@bea", "", "")),
            doing(two, EndDelegation(two.origin("ada"))),
            doing(two, Submit(two.origin("lee"), f"{CLEAN} lee {round_}")),
        )
        one.check()
        one.check()
    assert tags(one.desk.store)["draft:revised"] == 8
