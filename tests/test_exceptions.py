"""False alarms: reported by authors, decided by admins, and what counts for later drafts."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import checks
from bot import sweeps
from bot.cards import Answer, Card, Findings
from bot.cli import records
from bot.commands import Chat, Revoke, Said, Submit, Withdraw
from bot.commands.parse import from_button, from_words
from bot.config import App, parse
from bot.desk import Desk
from bot.exceptions import Alarm, ExceptionKind, Lighter, applied
from bot.store import KeyRing, Store, exceptions, ledger, schema
from bot.store.tables import OutboxRow
from checks.values import Category, Finding, Identifier, Practice, Severity
from practice import PRACTICE, TUESDAY, Bench, Clock, button, said, words

COLLEAGUE = "Anna Berg came back to us today and feels great. Call 512-555-0142 to book a visit."
MASCOT = "Anna the Bear had her surgery today. Call 512-555-0142 to book."
CURE = "Our tea is a cure for everything. Call 512-555-0142 to book."
NAME = "privacy.patient-name"


def check(bench: Bench) -> None:
    """Lets the real checks look at what waits for them."""
    for draft, version, post in bench.desk.to_check():
        bench.desk.settle(draft, version, checks.run(post, post.practice))


def send(bench: Bench, draft: int, text: str, by: str = "maria") -> str:
    """Sends draft number `draft` through the real checks; its state afterwards."""
    bench.do(Submit(bench.origin(by), text))
    check(bench)
    return bench.state(draft)


def dispute(bench: Bench, draft: int = 1, by: str = "maria") -> Card:
    """The author says that it is a false alarm; the card that Sam, the admin, gets of it."""
    card = bench.card(by, f"draft/{draft}/v1")
    bench.press(by, card, "dispute", reason="That is no patient")
    return report(bench, draft=draft)


def report(bench: Bench, person: str = "sam", draft: int = 1) -> Card:
    return bench.card(person, f"exception/{draft}/v1")


def asked(bench: Bench, text: str, person: str = "sam") -> Answer:
    request = from_words(text, bench.origin(person))
    assert request
    return bench.do(request)


def found(rule: str, severity: Severity, category: Category = Category.PHI) -> Finding:
    identifier = Identifier.NAME if rule == NAME else None
    return Finding(rule, category, severity, 0, 4, "Take it out.", identifier)


# --- the report -----------------------------------------------------------------------------------


def test_a_dispute_is_reported_to_every_admin_and_privacy_officer(bench: Bench) -> None:
    assert send(bench, 1, MASCOT) == "returned"
    card = dispute(bench)
    assert report(bench, "priya") == card
    assert not [k for p in ("ada", "lee", "maria") for k in bench.keys(p) if "exception" in k]
    assert bench.tags()[-2:] == ["draft:disputed", "exception:reported"]
    assert button(bench.review("priya", 1), "override")
    seen = words(card)
    assert "A•••" in seen
    assert "Anna" not in seen
    assert "no patient" not in seen  # the author wrote this to the privacy officer
    assert NAME in str(card.body)
    assert [str(a.verb) for a in card.actions] == [
        "add-person",
        "allow-phrase",
        "lighten",
        "no-exception",
    ]


def test_only_what_stops_a_draft_is_reported_by_rule_and_at_most_seven(bench: Bench) -> None:
    heavy = [found(f"claims.rule-{n}", Severity.ESCALATE) for n in range(7)]
    bench.submit(
        "Anna",
        *heavy,
        found(NAME, Severity.BLOCK),
        replace(found(NAME, Severity.BLOCK), start=5, end=9, message="Another place."),
        found("claims.warned", Severity.WARN),
        found("claims.broken", Severity.ESCALATE, Category.UNCHECKED),
    )
    card = dispute(bench)
    (shown,) = [block for block in card.body if isinstance(block, Findings)]
    assert [i.rule for i in shown.items] == [NAME, *(f"claims.rule-{n}" for n in range(6))]
    assert bench.tags().count("exception:reported") == 7


def test_only_a_finding_about_a_name_can_be_one_of_our_people(bench: Bench) -> None:
    send(bench, 1, CURE)
    card = dispute(bench)
    assert not [a for a in card.actions if a.verb == "add-person"]
    forged = {"alarm": "1", "person": "Anna Berg"}
    answer = bench.do(from_button("add-person", forged, bench.origin("sam")))
    assert "not about a name" in said(answer)


# --- each kind, and a later draft -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "verb", "filled"),
    [
        (COLLEAGUE, "add-person", {"colleague": "Anna Berg"}),
        (MASCOT, "allow-phrase", {"phrase": " anna the  bear "}),
        (CURE, "lighten", {"severity": "warn"}),
        (CURE, "lighten", {"severity": "off"}),
    ],
    ids=["person", "phrase", "warn", "off"],
)
def test_an_exception_counts_for_later_drafts_until_it_is_revoked(
    bench: Bench, text: str, verb: str, filled: dict[str, str]
) -> None:
    assert send(bench, 1, text) == "returned"
    assert "from now on" in said(bench.press("sam", dispute(bench), verb, **filled))
    assert bench.state(1) == "in_review"  # with the privacy officer, as before
    assert send(bench, 2, text + " Today.") == "in_review"
    listed = asked(bench, "exceptions", "priya").card
    assert listed
    assert "no longer counts" in said(bench.press("priya", listed, "revoke"))
    assert send(bench, 3, text + " Tomorrow.") == "returned"
    assert "No false alarm is waiting" in said(asked(bench, "exceptions"))
    assert [t for t in bench.tags() if t.startswith("exception:")] == [
        "exception:reported",
        "exception:added",
        "exception:revoked",
    ]


def test_a_tip_no_longer_reaches_the_approver(bench: Bench) -> None:
    send(bench, 1, CURE)
    bench.press("sam", dispute(bench), "lighten", severity="tip")
    assert send(bench, 2, CURE) == "in_review"
    assert "Medical claim" not in words(bench.review("ada", 2))


def test_an_exception_is_for_what_it_names_and_nothing_else(bench: Bench) -> None:
    send(bench, 1, MASCOT)
    bench.press("sam", dispute(bench), "allow-phrase", phrase="Anna the Bear")
    assert send(bench, 2, MASCOT.replace("the Bear", "Lopez")) == "returned"
    assert send(bench, 3, CURE) == "returned"


def test_an_exception_counts_at_once_in_another_process(bench: Bench) -> None:
    other = Bench(Desk(bench.desk.store, bench.desk.app, clock=Clock(), chats=(Chat.WEB,)), Clock())
    send(bench, 1, MASCOT)
    bench.press("sam", dispute(bench), "allow-phrase", phrase="Anna the Bear")
    bench.do(Submit(bench.origin("maria"), MASCOT))
    check(other)
    assert bench.state(2) == "in_review"


def test_no_exception_changes_nothing_for_later_drafts(bench: Bench) -> None:
    send(bench, 1, MASCOT)
    assert "No exception is made" in said(bench.press("sam", dispute(bench), "no-exception"))
    assert send(bench, 2, MASCOT) == "returned"
    assert bench.tags().count("exception:declined") == 1
    for person in ("sam", "priya"):
        card = report(bench, person)
        assert not card.actions
        assert "no exception, by Sam Cole" in words(card)


def test_the_findings_of_one_dispute_are_decided_one_by_one(bench: Bench) -> None:
    second = found("claims.cure", Severity.ESCALATE, Category.MEDICAL_CLAIM)
    bench.submit("Anna is a cure", found(NAME, Severity.BLOCK), second)
    card = dispute(bench)
    which, _ = button(card, "lighten").asks
    assert [label for _, label in which.options] == [
        f"Patient information A••• ({NAME})",
        "Medical claim A••• (claims.cure)",
    ]
    bench.press("sam", card, "lighten", alarm=which.options[1][0], severity="warn")
    card = report(bench, "priya")
    assert "the rule only warns here, by Sam Cole" in words(card)
    assert button(card, "allow-phrase").data == {"alarm": which.options[0][0]}
    bench.press("priya", card, "no-exception")
    assert not report(bench, "sam").actions
    assert bench.tags()[-2:] == ["exception:added", "exception:declined"]


# --- who may, and what is not taken ---------------------------------------------------------------


@pytest.mark.parametrize("person", ["maria", "lee", "ada"])
def test_only_admins_and_privacy_officers_decide_about_exceptions(
    bench: Bench, person: str
) -> None:
    send(bench, 1, MASCOT)
    card = dispute(bench)
    for verb, filled in (("allow-phrase", {"phrase": "Anna the Bear"}), ("no-exception", {})):
        assert "Only admins" in said(bench.press(person, card, verb, **filled))
    assert "Only admins" in said(bench.do(Revoke(bench.origin(person), 1)))
    assert "Only admins" in said(asked(bench, "exceptions", person))
    assert report(bench) == card
    assert bench.tags()[-1] == "exception:reported"


@pytest.fixture
def own(store: Store) -> Bench:
    """A bench on which Sam, the admin, also writes posts."""
    people = PRACTICE["people"]
    assert isinstance(people, dict)
    sam = {**people["sam"], "roles": ["staff", "admin"]}
    app: App = parse({**PRACTICE, "people": {**people, "sam": sam}})
    clock = Clock()
    return Bench(Desk(store, app, clock=clock, chats=(Chat.WEB,)), clock)


def test_nobody_decides_about_their_own_report(own: Bench) -> None:
    assert send(own, 1, MASCOT, by="sam") == "returned"
    own.press("sam", own.card("sam", "draft/1/v1"), "dispute", reason="A bear")
    assert not [k for k in own.keys("sam") if "exception" in k]
    card = report(own, "priya")
    for verb, filled in (("allow-phrase", {"phrase": "Anna the Bear"}), ("no-exception", {})):
        answer = said(own.press("sam", card, verb, **filled))
        assert "a colleague decides about it. Thank you" in answer
    mine = asked(own, "exceptions 1").card
    assert mine
    assert not mine.actions
    own.press("priya", card, "allow-phrase", phrase="Anna the Bear")
    assert send(own, 2, MASCOT, by="sam") == "in_review"


def test_a_second_press_is_told_what_happened_and_changes_nothing(bench: Bench) -> None:
    send(bench, 1, MASCOT)
    card = dispute(bench)
    bench.press("sam", card, "allow-phrase", phrase="Anna the Bear")
    before = bench.tags()
    for person, verb, filled in (
        ("sam", "allow-phrase", {"phrase": "Anna the Bear"}),
        ("priya", "lighten", {"severity": "off"}),
        ("priya", "no-exception", {}),
    ):
        answer = said(bench.press(person, card, verb, **filled))
        assert "Sam Cole has already made an exception of this, 10:00 AM." in answer
    bench.do(Revoke(bench.origin("priya"), 1))
    answer = said(bench.do(Revoke(bench.origin("sam"), 1)))
    assert "Priya Shah has already revoked this exception" in answer
    assert bench.tags() == [*before, "exception:revoked"]


def test_what_was_declined_cannot_be_revoked(bench: Bench) -> None:
    send(bench, 1, MASCOT)
    card = dispute(bench)
    assert "do not know that report" in said(bench.do(Revoke(bench.origin("sam"), 1)))
    bench.press("sam", card, "no-exception")
    assert "needs no exception" in said(bench.do(Revoke(bench.origin("priya"), 1)))


def test_a_redelivered_press_is_answered_with_nothing(bench: Bench) -> None:
    send(bench, 1, MASCOT)
    data = {**button(dispute(bench), "allow-phrase").data, "phrase": "Anna the Bear"}
    at, later = bench.origin("sam"), bench.origin("sam")
    assert bench.do(from_button("allow-phrase", data, at)).card
    assert bench.do(from_button("allow-phrase", data, at)).card is None
    assert bench.do(Revoke(later, 1)).card
    assert bench.do(Revoke(later, 1)).card is None
    assert bench.tags()[-2:] == ["exception:added", "exception:revoked"]


@pytest.mark.parametrize(
    ("verb", "filled", "sentence"),
    [
        ("add-person", {"colleague": "  "}, "write the name"),
        ("add-person", {"colleague": "A\u200bB"}, "write the name"),
        ("add-person", {"colleague": "A" * 101}, "write the name"),
        ("allow-phrase", {"phrase": "a b"}, "write the phrase"),
        ("allow-phrase", {"phrase": "..... ....."}, "write the phrase"),
        ("allow-phrase", {"phrase": "word " * 50}, "write the phrase"),
        ("lighten", {"severity": "block"}, "warn, tip or off"),
        ("lighten", {}, "warn, tip or off"),
        ("lighten", {"alarm": "99", "severity": "off"}, "do not know that report"),
        ("no-exception", {"draft": "1", "version": "7"}, "do not know that report"),
        ("no-exception", {"draft": "99"}, "do not know that draft"),
    ],
)
def test_what_cannot_be_an_exception_is_refused_with_a_sentence(
    bench: Bench, verb: str, filled: dict[str, str], sentence: str
) -> None:
    send(bench, 1, MASCOT)
    data = {**button(dispute(bench), verb).data, **filled}
    assert sentence in said(bench.do(from_button(verb, data, bench.origin("sam"))))
    assert bench.tags()[-1] == "exception:reported"
    assert report(bench).actions


def test_words_under_a_report_are_no_draft_and_decide_nothing(bench: Bench) -> None:
    send(bench, 1, MASCOT)
    dispute(bench)
    with bench.desk.store.write() as tx:
        row = tx.session.get(OutboxRow, ("sam", "exception/1/v1"))
        assert row
        row.conversation, row.message = "D1", "123.4"
        tx.session.add(row)
    at = bench.origin("sam", conversation="D1", thread="123.4")
    assert "press one of the buttons" in said(bench.do(Said(at, "Anna the Bear")))
    assert bench.tags()[-1] == "exception:reported"


# --- the list, and the record ---------------------------------------------------------------------


def test_the_list_shows_what_waits_and_leads_to_it(bench: Bench) -> None:
    send(bench, 1, MASCOT)
    card = dispute(bench)
    listed = asked(bench, "exceptions").card
    assert listed
    assert f"'Draft #1', '{NAME}, 10:00 AM'" in words(listed)
    assert bench.press("sam", listed, "run").card == card
    assert "do not know that report" in said(asked(bench, "exceptions 2"))


def test_the_list_of_exceptions_goes_on_to_the_older_ones(bench: Bench) -> None:
    send(bench, 1, MASCOT)
    dispute(bench)
    with bench.desk.store.write() as tx:
        for _ in range(12):
            number = exceptions.report(tx, 1, 1, NAME, TUESDAY)
            made = replace(PHRASE, id=number, words=f"Phrase number {number}")
            assert exceptions.decide(tx, made)
    first = asked(bench, "exceptions").card
    assert first
    assert "Phrase number 13" in words(first)
    assert "Phrase number 3" not in words(first).splitlines()
    older = [a for a in first.actions if a.label == "Older ones"]
    last = bench.do(from_button("run", older[0].data, bench.origin("sam"))).card
    assert last
    assert "Phrase number 3" in words(last).splitlines()
    assert "waiting for a decision" not in words(last)
    assert [a.label for a in last.actions] == ["Revoke #3", "Revoke #2"]


def test_a_post_that_begins_with_the_word_is_a_draft(bench: Bench) -> None:
    assert from_words("Exceptions are rare. Call us.", bench.origin("sam")) is None
    assert from_words("/signoff exceptions", bench.origin("sam"))


def test_help_and_settings_tell_admins_of_exceptions(bench: Bench) -> None:
    assert "exceptions" in said(asked(bench, "help"))
    assert "exceptions" not in said(asked(bench, "help", "maria"))
    assert "('Exceptions in force', '0')" in said(asked(bench, "settings"))


def test_the_ledger_names_the_rule_in_plain_and_the_words_encrypted(bench: Bench) -> None:
    send(bench, 1, MASCOT)
    bench.press("sam", dispute(bench), "allow-phrase", phrase="Anna the Bear")
    bench.do(Revoke(bench.origin("priya"), 1))
    with bench.desk.store.read() as tx:
        reported, added, revoked = list(ledger.entries(tx))[-3:]
        details = [ledger.details(tx, entry.seq) for entry in (reported, added, revoked)]
    plain = {"exception": "1", "draft": "1", "version": "1", "rule": NAME}
    assert [entry.ids for entry in (reported, added, revoked)] == [plain, plain, plain]
    assert [entry.actor for entry in (reported, added, revoked)] == ["maria", "sam", "priya"]
    assert details == [{}, {"kind": "phrase", "words": "Anna the Bear"}, {}]


def test_a_report_outlives_the_text_it_was_about(bench: Bench) -> None:
    send(bench, 1, MASCOT)
    card = dispute(bench)
    bench.do(Withdraw(bench.origin("maria"), 1))
    bench.clock.forward(days=91)
    assert sweeps.purge(bench.desk)
    assert NAME in str(said(asked(bench, "exceptions")))
    assert NAME in str(asked(bench, "exceptions 1"))
    assert "No exception is made" in said(bench.press("sam", card, "no-exception"))


def test_the_command_line_lists_exceptions_with_their_words_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url, config, key = f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "app.yaml", KeyRing.new()
    config.write_text(yaml.safe_dump({**PRACTICE, "database": url}))
    monkeypatch.setenv("SIGNOFF_KEYS", key)
    store = Store(url, KeyRing.parse(key))
    schema.upgrade(store)
    with store.write() as tx:
        for made in (
            PHRASE,
            replace(PHRASE, kind=ExceptionKind.SEVERITY, words="", lighter=Lighter.OFF),
            replace(PHRASE, kind=ExceptionKind.NONE, words=""),
        ):
            number = exceptions.report(tx, 1, 1, NAME, TUESDAY)
            exceptions.decide(tx, replace(made, id=number))
        exceptions.report(tx, 2, 1, NAME, TUESDAY)
    store.close()
    records.exceptions(config)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows == [
        ["2", "severity", "off", NAME, "2026-11-24", "sam"],
        ["1", "phrase", "A•••", NAME, "2026-11-24", "sam"],
        ["2", "in", "force,", "1", "waiting", "for", "a", "decision"],
    ]


# --- what is laid over app.yaml -------------------------------------------------------------------

PHRASE = Alarm(
    1, 1, 1, "claims.cure", TUESDAY, ExceptionKind.PHRASE, "Anna the bear", None, "sam", TUESDAY
)


def test_exceptions_are_added_to_what_app_yaml_says() -> None:
    practice = Practice(staff=("Tasha Williams",), overrides={"brand.shouting": None})
    lighter = replace(PHRASE, kind=ExceptionKind.SEVERITY, words="", lighter=Lighter.TIP)
    changed = applied(
        practice,
        [
            replace(PHRASE, kind=ExceptionKind.PERSON, words="Anna Berg"),
            PHRASE,
            lighter,
            replace(lighter, lighter=Lighter.OFF),
        ],
    )
    assert changed.staff == ("Tasha Williams", "Anna Berg")
    assert changed.allowed == ("Anna the bear",)
    assert changed.overrides == {"brand.shouting": None, "claims.cure": None}
    assert applied(practice, []) == practice


def test_every_lighter_weight_is_less_than_what_stops_a_draft() -> None:
    weights = [choice.severity for choice in Lighter]
    assert weights == [Severity.WARN, Severity.TIP, None]
