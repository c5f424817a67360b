"""What a person can ask for: one frozen dataclass each, on no platform in particular.

An adapter turns a payload into one of these (`bot.commands.parse`: `from_button` for buttons
and forms, `from_words` for typed text and slash commands) and hands it to `Desk.handle`.
Everything in them comes from outside and is believed only after the desk has looked.
"""

from bot.commands.drafting import (
    AskAgain,
    Decide,
    Deleted,
    Dispute,
    Edited,
    Explain,
    Keep,
    Outcome,
    Override,
    Posted,
    Read,
    Revise,
    Said,
    Show,
    Submit,
    Take,
    Withdraw,
)
from bot.commands.office import (
    Confirm,
    Decline,
    Delegate,
    EndDelegation,
    Hold,
    Learn,
    MakeException,
    NoException,
    Peek,
    Quiz,
    Release,
    Request,
    Revoke,
    Topic,
)
from bot.commands.origin import (
    Chat,
    Origin,
)

TEXT_LIMIT = 20_000
FIELD_LIMIT = 2_000

__all__ = [
    "FIELD_LIMIT",
    "TEXT_LIMIT",
    "AskAgain",
    "Chat",
    "Command",
    "Confirm",
    "Decide",
    "Decline",
    "Delegate",
    "Deleted",
    "Dispute",
    "Edited",
    "EndDelegation",
    "Explain",
    "Hold",
    "Keep",
    "Learn",
    "MakeException",
    "NoException",
    "Origin",
    "Outcome",
    "Override",
    "Peek",
    "Posted",
    "Quiz",
    "Read",
    "Release",
    "Request",
    "Revise",
    "Revoke",
    "Said",
    "Show",
    "Submit",
    "Take",
    "Topic",
    "Withdraw",
]

Command = (
    Submit
    | Revise
    | Take
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
    | MakeException
    | NoException
    | Revoke
    | Hold
    | Release
    | Confirm
    | Decline
    | Peek
    | Request
)
