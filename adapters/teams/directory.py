"""Looks a person up in the organisation's directory, so that app.yaml may name people by mail
address: an activity itself carries ids only.
"""

import asyncio
import time

from adapters.teams.parse import speaker
from adapters.teams.payload import Payload, words
from adapters.teams.sender import Connector, Gone
from bot.outbox import Later, Undeliverable

KEPT = 3600.0  # seconds an answer is believed
LIMIT = 2_000  # people remembered
PATIENCE = 2.0  # seconds; a person waits for their answer meanwhile


class Directory:
    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._known: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def aliases(self, activity: Payload) -> tuple[str, ...]:
        """Further ids of the person who acts; none when the directory does not answer in time."""
        user = speaker(activity)
        until, known = self._known.get(user, (0.0, ()))
        if not user or time.monotonic() < until:
            return known
        try:
            async with asyncio.timeout(PATIENCE):
                member = await self._connector.member(
                    words(activity, "serviceUrl"), words(activity, "conversation", "id"), user
                )
        except (Later, Undeliverable, Gone, TimeoutError):
            return known
        return self._remember(user, _ids(member))

    def _remember(self, user: str, aliases: tuple[str, ...]) -> tuple[str, ...]:
        if len(self._known) >= LIMIT:
            del self._known[next(iter(self._known))]
        self._known[user] = (time.monotonic() + KEPT, aliases)
        return aliases


def _ids(member: Payload) -> tuple[str, ...]:
    """The ids of a member of the organisation. A guest's address is the guest's own word, so it
    names nobody here.
    """
    if words(member, "userRole").lower() in ("guest", "anonymous"):
        return ()
    names = ("objectId", "aadObjectId", "userPrincipalName", "email")
    return tuple(dict.fromkeys(v for v in (words(member, n) for n in names) if v))
