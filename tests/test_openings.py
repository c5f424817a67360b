"""Breaking the glass: a reason, a second person, an end, and a line in the ledger for each step."""

import threading

import pytest

from bot import sweeps
from bot.cards import Answer, Card
from bot.commands import Chat, Confirm, Decline, Peek, Request, Submit
from bot.commands.parse import from_words
from bot.config import parse
from bot.desk import Desk
from bot.ledger import Tag, to_json
from bot.openings import PATIENCE, SHOWN_FOR
from bot.store import Store, ledger
from practice import PRACTICE, Bench, Clock, said, words

TEXT = "Zebulon hosts our open day. Call 512-555-0142 to book a place."
REASON = "A marzipan complaint came in"


def ask(bench: Bench, draft: int, reason: str = REASON, by: str = "sam") -> Answer:
    request = from_words(f"open #{draft} {reason}".strip(), bench.origin(by))
    assert request
    return bench.do(request)


def opened(bench: Bench, draft: int) -> Card:
    """The asker's card once the privacy officer has confirmed."""
    ask(bench, draft)
    bench.press("priya", bench.card("priya", "opening/1"), "confirm")
    return bench.card("sam", "opened/1")


def tags(bench: Bench) -> list[str]:
    return [t for t in bench.tags() if t.startswith("opening:")]


def test_two_people_open_a_draft_for_a_quarter_of_an_hour(bench: Bench) -> None:
    draft = bench.submit(TEXT)
    assert "Priya Shah can confirm" in said(ask(bench, draft))
    request = bench.card("priya", "opening/1")
    assert REASON in words(request)
    assert "Zebulon" not in words(request)
    assert "confirmed by Priya Shah" in said(bench.press("priya", request, "confirm"))
    granted = bench.card("sam", "opened/1")
    assert "Zebulon" not in words(granted)
    bench.press("sam", granted, "peek")
    assert TEXT in words(bench.card("sam", "opened/1"))
    bench.clock.forward(minutes=15)
    sweeps.sweep(bench.desk)
    assert "Zebulon" not in words(bench.card("sam", "opened/1"))
    assert not bench.card("sam", "opened/1").actions
    assert not bench.card("priya", "opening/1").actions
    assert tags(bench) == [
        "opening:asked",
        "opening:confirmed",
        "opening:read",
        "opening:closed",
    ]


def test_every_step_is_on_record_with_its_actor_and_the_reason_sealed(bench: Bench) -> None:
    draft = bench.submit(TEXT)
    bench.press("sam", opened(bench, draft), "peek")
    with bench.desk.store.read() as tx:
        steps = [e for e in ledger.entries(tx) if str(e.tag).startswith("opening:")]
        asked = ledger.details(tx, steps[0].seq)
    assert [e.actor for e in steps] == ["sam", "priya", "sam"]
    assert asked == {"reason": REASON}
    assert "marzipan" not in str([to_json(e) for e in steps])
    assert steps[2].ids["page"] == "1"


def test_only_those_who_may_confirm_are_asked(bench: Bench) -> None:
    ask(bench, bench.submit(TEXT))
    everybody = [p.key for p in bench.desk.roster.people]
    assert [p for p in everybody if "opening/1" in bench.keys(p)] == ["priya"]


def test_nobody_confirms_an_own_request(bench: Bench) -> None:
    ask(bench, bench.submit(TEXT))
    for verb in (Confirm, Decline):
        assert "second person" in said(bench.do(verb(bench.origin("sam"), 1)))
    assert tags(bench) == ["opening:asked"]


def test_an_author_does_not_answer_a_request_about_an_own_draft(store: Store) -> None:
    raw = {**PRACTICE, "people": {**PRACTICE["people"], "sue": {"name": "Sue Hall", "web": "sue"}}}  # type: ignore[dict-item]
    raw["people"]["sue"]["roles"] = ["staff", "admin"]  # type: ignore[index]
    bench = Bench(Desk(store, parse(raw), clock=Clock(), chats=(Chat.WEB,)), Clock())
    ask(bench, bench.submit(TEXT, by="sue"))
    assert "opening/1" not in bench.keys("sue")
    assert "second person" in said(bench.do(Confirm(bench.origin("sue"), 1)))


def test_without_a_second_person_nothing_is_opened(store: Store) -> None:
    people = {k: v for k, v in PRACTICE["people"].items() if k != "priya"}  # type: ignore[attr-defined]
    app = parse({**PRACTICE, "people": people})
    bench = Bench(Desk(store, app, clock=Clock(), chats=(Chat.WEB,)), Clock())
    assert "another admin or privacy officer" in said(ask(bench, bench.submit(TEXT)))
    assert tags(bench) == []


def test_a_request_without_a_reason_is_asked_for_one(bench: Bench) -> None:
    assert "say why" in said(ask(bench, bench.submit(TEXT), reason=""))
    assert tags(bench) == []


def test_who_can_read_the_draft_anyway_need_not_ask(bench: Bench) -> None:
    first = bench.submit(TEXT, by="priya")
    assert "without that" in said(ask(bench, first, by="priya"))
    assert tags(bench) == []


def test_the_same_request_twice_is_one(bench: Bench) -> None:
    draft = bench.submit(TEXT)
    ask(bench, draft)
    assert "asked for that already" in said(ask(bench, draft))
    assert tags(bench) == ["opening:asked"]


def test_a_declined_request_opens_nothing(bench: Bench) -> None:
    ask(bench, bench.submit(TEXT))
    card = bench.card("priya", "opening/1")
    assert "declined by Priya Shah" in said(bench.press("priya", card, "decline"))
    assert "Declined by Priya Shah" in words(bench.card("sam", "opened/1"))
    assert "declined" in said(bench.do(Peek(bench.origin("sam"), 1, 1)))
    assert "declined" in said(bench.press("priya", card, "confirm"))
    assert tags(bench) == ["opening:asked", "opening:declined"]


def test_a_request_that_nobody_answers_lapses(bench: Bench) -> None:
    ask(bench, bench.submit(TEXT))
    card = bench.card("priya", "opening/1")
    bench.clock.now += PATIENCE
    assert "is over" in said(bench.press("priya", card, "confirm"))
    sweeps.sweep(bench.desk)
    sweeps.sweep(bench.desk)
    assert "Nobody confirmed in time" in words(bench.card("sam", "opened/1"))
    assert not bench.card("priya", "opening/1").actions
    assert tags(bench) == ["opening:asked", "opening:closed"]


def test_the_text_is_not_shown_after_its_time_even_before_the_sweep(bench: Bench) -> None:
    card = opened(bench, bench.submit(TEXT))
    bench.clock.now += SHOWN_FOR
    assert "Zebulon" not in said(bench.press("sam", card, "peek"))
    assert "opening:read" not in tags(bench)


def test_nobody_else_reads_what_was_opened_for_one(bench: Bench) -> None:
    opened(bench, bench.submit(TEXT))
    for other in ("priya", "maria", "bea"):
        answer = bench.do(Peek(bench.origin(other), 1, 1))
        assert "nothing here that you could open" in said(answer)
    assert "opening:read" not in tags(bench)


def test_every_page_is_a_line_of_its_own(bench: Bench) -> None:
    card = opened(bench, bench.submit("Please wash your hands well. " * 300))
    bench.press("sam", card, "peek")
    first = bench.card("sam", "opened/1")
    assert "page 1 of 2" in first.title
    bench.press("sam", first, "peek")
    assert "page 2 of 2" in bench.card("sam", "opened/1").title
    with bench.desk.store.read() as tx:
        pages = [e.ids["page"] for e in ledger.entries(tx) if e.tag == Tag.OPENING_READ]
    assert pages == ["1", "2"]


def test_a_text_that_was_removed_cannot_be_opened(bench: Bench) -> None:
    draft = bench.submit(TEXT)
    card = opened(bench, draft)
    bench.press("ada", bench.review("ada", draft), "approve")
    bench.clock.forward(days=91)
    assert len(sweeps.purge(bench.desk)) == 1
    bench.clock.forward(days=-91)
    assert "was removed" in said(bench.press("sam", card, "peek"))
    assert "was removed" in said(ask(bench, draft, by="priya"))


def test_two_answers_at_once_count_as_one(bench: Bench) -> None:
    app = parse({**PRACTICE, "people": {**PRACTICE["people"], **SECOND_OFFICER}})  # type: ignore[dict-item]
    both = Bench(Desk(bench.desk.store, app, clock=bench.clock, chats=(Chat.WEB,)), bench.clock)
    both.numbers = bench.numbers
    ask(both, both.submit(TEXT))
    acts = [Confirm(both.origin("priya"), 1), Decline(both.origin("omar"), 1)]
    together(*(lambda act=act: both.do(act) for act in acts))  # type: ignore[misc]
    assert len(tags(both)) == 2


SECOND_OFFICER = {"omar": {"name": "Omar Diaz", "roles": ["privacy"], "web": "omar"}}


def test_a_read_that_races_the_end_never_leaves_the_text_behind(bench: Bench) -> None:
    card = opened(bench, bench.submit(TEXT))
    late = Desk(
        bench.desk.store,
        bench.desk.app,
        clock=Clock(bench.clock.now + SHOWN_FOR),
        chats=(Chat.WEB,),
    )
    together(lambda: bench.press("sam", card, "peek"), lambda: sweeps.sweep(late))
    assert "opening:closed" in tags(bench)
    assert "Zebulon" not in words(bench.card("sam", "opened/1"))


def together(*acts: object) -> None:
    threads = [threading.Thread(target=act) for act in acts]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    "post",
    [
        "Open 7 days a week. Call 512-555-0142.",
        "open 12 to 5 on Sunday",
        "Open house on Friday",
        "open",
        "Open #",
    ],
)
def test_an_announcement_that_begins_with_open_is_a_draft(bench: Bench, post: str) -> None:
    assert from_words(post, bench.origin("priya")) is None
    bench.do(Submit(bench.origin("priya"), post))
    assert "draft:submitted" in bench.tags()


def test_the_word_keeps_its_reason_as_typed(bench: Bench) -> None:
    for typed in ("open #7 Board asked", "/signoff open draft #7 Board  asked"):
        request = from_words(typed, bench.origin("sam"))
        assert isinstance(request, Request)
        assert request.words.endswith("#7 Board asked")
