"""Slow, silent, packed and oversized callers cost little, and shut nobody out."""

import asyncio
import contextlib
import gzip
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from adapters import Adapter, door
from adapters.door import Door
from adapters.http import application
from adapters.slack import SlackAdapter, incoming
from adapters.teams import app as teams_app
from adapters.teams.app import TeamsAdapter
from adapters.web import guard
from bot.config import SlackSettings, TeamsSettings
from bot.outbox import Parcel, Receipt
from tests.test_slack_app import Front

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


async def ready() -> Mapping[str, str]:
    return {"database": ""}


class Slow:
    """A platform whose requests take until they are let go."""

    chat: Any = "slow"

    def __init__(self) -> None:
        self.inside, self.go = 0, asyncio.Event()

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/slow", self._wait)

    async def _wait(self, _: web.Request) -> web.Response:
        self.inside += 1
        await self.go.wait()
        return web.Response(text="done")

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def ready(self) -> bool:
        return True

    async def deliver(self, parcel: Parcel) -> Receipt:
        raise NotImplementedError


@asynccontextmanager
async def served(*adapters: Adapter, **options: Any) -> AsyncIterator[int]:
    runner = Door(application(adapters, ready), **options)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class Caller:
    """A connection, spoken to byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, words: bytes) -> None:
        self.writer.write(words)
        await self.writer.drain()

    async def status(self) -> int:
        """The status of the next answer; 0 when the connection was closed instead."""
        head = await self._until_blank()
        if not head:
            return 0
        if length := re.search(rb"Content-Length: (\d+)", head):
            await self.reader.readexactly(int(length[1]))
        return int(head.split()[1])

    async def _until_blank(self) -> bytes:
        try:
            async with asyncio.timeout(5):
                return await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""

    async def closed(self) -> bool:
        try:
            async with asyncio.timeout(5):
                return not await self.reader.read(1)
        except ConnectionError:
            return True


@asynccontextmanager
async def calling(port: int) -> AsyncIterator[Caller]:
    caller = Caller(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield caller
    finally:
        caller.writer.close()


async def ask(port: int, words: bytes) -> int:
    async with calling(port) as caller:
        await caller.say(words)
        return await caller.status()


async def dribble(caller: Caller) -> None:
    with contextlib.suppress(ConnectionError):
        for byte in b"GET /healthz HTTP/1.1\r\nHost: " + b"x" * 5_000:
            await caller.say(bytes([byte]))
            await asyncio.sleep(0.02)


async def test_a_header_sent_byte_by_byte_is_not_waited_for() -> None:
    async with served(idle=0.3) as port, calling(port) as slow:
        dribbling = asyncio.create_task(dribble(slow))
        assert await slow.closed()
        dribbling.cancel()


async def test_a_caller_who_says_nothing_is_let_go() -> None:
    async with served(idle=0.2) as port, calling(port) as silent, calling(port) as served_once:
        await served_once.say(HEALTH)
        assert await served_once.status() == 200
        assert await silent.closed()
        assert await served_once.closed()


async def test_when_the_house_is_full_the_longest_idle_caller_makes_room() -> None:
    async with served(most=3) as port, calling(port) as first, calling(port) as second:
        for _ in range(5):
            assert await ask(port, HEALTH) == 200
        async with calling(port), calling(port), calling(port) as last:
            await last.say(HEALTH)
            assert await last.status() == 200
        assert await first.closed()
        assert await second.closed()


async def test_nobody_who_is_being_served_is_put_out() -> None:
    slow = Slow()
    async with served(slow, most=2) as port, calling(port) as one, calling(port) as two:
        for caller in (one, two):
            await caller.say(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        while slow.inside < 2:
            await asyncio.sleep(0.01)
        assert await ask(port, HEALTH) == 0
        slow.go.set()
        assert [await one.status(), await two.status()] == [200, 200]
        assert await ask(port, HEALTH) == 200


BAD_HEADS = {
    "a long address": b"GET /" + b"a" * door.LINE_LIMIT + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long header": b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 9_000 + b"\r\n\r\n",
    "many headers": b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 100 + b"\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "two lengths": b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
    b"Content-Length: 2\r\n\r\n",
    "a length and chunks": b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("head", BAD_HEADS.values(), ids=BAD_HEADS)
async def test_an_oversized_or_ambiguous_head_is_a_bad_request(head: bytes) -> None:
    async with served() as port:
        assert await ask(port, head) in (400, 431)
        assert await ask(port, HEALTH) == 200


async def test_an_answer_names_its_request_and_not_the_software() -> None:
    async with served() as port, calling(port) as caller:
        await caller.say(HEALTH)
        head = (await caller.reader.readuntil(b"\r\n\r\n")).decode()
    assert re.search(r"X-Request-ID: [0-9a-f]{8}\r\n", head)
    assert "Server: Signoff\r\n" in head
    assert "aiohttp" not in head.lower()


# --- bodies, at every address that takes one ------------------------------------------------------


def slack() -> SlackAdapter:
    settings = SlackSettings.model_construct(
        mode="http", bot_token="xoxb-made-up", app_token="", signing_secret="made-up", api_url=None
    )
    return SlackAdapter(settings, Front())


def teams() -> TeamsAdapter:
    return TeamsAdapter(TeamsSettings.model_construct(local=True), Front())


MAKES = {"/slack/events": slack, "/api/messages": teams}


@pytest.mark.parametrize("path", MAKES)
@pytest.mark.parametrize("packing", ["gzip", "deflate", "br", "zstd", "GZIP", "gzip, gzip"])
async def test_a_packed_body_is_never_unpacked(path: str, packing: str) -> None:
    bomb = gzip.compress(b"[" * 50_000_000)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    head += f"Content-Encoding: {packing}\r\nContent-Length: {len(bomb)}\r\n\r\n"
    async with served(MAKES[path]()) as port:
        assert await ask(port, head.encode() + bomb) == 415


@pytest.mark.parametrize("path", MAKES)
async def test_a_body_that_does_not_end_is_not_waited_for(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (incoming, teams_app, guard):
        monkeypatch.setattr(module, "BODY_SECONDS", 0.2)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    async with served(MAKES[path]()) as port:
        for kind in ("Content-Length: 500", "Transfer-Encoding: chunked"):
            async with asyncio.timeout(3), calling(port) as caller:
                await caller.say(f"{head}{kind}\r\n\r\n2\r\n{{".encode())
                assert await caller.status() in (400, 408)


@pytest.mark.parametrize("path", MAKES)
async def test_an_endless_body_is_cut_off(path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    async with served(MAKES[path]()) as port, calling(port) as caller:
        await caller.say(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        answered = asyncio.create_task(caller.status())
        sent = 0
        while not answered.done() and sent < 400:
            try:
                await caller.say(chunk)
            except ConnectionError:
                break
            sent += 1
            await asyncio.sleep(0)
        assert await answered in (400, 413)
        assert sent < 400
