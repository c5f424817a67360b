"""What people ask beside their drafts: lessons, days away, exceptions, words such as `queue`."""

from dataclasses import dataclass
from enum import StrEnum

from bot.commands.origin import Origin
from bot.exceptions import ExceptionKind


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
class MakeException:
    """Makes an exception after false alarm `alarm`: for the name or the phrase in `value`, or the
    severity that it names.
    """

    origin: Origin
    alarm: int
    kind: ExceptionKind
    value: str


@dataclass(frozen=True, slots=True)
class NoException:
    origin: Origin
    draft: int
    version: int


@dataclass(frozen=True, slots=True)
class Revoke:
    origin: Origin
    alarm: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Keeps the words of a draft beyond their time, for a dispute or an inquiry."""

    origin: Origin
    draft: int
    reason: str


@dataclass(frozen=True, slots=True)
class Release:
    """Ends a hold: the words go when their time is over."""

    origin: Origin
    draft: int
    reason: str = ""


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
    SETTINGS = "settings"
    EXCEPTIONS = "exceptions"
    HOLD = "hold"
    RELEASE = "release"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Request:
    """A word typed to the bot, with what followed it, such as `report 30` or `export csv`."""

    origin: Origin
    topic: Topic
    words: str = ""
