"""Tells a person what the desk answered: in the chat where nobody else reads along."""

import asyncio
from collections.abc import Awaitable

import structlog

from adapters.teams import render
from adapters.teams.address import Address
from adapters.teams.files import TOO_LARGE, Files
from adapters.teams.parse import address, is_personal
from adapters.teams.payload import Json, Payload, words
from adapters.teams.sender import Connector, Gone
from bot.cards import Answer, Card, Para
from bot.outbox import Later, Undeliverable

PATIENCE = 8.0  # seconds; Teams gives up on a click that is not answered soon after
BRIEF = 400  # characters that Teams shows well as the answer to a click

DONE = "Done. The card shows where it stands."
BELOW = "I sent you the answer as a message below."
ELSEWHERE = "I answered you in our own chat, where nobody else reads along."
ADD_ME = "I can only answer in private. Add me as an app in Teams, then ask me again there."

_log = structlog.get_logger()


class Answers:
    def __init__(self, connector: Connector, files: Files) -> None:
        self._connector, self._files = connector, files

    async def to_message(self, activity: Payload, answer: Answer | str) -> None:
        """Answers words that were typed. In a group the answer goes to the person's own chat."""
        messages = self._messages(activity, answer)
        if not messages or is_personal(activity):
            await self.send(activity, messages)
            return
        sent = await self.send(activity, messages)
        if words(activity, "type") == "message":
            here = words(activity, "conversation", "id")
            note = plain(ELSEWHERE if sent else ADD_ME)
            await self._try(self._connector.post(words(activity, "serviceUrl"), here, note))

    async def to_click(self, activity: Payload, answer: Answer | str) -> str:
        """Answers a click; the sentence that Teams shows at the card that was clicked.

        A card in that place would take the clicked one's, so a longer answer is a message.
        """
        if isinstance(answer, str):
            return answer
        if answer.card and not answer.form and not answer.file and (text := brief(answer.card)):
            return text
        messages = self._messages(activity, answer)
        if not messages:
            return DONE
        return BELOW if await self.send(activity, messages) else _first_words(answer)

    async def send(self, activity: Payload, messages: list[Json]) -> bool:
        """Posts the messages in the person's own chat; False when that could not be done."""
        place = address(activity)
        return await self._try(self._post(place, messages)) if messages else True

    async def _post(self, place: Address, messages: list[Json]) -> None:
        conversation = place.conversation or await self._connector.open(place)
        for message in messages:
            await self._connector.post(place.service_url, conversation, message)

    async def _try(self, sending: Awaitable[object]) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                await sending
        except (Later, Undeliverable) as error:
            _log.warning("teams.answer_lost", code=error.code)
        except (Gone, TimeoutError) as error:
            _log.warning("teams.answer_lost", code=type(error).__name__)
        else:
            return True
        return False

    def _messages(self, activity: Payload, answer: Answer | str) -> list[Json]:
        if isinstance(answer, str):
            return [plain(answer)]
        messages: list[Json] = []
        if answer.card:
            messages.append(render.message(answer.card))
        if answer.form:
            messages.append(render.form(answer.form))
        if answer.file:
            offer = self._files.offer(words(activity, "from", "id"), answer.file)
            messages.append(offer or plain(TOO_LARGE))
        return messages


def plain(text: str) -> Json:
    return {"type": "message", "text": text, "textFormat": "plain"}


def brief(card: Card) -> str:
    """The whole card as one short text, or nothing when that would leave something out."""
    paragraphs = [b.text for b in card.body if isinstance(b, Para)]
    if card.actions or len(paragraphs) < len(card.body):
        return ""
    text = "\n\n".join([card.title, *paragraphs])
    return text if len(text) <= BRIEF else ""


def _first_words(answer: Answer) -> str:
    """What of an answer can still be said when it could not be sent as a message."""
    card = answer.card or Card("Please try again", preview="")
    first = next((b.text for b in card.body if isinstance(b, Para)), "")
    return f"{card.title}\n\n{first}".strip()[:BRIEF]
