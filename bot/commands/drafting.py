"""What people ask about drafts."""

from dataclasses import dataclass
from enum import StrEnum

from bot.commands.origin import Origin


class Outcome(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request-changes"


@dataclass(frozen=True, slots=True)
class Submit:
    """A new draft. `kind` is post or reply; `platform` a key of app.yaml's platforms or empty;
    `schedule` words such as a date, `source` a text that the draft draws on.
    """

    origin: Origin
    text: str
    kind: str = "post"
    platform: str = ""
    link: str = ""
    alt_text: str = ""
    schedule: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Revise:
    origin: Origin
    draft: int
    text: str


@dataclass(frozen=True, slots=True)
class Take:
    """The author takes the text that was offered for this version."""

    origin: Origin
    draft: int
    version: int


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
