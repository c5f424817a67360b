"""Starts the product again and again in processes of their own, in the blink of an eye.

Everything is imported once, here; each product is a fork of this process that reads its own
app.yaml and serves on a port of its own until it is killed. Orders come as JSON lines on stdin,
news go out as JSON lines on stdout: {"id", "pid", "port"} when one serves, {"id", "ended"} with the
number of the signal when one is no more. The checks are quick ones that find nothing, and leases
are short, so that a restart need not wait for those of the dead.
"""

import asyncio
import gc
import json
import os
import select
import sys
from datetime import datetime, timedelta
from pathlib import Path

import adapters.http
import adapters.slack
from bot import clock, logs, outbox, wiring
from bot import desk as desks
from bot.commands import Chat, Origin, Submit
from bot.config import load
from bot.engine import embedded, procrastinate
from bot.engine.checker import Checker
from bot.failpoints import VARIABLE
from bot.store import Store, schema
from bot.store import outbox as rows
from checks import Examined
from checks.values import Post

import adapters.teams.app  # noqa: F401  isort: skip


class Quick(Checker):
    """Checks that find nothing, at once."""

    def __init__(self) -> None:
        super().__init__()
        self.ready = True

    async def warm(self) -> None:
        return None

    async def run(self, post: Post) -> Examined:
        return Examined(())

    def close(self) -> None:
        return None


def hasten() -> None:
    """Takes the seconds out of waiting for the dead."""
    outbox.LEASE = desks.CHECK_LEASE = timedelta(seconds=1.5)
    procrastinate.HEARTBEAT, procrastinate.DEAD_AFTER, procrastinate.POLL = 0.25, 1.0, 0.3
    procrastinate.EVERY_THIRD, procrastinate.MISSED = "* * * * * *", timedelta(seconds=0.1)
    embedded.TICK = 0.2


def learn(order: dict[str, str]) -> None:
    """Goes once through what every product does when it starts, so that its forks need not: the
    imports, the migrations, the statements that are made for the first time.
    """
    os.environ.update(json.loads(order["environment"]))
    app = load(Path(order["config"]))
    store = Store("sqlite://", wiring.keys_from_environment())
    schema.upgrade(store)
    desk = wiring.Product(app, store, wiring.platforms(app), checker=Quick()).desk
    desk.handle(Submit(Origin(Chat.SLACK, "UMARIA", "first"), "Flu shots are in."))
    for draft, version, _ in desk.to_check():
        desk.settle(draft, version, ())
    with store.write() as tx:
        rows.claim(tx, now=tx.now, lease=outbox.LEASE)
    store.close()


async def serve(order: dict[str, str]) -> None:
    app = load(Path(order["config"]))
    store = wiring.open_store(app.database, wiring.keys_from_environment())
    born_at, practice_time = clock.now(), datetime.fromisoformat(order["time"])
    product = wiring.Product(
        app,
        store,
        wiring.platforms(app),
        clock=lambda: practice_time + (clock.now() - born_at),
        checker=Quick(),
    )
    async with product.running("127.0.0.1", 0) as port:
        tell({"id": order["id"], "pid": os.getpid(), "port": port})
        await wiring.until_stopped()


def tell(news: dict[str, object]) -> None:
    os.write(1, (json.dumps(news) + "\n").encode())


def born(order: dict[str, str]) -> None:
    """What a forked process does with its life."""
    os.environ[VARIABLE] = order["point"]
    os.environ.update(json.loads(order["environment"]))
    errors = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(errors, 2)
    logs.configure("INFO")
    with wiring.alone(load(Path(order["config"])).database):
        asyncio.run(serve(order))


def main() -> None:
    logs.configure("WARNING")  # stdout is for news
    hasten()
    names: dict[int, str] = {}
    pending, learned = b"", False
    while True:
        if select.select([0], [], [], 0.01)[0]:
            more = os.read(0, 65_536)
            if not more:
                return
            *orders, pending = (pending + more).split(b"\n")
            for line in orders:
                order = json.loads(line)
                if not learned:
                    learn(order)
                    gc.freeze()  # or every fork's first collection copies all that was learned
                    learned = True
                if (child := os.fork()) == 0:
                    try:
                        born(order)
                    finally:
                        os._exit(1)
                names[child] = order["id"]
        while names:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                break
            tell({"id": names.pop(child), "ended": os.waitstatus_to_exitcode(status)})


if __name__ == "__main__":
    sys.exit(main())
