"""The three ways to reach the desk, behind one face: people type, press buttons, and see words.

Every driver goes through the platform's real library with what that platform would send: signed
requests on Slack, tokens on Teams, the page's own posts on the demo.
"""

import asyncio
import html
import itertools
import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import checks
from adapters import Adapter
from adapters.slack import SlackAdapter
from adapters.teams.app import TeamsAdapter
from adapters.web import WebAdapter
from bot import sweeps
from bot.commands import Chat
from bot.config import App
from bot.demo import DemoClock, Persona
from bot.desk import Desk
from bot.outbox import Outbox
from bot.store import Store, drafts, ledger
from bot.store.pages import Pages
from bot.wiring import Counter
from practice import Clock
from tests.fakes_slack import FakeSlack, until
from tests.fakes_slack_api import Message
from tests.fakes_teams import FakeTeams, personal


class Driver(ABC):
    """A platform with people on it, over a desk whose checks are the real ones."""

    chat: Chat
    adapter: Adapter

    def __init__(self, store: Store, app: App) -> None:
        self.clock = Clock()
        self.desk = Desk(store, app, clock=self.clock, chats=(self.chat,))
        self.app = app

    @abstractmethod
    def user(self, person: str) -> str: ...

    @abstractmethod
    async def type(self, person: str, text: str) -> None:
        """A person types to the bot."""

    @abstractmethod
    async def click(self, person: str, label: str, filled: dict[str, str], twice: bool) -> None:
        """A person presses the newest button of that label, and fills in what it asks for."""

    @abstractmethod
    async def seen(self, person: str) -> str:
        """All words this person sees, oldest first."""

    async def say(self, person: str, text: str) -> None:
        await self.type(person, text)
        await self.settle()

    async def press(self, person: str, label: str, *, twice: bool = False, **filled: str) -> None:
        await self.click(person, label, filled, twice)
        await self.settle()

    async def settle(self) -> None:
        """Lets checks, deadlines and deliveries run until nothing is left to do."""
        outbox = Outbox(self.desk.store, self.desk.roster, {self.chat: self.adapter})
        for draft, version, post in self.desk.to_check(50):
            seen = checks.examine(post, post.practice)
            self.desk.settle(draft, version, seen.findings, seen.mended)
        sweeps.sweep(self.desk)
        while await outbox.run_once(50):
            pass

    def state(self, draft: int) -> str:
        with self.desk.store.read() as tx:
            found = drafts.get(tx, draft)
        assert found
        return str(found.state)

    def tags(self) -> list[str]:
        with self.desk.store.read() as tx:
            return [str(e.tag) for e in ledger.entries(tx) if e.tag != "ledger:anchored"]


class Slack(Driver):
    chat = Chat.SLACK

    def __init__(self, store: Store, app: App, slack: FakeSlack) -> None:
        super().__init__(store, app)
        self.slack = slack
        self.adapter = SlackAdapter(slack.settings(), Counter(self.desk))

    def user(self, person: str) -> str:
        return f"U{person.upper()}"

    async def type(self, person: str, text: str) -> None:
        reply = await self.slack.say(self.user(person), text)
        assert reply.status == 200
        await _calm(self.slack.messages)

    async def click(self, person: str, label: str, filled: dict[str, str], twice: bool) -> None:
        user = self.user(person)
        shown = [*self.slack.cards(user), *self.slack.whispers(user)]
        message, action = _newest(sorted(shown, key=lambda m: float(m.ts)), label)
        for _ in range(1 + twice):
            opened = len(self.slack.views)
            reply = await self.slack.click(user, message, action)
            assert reply.status == 200
            if filled:
                await until(lambda n=opened: len(self.slack.views) > n)
                assert (await self.slack.submit(user, **filled)).status == 200
        await _calm(self.slack.messages)

    async def seen(self, person: str) -> str:
        user = self.user(person)
        shown = [*self.slack.cards(user), *self.slack.whispers(user)]
        windows = [json.dumps(v, ensure_ascii=False) for v in self.slack.views]
        return "\n".join([*(m.text for m in shown), *windows])


def _newest(messages: Sequence[Message], label: str) -> tuple[Message, str]:
    for message in reversed(messages):
        for action, button in message.buttons.items():
            if button["text"]["text"] == label:
                return message, action
    raise AssertionError(f"no button {label!r}")


async def _calm(messages: list[Any]) -> None:
    """Waits until the answers that follow an acknowledgement have come."""
    quiet, count = time.monotonic(), len(messages)
    while time.monotonic() - quiet < 0.08:
        await asyncio.sleep(0.01)
        if len(messages) != count:
            quiet, count = time.monotonic(), len(messages)


class Teams(Driver):
    chat = Chat.TEAMS

    def __init__(self, store: Store, app: App, teams: FakeTeams) -> None:
        super().__init__(store, app)
        self.teams = teams
        self.adapter = TeamsAdapter(teams.settings(), Counter(self.desk))
        self.spoken: dict[str, list[str]] = {}

    def user(self, person: str) -> str:
        return f"29:{person}"

    async def type(self, person: str, text: str) -> None:
        await self.teams.say(self.user(person), text)

    async def click(self, person: str, label: str, filled: dict[str, str], twice: bool) -> None:
        for _ in range(1 + twice):
            words = await self.teams.press(self.user(person), label, **filled)
            self.spoken.setdefault(person, []).append(words)

    async def seen(self, person: str) -> str:
        chat = [m for m in self.teams.messages if m.conversation == personal(self.user(person))]
        words = "\n".join([*(m.text for m in chat), *self.spoken.get(person, [])])
        return re.sub(r"\\([^\w\s])", r"\1", words)  # Markdown's escapes are not seen


class Web(Driver):
    chat = Chat.WEB

    def __init__(self, store: Store, app: App) -> None:
        super().__init__(store, app)
        people = [Persona(p.key, p.name, "", "") for p in self.desk.roster.people]
        zone, pages = app.zone, Pages(store, self.clock)
        clock = DemoClock(store, zone, moved=lambda: None)
        self.adapter = WebAdapter(Counter(self.desk), pages, people, clock, ())
        self.numbers = itertools.count(1)

    def user(self, person: str) -> str:
        return person

    async def serve(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client
        await self.adapter.start()

    async def type(self, person: str, text: str) -> None:
        await self._act({"user": person, "act": "say", "text": text})

    async def _act(self, fields: dict[str, Any]) -> None:
        page = await (await self.client.get("/")).text()
        token = re.search(r'name="signoff-token" content="([^"]+)"', page)
        assert token
        origin = str(self.client.make_url("")).rstrip("/")
        headers = {"Origin": origin, "X-Signoff-Token": token[1]}
        body = {"event": f"event-{next(self.numbers):04}", **fields}
        answer = await self.client.post("/act", json=body, headers=headers)
        assert answer.status == 200, await answer.text()

    async def click(self, person: str, label: str, filled: dict[str, str], twice: bool) -> None:
        shown = await self._column(person)
        buttons = re.findall(r'data-act="([^"]+)"[^>]*>([^<]+)</button>', shown)
        found = [data for data, words in buttons if html.unescape(words) == label]
        assert found, f"no button {label!r} among {[w for _, w in buttons]}"
        action = json.loads(html.unescape(found[-1]))
        data = {**action["data"], **filled}
        for _ in range(1 + twice):
            await self._act({"user": person, "act": "press", "verb": action["verb"], "data": data})

    async def _column(self, person: str) -> str:
        page = await (await self.client.get("/")).text()
        return page.split(f'id="column-{person}"')[1].split("</section>")[0]

    async def seen(self, person: str) -> str:
        plain = re.sub(r"<template>.*?</template>", "", await self._column(person), flags=re.S)
        words = html.unescape(re.sub(r"<[^>]+>", "", plain))
        return re.sub(r"[ \t]*\n\s*", "\n", words)


@asynccontextmanager
async def driver(chat: Chat, store: Store, app: App) -> AsyncIterator[Driver]:
    """The driver of one platform, served and ready."""
    match chat:
        case Chat.SLACK:
            async with FakeSlack() as slack:
                on_slack = Slack(store, app, slack)
                await slack.serve(on_slack.adapter)
                yield on_slack
                await on_slack.adapter.stop()
        case Chat.TEAMS:
            async with FakeTeams() as teams:
                on_teams = Teams(store, app, teams)
                await teams.serve(on_teams.adapter)
                await on_teams.adapter.start()
                for person in on_teams.desk.roster.people:
                    await teams.say(on_teams.user(person.key), "help")
                yield on_teams
                await on_teams.adapter.stop()
        case Chat.WEB:
            on_web = Web(store, app)
            application = web.Application()
            on_web.adapter.mount(application)
            async with TestClient(TestServer(application)) as client:
                await on_web.serve(client)
                yield on_web
                await on_web.adapter.stop()
