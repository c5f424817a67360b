"""A practice of invented people, a clock that stands still, and a bench to try a desk on."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import select

from bot import card_json
from bot.cards import Action, Answer, Card, Findings, Para, Quote
from bot.commands import Chat, Command, Origin, Submit
from bot.commands.parse import from_button
from bot.desk import Desk
from bot.store import drafts, ledger, reviews
from bot.store.tables import DraftRow, OutboxRow
from checks import Mended
from checks.values import Category, Finding, Identifier, Severity

TUESDAY = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # 10:00 in Austin

PRACTICE = {
    "practice": {
        "name": "Riverside Family Medicine",
        "specialty": "family_medicine",
        "state": "TX",
        "timezone": "America/Chicago",
        "staff_size": 22,
        "providers": ["Dr. Emily Chen", "Tom Brennan PA"],
        "staff": ["Tasha Williams"],
        "phones": ["512-555-0142"],
        "emails": ["hello@riverside.example.com"],
        "websites": ["riverside.example.com"],
        "call_to_action": "Call 512-555-0142 to book a visit.",
    },
    "platforms": {"facebook": {"purpose": "engage"}, "linkedin": {"purpose": "educate"}},
    "people": {
        "maria": {"name": "Maria Ortiz", "roles": ["staff"]},
        "lee": {"name": "Lee Park", "roles": ["staff"], "platforms": ["facebook"]},
        "ada": {"name": "Ada Reyes", "roles": ["approver"]},
        "bea": {"name": "Bea Lund", "roles": ["approver"]},
        "priya": {"name": "Priya Shah", "roles": ["privacy"]},
        "sam": {"name": "Sam Cole", "roles": ["admin"]},
    },
    "routing": {
        "default": {
            "to": ["ada"],
            "due": "4 business hours",
            "remind": "2 business hours",
            "then": ["bea"],
        },
        "stages": [
            {"when": {"category": "phi"}, "to": "role:privacy"},
            {"when": {"severity": "escalate"}, "to": "role:privacy"},
        ],
    },
}
for _key, _person in PRACTICE["people"].items():  # type: ignore[attr-defined]
    _person |= {"web": _key, "slack": f"U{_key.upper()}", "teams": f"29:{_key}"}

CLEAN = "Flu shots are in. Call 512-555-0142 to book yours."


def finding(severity: Severity, category: Category = Category.PHI) -> Finding:
    identifier = Identifier.NAME if category is Category.PHI else None
    return Finding("privacy.name", category, severity, 0, 3, "Take it out.", identifier)


BLOCK = finding(Severity.BLOCK)
ESCALATE = finding(Severity.ESCALATE)
WARN = finding(Severity.WARN, Category.SUPERLATIVE)


@dataclass
class Clock:
    """A clock that moves only when told to."""

    now: datetime = TUESDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Bench:
    """A desk, and what tests do and look at: send commands, press buttons, read cards."""

    desk: Desk
    clock: Clock
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def origin(self, person: str, **more: str) -> Origin:
        return Origin(Chat.WEB, person, f"event-{next(self.numbers)}", **more)  # type: ignore[arg-type]

    def do(self, command: Command) -> Answer:
        return self.desk.handle(command)

    def check(self, *findings: Finding, offer: Mended | None = None) -> None:
        """Lets the checks find this in every draft that waits for them."""
        for draft, version, _ in self.desk.to_check():
            self.desk.settle(draft, version, findings, offer)

    def submit(
        self,
        text: str = CLEAN,
        *findings: Finding,
        by: str = "maria",
        offer: Mended | None = None,
    ) -> int:
        """A draft that has been through the checks; returns its number."""
        self.do(Submit(self.origin(by), text))
        self.check(*findings, offer=offer)
        with self.desk.store.read() as tx:
            return max(n for n in tx.session.exec(select(DraftRow.id)).all() if n)

    def state(self, draft: int) -> str:
        with self.desk.store.read() as tx:
            found = drafts.get(tx, draft)
        assert found
        return str(found.state)

    def card(self, person: str, key: str) -> Card:
        """What this person should see in this place now."""
        with self.desk.store.read() as tx:
            row = tx.session.get(OutboxRow, (person, key))
            assert row, f"{person} has no card {key}"
            assert row.card_sealed, f"the card {key} of {person} has left"
            sealed = tx.keys.unseal(f"outbox.card/{person}/{key}", row.card_sealed)
        return card_json.load(sealed)

    def keys(self, person: str) -> list[str]:
        with self.desk.store.read() as tx:
            rows = tx.session.exec(select(OutboxRow.key).where(OutboxRow.person == person)).all()
        return sorted(rows)

    def press(self, person: str, card: Card, verb: str, **filled: str) -> Answer:
        """Presses the button with this verb on a card."""
        action = button(card, verb)
        return self.do(from_button(action.verb, {**action.data, **filled}, self.origin(person)))

    def review(self, person: str, draft: int) -> Card:
        """The newest review card of this draft that this person has."""
        with self.desk.store.read() as tx:
            latest = reviews.all_of(tx, draft)[-1]
        return self.card(person, f"review/{latest.id}")

    def tags(self) -> list[str]:
        with self.desk.store.read() as tx:
            return [str(e.tag) for e in ledger.entries(tx)]


def button(card: Card, verb: str) -> Action:
    found = [a for a in card.actions if a.verb == verb]
    assert found, f"no {verb} on {card.title!r}: {[str(a.verb) for a in card.actions]}"
    return found[0]


def said(answer: Answer) -> str:
    """The words of an answer."""
    assert answer.card
    return words(answer.card)


def words(card: Card) -> str:
    """All words on a card, as a person would read them."""
    parts = [card.title]
    for block in card.body:
        match block:
            case Para(text=text) | Quote(text=text):
                parts.append(text)
            case Findings(items=items):
                parts += [f"{i.severity} {i.title} {i.masked} {i.advice}" for i in items]
            case _:
                parts.append(str(block))
    return "\n".join(parts)
