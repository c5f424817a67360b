"""The Teams adapter: one HTTP endpoint for what arrives, and `deliver` for what leaves."""

import asyncio
import contextlib
from dataclasses import replace

import structlog
from aiohttp import web

from adapters import Front
from adapters.teams import render
from adapters.teams.address import Address, load
from adapters.teams.answers import Answers
from adapters.teams.auth import Denied, Guard, Keys, Token
from adapters.teams.directory import Directory
from adapters.teams.files import Files
from adapters.teams.hosts import Hosts, is_loopback
from adapters.teams.parse import address, speaker
from adapters.teams.payload import SIZE_LIMIT, Json, NotJson, read
from adapters.teams.sender import Connector, Gone, Tokens
from adapters.teams.turns import Listener, Turns
from adapters.teams.wire import Wire
from bot.commands import Chat
from bot.config import TeamsSettings
from bot.logs import report_defect
from bot.outbox import Later, Parcel, Receipt, Undeliverable

BODY_SECONDS = 10.0
WARM_SECONDS = 15.0  # between two tries to get keys and a token while Microsoft is away

_FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Origin")
_log = structlog.get_logger()


class TeamsAdapter:
    chat = Chat.TEAMS

    def __init__(self, settings: TeamsSettings, front: Front) -> None:
        hosts = Hosts(settings.local, settings.service_hosts)
        self._wire = Wire()
        self._keys = Keys(settings.openid_url, wire=self._wire, hosts=hosts)
        self._guard = Guard(settings, hosts=hosts, keys=self._keys)
        self._tokens = Tokens(settings, wire=self._wire, hosts=hosts)
        self._connector = Connector(wire=self._wire, tokens=self._tokens, hosts=hosts)
        files = Files(wire=self._wire, hosts=hosts)
        listener = Listener(
            front,
            answers=Answers(self._connector, files),
            files=files,
            directory=Directory(self._connector),
        )
        self._turns = Turns(listener, self._connector)
        self._warming: asyncio.Task[None] | None = None
        self._home: Address | None = None  # where we were last heard of: the organisation's service

    def mount(self, app: web.Application) -> None:
        app.router.add_post("/api/messages", self._receive)

    async def start(self) -> None:
        self._warming = asyncio.create_task(self._warm())

    async def stop(self) -> None:
        if self._warming is not None:
            self._warming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._warming
            self._warming = None
        await self._keys.close()
        await self._wire.close()

    def ready(self) -> bool:
        return self._guard.open or (self._keys.known and self._tokens.held)

    async def _warm(self) -> None:
        """Fetches keys and a token before the first person needs them."""
        while not self.ready():
            await self._keys.refresh()
            with contextlib.suppress(Later):
                await self._tokens.header()
            await asyncio.sleep(0 if self.ready() else WARM_SECONDS)

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Posts the card in the person's own chat, or replaces it there."""
        place = load(parcel.address) or self._first_call(parcel)
        try:
            return await self._put(place, render.message(parcel.card), parcel.receipt)
        except Gone:
            raise Undeliverable("gone") from None

    def _first_call(self, parcel: Parcel) -> Address:
        """How to reach somebody who never wrote to us: as a member of the same organisation."""
        home = load(parcel.neighbour) or self._home
        if home is None or "@" in parcel.user or not parcel.user:
            raise Undeliverable("no-address")
        return replace(home, user=parcel.user, conversation="")

    async def _put(self, place: Address, message: Json, old: Receipt | None) -> Receipt:
        if old is not None:
            try:
                await self._connector.update(
                    place.service_url, old.conversation, old.message, message
                )
            except Gone:
                pass  # the person deleted the card, so it is posted anew
            else:
                return old
        conversation = place.conversation or await self._connector.open(place)
        posted = await self._connector.post(place.service_url, conversation, message)
        return Receipt(conversation, posted)

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            return await self._answered(request)
        except Denied as denied:
            _log.warning("teams.denied", code=denied.code)
            return web.Response(status=denied.status)
        except NotJson:
            return web.Response(status=400)
        except Exception as error:  # noqa: BLE001  (the edge: a defect must not reach the sender)
            report_defect("teams", error)
            return web.Response(status=500)

    async def _answered(self, request: web.Request) -> web.Response:
        token = await self._admit(request)
        activity = read(await _body(request))
        self._guard.match(token, activity)
        if speaker(activity):
            self._home = address(activity)
        status, body = await self._turns.take(activity, token.claims if token else {})
        if body is None:
            return web.Response(status=status)
        return web.json_response(body, status=status)

    async def _admit(self, request: web.Request) -> Token | None:
        """The token that came with the request; none is asked for in local use, where the caller
        must be this machine: not a proxy on it, nor a web page open on it.
        """
        if not self._guard.open:
            return await self._guard.check(request.headers.get("Authorization", ""))
        here = is_loopback(request.remote or "") and is_loopback(request.url.host or "")
        if not here or any(name in request.headers for name in _FORWARDED):
            raise Denied("not-local", status=403)
        return None


async def _body(request: web.Request) -> bytes:
    """The request's body. Raises `NotJson` when it is not said to be JSON, or does not end."""
    if request.content_type != "application/json":
        raise NotJson
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > SIZE_LIMIT:
                    raise NotJson
    except TimeoutError:
        raise NotJson from None
    return body
