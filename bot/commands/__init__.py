"""What a person can ask for: one frozen dataclass each, on no platform in particular.

An adapter turns a payload into one of these (`bot.commands.parse`: `from_button` for buttons
and forms, `from_words` for typed text and slash commands) and hands it to `Desk.handle`.
Everything in them comes from outside and is believed only after the desk has looked.
"""

from dataclasses import dataclass
from enum import StrEnum

TEXT_LIMIT = 20_000
FIELD_LIMIT = 2_000


class Chat(StrEnum):
    """The places where people meet the bot."""

    SLACK = "slack"
    TEAMS = "teams"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a command came from, as the adapter has verified it.

    `user` is the platform's id of the person and `aliases` are further ids of the same person
    (an Entra object id, a mail address). `event` is the platform's own id of the event: a
    second command with the same (chat, event) is a redelivery. `address` is an opaque string by
    which the adapter can later reach this person again; the store keeps it encrypted.
    `conversation`/`message` name the message that carried the words, `thread` the message it
    answers.
    """

    chat: Chat
    user: str
    event: str
    aliases: tuple[str, ...] = ()
    conversation: str = ""
    message: str = ""
    thread: str = ""
    address: str = ""


class Outcome(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request-changes"


@dataclass(frozen=True, slots=True)
class Submit:
    """A new draft. `kind` is post or reply; `platform` a key of app.yaml's platforms or empty;
    `schedule` words such as a date.
    """

    origin: Origin
    text: str
    kind: str = "post"
    platform: str = ""
    link: str = ""
    alt_text: str = ""
    schedule: str = ""


@dataclass(frozen=True, slots=True)
class Revise:
    origin: Origin
    draft: int
    text: str


@dataclass(frozen=True, slots=True)
class Edited:
    """The author edited, on the platform, the message that was submitted (origin.conversation,
    origin.message).
    """

    origin: Origin
    text: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """The author deleted, on the platform, the message that was submitted."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Withdraw:
    origin: Origin
    draft: int


@dataclass(frozen=True, slots=True)
class Keep:
    """The author deleted the message but keeps the draft."""

    origin: Origin
    draft: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """The author says the findings of a returned draft are wrong; the privacy officer decides."""

    origin: Origin
    draft: int
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Explain:
    """The author keeps what a warning was about and tells the approver why."""

    origin: Origin
    draft: int
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Decide:
    """An approver's act on one version, bound to the hash of the content that was on the card."""

    origin: Origin
    draft: int
    version: int
    content_hash: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """The privacy officer sets aside what blocks a version, with a reason."""

    origin: Origin
    draft: int
    version: int
    content_hash: str
    reason: str


@dataclass(frozen=True, slots=True)
class Posted:
    origin: Origin
    draft: int
    link: str


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Starts a new review of a draft whose review expired."""

    origin: Origin
    draft: int


@dataclass(frozen=True, slots=True)
class Show:
    """Asks for the current card of a draft."""

    origin: Origin
    draft: int


@dataclass(frozen=True, slots=True)
class Read:
    """Asks for a further page of a long text."""

    origin: Origin
    draft: int
    version: int
    page: int


@dataclass(frozen=True, slots=True)
class Said:
    """Words typed under one of our cards (origin.thread) instead of pressing its buttons."""

    origin: Origin
    text: str


@dataclass(frozen=True, slots=True)
class Learn:
    """Opens a lesson that was assigned."""

    origin: Origin
    assignment: int


@dataclass(frozen=True, slots=True)
class Quiz:
    """Answers question `question` (from 0) of an assigned lesson with option `choice` (from 0)."""

    origin: Origin
    assignment: int
    question: int
    choice: int


@dataclass(frozen=True, slots=True)
class Delegate:
    """Lets `to` (a name, key or platform id) decide for the sender from `starts` to `ends`:
    dates as typed, both optional.
    """

    origin: Origin
    to: str
    starts: str = ""
    ends: str = ""


@dataclass(frozen=True, slots=True)
class EndDelegation:
    origin: Origin


@dataclass(frozen=True, slots=True)
class Confirm:
    """The second person lets somebody read a draft that was not routed to them."""

    origin: Origin
    opening: int


@dataclass(frozen=True, slots=True)
class Decline:
    origin: Origin
    opening: int


@dataclass(frozen=True, slots=True)
class Peek:
    """Reads a page of a draft that was opened for the sender."""

    origin: Origin
    opening: int
    page: int


class Topic(StrEnum):
    """What can be asked for by a word."""

    HELP = "help"
    POST = "post"
    QUEUE = "queue"
    REPORT = "report"
    EXPORT = "export"
    PEOPLE = "people"
    TRAINING = "training"
    LEDGER = "ledger"
    DELEGATE = "delegate"
    OPEN = "open"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Request:
    """A word typed to the bot, with what followed it, such as `report 30` or `export csv`."""

    origin: Origin
    topic: Topic
    words: str = ""


Command = (
    Submit
    | Revise
    | Edited
    | Deleted
    | Withdraw
    | Keep
    | Dispute
    | Explain
    | Decide
    | Override
    | Posted
    | AskAgain
    | Show
    | Read
    | Said
    | Learn
    | Quiz
    | Delegate
    | EndDelegation
    | Confirm
    | Decline
    | Peek
    | Request
)
