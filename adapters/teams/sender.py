"""Sends to Teams: with our token, with patience, and only to Teams."""

import asyncio
import json
import time
from collections.abc import Mapping
from urllib.parse import quote

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from adapters.teams.address import Address
from adapters.teams.auth import service_of
from adapters.teams.hosts import Hosts
from adapters.teams.payload import Payload, dig, table, words
from adapters.teams.wire import Reply, Unreachable, Wire
from bot.config import TeamsSettings
from bot.outbox import Later, Undeliverable

TRIES = 3
PATIENCE = 5.0  # seconds to wait here; anything longer is left to the outbox
BUSY = frozenset({408, 412, 425, 429, 500, 502, 503, 504})
EARLY = 300.0  # a token is renewed this many seconds before it ends


class Gone(Exception):
    """The message or the conversation is no longer there."""


class Tokens:
    """The token we show to the connector, asked for once and kept until shortly before its end.

    One form post is all the client-credentials grant needs, so it runs on the event loop with a
    timeout, where the vendor's client would block it.
    """

    def __init__(self, settings: TeamsSettings, *, wire: Wire, hosts: Hosts) -> None:
        self._settings, self._wire, self._hosts = settings, wire, hosts
        self._token, self._ends = "", 0.0
        self._lock = asyncio.Lock()

    @property
    def held(self) -> bool:
        return not self._settings.app_id or time.monotonic() < self._ends

    async def header(self) -> dict[str, str]:
        """The Authorization header; none in local use without an app id. Raises `Later`."""
        if not self._settings.app_id:
            return {}
        async with self._lock:
            if time.monotonic() > self._ends - EARLY:
                await self._renew()
            return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """Makes the next call ask for a new token: the connector refused this one."""
        self._ends = 0.0

    async def _renew(self) -> None:
        tenant = quote(self._settings.tenant or "botframework.com", safe="")
        url = f"{self._settings.authority.rstrip('/')}/{tenant}/oauth2/v2.0/token"
        if not self._hosts.names_keys(url):
            raise Later("token-authority")
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.app_id,
            "client_secret": self._settings.secret,
            "scope": f"{service_of(self._settings.authority)}/.default",
        }
        try:
            reply = await self._wire.call("POST", url, data=form)
        except Unreachable:
            raise Later("token-unreachable") from None
        token, seconds = words(reply.json(), "access_token"), dig(reply.json(), "expires_in")
        if reply.status != 200 or not token:
            raise Later(f"token-{reply.status}")
        self._token = token
        self._ends = time.monotonic() + (seconds if isinstance(seconds, int) else 3600)


class Connector:
    """The few calls of the Bot Connector that we need."""

    def __init__(self, *, wire: Wire, tokens: Tokens, hosts: Hosts) -> None:
        self._wire, self._tokens, self._hosts = wire, tokens, hosts

    async def post(self, service_url: str, conversation: str, activity: Payload) -> str:
        """Posts a message; its id. Raises `Later`, `Undeliverable` or `Gone`."""
        path = f"v3/conversations/{quote(conversation, safe='')}/activities"
        activity = {**activity, "conversation": {"id": conversation}}
        return words(await self._send("POST", service_url, path, activity), "id")

    async def update(
        self, service_url: str, conversation: str, message: str, activity: Payload
    ) -> None:
        """Replaces a message in place. Raises `Later`, `Undeliverable` or `Gone`."""
        path = (
            f"v3/conversations/{quote(conversation, safe='')}/activities/{quote(message, safe='')}"
        )
        activity = {**activity, "id": message, "conversation": {"id": conversation}}
        await self._send("PUT", service_url, path, activity)

    async def open(self, address: Address) -> str:
        """The person's own chat with the bot, opened when there is none yet; its id."""
        asked = {
            "isGroup": False,
            "bot": {"id": address.bot},
            "members": [{"id": address.user}],
            "tenantId": address.tenant,
            "channelData": {"tenant": {"id": address.tenant}},
        }
        answer = await self._send("POST", address.service_url, "v3/conversations", asked)
        if not (conversation := words(answer, "id")):
            raise Later("no-conversation")
        return conversation

    async def member(self, service_url: str, conversation: str, user: str) -> Payload:
        """What the organisation's directory says about a person in a conversation."""
        path = f"v3/conversations/{quote(conversation, safe='')}/members/{quote(user, safe='')}"
        return table(await self._send("GET", service_url, path, None))

    async def _send(self, method: str, service_url: str, path: str, body: Payload | None) -> object:
        """The answer's JSON, after up to `TRIES` tries while the connector is busy."""
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(TRIES),
            wait=_wait,
            retry=retry_if_exception(_worth_waiting),
            reraise=True,
        ):
            with attempt:
                return await self._once(method, service_url, path, body)
        raise Later("unsent")  # pragma: no cover - the loop above returns or raises

    async def _once(self, method: str, service_url: str, path: str, body: Payload | None) -> object:
        if not self._hosts.serves(service_url):
            raise Undeliverable("service-url-host")
        headers = {**await self._tokens.header(), "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        url = f"{service_url.rstrip('/')}/{path}"
        try:
            reply = await self._wire.call(method, url, headers=headers, data=data)
        except Unreachable as error:
            # What may have been sent is not sent again at once: it could arrive twice.
            raise Later("timeout" if error.sent else "unreachable") from None
        if reply.status == 401:
            self._tokens.forget()
        _judge(reply)
        return reply.json()


def _judge(reply: Reply) -> None:
    """Raises what the status means for the card; a good one passes."""
    status = reply.status
    if 200 <= status < 300:
        return
    if status in BUSY:
        raise Later(f"http-{status}", _retry_after(reply.headers))
    if status == 401:
        raise Later("http-401")
    if status in (404, 410):
        raise Gone
    raise Undeliverable("blocked" if status == 403 else f"http-{status}")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds a Retry-After header asks for. A date in it is rare here and counts as none."""
    value = headers.get("Retry-After", "")
    return min(float(value), 3600.0) if value.isascii() and value.isdigit() else None


def _worth_waiting(error: BaseException) -> bool:
    """True for an answer that another try within `PATIENCE` may improve."""
    if not isinstance(error, Later) or not error.code.startswith(("http-", "unreachable")):
        return False
    return error.seconds is None or error.seconds <= PATIENCE


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.seconds if isinstance(error, Later) else None
    return 0.2 * 2 ** (state.attempt_number - 1) if asked is None else asked
