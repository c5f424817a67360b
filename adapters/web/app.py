"""The web adapter: serves the demo page, takes its presses, shows what the desk sends out."""

import asyncio
import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from aiohttp import web

from adapters import Front
from adapters.web import parse, render
from adapters.web.files import Downloads, statics
from adapters.web.guard import HEADERS, NOT_READABLE, TOO_LONG, Guard, body, refusal
from adapters.web.items import Handed, Kind, Words, dump
from adapters.web.live import Streams, event
from bot import card_json
from bot.cards import Answer, Tone
from bot.commands import Chat
from bot.demo import DemoClock, Persona, Sample
from bot.messages import desk
from bot.outbox import Parcel, Receipt, Undeliverable
from bot.refusals import Refused
from bot.store.pages import PageItem, Pages

MOVES = ("hour", "4 hours", "tomorrow", "tuesday", "week")
MOST_SHOWN = 300  # the newest messages of a conversation
GONE = "This file was fetched already. Please ask for it again."


class WebAdapter:
    chat = Chat.WEB

    def __init__(
        self,
        front: Front,
        pages: Pages,
        people: Sequence[Persona],
        clock: DemoClock,
        samples: Sequence[Sample],
    ) -> None:
        self._front, self._pages, self._clock = front, pages, clock
        self._people, self._samples = tuple(people), tuple(samples)
        self._users = frozenset(person.user for person in people)
        self._guard, self._streams, self._downloads = Guard(), Streams(), Downloads()
        self._statics = statics()
        # Each conversation is written and told of in one order, so that all pages show the same.
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # When each message was first shown, so that showing one need not read them all.
        self._since: dict[str, dict[str, datetime]] = {}
        self._started = False

    # --- what every adapter does -------------------------------------------------------------

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/", self._guard.reading(self._page))
        app.router.add_get("/live", self._guard.reading(self._live))
        app.router.add_get("/static/{name}", self._guard.reading(self._static))
        app.router.add_get("/file/{token}", self._guard.reading(self._file))
        app.router.add_post("/act", self._guard.writing(self._act))
        app.router.add_post("/clock", self._guard.writing(self._forward))
        app.on_shutdown.append(self._close)

    async def start(self) -> None:
        self._started = True

    async def stop(self) -> None:
        self._started = False
        self._streams.close()

    async def _close(self, _: web.Application) -> None:
        self._streams.close()

    def ready(self) -> bool:
        return self._started

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Shows the card. Its place is a function of the key, so a resend shows nothing twice."""
        if parcel.user not in self._users:
            raise Undeliverable("no-account")
        message = hashlib.sha256(parcel.key.encode()).hexdigest()[:24]
        await self._show(parcel.user, message, Kind.CARD, card_json.dump(parcel.card))
        return Receipt(parcel.user, message)

    # --- the conversations -------------------------------------------------------------------

    async def _show(self, user: str, message: str, kind: Kind, content: bytes) -> None:
        async with self._turns[user]:
            if user not in self._since:
                items = await asyncio.to_thread(self._pages.all, user)
                self._since[user] = {item.message: item.at for item in items}
            await asyncio.to_thread(self._pages.put, user, message, kind, content)
            edited = message in self._since[user]
            at = self._since[user].setdefault(message, self._clock.now())
            html = render.message(PageItem(message, kind, content, at, edited), self._clock.zone)
            self._streams.send("message", {"user": user, "html": html})

    async def _columns(self) -> list[render.Column]:
        columns = []
        for place, person in enumerate(self._people):
            items = await asyncio.to_thread(self._pages.all, person.user)
            messages = tuple(render.message(i, self._clock.zone) for i in items[-MOST_SHOWN:])
            columns.append(render.Column(person, messages, self._samples if place == 0 else ()))
        return columns

    def _time(self) -> dict[str, object]:
        return {"now": self._clock.now().timestamp() * 1000, "zone": self._clock.zone.key}

    # --- reading -----------------------------------------------------------------------------

    async def _page(self, _: web.Request) -> web.Response:
        html = render.page(
            await self._columns(),
            token=self._guard.token,
            now=self._clock.now(),
            zone=self._clock.zone,
        )
        page = html.encode("utf-8", "replace")
        return web.Response(body=page, content_type="text/html", charset="utf-8", headers=HEADERS)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Everything as it is now, then each change. A page that was cut off just comes again."""
        headers = {**HEADERS, "Content-Type": "text/event-stream"}
        response = web.StreamResponse(headers=headers)
        with self._streams.open() as chunks, contextlib.suppress(ConnectionError):
            await response.prepare(request)
            columns = {c.persona.user: list(c.messages) for c in await self._columns()}
            state = {"token": self._guard.token, "clock": self._time(), "columns": columns}
            await response.write(event("sync", state))
            async for chunk in chunks:
                await response.write(chunk)
        return response

    async def _static(self, request: web.Request) -> web.Response:
        found = self._statics.get(request.match_info["name"])
        if found is None:
            return refusal(404, "There is no such file.")
        return web.Response(body=found[1], content_type=found[0], charset="utf-8", headers=HEADERS)

    async def _file(self, request: web.Request) -> web.Response:
        return self._downloads.take(request.match_info["token"]) or refusal(404, GONE)

    # --- writing -----------------------------------------------------------------------------

    async def _forward(self, request: web.Request) -> web.Response:
        try:
            payload = await body(request)
        except (ValueError, OverflowError, TimeoutError):
            return refusal(400, NOT_READABLE)
        to = payload.get("to") if isinstance(payload, dict) else None
        if to not in MOVES:
            return refusal(400, NOT_READABLE)
        await self._clock.forward(to)
        self._streams.send("clock", self._time())
        return web.json_response({"clock": self._time()}, headers=HEADERS)

    async def _act(self, request: web.Request) -> web.Response:
        """One press or message: kept first, then handled, then answered."""
        try:
            post = parse.read(await body(request), self._users)
            turn = await self._heard(post)
        except OverflowError:
            return refusal(413, TOO_LONG)
        except (ValueError, TimeoutError, parse.NotOurs):
            return refusal(400, NOT_READABLE)
        except Refused as problem:
            answer = Answer(desk.refusal(problem.sentence))
        else:
            answer = await self._front.handle(turn.command)
        await self._reply(post, answer)
        form = render.form(answer.form) if answer.form else None
        refused = answer.card is not None and answer.card.tone in (Tone.WARN, Tone.BAD)
        return web.json_response({"form": form, "refused": refused}, headers=HEADERS)

    async def _heard(self, post: parse.Post) -> parse.Turn:
        """The turn a post takes, once the person's own words stand in their conversation."""
        turn = parse.turn(post, self._samples)
        words = turn.words
        if words is None:
            return turn
        if post.act in ("edit", "delete"):
            await self._must_be_own(post.user, turn.message)
        if words.target:
            words = await self._in_reply(post.user, words)
        if words.text.strip() or words.deleted:
            await self._show(post.user, turn.message, Kind.SAID, dump(words))
        return turn

    async def _must_be_own(self, user: str, message: str) -> None:
        item = await asyncio.to_thread(self._pages.get, user, message)
        if item is None or item.kind != Kind.SAID or not Words.load(item.body).draft:
            raise parse.NotOurs

    async def _in_reply(self, user: str, words: Words) -> Words:
        item = await asyncio.to_thread(self._pages.get, user, words.target)
        if item is None or item.kind != Kind.CARD:
            raise parse.NotOurs
        return Words(words.text, card_json.load(item.body).title, words.target)

    async def _reply(self, post: parse.Post, answer: Answer) -> None:
        if answer.card:
            name = f"answer-{post.event}"
            await self._show(post.user, name, Kind.ANSWER, card_json.dump(answer.card))
        if answer.file:
            token = self._downloads.add(answer.file)
            handed = Handed(answer.file.name, len(answer.file.content), token)
            await self._show(post.user, f"file-{post.event}", Kind.FILE, dump(handed))
