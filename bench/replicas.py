"""Kills and restarts replicas while drafts come in, and counts: `make bench-replicas`.

Starts a real PostgreSQL, three replicas and made-up Slack and Teams services, sends drafts at a
steady rate, has each decided by two people at once, and meanwhile kills one replica after the
other without warning. Prints what was lost or doubled, how long a draft took to its decision card,
and how long work that a dead replica had in hand waited for another. Then it measures how fast one
replica, and two, work off a heap of drafts. `--checks real` loads the models in every replica.
"""

import argparse
import asyncio
import itertools
import os
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from aiohttp import ClientError, ClientSession
from sqlalchemy.engine import make_url

from adapters.teams.address import Address
from bench.fleet import AUTHORS, PATIENCE, Replica, free_ports, settings
from bench.servers import postgres
from bot import ledger as chain
from bot.commands import Chat
from bot.store import KeyRing, Store, drafts, ledger, people, schema, waiting
from tests.fakes_slack import SECRET, FakeSlack
from tests.fakes_slack_api import TOKEN, Message
from tests.fakes_teams import BOT, TENANT, FakeTeams

NUMBER = re.compile(r"number (\d+)")
PROCESSOR = re.compile(r"^process_cpu_seconds_total (\S+)", re.MULTILINE)
WORDS = "Flu shots are in, number {}. Walk in any weekday or call 512-555-0142 to book yours."
KILLED_EVERY, AWAY = 20.0, 5.0  # seconds


class Practice:
    """The people, on made-up platforms, before a balancer that skips replicas that are gone."""

    def __init__(self, slack: FakeSlack, teams: FakeTeams, store: Store) -> None:
        self.slack, self.teams, self.store = slack, teams, store
        self.replicas: list[Replica] = []
        self._turn = itertools.count()
        self.accepted: dict[int, float] = {}  # when each draft was acknowledged
        self.asked: dict[int, float] = {}  # when the first decision card about it stood
        self.copies: Counter[tuple[str, int, str]] = Counter()
        self._read = [0, 0]

    def introduce(self) -> None:
        """Teams can reach only whom it has heard of."""
        with self.store.write() as tx:
            for key in ("ada", *(f"author{n}" for n in range(0, AUTHORS, 2))):
                user = f"29:{key}"
                where = Address(f"{self.teams.url}/", user, BOT, TENANT, f"a:chat-of-{user}")
                people.set_address(tx, Chat.TEAMS, key, user, where.dump())

    async def _persist(self, act: Callable[[], object]) -> None:
        """Until somebody acknowledges it, as platforms and people do."""
        async with asyncio.timeout(PATIENCE):
            while True:
                up = [r for r in self.replicas if r.process]
                url = up[next(self._turn) % len(up)].url
                self.slack.adapter_url = self.teams.adapter_url = url
                try:
                    if await act():  # type: ignore[misc]
                        return
                except (ClientError, ConnectionError, TimeoutError):
                    pass
                await asyncio.sleep(0.05)

    async def say(self, n: int) -> None:
        author = n % AUTHORS
        if author % 2:
            said = self.slack.said(f"UAUTHOR{author}", WORDS.format(n))

            async def act() -> bool:
                return (await self.slack.event(said, f"Ev-bench-{n}")).status == 200
        else:
            words = {"type": "message", "text": WORDS.format(n), "textFormat": "plain"}
            activity = self.teams.activity(f"29:author{author}", **words)

            async def act() -> bool:
                return (await self.teams.send(activity))[0] == 200

        await self._persist(act)
        self.accepted[n] = time.monotonic()

    async def watch(self) -> None:
        """Notes each new card, and has the draft on a decision card approved by whoever got it."""
        pressing: set[asyncio.Task[None]] = set()
        while True:
            now = time.monotonic()
            for sent in self.slack.messages[self._read[0] :]:
                self._note("slack", sent.channel, sent.text, now)
                act = next(
                    (a for a, b in sent.buttons.items() if b["text"]["text"] == "Approve"), ""
                )
                if act:
                    press = self._slack_press(sent, act)
                    pressing.add(asyncio.create_task(self._persist(press)))
            self._read[0] = len(self.slack.messages)
            for posted in self.teams.messages[self._read[1] :]:
                self._note("teams", posted.conversation, posted.text, now)
                for action in posted.card.get("actions", []):
                    if action["title"] == "Approve":
                        press = self._teams_press(posted.id, action)
                        pressing.add(asyncio.create_task(self._persist(press)))
            self._read[1] = len(self.teams.messages)
            pressing = {task for task in pressing if not task.done()}
            await asyncio.sleep(0.02)

    def _note(self, chat: str, place: str, text: str, now: float) -> None:
        if not (found := NUMBER.search(text)):
            return
        n = int(found[1])
        self.copies[chat, n, f"{place} {'Approve' in text} {'Copy this' in text}"] += 1
        if "waiting for your sign-off" in text:
            self.asked.setdefault(n, now)

    def _slack_press(self, message: Message, action: str) -> Callable[[], object]:
        async def act() -> bool:
            if action not in message.buttons:  # somebody else has decided meanwhile
                return True
            return (await self.slack.click("UBEA", message, action)).status == 200

        return act

    def _teams_press(self, message: str, action: dict[str, object]) -> Callable[[], object]:
        click = self.teams.click("29:ada", message, str(action["verb"]), action["data"])  # type: ignore[arg-type]

        async def act() -> bool:
            return (await self.teams.send(click))[0] == 200

        return act

    async def processor(self) -> float:
        """The seconds of processor time that the replicas have used."""
        async with ClientSession() as client:
            pages = [await (await client.get(f"{r.url}/metrics")).text() for r in self.replicas]
        return sum(float(PROCESSOR.findall(page)[0]) for page in pages)

    async def until_asked(self, numbers: Sequence[int]) -> None:
        await self._until(lambda: all(n in self.asked for n in numbers))

    async def until_quiet(self) -> None:
        """Until every draft is decided and every card has left."""
        await self._until(lambda: not self._restless())

    async def _until(self, true: Callable[[], bool]) -> None:
        """Waits as long as there is any progress; what does not come then is lost."""
        before, since = -1, time.monotonic()
        while not await asyncio.to_thread(true) and time.monotonic() - since < PATIENCE:
            await asyncio.sleep(0.2)
            if (sent := self._sent()) != before:
                before, since = sent, time.monotonic()

    def _sent(self) -> int:
        return len(self.slack.calls) + len(self.teams.calls)

    def _restless(self) -> bool:
        with self.store.read() as tx:
            open_states = [s for s in drafts.State if s is not drafts.State.APPROVED]
            return bool(waiting.totals(tx)[0] or drafts.in_state(tx, open_states, 1))


@asynccontextmanager
async def practice(count: int, real: bool) -> AsyncIterator[Practice]:
    """A practice with so many replicas, none of them started."""
    keys = KeyRing.new()
    os.environ |= {"BENCH_TOKEN": TOKEN, "BENCH_SECRET": SECRET, "SIGNOFF_KEYS": keys}
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE signoff")
        url = make_url(server).set(database="signoff").render_as_string(hide_password=False)
        store = Store(url, KeyRing.parse(keys))
        schema.upgrade(store)
        async with FakeSlack() as slack, FakeTeams() as teams:
            made = Practice(slack, teams, store)
            made.introduce()
            for port in free_ports(count):
                given = settings(slack, teams, url, port)
                made.replicas.append(Replica(Path(folder), given, port, real))
            watching = asyncio.create_task(made.watch())
            try:
                yield made
            finally:
                watching.cancel()
                for replica in made.replicas:
                    if replica.process and replica.process.returncode is None:
                        await replica.end(signal.SIGKILL)
        store.close()


async def under_fire(count: int, rate: float, real: bool) -> list[tuple[str, str, str]]:
    """The figures of a run in which replicas die."""
    async with practice(3, real) as made:
        await asyncio.gather(*(replica.start() for replica in made.replicas))
        kills: list[float] = []
        killing = asyncio.create_task(kill_in_turn(made, kills))
        said, began = [], time.monotonic()
        for n in range(1, count + 1):
            said.append(asyncio.create_task(made.say(n)))
            await asyncio.sleep(max(0.0, began + n / rate - time.monotonic()))
        await asyncio.gather(*said)
        await made.until_asked(range(1, count + 1))
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
        await made.until_quiet()
        stops = [await r.end(signal.SIGTERM) for r in made.replicas if r.process]
        return figures(made, kills, max(stops))


async def kill_in_turn(made: Practice, kills: list[float]) -> None:
    for replica in itertools.cycle(made.replicas):
        await asyncio.sleep(KILLED_EVERY)
        if replica.process:
            await replica.end(signal.SIGKILL)
            kills.append(time.monotonic())
            await asyncio.sleep(AWAY)
            await replica.start()


def figures(made: Practice, kills: list[float], stop: float) -> list[tuple[str, str, str]]:
    with made.store.read() as tx:
        entries = list(ledger.entries(tx))
        found = drafts.in_state(tx, list(drafts.State), len(made.accepted) + 100)
    acts = Counter((str(e.tag), e.ids.get("draft")) for e in entries if "draft" in e.ids)
    waits = sorted(made.asked[n] - at for n, at in made.accepted.items() if n in made.asked)
    taken = [
        made.asked[n] - kill
        for kill in kills
        for n, at in made.accepted.items()
        if at <= kill < made.asked.get(n, 0)
    ]
    extra = Counter(
        {c: sum(k - 1 for (w, *_), k in made.copies.items() if w == c) for c in ("slack", "teams")}
    )
    approved = sum(d.state is drafts.State.APPROVED for d in found)
    return [
        ("drafts accepted", f"{len(made.accepted):,}", ""),
        ("replicas killed", f"{len(kills)}", ""),
        ("drafts lost", f"{len(made.accepted) - approved}", "0"),
        ("drafts doubled", f"{len(found) - len(made.accepted)}", "0"),
        ("acts doubled in the ledger", f"{sum(n - 1 for n in acts.values())}", "0"),
        ("the ledger's chain is whole", str(chain.verify(entries).whole), "True"),
        ("cards repeated on Slack", f"{extra['slack']}", "0"),
        ("cards repeated on Teams", f"{extra['teams']}", "a few"),
        ("accepted to decision card, median", f"{waits[len(waits) // 2]:.2f} s", ""),
        ("accepted to decision card, 99 of 100", f"{waits[int(len(waits) * 0.99)]:.2f} s", ""),
        ("takeover: longest wait after a kill", f"{max(taken, default=0):.1f} s", "30 s"),
        ("polite stop, the slowest", f"{stop:.1f} s", "10 s"),
    ]


async def throughput(replicas: int, count: int, real: bool) -> tuple[float, float]:
    """Drafts a second that so many replicas bring to their decision card, and the milliseconds of
    processor time that a draft costs all of them together.
    """
    async with practice(replicas, real) as made:
        await asyncio.gather(*(replica.start() for replica in made.replicas))
        used, began = await made.processor(), time.monotonic()
        await asyncio.gather(*(made.say(n) for n in range(1, count + 1)))
        await made.until_asked(range(1, count + 1))
        lost = count - len(made.asked)
        assert not lost, f"{lost} drafts have no card: is the heap more than the authors may send?"
        rate = count / (time.monotonic() - began)
        return rate, (await made.processor() - used) / count * 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description="Kills replicas and counts what is lost.")
    parser.add_argument("--drafts", type=int, default=2_000)
    parser.add_argument("--rate", type=float, default=2.5, help="drafts a second")
    parser.add_argument("--heap", type=int, default=120, help="drafts for the throughput")
    parser.add_argument("--checks", choices=("quick", "real"), default="quick")
    given = parser.parse_args()
    real = given.checks == "real"
    print("| Measure | Here | Aim |\n|---|---:|---:|")
    for name, value, aim in asyncio.run(under_fire(given.drafts, given.rate, real)):
        print(f"| {name} | {value} | {aim} |", flush=True)
    (one, cost), (two, costs) = (asyncio.run(throughput(n, given.heap, real)) for n in (1, 2))
    print(f"| drafts a second with one replica | {one:.1f} | |")
    print(f"| with two | {two:.1f} ({two / one:.2f}x) | 1.7x when cores allow |")
    print(f"| processor time of a draft, one replica | {cost:.0f} ms | |")
    print(f"| two replicas together | {costs:.0f} ms ({costs / cost:.2f}x) | |")


if __name__ == "__main__":
    main()
