"""Runs each activity through botbuilder's turn, with our own checks before it and our own sender
behind it.
"""

from collections.abc import Mapping

from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext, serializer_helper
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import Activity
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)
from msrest.exceptions import DeserializationError  # type: ignore[attr-defined]

from adapters import Front
from adapters.teams.answers import Answers, plain
from adapters.teams.directory import Directory
from adapters.teams.files import Files
from adapters.teams.parse import command, speaker
from adapters.teams.payload import Json, NotJson, Payload, table, words
from adapters.teams.sender import Connector
from bot.cards import Answer
from bot.refusals import Refused

_PAYLOAD = "signoff.payload"
# What the library needs to run a turn. It logs what it cannot read, so no words go in.
_ENVELOPE = (
    *("type", "id", "name", "action", "channelId", "serviceUrl", "replyToId"),
    *("from", "recipient", "conversation", "membersAdded"),
)
_IDS = (
    *(("from", "id"), ("recipient", "id"), ("conversation", "id")),
    *(("id",), ("replyToId",), ("serviceUrl",)),
)
ID_LIMIT = 512  # bytes; ids become parts of addresses
GREETED_LIMIT = 1_000
UNKNOWN_BUTTON = "This button is not one of mine any more. Type `queue` to see what is open."


class Turns(CloudAdapterBase):  # type: ignore[misc]  # botbuilder is not typed
    def __init__(self, listener: "Listener", connector: Connector) -> None:
        self._trust = _Checked(connector)
        super().__init__(self._trust)
        self._listener = listener

    async def take(self, activity: Payload, claims: Mapping[str, str]) -> tuple[int, object]:
        """The HTTP status and JSON that answer an activity whose sender was checked before."""
        model = _model(activity)

        async def logic(context: TurnContext) -> None:
            context.turn_state[_PAYLOAD] = activity
            await self._listener.on_turn(context)

        response = await self.process_activity(self._trust.result(claims), model, logic)
        if response is None:
            return 200, None
        body = response.body
        return int(response.status), body if isinstance(body, dict) else serializer_helper(body)


def _model(activity: Payload) -> Activity:
    """The library's own form of the activity's envelope. Raises `NotJson` for a wrong shape."""
    ids = [words(activity, *place) for place in _IDS]
    if not words(activity, "type") or any(len(each.encode()) > ID_LIMIT for each in ids):
        raise NotJson
    try:
        return Activity().deserialize({k: activity[k] for k in _ENVELOPE if k in activity})
    except (DeserializationError, AttributeError, TypeError, ValueError):
        raise NotJson from None


class _Factory(ConnectorFactory):  # type: ignore[misc]
    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def create(self, service_url: str, audience: str) -> Connector:
        return self._connector


class _Checked(BotFrameworkAuthentication):  # type: ignore[misc]
    """What the library asks of an authentication, all of which `auth.Guard` did already."""

    def __init__(self, connector: Connector) -> None:
        self._factory = _Factory(connector)

    def result(self, claims: Mapping[str, str]) -> AuthenticateRequestResult:
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity(dict(claims), bool(claims))
        result.connector_factory = self._factory
        return result

    async def authenticate_request(self, activity: Activity, auth_header: str) -> object:
        raise PermissionError  # never the library's own checks

    async def authenticate_streaming_request(self, auth_header: str, channel: str) -> object:
        raise PermissionError

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        return self._factory

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        return None  # we never sign people in


class Listener(TeamsActivityHandler):  # type: ignore[misc]
    """What we do when something happens in Teams."""

    def __init__(
        self, front: Front, *, answers: Answers, files: Files, directory: Directory
    ) -> None:
        self._front, self._answers = front, answers
        self._files, self._directory = files, directory
        self._greeted: dict[str, None] = {}

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        activity = turn_context.turn_state[_PAYLOAD]
        if (answer := await self._ask(activity)) is not None:
            await self._answers.to_message(activity, answer)

    on_message_update_activity = on_message_activity
    on_message_delete_activity = on_message_activity
    on_conversation_update_activity = on_message_activity
    on_installation_update_add = on_message_activity

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        activity = turn_context.turn_state[_PAYLOAD]
        match words(activity, "name"):
            case "adaptiveCard/action":
                answer = await self._ask(activity)
                text = UNKNOWN_BUTTON
                if answer is not None:
                    text = await self._answers.to_click(activity, answer)
                return InvokeResponse(status=200, body=_spoken(text))
            case "fileConsent/invoke":
                told = await self._files.answer(speaker(activity), table(activity, "value"))
                message = plain(told) if isinstance(told, str) else told
                await self._answers.send(activity, [message])
                return InvokeResponse(status=200)
        return InvokeResponse(status=501)

    async def _ask(self, activity: Payload) -> Answer | str | None:
        """The desk's answer, a sentence where the desk need not be asked, or None for silence."""
        if not speaker(activity):
            return None
        aliases = await self._directory.aliases(activity)
        try:
            asked = command(activity, aliases)
        except Refused as refused:
            return refused.sentence
        if asked is None or self._was_greeted(activity, asked.origin.event):
            return None
        return await self._front.handle(asked)

    def _was_greeted(self, activity: Payload, event: str) -> bool:
        """True for the second of the two ways in which Teams announces one arrival."""
        if words(activity, "type") not in ("installationUpdate", "conversationUpdate"):
            return False
        known = event in self._greeted
        self._greeted[event] = None
        if len(self._greeted) > GREETED_LIMIT:
            del self._greeted[next(iter(self._greeted))]
        return known


def _spoken(text: str) -> Json:
    """The answer to a click that is a sentence and leaves the card as it is."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}
