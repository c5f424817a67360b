"""Where a command came from."""

from dataclasses import dataclass
from enum import StrEnum


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
