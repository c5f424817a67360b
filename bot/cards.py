"""The neutral message: what a card says and offers, on no platform in particular.

Words we wrote go in `Para` and `Facts`; words a person wrote go in `Quote` or `Change` and are
shown exactly as written, never as markup. `Card.preview` is the only text a notification may
show, so it holds neither a draft's words nor anybody's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Tone(StrEnum):
    """How a thing should feel. Never the only carrier of meaning: the words say it too."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Verb(StrEnum):
    """Everything a button or a form can ask for. `bot.commands.from_button` turns each into a
    command.
    """

    SUBMIT = "submit"
    REVISE = "revise"
    TAKE = "take"  # the text that was offered becomes the new version
    WITHDRAW = "withdraw"
    KEEP = "keep"
    DISPUTE = "dispute"
    EXPLAIN = "explain"
    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request-changes"
    OVERRIDE = "override"
    POSTED = "posted"
    ASK_AGAIN = "ask-again"
    SHOW = "show"
    READ = "read"
    LEARN = "learn"
    QUIZ = "quiz"
    DELEGATE = "delegate"
    END_DELEGATION = "end-delegation"
    ADD_PERSON = "add-person"
    ALLOW_PHRASE = "allow-phrase"
    LIGHTEN = "lighten"
    NO_EXCEPTION = "no-exception"
    REVOKE = "revoke"
    HOLD = "hold"
    RELEASE = "release"
    CONFIRM = "confirm"  # somebody else may read a draft that was not routed to them
    DECLINE = "decline"
    PEEK = "peek"  # reads what was opened
    RUN = "run"  # a typed command offered as a button: data {"words": "report 30"}


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph of our own words."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Quote:
    """Words a person wrote. `copy` asks for a look that is easy to select and copy as a whole."""

    text: str
    label: str = ""
    copy: bool = False


class Edit(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """A word-by-word difference between two versions of a person's words: (edit, words) in
    reading order.
    """

    pieces: tuple[tuple[Edit, str], ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Short labelled values: (label, value) rows."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding as people see it. `severity` is block, escalate, warn or tip and steers the look;
    `label` says it in words. `masked` never holds more than the first letter of what was found.
    """

    severity: str
    title: str
    masked: str
    advice: str
    rule: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    items: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with its text alternative."""

    png: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class File:
    """A file handed to one person, such as an export."""

    name: str
    media_type: str
    content: bytes


Block = Para | Quote | Change | Facts | Findings | Picture


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a person fills in. With `options` ((value, label), ...) it is a choice, else
    `lines` > 1 makes it a text area.
    """

    name: str
    label: str
    hint: str = ""
    required: bool = True
    lines: int = 4
    limit: int = 2_000
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A button. With `asks` it first asks for words: a modal, an inline form, a dialog - each
    adapter has its own way.
    """

    verb: Verb
    label: str
    data: Mapping[str, str] = field(default_factory=dict)
    tone: Tone = Tone.PLAIN
    asks: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A message: a title, blocks, buttons, and the preview a notification may show."""

    title: str
    preview: str
    body: tuple[Block, ...] = ()
    actions: tuple[Action, ...] = ()
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person who just asked or clicked is told at once, to them alone where the
    platform can.

    `card` is shown; `form` is an action whose asks are to be opened now; `file` is handed over.
    An empty answer means the cards that are on their way say it all.
    """

    card: Card | None = None
    form: Action | None = None
    file: File | None = None
