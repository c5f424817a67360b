"""Texts go when their time is over, the record stays and says so, and a legal hold keeps both."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from bot import clock as machine
from bot import ledger as chain
from bot import sweeps
from bot.cards import Action, Card
from bot.commands import Chat, Request, Revise, Topic
from bot.commands.parse import from_words
from bot.config import App, ConfigError, parse
from bot.desk import Desk
from bot.ledger import Entry
from bot.store import Store, drafts, holds, ledger, texts
from bot.store.tables import DecisionRow, FindingRow, LedgerRow, OutboxRow, VersionRow
from practice import PRACTICE, WARN, Bench, Clock, said, words

SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def ended(bench: Bench, *, versions: int = 1, by: str = "maria") -> int:
    """A draft that was rejected after so many versions."""
    draft = bench.submit("Our doors open at nine. Call 512-555-0142.", WARN, by=by)
    for n in range(1, versions):
        bench.do(Revise(bench.origin(by), draft, f"Doors open at {n}. Call 512-555-0142."))
        bench.check(WARN)
    bench.press("ada", bench.review("ada", draft), "reject", reason="Heliotrope.")
    return draft


def purges(bench: Bench) -> list[dict[str, str]]:
    with bench.desk.store.read() as tx:
        entries = [e for e in ledger.entries(tx) if isinstance(e, Entry)]
    return [dict(e.ids) for e in entries if e.tag == "text:purged"]


def has_text(bench: Bench, draft: int) -> bool:
    with bench.desk.store.read() as tx:
        version = drafts.version(tx, draft, 1)
    assert version
    assert len(version.content_hash) == 64
    return version.content is not None


def test_the_purge_names_each_draft_and_its_versions_and_does_it_once(bench: Bench) -> None:
    first, second = ended(bench, versions=3), ended(bench)
    bench.clock.forward(days=91)
    done = sweeps.purge(bench.desk)
    assert [(p.draft, p.versions) for p in done] == [(first, 3), (second, 1)]
    assert sweeps.purge(bench.desk) == []
    assert purges(bench) == [
        {"draft": str(first), "versions": "3"},
        {"draft": str(second), "versions": "1"},
    ]
    with bench.desk.store.read() as tx:
        assert ledger.verify(tx).whole


@SQLITE
def test_nothing_a_person_wrote_is_left_in_the_rows_and_all_hashes_are(bench: Bench) -> None:
    draft = ended(bench, versions=2)
    with bench.desk.store.read() as tx:
        before = {row.number: row.content_hash for row in tx.session.exec(select(VersionRow))}
    bench.clock.forward(days=91)
    sweeps.purge(bench.desk)
    with bench.desk.store.read() as tx:
        versions = tx.session.exec(select(VersionRow)).all()
        assert {v.number: v.content_hash for v in versions} == before
        assert all(v.content_sealed is None and v.note_sealed is None for v in versions)
        assert all(f.masked_sealed is None for f in tx.session.exec(select(FindingRow)))
        decisions = tx.session.exec(select(DecisionRow)).all()
        assert [(d.outcome, d.reason_sealed) for d in decisions] == [("reject", None)]
        cards = tx.session.exec(select(OutboxRow).where(OutboxRow.draft_id == draft)).all()
        assert cards == []


@SQLITE
def test_what_is_not_over_or_not_long_enough_stays(bench: Bench) -> None:
    waiting, recent = bench.submit(), ended(bench)
    bench.clock.forward(days=89)
    assert sweeps.purge(bench.desk) == []
    bench.clock.forward(days=200)
    assert [p.draft for p in sweeps.purge(bench.desk)] == [recent]
    assert has_text(bench, waiting)


@SQLITE
def test_the_nightly_sweep_purges_more_than_one_batch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "BATCH", 2)
    for _ in range(5):
        ended(bench)
    bench.clock.forward(days=91)
    sweeps.sweep(bench.desk)
    assert len(purges(bench)) == 5
    sweeps.sweep(bench.desk)
    assert len(purges(bench)) == 5


@SQLITE
def test_a_purge_that_was_cut_short_goes_on_where_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "BATCH", 2)
    drafts_ = [ended(bench) for _ in range(5)]
    bench.clock.forward(days=91)
    real, calls = texts.purge, iter([True, False])

    def dies(*args: object, **more: object) -> list[texts.Purged]:
        if next(calls):
            return real(*args, **more)  # type: ignore[arg-type]
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(texts, "purge", dies)
        with pytest.raises(RuntimeError):
            sweeps.sweep(bench.desk)
    assert len(purges(bench)) == 2
    sweeps.sweep(bench.desk)
    assert sorted(int(p["draft"]) for p in purges(bench)) == drafts_


@SQLITE
def test_a_draft_purged_by_an_earlier_version_gets_no_second_entry(bench: Bench) -> None:
    ended(bench)
    with bench.desk.store.write() as tx:
        tx.session.connection().execute(text("UPDATE version SET content_sealed = NULL"))
    bench.clock.forward(days=91)
    assert sweeps.purge(bench.desk) == []
    assert purges(bench) == []


def test_two_replicas_purge_each_draft_once(bench: Bench) -> None:
    numbers = [ended(bench) for _ in range(6)]
    bench.clock.forward(days=91)
    gate = threading.Barrier(4)

    def run() -> None:
        gate.wait()
        sweeps.purge(bench.desk)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(p["draft"]) for p in purges(bench)) == numbers
    with bench.desk.store.read() as tx:
        assert ledger.verify(tx).whole


def test_removed_texts_are_overwritten_in_the_file(
    file_store: Store, app: App, tmp_path: Path
) -> None:
    clock = Clock()
    bench = Bench(Desk(file_store, app, clock=clock, chats=(Chat.WEB,)), clock)
    ended(bench, versions=2)
    with file_store.read() as tx:
        held = [row.content_sealed for row in tx.session.exec(select(VersionRow))]
    on_disk = b"".join(f.read_bytes() for f in tmp_path.iterdir())
    assert all(sealed and sealed in on_disk for sealed in held)
    clock.forward(days=91)
    sweeps.purge(bench.desk)
    on_disk = b"".join(f.read_bytes() for f in tmp_path.iterdir())
    assert not any(sealed and sealed[9:] in on_disk for sealed in held)


def test_the_query_for_what_is_due_uses_its_index(file_store: Store, app: App) -> None:
    with file_store.read() as tx:
        plan = tx.session.connection().execute(
            text(
                "EXPLAIN QUERY PLAN SELECT id FROM draft WHERE purged_at IS NULL AND"
                " ended_at < '2026-01-01' AND hold IS 0 ORDER BY ended_at LIMIT 100"
            )
        )
        steps = [row.detail for row in plan]
        assert any("ix_draft_purge" in step for step in steps), steps
        assert not any("TEMP B-TREE" in step for step in steps), steps


# --- legal hold ----------------------------------------------------------------------------------


def typed(bench: Bench, person: str, line: str) -> str:
    """What the bot answers to a typed line."""
    request = from_words(line, bench.origin(person))
    assert request, f"{line} is taken for a draft"
    return said(bench.do(request))


def test_a_hold_keeps_the_texts_until_it_is_lifted(bench: Bench) -> None:
    held, other = ended(bench), ended(bench)
    assert "stay until" in typed(bench, "priya", f"hold #{held} A letter came: Ximenia")
    bench.clock.forward(days=91)
    assert [p.draft for p in sweeps.purge(bench.desk)] == [other]
    assert has_text(bench, held)
    assert "is lifted" in typed(bench, "sam", f"release #{held} Settled")
    assert [p.draft for p in sweeps.purge(bench.desk)] == [held]
    assert not has_text(bench, held)
    tags = [t for t in bench.tags() if t in ("draft:held", "draft:released", "text:purged")]
    assert tags == ["draft:held", "text:purged", "draft:released", "text:purged"]


@SQLITE
def test_the_reason_of_a_hold_is_on_record_and_encrypted(bench: Bench) -> None:
    held = ended(bench)
    typed(bench, "priya", f"hold #{held} A letter came: Ximenia")
    with bench.desk.store.read() as tx:
        entry = [e for e in ledger.entries(tx) if isinstance(e, Entry)][-1]
        assert (entry.tag, entry.actor, entry.ids) == ("draft:held", "priya", {"draft": str(held)})
        assert ledger.details(tx, entry.seq) == {"reason": "A letter came: Ximenia"}
        row = tx.session.get(LedgerRow, entry.seq)
        assert row
        assert b"Ximenia" not in (row.details_sealed or b"")
        assert "Ximenia" not in "".join(map(chain.line, ledger.entries(tx)))


@SQLITE
def test_holds_are_listed_with_their_reasons_and_a_way_out(bench: Bench) -> None:
    first, second = ended(bench), bench.submit()
    typed(bench, "sam", f"hold #{first} First letter")
    typed(bench, "sam", f"release #{first}")
    typed(bench, "priya", f"hold #{first} Second letter")
    typed(bench, "priya", f"hold #{second} Third letter")
    answer = bench.do(Request(bench.origin("sam"), Topic.HOLD))
    assert answer.card
    listed = words(answer.card)
    assert "First letter" not in listed
    assert "Second letter" in listed
    assert "Third letter" in listed
    assert "is lifted" in said(bench.press("sam", answer.card, "release", reason="Over"))
    with bench.desk.store.read() as tx:
        assert holds.numbers(tx) == [second]


@SQLITE
def test_queue_and_settings_show_what_is_held_to_those_who_may_know(bench: Bench) -> None:
    draft = ended(bench)
    typed(bench, "priya", f"hold #{draft} A letter came")
    for person in ("sam", "priya"):
        assert f"#{draft}" in typed(bench, person, "queue")
        assert f"#{draft}" in typed(bench, person, "settings")
    assert "hold" not in typed(bench, "maria", "queue")


@SQLITE
def test_a_hold_without_a_reason_asks_for_it(bench: Bench) -> None:
    draft = ended(bench)
    for line in (f"hold {draft}", f"Hold #{draft}"):
        request = from_words(line, bench.origin("priya"))
        assert request
        form = bench.do(request).form
        assert form
        assert [ask.name for ask in form.asks] == ["reason"]
    empty = bench.press("priya", card_of(form), "hold", reason="  ")
    assert "Please give a reason" in said(empty)
    assert "stay until" in said(bench.press("priya", card_of(form), "hold", reason="A letter"))


def card_of(form: Action) -> Card:
    return Card("", "", actions=(form,))


@SQLITE
@pytest.mark.parametrize("person", ["maria", "ada"])
def test_others_can_neither_place_nor_lift_nor_list_holds(bench: Bench, person: str) -> None:
    draft = ended(bench)
    for line in (f"hold #{draft} Mine", f"release #{draft}", "hold", f"hold {draft}"):
        assert "Only admins" in typed(bench, person, line)
    typed(bench, "priya", f"hold #{draft} A letter")
    listed = bench.do(Request(bench.origin("sam"), Topic.HOLD)).card
    assert listed
    assert "Only admins" in said(bench.press(person, listed, "release", reason=""))
    with bench.desk.store.read() as tx:
        assert holds.numbers(tx) == [draft]


@SQLITE
def test_every_hold_is_answered_and_recorded_once(bench: Bench) -> None:
    draft = ended(bench)
    origin = bench.origin("priya")
    request = from_words(f"hold #{draft} A letter", origin)
    assert request
    bench.do(request)
    assert bench.do(request).card is None  # the platform sent it twice
    assert "is on hold" in typed(bench, "sam", f"hold #{draft} Another letter")
    assert "do not know that draft" in typed(bench, "sam", "release #99")
    typed(bench, "sam", f"release #{draft}")
    assert "is not on hold" in typed(bench, "sam", f"release #{draft}")
    assert "do not know that draft" in typed(bench, "sam", "hold #99 A letter")
    assert bench.tags().count("draft:held") == bench.tags().count("draft:released") == 1


@SQLITE
def test_a_text_that_is_gone_cannot_be_held(bench: Bench) -> None:
    draft = ended(bench)
    bench.clock.forward(days=91)
    sweeps.purge(bench.desk)
    assert "nothing left to hold" in typed(bench, "priya", f"hold #{draft} A letter")
    assert "draft:held" not in bench.tags()


@pytest.mark.parametrize(
    "line",
    [
        "Hold 10 seconds, then breathe out. Call 512-555-0142.",
        "Hold my hand",
        "Release 3 pounds of stress this weekend",
        "release the tension",
        "hold #tag yourself",
    ],
)
def test_a_post_that_begins_like_a_hold_is_a_draft(bench: Bench, line: str) -> None:
    assert from_words(line, bench.origin("maria")) is None


# --- leftovers -----------------------------------------------------------------------------------


@SQLITE
def test_the_nightly_sweep_tidies_what_nobody_needs_any_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = ended(bench)
    kept = bench.submit()
    sweeps.sweep(bench.desk)
    deliver_all(bench)
    notes = [k for k in bench.keys("sam") if k.startswith("anchor/")]
    assert notes == ["anchor/2026-11-24"]
    bench.clock.forward(days=91)
    later = machine.now() + timedelta(days=3)
    monkeypatch.setattr(machine, "now", lambda: later)
    sweeps.sweep(bench.desk)
    bench.do(Request(bench.origin("maria"), Topic.QUEUE))
    with bench.desk.store.read() as tx:
        rows = tx.session.exec(select(OutboxRow)).all()
        seen = tx.session.execute(text("SELECT count(*) FROM seen")).scalar_one()
    assert {row.draft_id for row in rows} == {None, kept}
    assert draft not in {row.draft_id for row in rows}
    assert [k for k in bench.keys("sam") if k.startswith("anchor/")] == ["anchor/2027-02-23"]
    assert seen == 1


def deliver_all(bench: Bench) -> None:
    with bench.desk.store.write() as tx:
        tx.session.connection().execute(
            text("UPDATE outbox SET due_at = NULL, card_sealed = NULL, message = key")
        )


@SQLITE
def test_a_card_shown_after_the_purge_is_tidied_too(bench: Bench) -> None:
    draft = bench.submit()
    bench.press("ada", bench.review("ada", draft), "approve")
    news = bench.card("maria", f"news/{draft}/v1")
    bench.clock.forward(days=91)
    sweeps.sweep(bench.desk)
    bench.press("maria", news, "posted", link="https://example.com/p/1")
    assert bench.keys("maria")
    deliver_all(bench)
    bench.clock.forward(days=1)
    sweeps.sweep(bench.desk)
    assert [k for k in bench.keys("maria") if f"/{draft}/" in k] == []


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("span", ["2 years", "5 years", "2190 days", "2191 days", "300 weeks"])
def test_records_kept_for_less_than_six_years_stop_the_start(span: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse({**PRACTICE, "retention": {"records": span}})
    assert "retention.records" in str(caught.value)
    assert "45 CFR 164.530(j)" in str(caught.value)


@pytest.mark.parametrize("span", ["6 years", "2192 days", "10 years", "314 weeks"])
def test_records_kept_for_six_years_or_more_are_fine(span: str) -> None:
    assert parse({**PRACTICE, "retention": {"records": span}}).retention.records == span


def test_a_hold_and_a_purge_at_once_have_one_outcome(bench: Bench) -> None:
    numbers = [ended(bench) for _ in range(5)]
    bench.clock.forward(days=91)
    gate, answers = threading.Barrier(2), []

    def hold() -> None:
        gate.wait()
        answers.extend(typed(bench, "priya", f"hold #{n} A letter") for n in reversed(numbers))

    holder = threading.Thread(target=hold)
    holder.start()
    gate.wait()
    sweeps.purge(bench.desk)
    holder.join()
    kept = [n for n in numbers if has_text(bench, n)]
    with bench.desk.store.read() as tx:
        assert holds.numbers(tx) == kept
    assert [int(p["draft"]) for p in purges(bench)] == [n for n in numbers if n not in kept]
    assert sum("stay until" in a for a in answers) == len(kept)
