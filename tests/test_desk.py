"""The way of a draft through the desk, in commands and cards."""

import pytest

from bot import sweeps
from bot.commands import Decide, Deleted, Edited, Outcome, Request, Said, Submit, Topic, Withdraw
from bot.commands.parse import from_button
from bot.lessons import get
from bot.store import drafts
from bot.store.tables import OutboxRow
from checks import Mended
from practice import BLOCK, CLEAN, ESCALATE, WARN, Bench, button, said, words


def approve(bench: Bench, draft: int, by: str = "ada") -> str:
    return said(bench.press(by, bench.review(by, draft), "approve"))


def test_a_clean_draft_goes_to_the_approver_and_back_to_its_author(bench: Bench) -> None:
    draft = bench.submit()
    assert bench.state(draft) == "in_review"
    assert CLEAN in words(bench.review("ada", draft))
    assert "is approved" in approve(bench, draft)
    assert bench.state(draft) == "approved"
    news = bench.card("maria", f"news/{draft}/v1")
    assert CLEAN in words(news)
    bench.press("maria", news, "posted", link="https://example.com/p/1")
    assert bench.state(draft) == "posted"
    assert bench.tags() == ["draft:submitted", "draft:routed", "draft:approved", "draft:posted"]


def test_the_ack_does_not_wait_for_the_checks(bench: Bench) -> None:
    bench.do(Submit(bench.origin("maria"), CLEAN))
    assert bench.state(1) == "received"
    assert "checking" in words(bench.card("maria", "draft/1/v1"))


def test_a_blocked_draft_is_returned_without_repeating_what_was_found(bench: Bench) -> None:
    draft = bench.submit("Anna Lopez is home after surgery!", BLOCK)
    assert bench.state(draft) == "returned"
    card = bench.card("maria", f"draft/{draft}/v1")
    assert "A•••" in words(card)
    assert "Anna" not in words(card)
    assert bench.keys("ada") == []


def test_a_revision_is_a_new_version_with_its_difference_shown(bench: Bench) -> None:
    draft = bench.submit("Anna is home! Call us.", BLOCK)
    bench.press(
        "maria", bench.card("maria", f"draft/{draft}/v1"), "revise", text="We are home! Call us."
    )
    bench.check()
    assert bench.state(draft) == "in_review"
    assert "removed" in words(bench.review("ada", draft))
    assert "newer" in words(bench.card("maria", f"draft/{draft}/v1"))
    assert not bench.card("maria", f"draft/{draft}/v1").actions


def test_an_offered_text_is_one_click_away(bench: Bench) -> None:
    offer = Mended("A patient is home again. Call us.", ("A person's name was replaced.",))
    bench.do(Submit(bench.origin("maria"), "Anna is home again. Call us."))
    bench.check(BLOCK, offer=offer)
    returned = bench.card("maria", "draft/1/v1")
    assert "A person's name was replaced." in words(returned)
    bench.press("maria", returned, "take")
    bench.check()
    assert "A patient is home again." in words(bench.card("ada", "review/1"))
    assert "is waiting" in words(bench.card("maria", "draft/1/v2"))
    assert "has moved on" in said(bench.press("maria", returned, "take"))


def test_a_rejection_needs_a_reason_and_carries_it_to_the_author(bench: Bench) -> None:
    draft = bench.submit()
    card = bench.review("ada", draft)
    assert "reason" in said(bench.press("ada", card, "reject"))
    assert bench.state(draft) == "in_review"
    bench.press("ada", card, "reject", reason="Not now.")
    assert bench.state(draft) == "rejected"
    assert "Not now." in words(bench.card("maria", f"news/{draft}/v1"))


def test_requested_changes_lead_to_a_second_version(bench: Bench) -> None:
    draft = bench.submit()
    bench.press("ada", bench.review("ada", draft), "request-changes", reason="Add the date.")
    assert bench.state(draft) == "changes_requested"
    bench.press(
        "maria", bench.card("maria", f"news/{draft}/v1"), "revise", text=CLEAN + " From Monday."
    )
    bench.check()
    assert "is approved" in approve(bench, draft)


def test_a_second_click_is_told_what_happened_and_changes_nothing(bench: Bench) -> None:
    draft = bench.submit()
    card = bench.review("ada", draft)
    bench.press("ada", card, "approve")
    answer = said(bench.press("ada", card, "reject", reason="No"))
    assert "already approved by Ada Reyes" in answer
    assert bench.state(draft) == "approved"


def test_a_redelivered_event_is_answered_with_nothing(bench: Bench) -> None:
    origin = bench.origin("maria")
    bench.do(Submit(origin, CLEAN))
    assert bench.do(Submit(origin, CLEAN)).card is None
    assert bench.tags() == ["draft:submitted"]


@pytest.mark.parametrize(
    ("person", "words_"),
    [
        ("maria", "own draft"),
        ("bea", "not routed to you"),
        ("lee", "Only approvers"),
        ("nobody", "not on this practice's list"),
    ],
)
def test_the_wrong_person_is_told_so_and_nothing_changes(
    bench: Bench, person: str, words_: str
) -> None:
    draft = bench.submit()
    assert words_ in said(bench.press(person, bench.review("ada", draft), "approve"))
    assert bench.state(draft) == "in_review"


def test_an_approver_never_reviews_an_own_draft(bench: Bench) -> None:
    draft = bench.submit(by="ada")
    assert "review/1" not in bench.keys("ada")
    assert "is approved" in approve(bench, draft, by="bea")


def test_a_stranger_is_announced_to_the_admins_once(bench: Bench) -> None:
    for _ in range(2):
        bench.do(Submit(bench.origin("nobody"), CLEAN))
    (key,) = bench.keys("sam")
    assert key.startswith("stranger/")
    assert "nobody" not in key
    assert "nobody" in words(bench.card("sam", key))


def test_an_escalating_finding_needs_the_privacy_officer_as_a_second_stage(bench: Bench) -> None:
    draft = bench.submit("A long story", ESCALATE)
    assert "Priya Shah has the next step" in approve(bench, draft)
    assert bench.state(draft) == "in_review"
    assert "Draft #1: approved by Ada Reyes" in words(bench.card("ada", "review/1"))
    assert "is approved" in approve(bench, draft, by="priya")
    assert bench.state(draft) == "approved"


def test_a_disputed_finding_goes_to_the_privacy_officer_who_overrides(bench: Bench) -> None:
    draft = bench.submit("Anna is our mascot", BLOCK)
    bench.press(
        "maria", bench.card("maria", f"draft/{draft}/v1"), "dispute", reason="A stuffed bear"
    )
    card = bench.review("priya", draft)
    assert "A stuffed bear" in words(card)
    assert "Only the privacy officer" in said(
        bench.press("ada", card, "override", reason="x")
    ) or "not routed" in said(bench.press("ada", card, "override", reason="x"))
    bench.press("priya", card, "override", reason="It is a bear")
    assert bench.state(draft) == "in_review"
    assert "is approved" in approve(bench, draft)
    assert "draft:overridden" in bench.tags()


def test_a_kept_finding_sends_the_draft_back(bench: Bench) -> None:
    draft = bench.submit("Anna is home", BLOCK)
    bench.press("maria", bench.card("maria", f"draft/{draft}/v1"), "dispute", reason="please")
    bench.press("priya", bench.review("priya", draft), "request-changes", reason="It is a patient")
    assert bench.state(draft) == "changes_requested"


def test_an_explained_warning_reaches_the_approver(bench: Bench) -> None:
    draft = bench.submit("The best team", WARN)
    card = bench.card("maria", f"draft/{draft}/v1")
    bench.press("maria", card, "explain", reason="It is our award")
    assert "It is our award" in words(bench.review("ada", draft))


def test_a_withdrawn_draft_takes_the_buttons_off_the_review_card(bench: Bench) -> None:
    draft = bench.submit()
    card = bench.review("ada", draft)
    bench.do(Withdraw(bench.origin("maria"), draft))
    assert not bench.card("ada", "review/1").actions
    assert "withdrawn by Maria Ortiz" in said(bench.press("ada", card, "approve"))


def test_an_edited_message_is_a_new_version_and_voids_an_approval(bench: Bench) -> None:
    at = {"conversation": "c", "message": "m"}
    bench.do(Submit(bench.origin("maria", **at), CLEAN))
    bench.check()
    old = bench.review("ada", 1)
    bench.do(Edited(bench.origin("maria", **at), CLEAN + " Today."))
    bench.check()
    assert "changed since this card" in said(bench.press("ada", old, "approve"))
    approve(bench, 1)
    assert "no longer counts" in said(bench.do(Edited(bench.origin("maria", **at), "New text")))
    assert bench.state(1) == "voided"


def test_a_deleted_message_offers_to_withdraw(bench: Bench) -> None:
    at = {"conversation": "c", "message": "m"}
    bench.do(Submit(bench.origin("maria", **at), CLEAN))
    bench.check()
    answer = bench.do(Deleted(bench.origin("maria", **at)))
    assert answer.card
    bench.press("maria", answer.card, "withdraw")
    assert bench.state(1) == "withdrawn"


def test_a_typed_yes_is_not_a_decision(bench: Bench) -> None:
    draft = bench.submit()
    assert "Press the button" in said(bench.do(Submit(bench.origin("ada"), "Looks good!")))
    assert bench.state(draft) == "in_review"


def test_one_reminder_then_the_next_in_line_then_expiry(bench: Bench) -> None:
    draft = bench.submit()
    bench.clock.forward(hours=2)
    for _ in range(3):
        sweeps.sweep(bench.desk)
    assert bench.tags().count("review:reminded") == 1
    assert "still waits" in words(bench.card("ada", "remind/1"))
    bench.clock.forward(hours=2)
    sweeps.sweep(bench.desk)
    assert "next in line" in words(bench.card("bea", "review/1"))
    assert button(bench.card("ada", "review/1"), "approve")
    bench.clock.forward(days=1)
    sweeps.sweep(bench.desk)
    assert bench.state(draft) == "expired"
    assert not bench.card("bea", "review/1").actions
    bench.press("maria", bench.card("maria", f"news/{draft}/v1"), "ask-again")
    assert bench.state(draft) == "in_review"
    assert "is approved" in approve(bench, draft)


def test_a_delegate_decides_and_the_owner_gets_a_copy(bench: Bench) -> None:
    first = bench.submit()
    answer = bench.do(Request(bench.origin("ada"), Topic.DELEGATE, "@bea 2026-11-24 2026-11-27"))
    assert "Bea Lund decides for you" in said(answer)
    assert button(bench.card("bea", "review/1"), "approve")
    assert not bench.card("ada", "review/1").actions
    approve(bench, first, by="bea")
    second = bench.submit("Another clean text. Call us.")
    approve(bench, second, by="bea")
    assert bench.state(second) == "approved"


@pytest.mark.parametrize(
    ("person", "to", "sentence"),
    [
        ("ada", "@ada", "yourself"),
        ("ada", "@maria", "may not decide"),
        ("ada", "@nobody", "do not know who"),
        ("maria", "@ada", "Only approvers"),
        ("ada", "@bea 2026-11-20 2026-11-21", "dates"),
    ],
)
def test_a_delegation_that_makes_no_sense_is_refused(
    bench: Bench, person: str, to: str, sentence: str
) -> None:
    answer = bench.do(Request(bench.origin(person), Topic.DELEGATE, to))
    assert sentence in said(answer)


def test_a_circle_of_delegations_is_refused(bench: Bench) -> None:
    bench.do(Request(bench.origin("ada"), Topic.DELEGATE, "@bea"))
    answer = bench.do(Request(bench.origin("bea"), Topic.DELEGATE, "@ada"))
    assert "circle" in said(answer)


def test_a_delegate_who_wrote_the_draft_does_not_decide_on_it(bench: Bench) -> None:
    bench.do(Request(bench.origin("ada"), Topic.DELEGATE, "@bea"))
    draft = bench.submit(by="bea")
    assert button(bench.review("ada", draft), "approve")
    assert "review/1" not in bench.keys("bea")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "words of the post"),
        ("   \n\u200b ", "no words"),
        ("🎉🎉🎉", "no words"),
        ("x" * 20_001, "20,001 characters"),
    ],
)
def test_odd_texts_are_refused_with_a_sentence(bench: Bench, text: str, sentence: str) -> None:
    assert sentence in said(bench.do(Submit(bench.origin("maria"), text)))
    assert bench.tags() == []


def test_a_long_text_can_be_read_to_its_end_before_it_is_approved(bench: Bench) -> None:
    text = "Wash your hands often. " * 600
    draft = bench.submit(text + "The end.")
    card = bench.review("ada", draft)
    read = words(card)
    for _ in range(3):
        if not any(a.verb == "read" for a in card.actions):
            break
        answer = bench.press("ada", card, "read")
        assert answer.card
        card = answer.card
        read += words(card)
    assert "The end." in read
    assert "not routed" in said(bench.press("bea", bench.review("ada", draft), "read"))


def test_somebody_posts_only_where_they_may(bench: Bench) -> None:
    answer = bench.do(Submit(bench.origin("lee"), CLEAN, platform="linkedin"))
    assert "Facebook" in said(answer)


def test_reports_are_for_admins_and_the_privacy_officer(bench: Bench) -> None:
    bench.submit()
    for topic in (Topic.REPORT, Topic.EXPORT, Topic.PEOPLE, Topic.TRAINING, Topic.LEDGER):
        assert "Only admins" in said(bench.do(Request(bench.origin("maria"), topic)))
        answer = bench.do(Request(bench.origin("sam"), topic))
        assert answer.card
        assert answer.card.title != "That did not work"


def test_words_under_a_review_card_are_answered_with_the_button(bench: Bench) -> None:
    draft = bench.submit()
    with bench.desk.store.write() as tx:
        row = tx.session.get(OutboxRow, ("ada", "review/1"))
        assert row
        row.conversation, row.message = "D1", "123.4"
        tx.session.add(row)
    at = bench.origin("ada", conversation="D1", thread="123.4")
    assert "Press the button" in said(bench.do(Said(at, "looks good")))
    assert bench.state(draft) == "in_review"


def test_what_a_platform_calls_a_message_stands_in_no_key(bench: Bench) -> None:
    """Keys are logged, and a platform's payload may say anything."""
    bench.submit()
    asked = button(bench.review("ada", 1), "approve")
    at = bench.origin("ada", conversation="D1", thread="Anna is home")
    bench.do(from_button(asked.verb, asked.data, at))
    (copy,) = [key for key in bench.keys("ada") if key.startswith("copy/1/")]
    assert "Anna" not in copy


def test_three_flagged_drafts_bring_one_lesson_and_six_the_extra_stage(bench: Bench) -> None:
    for n in range(4):
        bench.submit(f"Anna number {n} is home", BLOCK)
    assert [k for k in bench.keys("maria") if k.startswith("lesson/")] == ["lesson/1"]
    invitation = bench.card("maria", "lesson/1")
    assert "3 of your drafts" in words(invitation)
    assert words(invitation).count("for example A•••") == 1
    for n in range(3):
        bench.submit(f"Bert number {n} is home", BLOCK)
    clean = bench.submit()
    assert "Priya Shah has the next step" in approve(bench, clean)
    bench.press("maria", invitation, "learn")
    for _ in range(3):
        card = bench.card("maria", "lesson/1")
        lesson = get("patient-information")
        assert lesson
        at = int(dict(card.actions[0].data)["question"])
        bench.do(
            from_button(
                "quiz",
                {"assignment": "1", "question": str(at), "choice": str(lesson.quiz[at].right)},
                bench.origin("maria"),
            )
        )
    assert "training:passed" in bench.tags()
    assert "is approved" in approve(bench, bench.submit("All well. Call us."))


def test_a_hash_that_is_not_the_version_s_decides_nothing(bench: Bench) -> None:
    draft = bench.submit()
    act = Decide(bench.origin("ada"), draft, 1, "0" * 64, Outcome.APPROVE)
    assert "changed since this card" in said(bench.do(act))


def test_a_purged_text_is_gone_and_the_record_stays(bench: Bench) -> None:
    draft = bench.submit()
    approve(bench, draft)
    bench.press("maria", bench.card("maria", f"news/{draft}/v1"), "posted")
    bench.clock.forward(days=91)
    sweeps.sweep(bench.desk)
    with bench.desk.store.read() as tx:
        version = drafts.version(tx, draft, 1)
    assert version
    assert version.content is None
    assert "text:purged" in bench.tags()
