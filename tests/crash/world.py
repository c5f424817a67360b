"""A practice on Slack and Teams, and a product that dies now and then.

The platforms live here, in the test's own process: they keep what was posted and updated, whatever
becomes of the product. Its people behave as people do: what was not acknowledged is delivered
again, and a button that gave an error is pressed again.
"""

import asyncio
import base64
import itertools
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from aiohttp import ClientError

from adapters.teams.address import Address
from bot import ledger as chain
from bot.commands import Chat
from bot.store import KeyRing, Store, drafts, ledger, people, stuck
from practice import CLEAN, PRACTICE, TUESDAY
from tests.fakes_slack import SECRET, FakeSlack
from tests.fakes_slack_api import TOKEN, Message
from tests.fakes_teams import BOT, TENANT, FakeTeams
from tests.fakes_teams import Message as Activity

HERE = Path(__file__).parent
ON_SLACK, ON_TEAMS = ("maria", "bea", "sam"), ("lee", "ada", "priya")
PATIENCE = 60.0
UNNOTED = 3.0  # seconds that it may take to note a card on a busy machine


class Nursery:
    """The process that starts products; see nursery.py."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._numbers = process, itertools.count(1)
        self._waits: dict[str, asyncio.Queue[dict[str, Any]]] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Nursery"]:
        root = HERE.parent.parent
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / "nursery.py"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        nursery = cls(process)
        reading = asyncio.create_task(nursery._read())
        try:
            yield nursery
        finally:
            process.kill()
            await process.wait()
            reading.cancel()

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            news = json.loads(line)
            if news["id"] in self._waits:
                self._waits[news["id"]].put_nowait(news)

    async def birth(self, **order: str) -> "Life":
        name = str(next(self._numbers))
        queue = self._waits[name] = asyncio.Queue()
        assert self._process.stdin
        self._process.stdin.write((json.dumps({"id": name, **order}) + "\n").encode())
        return Life(queue)


class Life:
    """One product from its start to its end."""

    def __init__(self, news: asyncio.Queue[dict[str, Any]]) -> None:
        self._news, self.pid, self.ended, self.over_at = news, 0, 0, 0.0
        self.over = asyncio.Event()

    async def begin(self) -> int:
        """The port it serves on; 0 when it died before it did."""
        first = await asyncio.wait_for(self._news.get(), PATIENCE)
        self._watching = asyncio.create_task(self._watch(first))
        self.pid = int(first.get("pid", 0))
        return int(first.get("port", 0))

    async def _watch(self, news: dict[str, Any]) -> None:
        while "ended" not in news:
            news = await self._news.get()
        self.ended, self.over_at = int(news["ended"]), time.monotonic()
        self.over.set()

    async def end(self, by: signal.Signals = signal.SIGKILL) -> int:
        """How it ended when this signal was sent."""
        if self.pid and not self.over.is_set():
            os.kill(self.pid, by)
        await asyncio.wait_for(self.over.wait(), PATIENCE)
        return self.ended


@dataclass(frozen=True)
class Button:
    """A button that somebody sees, and how to press it."""

    person: str
    label: str
    press: Callable[[], Awaitable[bool]]


class World:
    """`async with World(...) as world`, then `await world.start(...)` and let people act."""

    def __init__(
        self, name: str, nursery: Nursery, *, folder: Path, url: str, keys: KeyRing
    ) -> None:
        self.name, self.url, self.keys, self._nursery = name, url, keys, nursery
        self.settings, self.log = folder / f"{name}.yaml", folder / f"{name}.log"
        self.slack, self.teams = FakeSlack(), FakeTeams()
        self.life: Life | None = None
        self.deaths: list[int] = []
        self.died_at: list[float] = []
        self.hours, self._events = 0.0, itertools.count(1)
        self._points: list[str] = []
        self._store = Store(url, keys)

    async def __aenter__(self) -> "World":
        await self.slack.__aenter__()
        await self.teams.__aenter__()
        self._write_settings()
        await asyncio.to_thread(self._introduce)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.life:
            await self.life.end()
        await self.teams.__aexit__()
        await self.slack.__aexit__()
        self._store.close()

    def _write_settings(self) -> None:
        roster = {k: dict(p) for k, p in PRACTICE["people"].items()}  # type: ignore[attr-defined]
        for key, person in roster.items():
            gone = ("web", "teams") if key in ON_SLACK else ("web", "slack")
            for place in gone:
                person.pop(place)
        routing = {**PRACTICE["routing"], "default": {"to": ["ada", "bea"]}}  # type: ignore[dict-item]
        settings = {
            **PRACTICE,
            "people": roster,
            "routing": routing,
            "database": self.url,
            "slack": {
                "mode": "http",
                "bot_token": "env:CRASH_TOKEN",
                "signing_secret": "env:CRASH_SECRET",
                "api_url": f"{self.slack.url}/api/",
            },
            "teams": {
                "local": True,
                "authority": self.teams.url,
                "openid_url": f"{self.teams.url}/openid",
            },
        }
        self.settings.write_text(yaml.safe_dump(settings))

    def _introduce(self) -> None:
        """Teams can reach only whom it has heard of, and today's once-a-day work is done."""
        with self._store.write() as tx:
            for key in ON_TEAMS:
                user = f"29:{key}"
                address = Address(f"{self.teams.url}/", user, BOT, TENANT, f"a:chat-of-{user}")
                people.set_address(tx, Chat.TEAMS, key, user, address.dump())
            people.set_setting(tx, "daily", TUESDAY.date().isoformat())

    # --- life and death ------------------------------------------------------------------------

    async def start(self, *points: str, hours: float | None = None) -> None:
        """A new life, in place of the one before; it ends at the first point, the next life at
        the second, and so on.
        """
        if self.life:
            await self.life.end()
        self.hours = self.hours if hours is None else hours
        self._points = [*points]
        await self._born()

    async def _born(self) -> None:
        ring = ",".join(base64.urlsafe_b64encode(key).decode() for _, key in self.keys.keys)
        secrets = {"CRASH_TOKEN": TOKEN, "CRASH_SECRET": SECRET, "SIGNOFF_KEYS": ring}
        self.life = await self._nursery.birth(
            config=str(self.settings),
            point=self._points[0] if self._points else "",
            time=(TUESDAY + timedelta(hours=self.hours)).isoformat(),
            log=str(self.log),
            environment=json.dumps(secrets),
        )
        port = await self.life.begin()
        self.slack.adapter_url = self.teams.adapter_url = f"http://127.0.0.1:{port}"

    async def living(self) -> None:
        """Starts the product again when it is dead."""
        assert self.life
        while self.life.over.is_set():
            self.deaths.append(self.life.ended)
            self.died_at.append(self.life.over_at)
            self._points = self._points[1:]
            await self._born()

    async def all_dead(self) -> None:
        """Waits for the deaths that have not come yet."""
        await self.until(lambda: not self._points)

    async def until(self, true: Callable[[], object]) -> None:
        """Waits for what has to come, through whatever deaths there are."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                await self.living()
                await asyncio.sleep(0.05)

    async def persist(self, act: Callable[[], Awaitable[bool]]) -> None:
        """Does something until the product has acknowledged it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                await self.living()
                try:
                    if await act():
                        return
                except (ClientError, ConnectionError, TimeoutError):
                    pass
                await asyncio.sleep(0.02)

    # --- what people do ------------------------------------------------------------------------

    async def say(self, person: str, text: str = CLEAN) -> None:
        """Sends a draft; the platform delivers the same event until it is acknowledged."""
        if person in ON_SLACK:
            event, name = self.slack.said(self.user(person), text), f"Ev-{next(self._events)}"
            await self.persist(lambda: self._slack_event(event, name))
        else:
            words = {"type": "message", "text": text, "textFormat": "plain"}
            activity = self.teams.activity(self.user(person), **words)
            await self.persist(lambda: self._activity(activity))

    async def _slack_event(self, event: dict[str, Any], name: str) -> bool:
        return (await self.slack.event(event, name)).status == 200

    async def _activity(self, activity: dict[str, Any]) -> bool:
        status, _ = await self.teams.send(activity)
        return status == 200

    async def press(self, person: str, label: str) -> None:
        """Presses the newest button of that label until it is gone: after an error at once, and
        after a while when nothing came of it (Slack is answered in time, done or not).
        """

        def found() -> list[Button]:
            return [b for b in self.buttons(person) if b.label == label]

        async def once() -> bool:
            if not found():
                return True
            if not await found()[-1].press():
                return False
            async with asyncio.timeout(3):
                while found():
                    await asyncio.sleep(0.05)
            return True

        await self.persist(once)

    # --- what people see -----------------------------------------------------------------------

    def user(self, person: str) -> str:
        return f"U{person.upper()}" if person in ON_SLACK else f"29:{person}"

    def messages(self, person: str) -> list[Message] | list[Activity]:
        user = self.user(person)
        return self.slack.cards(user) if person in ON_SLACK else self.teams.chat(user)

    def count(self, person: str, phrase: str) -> int:
        """How many of a person's messages say this now."""
        return sum(phrase in m.text.replace("\\", "") for m in self.messages(person))

    def repeats(self, person: str) -> list[str]:
        """What a person was sent twice without excuse.

        Teams cannot be asked whether a card got through, so one that it had taken when the
        product died, and that was not noted yet, comes again there. Nothing else does.
        """
        first: dict[str, Message | Activity] = {}
        again = []
        for message in self.messages(person):
            one = first.setdefault(_what(message), message)
            if one is not message and not (isinstance(one, Activity) and self._cut_off(one.at)):
                again.append(message.text)
        return again

    def _cut_off(self, posted: float) -> bool:
        return any(0 <= died - posted < UNNOTED for died in self.died_at)

    def buttons(self, person: str) -> list[Button]:
        if person in ON_SLACK:
            return [
                Button(person, b["text"]["text"], lambda m=m, a=a: self._slack_press(person, m, a))  # type: ignore[misc]
                for m in self.slack.cards(self.user(person))
                for a, b in m.buttons.items()
            ]
        return [
            Button(person, a["title"], lambda m=m, a=a: self._teams_press(person, m, a))  # type: ignore[misc]
            for m in self.teams.chat(self.user(person))
            for a in m.card.get("actions", [])
            if a["type"] == "Action.Execute"
        ]

    async def _slack_press(self, person: str, message: Message, action: str) -> bool:
        return (await self.slack.click(self.user(person), message, action)).status == 200

    async def _teams_press(self, person: str, message: Activity, action: dict[str, Any]) -> bool:
        click = self.teams.click(self.user(person), message.id, action["verb"], action["data"])
        status, answer = await self.teams.send(click)
        return status == 200 and bool(answer["value"])

    # --- what is on record ---------------------------------------------------------------------

    def tags(self) -> list[str]:
        with self._store.read() as tx:
            assert chain.verify(ledger.entries(tx)).whole, self.name
            return [str(e.tag) for e in ledger.entries(tx)]

    def states(self) -> list[str]:
        with self._store.read() as tx:
            return [str(d.state) for d in drafts.in_state(tx, list(drafts.State), 1_000)]

    def held(self) -> list[str]:
        with self._store.read() as tx:
            return [f"{h.person} {h.key} {h.problem}" for h in stuck.held(tx)]


def _what(message: Message | Activity) -> str:
    """Which card a message is: its mark on Slack, and on Teams what it said at first."""
    if isinstance(message, Activity):
        return message.first
    about = message.body.get("metadata") or {"event_payload": {"mark": message.ts}}
    return str(about["event_payload"]["mark"])
