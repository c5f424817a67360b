"""Calls Slack's Web API: opens people's direct messages, posts cards there, replaces them."""

import asyncio
import re
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import render
from adapters.slack.payload import Json, Payload, digest, rows, words
from bot.cards import Card, File, Picture
from bot.outbox import Later, Parcel, Receipt, Undeliverable

HISTORY = 100  # messages looked through for a card that may have got through
KNOWN_LIMIT = 5_000
SHORT = 3_000  # characters of blocks for a card that Slack found too long
UPLOAD_SECONDS = 20.0
PICTURE_PAUSE = 1.0  # Slack takes a moment until a new picture may be shown
EVENT = "signoff_card"
NO_PREVIEWS: Json = {"unfurl_links": False, "unfurl_media": False}
UNREACHABLE = frozenset(
    (
        *("channel_not_found", "user_not_found", "users_not_found", "invalid_users", "is_bot"),
        *("user_disabled", "user_not_visible", "account_inactive", "cannot_dm_bot", "is_archived"),
        *("messages_tab_disabled", "not_in_channel", "no_permission", "restricted_action"),
    )
)
GONE = frozenset(["message_not_found", "cant_update_message", "edit_window_closed"])
MISSHAPEN = frozenset(
    ["invalid_blocks", "msg_too_long", "msg_blocks_too_long", "invalid_arguments"]
)


class Declined(Exception):
    """Slack understood and said no. `code` is safe to log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to send a card: with which pictures, how long, after which pause."""

    pictures: tuple[str, ...] = ()
    limit: int = render.SIZE_LIMIT
    pause: float = 0.0


class Courier:
    """Brings cards to people. `client` decides how patient a call is."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self._direct: dict[str, str] = {}

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Posts the card in the person's direct messages, or replaces it there."""
        try:
            return await self._deliver(parcel)
        except Declined as declined:
            if declined.code not in UNREACHABLE | MISSHAPEN:
                raise Later(declined.code) from None
            self._direct.pop(parcel.user, None)
            raise Undeliverable(declined.code) from None

    async def _deliver(self, parcel: Parcel) -> Receipt:
        mark = digest(parcel.user, parcel.key)
        old = parcel.receipt
        if old is None and parcel.attempt > 1:
            old = await self._found(await self.direct(parcel.user), mark)
        if old is not None:
            try:
                await self.post(old.conversation, parcel.card, mark=mark, replaces=old.message)
            except Declined as declined:
                if declined.code not in GONE:
                    raise
            else:
                return old
        channel = await self.direct(parcel.user)
        return Receipt(channel, await self.post(channel, parcel.card, mark=mark))

    async def _found(self, channel: str, mark: str) -> Receipt | None:
        """The card that an earlier attempt put there, recognised by its mark alone."""
        query = {"channel": channel, "limit": HISTORY, "include_all_metadata": "true"}
        history = await asked(self.client.api_call("conversations.history", data=query))
        for message in rows(history, "messages"):
            known = words(message, "metadata", "event_type") == EVENT
            if known and words(message, "metadata", "event_payload", "mark") == mark:
                return Receipt(channel, words(message, "ts"))
        return None

    async def direct(self, user: str) -> str:
        """The channel of the direct messages with this person."""
        if user not in self._direct:
            opened = await self.call("conversations.open", {"users": user})
            if len(self._direct) >= KNOWN_LIMIT:
                self._direct.clear()
            self._direct[user] = words(opened, "channel", "id")
        return self._direct[user]

    async def post(
        self, channel: str, card: Card, *, mark: str = "", thread: str = "", replaces: str = ""
    ) -> str:
        """The id of the message that now shows the card: a new one, or the one it replaces."""
        where: Json = {"channel": channel}
        if mark:
            where["metadata"] = {"event_type": EVENT, "event_payload": {"mark": mark}}
        if thread:
            where["thread_ts"] = thread
        pictures = await self._uploaded(card)
        for shape in _shapes(pictures):
            await asyncio.sleep(shape.pause)
            message = render.message(card, shape.pictures, shape.limit)
            try:
                ts = await self._send({**where, **message}, replaces)
            except Declined as declined:
                if declined.code not in MISSHAPEN:
                    raise
                problem = declined
            else:
                if pictures and not shape.pictures:
                    await self._share(channel, card)
                return ts
        raise problem

    async def _send(self, message: Json, replaces: str) -> str:
        if replaces:
            await self.call("chat.update", {**message, "ts": replaces})
            return replaces
        return words(await self.call("chat.postMessage", {**message, **NO_PREVIEWS}), "ts")

    async def call(self, method: str, body: Json) -> Payload:
        """Slack's answer to one call."""
        return await asked(self.client.api_call(method, json=body))

    async def _uploaded(self, card: Card) -> tuple[str, ...]:
        """The ids on Slack of all the card's pictures, or none of them."""
        try:
            return tuple([await self.upload(_file(p), alt=p.alt) for p in _pictures(card)])
        except (Declined, Later):
            return ()

    async def _share(self, channel: str, card: Card) -> None:
        """Shows the pictures as files, where Slack does not take them into the message."""
        for picture in _pictures(card):
            await self.upload(_file(picture), alt=picture.alt, channel=channel)

    async def upload(self, file: File, *, alt: str = "", channel: str = "") -> str:
        """The id of the file, which is shown in `channel` if one is named."""
        about = {"filename": file.name, "length": len(file.content), "alt_txt": alt[:1_000]}
        call = self.client.api_call("files.getUploadURLExternal", data=about)
        place = await asked(call)
        await _put(words(place, "upload_url"), file.content)
        name = words(place, "file_id")
        shown: Json = {"channel_id": channel} if channel else {}
        listed = [{"id": name, "title": file.name}]
        await self.call("files.completeUploadExternal", {"files": listed, **shown})
        return name


async def _put(url: str, content: bytes) -> None:
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=UPLOAD_SECONDS)) as session,
            session.post(url, data=content) as response,
        ):
            status = response.status
    except (ClientError, TimeoutError, OSError, ValueError):
        raise Later("unreachable") from None
    if status != 200:
        raise Later(f"http-{status}")


async def asked(call: Awaitable[Any]) -> Payload:
    """Slack's answer. Raises `Declined` for its refusals and `Later` when it is busy or away; what
    Slack or the library say about it may quote a draft and goes no further.
    """
    try:
        response = await call
    except SlackApiError as error:
        raise _problem(error.response) from None
    except (SlackClientError, ClientError, TimeoutError, OSError):
        raise Later("unreachable") from None
    return response.data if isinstance(response.data, dict) else {}


def _problem(response: Any) -> Exception:
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    code = words(data, "error")
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return Later("http-429", _seconds(response.headers))
    if status != 200 or not re.fullmatch(r"[a-z_]{1,60}", code):
        return Later(f"http-{status}")
    return Declined(code)


def _seconds(headers: Mapping[str, str]) -> float | None:
    value = next((v for k, v in headers.items() if k.lower() == "retry-after"), "")
    return float(value) if re.fullmatch(r"\d{1,5}", value) else None


def _shapes(pictures: tuple[str, ...]) -> Iterator[Shape]:
    """What to try in turn when Slack does not take the message as it is."""
    if pictures:
        yield Shape(pictures)
        yield Shape(pictures, pause=PICTURE_PAUSE)
    yield Shape()
    yield Shape(limit=SHORT)


def _pictures(card: Card) -> list[Picture]:
    return [block for block in card.body if isinstance(block, Picture)]


def _file(picture: Picture) -> File:
    return File("picture.png", "image/png", picture.png)
