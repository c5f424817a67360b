"""Answers the person who just asked: to them alone, and where they asked if that can be."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import ClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack import forms, render
from adapters.slack.parse import Place, Way
from adapters.slack.payload import Json, Payload, table
from adapters.slack.sender import Courier, Declined
from bot.cards import Action, Answer, Card, File, Para, Picture, Quote, Tone
from bot.outbox import Later

SNIPPET = 9_000  # characters of a file shown as a message when it cannot be handed over
ELSEWHERE = Card("Sent", "Sent.", (Para("I sent it to our direct messages, where only you read."),))
TOO_LATE = Card(
    "Please try again",
    "Please try again.",
    (Para("Slack did not let me open the window in time. Please press it once more."),),
    tone=Tone.WARN,
)


class Answers:
    """A response goes only to the host of `api_url`, or to its neighbour for such responses."""

    def __init__(self, courier: Courier, api_url: str) -> None:
        self._courier = courier
        scheme, host = _origin(api_url)
        self._hosts = {(scheme, host), (scheme, f"hooks.{host.removeprefix('www.')}")}

    def at_once(self, place: Place, answer: Answer, body: Payload) -> Json:
        """What goes into the acknowledgement itself; empty when nothing fits there."""
        if answer.card is None or _needs_direct(answer):
            form = answer.form if place.way is Way.FORM else None
            return _updated(forms.form(form, place.channel)) if form else {}
        if place.way is Way.COMMAND:
            return {"response_type": "ephemeral", **render.message(answer.card)}
        if place.way is Way.FORM:
            return _updated(_window(answer.card, table(body, "view")))
        return {}

    async def give(self, place: Place, answer: Answer, said: Mapping[str, object]) -> None:
        """What the acknowledgement did not say."""
        if answer.form and not said:
            await self.open(place, answer.form)
        if answer.card and not said:
            await self._show(place, answer.card, direct=_needs_direct(answer))
        if answer.file:
            await self._hand_over(place, answer.file)

    async def open(self, place: Place, action: Action) -> None:
        """Opens the window that asks for what `action` needs."""
        view = forms.form(action, place.channel)
        try:
            await self._courier.call("views.open", {"trigger_id": place.trigger, "view": view})
        except (Declined, Later):
            await self._whisper(place, TOO_LATE)

    async def _show(self, place: Place, card: Card, *, direct: bool) -> None:
        if direct or not place.channel:
            channel = await self._courier.direct(place.user)
            await self._courier.post(channel, card)
            if place.channel not in ("", channel):
                await self._whisper(place, ELSEWHERE)
        elif place.private and (place.way is Way.MESSAGE or card.actions):
            await self._courier.post(place.channel, card, thread=place.thread)
        else:
            await self._whisper(place, card)

    async def _whisper(self, place: Place, card: Card) -> None:
        """Shows a card that only this person sees, else sends it to their direct messages."""
        message = render.message(card)
        if await self._responded(place, message):
            return
        where: Json = {"channel": place.channel, "user": place.user}
        if place.thread:
            where["thread_ts"] = place.thread
        try:
            await self._courier.call("chat.postEphemeral", {**where, **message})
        except Declined:
            await self._courier.post(await self._courier.direct(place.user), card)

    async def _responded(self, place: Place, message: Json) -> bool:
        """True when the message went by the address that Slack gave for this one answer."""
        if _origin(place.response_url) not in self._hosts:
            return False
        client = self._courier.client
        hook = AsyncWebhookClient(place.response_url, session=client.session, logger=client.logger)
        body = {"response_type": "ephemeral", "replace_original": False, **message}
        try:
            return (await hook.send_dict(body)).status_code == 200
        except (ClientError, TimeoutError, OSError):
            return False

    async def _hand_over(self, place: Place, file: File) -> None:
        channel = await self._courier.direct(place.user)
        try:
            await self._courier.upload(file, channel=channel)
        except (Declined, Later):
            await self._courier.post(channel, _snippet(file))


def _needs_direct(answer: Answer) -> bool:
    """Files and pictures can only be shown in a lasting message."""
    shows = answer.card is not None and any(isinstance(b, Picture) for b in answer.card.body)
    return answer.file is not None or shows


def _updated(view: Json) -> Json:
    return {"response_action": "update", "view": view}


def _window(card: Card, view: Payload) -> Json:
    """The answer to a form: in its place, or above it when there is something to mend."""
    if card.tone in (Tone.WARN, Tone.BAD):
        return forms.again(view, render.blocks(card))
    return forms.told("Signoff", render.blocks(card))


def _snippet(file: File) -> Card:
    text = file.content.decode("utf-8", "replace")
    return Card(file.name, "A file for you.", (Quote(text[:SNIPPET], file.name, copy=True),))


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ("", "")
    return parts.scheme, parts.netloc
