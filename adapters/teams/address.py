"""Where to reach a person again: what a proactive message to them needs."""

import json
from dataclasses import asdict, dataclass

from adapters.teams.payload import NotJson, read, words


@dataclass(frozen=True, slots=True)
class Address:
    """`conversation` is the person's own chat with the bot, empty when none was opened yet."""

    service_url: str
    user: str
    bot: str
    tenant: str = ""
    conversation: str = ""

    def dump(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def load(text: str) -> Address | None:
    """The address that `dump` wrote, or None for anything else."""
    try:
        value = read(text.encode())
    except NotJson:
        return None
    names = ("service_url", "user", "bot", "tenant", "conversation")
    address = Address(**{name: words(value, name) for name in names})
    return address if address.service_url and address.user else None
