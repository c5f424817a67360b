"""Who may do what: every command, in every role, on one's own draft and on those of others.

The tables are the rule. A command or a word that is added fails here until its line is written.
Beside the answer, every case looks whether the draft was changed and whether its text was shown.
"""

import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import pytest
from sqlmodel import select

from bot import card_json, sweeps
from bot.cards import Answer
from bot.commands import (
    AskAgain,
    Chat,
    Command,
    Confirm,
    Decide,
    Decline,
    Delegate,
    Deleted,
    Dispute,
    Edited,
    EndDelegation,
    Explain,
    Hold,
    Keep,
    Learn,
    MakeException,
    NoException,
    Origin,
    Outcome,
    Override,
    Peek,
    Posted,
    Quiz,
    Read,
    Release,
    Request,
    Revise,
    Revoke,
    Said,
    Show,
    Submit,
    Take,
    Topic,
    Withdraw,
)
from bot.config import parse
from bot.desk import HANDLERS, Desk
from bot.exceptions import ExceptionKind
from bot.lessons import lessons
from bot.people import Role
from bot.store import KeyRing, Store, drafts, exceptions, reviews, schema, training
from bot.store.tables import OpeningRow, OutboxRow
from bot.training import Due
from checks import Mended
from checks.values import Finding
from practice import BLOCK, PRACTICE, TUESDAY, WARN, Bench, Clock, words

CANARY = "Zebulon"
TEXT = f"{CANARY} hosts our open day on Friday. Call 512-555-0142 to book a place."
TEXT_2 = TEXT + " Bring a friend."
NUMBERS = itertools.count(1)  # no two events of a test are the same


class Whose(StrEnum):
    """How the person in question stands to the draft, the lesson or the request at hand."""

    OWN = "own"
    ROUTED = "routed"  # somebody else's, routed to them at a time when they were a reviewer
    OTHER = "other"


@dataclass
class Scene:
    """Pat, who has one role now, before something that happened when pat may have had others."""

    store: Store
    role: Role
    whose: Whose

    def __post_init__(self) -> None:
        able = ["staff", "approver", "privacy"] if self.whose is Whose.ROUTED else ["staff"]
        to = "pat" if self.whose is Whose.ROUTED else "ada"
        self.past = bench(self.store, roles=able, to=to)
        self.author = "pat" if self.whose is Whose.OWN else "maria"

    def draft(self, *findings: Finding) -> int:
        """A draft that has been through the checks, sent as a message of the author's."""
        at = self.past.origin(self.author, conversation="c", message=f"m{next(NUMBERS)}")
        self.past.do(Submit(at, TEXT))
        self.past.check(*findings)
        with self.store.read() as tx:
            found = drafts.from_message(tx, Chat.WEB, "c", at.message)
        assert found
        return found.id

    def returned(self) -> int:
        return self.draft(BLOCK)

    def disputed(self) -> int:
        number = self.returned()
        self.past.do(Dispute(self.past.origin(self.author), number, 1, "It is an open day."))
        return number

    def offered(self) -> int:
        """A returned draft for which the checks know a text that passes."""
        self.past.do(Submit(self.past.origin(self.author), TEXT))
        self.past.check(BLOCK, offer=Mended(TEXT_2, ("A name was taken out.",)))
        return self.number()

    def alarm(self) -> int:
        """A false alarm that the author has reported."""
        self.disputed()
        with self.store.read() as tx:
            return exceptions.waiting(tx)[-1].id

    def excepted(self) -> int:
        alarm = self.alarm()
        wide = bench(self.store, roles=["staff"], to="ada")
        made = MakeException(wide.origin("priya"), alarm, ExceptionKind.PHRASE, "open day")
        wide.do(made)
        return alarm

    def held(self) -> int:
        number = self.draft()
        self.past.do(Hold(self.past.origin("priya"), number, "A complaint came in."))
        return number

    def approved(self) -> int:
        number, content = self.draft(), self.hash()
        by = "pat" if self.whose is Whose.ROUTED else "ada"
        self.past.do(Decide(self.past.origin(by), number, 1, content, Outcome.APPROVE))
        return number

    def expired(self) -> int:
        number = self.draft()
        self.past.clock.forward(days=9)
        sweeps.sweep(self.past.desk)
        return number

    def hash(self) -> str:
        with self.store.read() as tx:
            version = drafts.version(tx, self.number(), 1)
        assert version
        return version.content_hash

    def number(self) -> int:
        with self.store.read() as tx:
            return max(d.id for d in drafts.in_state(tx, list(drafts.State), 500))

    def message(self) -> Origin:
        """Pat acts on the very message that was sent."""
        self.draft()
        with self.store.read() as tx:
            found = drafts.get(tx, self.number())
        assert found
        return Origin(Chat.WEB, "pat", f"edit-{next(NUMBERS)}", (), *found.source)

    def under_a_card(self) -> Origin:
        """Pat types under a card about the draft: the author's, or the reviewer's."""
        number = self.draft()
        person = "ada" if self.whose is Whose.OTHER else "pat"
        key = f"draft/{number}/v1" if self.whose is Whose.OWN else "review/"
        with self.store.write() as tx:
            rows = tx.session.exec(select(OutboxRow).where(OutboxRow.person == person)).all()
            row = [r for r in rows if r.key.startswith(key)][-1]
            row.conversation, row.message = "c", f"card-{number}"
        return self.past.origin("pat", conversation="c", message="x", thread=f"card-{number}")

    def lesson(self) -> int:
        person = "pat" if self.whose is Whose.OWN else "maria"
        with self.store.write() as tx:
            return training.assign(tx, person, Due(lessons()[0], 3, {}), TUESDAY)

    def delegated(self) -> None:
        owner = "pat" if self.whose is Whose.OWN else "ada"
        with self.store.write() as tx:
            reviews.delegate(tx, owner, "bea", TUESDAY, TUESDAY + timedelta(days=30))

    def opening(self, *, confirmed: bool = False) -> int:
        """A request to read the draft: pat's own, or the admin's."""
        asker = "pat" if self.whose is Whose.OWN else "sam"
        self.author = "maria"
        wide = bench(self.store, roles=["staff", "privacy"], to="ada")
        draft = self.draft()
        wide.do(Request(wide.origin(asker), Topic.OPEN, f"#{draft} A complaint came in."))
        with self.store.read() as tx:
            number = max(n or 0 for n in tx.session.exec(select(OpeningRow.id)).all())
        if confirmed:
            wide.do(Confirm(wide.origin("priya"), number))
        return number


def bench(store: Store, *, roles: list[str], to: str) -> Bench:
    """The practice of the tests with pat in these roles, and with reviews going to `to`."""
    raw = copy.deepcopy(PRACTICE)
    raw["people"]["pat"] = {"name": "Pat Quinn", "roles": roles, "web": "pat"}  # type: ignore[index]
    raw["routing"]["default"] |= {"to": [to], "then": []}  # type: ignore[index]
    clock = Clock()
    return Bench(Desk(store, parse(raw), clock=clock, chats=(Chat.WEB,)), clock, NUMBERS)


@pytest.fixture
def store(keys: KeyRing) -> Iterator[Store]:
    """In memory alone: who may do what is decided before the database is asked."""
    made = Store("sqlite://", keys)
    schema.upgrade(made)
    yield made
    made.close()


Build = Callable[[Scene, Origin], Command]


@dataclass(frozen=True)
class Line:
    """How the command is given where nothing but rights stands against it, and who may give it:
    a letter for staff, approver, privacy and admin, y or n.
    """

    build: Build
    own: str
    routed: str
    other: str


EVERYBODY, NOBODY = "yyyy", "nnnn"
REVIEWERS, OFFICER, RECORDS, WRITERS = "nyyn", "nnyn", "nnyy", "yyyn"

RIGHTS: dict[type, Line] = {
    Submit: Line(lambda s, o: Submit(o, TEXT), WRITERS, WRITERS, WRITERS),
    Revise: Line(lambda s, o: Revise(o, s.draft(), TEXT_2), EVERYBODY, NOBODY, NOBODY),
    # To edit or delete a message of one's own that was no draft is not about this draft at all.
    Edited: Line(lambda s, o: Edited(s.message(), TEXT_2), EVERYBODY, WRITERS, WRITERS),
    Deleted: Line(lambda s, o: Deleted(s.message()), EVERYBODY, EVERYBODY, EVERYBODY),
    Withdraw: Line(lambda s, o: Withdraw(o, s.draft()), EVERYBODY, NOBODY, NOBODY),
    Keep: Line(lambda s, o: Keep(o, s.draft()), EVERYBODY, NOBODY, NOBODY),
    Posted: Line(lambda s, o: Posted(o, s.approved(), ""), EVERYBODY, NOBODY, NOBODY),
    # Words under a card of somebody else are a draft like any other.
    Said: Line(
        lambda s, o: Said(s.under_a_card(), "Call us about it."), EVERYBODY, EVERYBODY, WRITERS
    ),
    Decide: Line(
        lambda s, o: Decide(o, s.draft(), 1, s.hash(), Outcome.APPROVE), NOBODY, REVIEWERS, NOBODY
    ),
    Override: Line(
        lambda s, o: Override(o, s.disputed(), 1, s.hash(), "An open day."), NOBODY, OFFICER, NOBODY
    ),
    Dispute: Line(
        lambda s, o: Dispute(o, s.returned(), 1, "It is not one."), EVERYBODY, NOBODY, NOBODY
    ),
    Explain: Line(lambda s, o: Explain(o, s.draft(WARN), 1, "We are."), EVERYBODY, NOBODY, NOBODY),
    AskAgain: Line(lambda s, o: AskAgain(o, s.expired()), EVERYBODY, NOBODY, NOBODY),
    Show: Line(lambda s, o: Show(o, s.draft()), EVERYBODY, REVIEWERS, NOBODY),
    Read: Line(lambda s, o: Read(o, s.draft(), 1, 1), EVERYBODY, REVIEWERS, NOBODY),
    Learn: Line(lambda s, o: Learn(o, s.lesson()), EVERYBODY, NOBODY, NOBODY),
    Quiz: Line(lambda s, o: Quiz(o, s.lesson(), 0, 0), EVERYBODY, NOBODY, NOBODY),
    Delegate: Line(lambda s, o: Delegate(o, "@bea"), REVIEWERS, REVIEWERS, REVIEWERS),
    EndDelegation: Line(
        lambda s, o: (s.delegated(), EndDelegation(o))[1], EVERYBODY, NOBODY, NOBODY
    ),
    # Here it is the request that is somebody's own: nobody confirms their own.
    Confirm: Line(lambda s, o: Confirm(o, s.opening()), NOBODY, RECORDS, RECORDS),
    Decline: Line(lambda s, o: Decline(o, s.opening()), NOBODY, RECORDS, RECORDS),
    Peek: Line(lambda s, o: Peek(o, s.opening(confirmed=True), 1), RECORDS, NOBODY, NOBODY),
    Take: Line(lambda s, o: Take(o, s.offered(), 1), EVERYBODY, NOBODY, NOBODY),
    # Nobody decides about a false alarm that they reported; who had made an exception may end it.
    MakeException: Line(
        lambda s, o: MakeException(o, s.alarm(), ExceptionKind.PHRASE, "open day"),
        *(NOBODY, RECORDS, RECORDS),
    ),
    NoException: Line(lambda s, o: NoException(o, s.disputed(), 1), NOBODY, RECORDS, RECORDS),
    Revoke: Line(lambda s, o: Revoke(o, s.excepted()), RECORDS, RECORDS, RECORDS),
    Hold: Line(lambda s, o: Hold(o, s.draft(), "A complaint came in."), RECORDS, RECORDS, RECORDS),
    Release: Line(lambda s, o: Release(o, s.held()), RECORDS, RECORDS, RECORDS),
    Request: Line(lambda s, o: Request(o, Topic.QUEUE), EVERYBODY, EVERYBODY, EVERYBODY),
}
TOPICS: dict[Topic, tuple[str, str]] = {
    Topic.HELP: ("", EVERYBODY),
    Topic.POST: ("", EVERYBODY),
    Topic.QUEUE: ("", EVERYBODY),
    Topic.REPORT: ("30", RECORDS),
    Topic.EXPORT: ("csv", RECORDS),
    Topic.PEOPLE: ("", RECORDS),
    Topic.TRAINING: ("", RECORDS),
    Topic.LEDGER: ("verify", RECORDS),
    Topic.DELEGATE: ("@bea", REVIEWERS),
    Topic.OPEN: ("#{draft} A complaint came in.", RECORDS),
    Topic.SETTINGS: ("", RECORDS),
    Topic.EXCEPTIONS: ("", RECORDS),
    Topic.HOLD: ("#{draft} A complaint came in.", RECORDS),
    Topic.RELEASE: ("#{draft}", RECORDS),
}
CHANGES_OTHERS = (Decide, Override)


def test_every_command_and_every_word_has_its_line() -> None:
    assert set(RIGHTS) == set(HANDLERS)
    assert set(TOPICS) == set(Topic)
    letters = [r for line in RIGHTS.values() for r in (line.own, line.routed, line.other)]
    assert all(len(r) == len(Role) and set(r) <= {"y", "n"} for r in letters)


@pytest.mark.parametrize("kind", HANDLERS, ids=lambda kind: kind.__name__)
def test_a_command_is_allowed_to_those_in_its_line_and_to_nobody_else(
    kind: type, store: Store
) -> None:
    line = RIGHTS[kind]
    found = {
        whose: "".join(tried(Scene(store, role, whose), kind, line.build) for role in Role)
        for whose in Whose
    }
    assert found == {Whose.OWN: line.own, Whose.ROUTED: line.routed, Whose.OTHER: line.other}


@pytest.mark.parametrize("topic", Topic)
def test_a_word_is_allowed_to_those_in_its_line_and_to_nobody_else(
    topic: Topic, store: Store
) -> None:
    words, allowed = TOPICS[topic]

    def build(scene: Scene, origin: Origin) -> Command:
        draft = scene.held() if topic is Topic.RELEASE else scene.draft()
        return Request(origin, topic, words.format(draft=draft))

    scenes = [Scene(store, role, Whose.OTHER) for role in Role]
    assert "".join(tried(scene, Request, build) for scene in scenes) == allowed


def test_a_route_to_somebody_who_may_not_decide_shows_them_nothing(store: Store) -> None:
    raw = copy.deepcopy(PRACTICE)
    raw["routing"] = {  # type: ignore[assignment]
        "default": {"to": ["sam", "role:staff"], "then": ["role:admin", "bea"]},
        "stages": [{"when": {"severity": "warn"}, "to": "role:admin"}],
    }
    practice = Bench(Desk(store, parse(raw), clock=Clock(), chats=(Chat.WEB,)), Clock())
    number = practice.submit(TEXT, WARN)
    sweeps.sweep(practice.desk)
    with store.read() as tx:
        (review,) = reviews.all_of(tx, number)
    assert [s.person for s in review.seats] == ["bea"]
    assert not [k for k in practice.keys("sam") if k.startswith("review/")]


def tried(scene: Scene, kind: type, build: Build) -> str:
    """y or n, after a look at what the command changed and what it showed."""
    now = bench(scene.store, roles=[str(scene.role)], to="ada")
    now.clock.now = scene.past.clock.now
    command = build(scene, scene.past.origin("pat"))
    now.clock.now = scene.past.clock.now
    before, cards = standing(scene), revisions(scene.store)
    answer = now.do(command)
    refused = bool(answer.card and answer.card.title == "That did not work")
    changed = standing(scene) != before
    mine, reviews_it = scene.whose is Whose.OWN, scene.whose is Whose.ROUTED
    assert not (refused and changed)
    assert not changed or mine or (reviews_it and kind in CHANGES_OTHERS)
    shown = CANARY in spoken(answer) + "".join(new_cards(scene.store, cards))
    may_see = mine or (reviews_it and scene.role in (Role.APPROVER, Role.PRIVACY))
    assert not shown or may_see, "a text was shown to somebody who may not see it"
    if kind in (Show, Read, Peek):
        assert shown is not refused
    return "n" if refused else "y"


def standing(scene: Scene) -> object:
    """The draft at hand, as far as others may not change it."""
    with scene.store.read() as tx:
        every = drafts.in_state(tx, list(drafts.State), 500)
        first = [d for d in every if d.source[1]]
        return [(d.id, d.state, d.version) for d in first if d.author == scene.author]


def revisions(store: Store) -> dict[str, int]:
    with store.read() as tx:
        rows = tx.session.exec(select(OutboxRow).where(OutboxRow.person == "pat")).all()
        return {row.key: row.revision for row in rows}


def new_cards(store: Store, before: dict[str, int]) -> list[str]:
    """The words of the cards that pat gets because of what was just done."""
    with store.read() as tx:
        rows = tx.session.exec(select(OutboxRow).where(OutboxRow.person == "pat")).all()
        return [
            str(card_json.load(tx.keys.unseal(f"outbox.card/pat/{r.key}", r.card_sealed or b"")))
            for r in rows
            if r.revision > before.get(r.key, 0)
        ]


def spoken(answer: Answer) -> str:
    parts = [words(answer.card) if answer.card else "", str(answer.card), str(answer.form)]
    return "".join(parts) + (answer.file.content.decode("latin-1") if answer.file else "")
