"""The Slack adapter: slack-bolt's listeners for what arrives, `deliver` for what leaves."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from aiohttp import ClientSession, ClientTimeout, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from adapters import Front
from adapters.slack import incoming, parse, quiet
from adapters.slack.answers import Answers
from adapters.slack.payload import Payload, words
from adapters.slack.sender import Courier, Declined
from bot.cards import Answer
from bot.commands import Chat, Request
from bot.config import SlackSettings
from bot.logs import report_defect
from bot.messages import desk
from bot.outbox import Later, Parcel, Receipt
from bot.refusals import Refused

PATH = "/slack/events"
CALL_SECONDS = 10
ACK_SECONDS = 2.0  # Slack waits three
RETRY_SECONDS = 15.0  # between two tries to reach Slack while it is away
GRACE_SECONDS = 3.0  # for answers that are on their way when we stop
ANYTHING = re.compile(r".*", re.DOTALL)
_log = structlog.get_logger()


class SlackAdapter:
    chat = Chat.SLACK

    def __init__(self, settings: SlackSettings, front: Front) -> None:
        self._settings, self._front = settings, front
        self._url = settings.api_url or os.environ.get("SLACK_API_URL") or AsyncWebClient.BASE_URL
        # The outbox has a patience of its own. An answer is lost if it is not tried again here.
        self._courier = Courier(self._client())
        self._answering = Courier(
            self._client(
                AsyncConnectionErrorRetryHandler(),
                AsyncRateLimitErrorRetryHandler(max_retry_count=2),
                AsyncServerErrorRetryHandler(),
            )
        )
        self._answers = Answers(self._answering, self._url)
        self._bolt = self._listeners()
        self._us: AuthorizeResult | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self._session: ClientSession | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._busy: set[asyncio.Task[None]] = set()

    def _client(self, *handlers: Any) -> AsyncWebClient:
        return AsyncWebClient(
            token=self._settings.bot_token,
            base_url=self._url,
            timeout=CALL_SECONDS,
            logger=quiet.logger(),
            retry_handlers=list(handlers),
        )

    # --- life ----------------------------------------------------------------------------------

    def mount(self, app: web.Application) -> None:
        """Adds the one address that Slack calls. With Socket Mode there is none to attack."""
        if self._settings.mode == "http":
            if not self._settings.signing_secret:
                raise ValueError("slack.signing_secret is empty: anybody could speak as Slack.")
            app.router.add_post(PATH, self._receive)

    async def start(self) -> None:
        self._session = ClientSession(timeout=ClientTimeout(total=CALL_SECONDS))
        self._courier.client.session = self._answering.client.session = self._session
        self._connecting = asyncio.create_task(self._connect())

    async def stop(self) -> None:
        if self._busy:
            await asyncio.wait(self._busy, timeout=GRACE_SECONDS)
        await _cancelled(*self._busy, *([self._connecting] if self._connecting else []))
        if self._socket is not None:
            await _closed(self._socket)
        if self._session is not None:
            await self._session.close()
        self._connecting = self._socket = self._session = None

    def ready(self) -> bool:
        return self._us is not None and (self._settings.mode == "http" or self._connected())

    def _connected(self) -> bool:
        client = self._socket.client if self._socket else None
        session = client.current_session if client else None
        return client is not None and session is not None and not (session.closed or client.stale)

    async def _connect(self) -> None:
        """Learns who we are on Slack, then opens the socket; tries again until both are done."""
        while self._us is None:
            try:
                self._us = await self._who_we_are()
            except (Declined, Later) as problem:
                _log.warning("slack_away", code=problem.code)
                await asyncio.sleep(RETRY_SECONDS)
        if self._settings.mode == "socket":
            self._socket = AsyncSocketModeHandler(
                self._bolt,
                self._settings.app_token,
                logger=quiet.logger(),
                web_client=self._answering.client,
            )
            await self._socket.connect_async()  # type: ignore[no-untyped-call]

    async def _who_we_are(self) -> AuthorizeResult:
        us = await self._courier.call("auth.test", {})
        return self._result(words(us, "team_id"), words(us, "bot_id"), words(us, "user_id"))

    def _result(self, team: str = "", bot: str = "", user: str = "") -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=team or None,
            bot_id=bot or None,
            bot_user_id=user or None,
            bot_token=self._settings.bot_token,
        )

    # --- what leaves ---------------------------------------------------------------------------

    async def deliver(self, parcel: Parcel) -> Receipt:
        return await self._courier.deliver(parcel)

    # --- what arrives --------------------------------------------------------------------------

    def _listeners(self) -> AsyncApp:
        """Bolt with one listener for everything: what a payload asks is decided by `parse`.

        `process_before_response` makes bolt acknowledge an event after the listener, not before:
        what Slack believes to be taken has to be saved.
        """

        async def authorize() -> AuthorizeResult:
            """One workspace, one token; asking Slack who we are must not hold up an event."""
            return self._us or self._result()

        client = AsyncWebClient(base_url=self._url, logger=quiet.logger(), retry_handlers=[])
        app = AsyncApp(
            client=client,
            logger=quiet.logger(),
            authorize=authorize,
            before_authorize=self._ours,
            process_before_response=True,
            request_verification_enabled=False,  # `incoming` has done it, before it read a word
            ssl_check_enabled=False,
        )
        for listen in (
            *(app.event("message"), app.event("app_mention"), app.command(ANYTHING)),
            *(app.shortcut(ANYTHING), app.action(ANYTHING), app.view(ANYTHING)),
        ):
            listen(self._take)
        app.error(self._failed)
        return app

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            payload = await incoming.read(request, self._verifier())
        except incoming.Rejected as rejected:
            return web.Response(status=rejected.status)
        try:
            checked = AsyncBoltRequest(mode="socket_mode", body=payload)
            answer = await self._bolt.async_dispatch(checked)
        except Exception:  # noqa: BLE001 - the library reaches for parts that are not there
            return web.Response(status=400)  # a defect of ours went to `_failed`
        return await to_aiohttp_response(answer)

    def _verifier(self) -> SignatureVerifier:
        return SignatureVerifier(self._settings.signing_secret)

    async def _ours(
        self, body: dict[str, Any], next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Refuses what is misshapen or comes from another workspace than the one we serve."""
        known = self._us.team_id if self._us else None
        if not incoming.sound(body):
            return BoltResponse(status=400, body="")
        if known and parse.team(body) != known and words(body, "type") != "url_verification":
            return BoltResponse(status=403, body="")
        return await next_()

    async def _failed(self, error: Exception) -> BoltResponse:
        report_defect("slack", error)
        return BoltResponse(status=500, body="")

    async def _take(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """Saves what is asked, acknowledges it, and answers after that."""
        place = parse.place(body)
        answering = asyncio.create_task(self._answer(place, body))
        # An event that is late is sent again. A click is not, and its person sees an error.
        patience = None if place.way is parse.Way.MESSAGE else ACK_SECONDS
        await asyncio.wait({answering}, timeout=patience)
        if not answering.done():
            await ack()
            self._soon(self._give_late(place, answering))
            return
        answer = answering.result()
        said = self._answers.at_once(place, answer, body)
        await (ack(said) if said else ack())
        self._soon(self._answers.give(place, answer, said))

    async def _give_late(self, place: parse.Place, answering: asyncio.Task[Answer]) -> None:
        await self._answers.give(place, await answering, {})

    async def _answer(self, place: parse.Place, body: Payload) -> Answer:
        try:
            wanted = parse.asked(body)
        except Refused as refused:
            return Answer(desk.refusal(refused.sentence))
        if isinstance(wanted, parse.Opens):
            return await self._opened(wanted)
        answer = await self._front.handle(wanted) if wanted else Answer()
        shared = isinstance(wanted, Request) and place.way is parse.Way.SHORTCUT
        return _with_words(answer, body) if shared else answer

    async def _opened(self, opens: parse.Opens) -> Answer:
        """The form behind a button. A draft's words are asked for anew; when the button is gone
        from the draft's card, that card is the answer.
        """
        if opens.look is None:
            return Answer(form=opens.action)
        now = await self._front.handle(opens.look)
        offered = now.card.actions if now.card else ()
        fresh = next((a for a in offered if a.verb is opens.action.verb and a.asks), None)
        return Answer(form=fresh) if fresh else now

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (Declined, Later) as problem:
            _log.warning("slack_answer_lost", code=problem.code)
        except Exception as defect:  # noqa: BLE001 - the command itself is done and saved
            report_defect("slack answer", defect)


def _with_words(answer: Answer, body: Payload) -> Answer:
    if answer.form is None:
        return answer
    return Answer(answer.card, parse.prefilled(answer.form, parse.shared(body)), answer.file)


async def _closed(socket: AsyncSocketModeHandler) -> None:
    """Closes the socket, without manners when the other side has none."""
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            await socket.close_async()  # type: ignore[no-untyped-call]
    except TimeoutError:
        await socket.client.aiohttp_client_session.close()


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
