"""Hands a person a file: Teams asks them first, then names a place in their OneDrive for it."""

import secrets
import time
from dataclasses import dataclass

from adapters.teams.hosts import Hosts
from adapters.teams.payload import Json, Payload, table, words
from adapters.teams.wire import Unreachable, Wire
from bot.cards import File

KEPT = 600.0  # seconds a file waits for a yes
LIMIT = 8  # files waiting at a time, the oldest gives way
SIZE_LIMIT = 10 * 1024 * 1024

ON_THE_SERVER = "Whoever runs the server gets the same with `signoff export`."
TOO_LARGE = f"That file is too large to send here. {ON_THE_SERVER}"
NOT_KEPT = f"That file is no longer kept for you. Ask for it again. {ON_THE_SERVER}"
NOT_STORED = f"I could not put the file into your OneDrive. {ON_THE_SERVER}"
DECLINED = "The file was not sent, and I no longer keep it."


@dataclass(frozen=True, slots=True)
class _Waiting:
    user: str
    file: File
    until: float


class Files:
    """Files that wait for a yes, in memory only and each for one person."""

    def __init__(self, *, wire: Wire, hosts: Hosts) -> None:
        self._wire, self._hosts = wire, hosts
        self._waiting: dict[str, _Waiting] = {}

    def offer(self, user: str, file: File) -> Json | None:
        """The activity that asks whether the person wants the file; None when it is too large."""
        if len(file.content) > SIZE_LIMIT:
            return None
        self._drop_old()
        ticket = secrets.token_urlsafe(16)
        self._waiting[ticket] = _Waiting(user, file, time.monotonic() + KEPT)
        content = {
            "description": "Made for you by Signoff",
            "sizeInBytes": len(file.content),
            "acceptContext": {"ticket": ticket},
            "declineContext": {"ticket": ticket},
        }
        return _activity("Signoff: a file for you", "file.consent", file.name, content)

    async def answer(self, user: str, value: Payload) -> Json | str:
        """What to tell the person who said yes or no: an activity, or a sentence."""
        waiting = self._waiting.get(words(value, "context", "ticket"))
        if waiting is None or waiting.user != user or waiting.until < time.monotonic():
            return NOT_KEPT
        accepted = words(value, "action") == "accept"
        place = table(value, "uploadInfo")
        if accepted and not await self._store(waiting.file, words(place, "uploadUrl")):
            return NOT_STORED
        self._waiting.pop(words(value, "context", "ticket"), None)
        return _stored(waiting.file, place) if accepted else DECLINED

    async def _store(self, file: File, url: str) -> bool:
        if not file.content or not self._hosts.stores(url):
            return False
        end, size = len(file.content) - 1, len(file.content)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes 0-{end}/{size}",
        }
        try:
            reply = await self._wire.call("PUT", url, headers=headers, data=file.content)
        except Unreachable:
            return False
        return reply.status in (200, 201)

    def _drop_old(self) -> None:
        now = time.monotonic()
        fresh = {k: w for k, w in self._waiting.items() if w.until > now}
        self._waiting = dict(list(fresh.items())[-(LIMIT - 1) :])


def _stored(file: File, place: Payload) -> Json:
    kind = file.name.rpartition(".")[2]
    content: Json = {"uniqueId": words(place, "uniqueId"), "fileType": kind}
    where = words(place, "contentUrl")
    return _activity("Signoff: your file", "file.info", file.name, content, where)


def _activity(summary: str, kind: str, name: str, content: Json, where: str = "") -> Json:
    attachment: Json = {
        "contentType": f"application/vnd.microsoft.teams.card.{kind}",
        "name": name,
        "content": content,
        **({"contentUrl": where} if where else {}),
    }
    return {"type": "message", "summary": summary, "attachments": [attachment]}
