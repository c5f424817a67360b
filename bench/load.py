"""Measures what acts cost as the years go by: `make bench-load`.

Fills a database with a thousand, a hundred thousand and a million drafts, on SQLite and on a real
PostgreSQL, and prints how long a submission, a decision, the queue and the report of 30 days take
at the desk: from the command to the answer, each saved on the disk. `ARGS="--sizes 1000,100000"`
takes other sizes. Times are of this machine; each is the median of sixty.
"""

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from bench.filling import APPROVERS, OPEN, PLATFORMS, STAFF, WORDS, Years, fill, practice
from bench.servers import postgres
from bot.commands import Chat, Command, Decide, Origin, Outcome, Request, Submit, Topic
from bot.desk import Desk
from bot.store import KeyRing, Store, ledger, schema

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS, REPORTS = 60, 5
AIMS = {"submit": 1.5, "decide": 1.5, "queue": 1.5}  # times what it takes with the fewest drafts
REPORT_AIM = 1.0  # seconds


class Acts:
    """What people do at a desk, with the time that each takes."""

    def __init__(self, store: Store, count: int) -> None:
        self.desk, self.years = Desk(store, practice(), chats=(Chat.WEB,)), Years(count, store.keys)
        self._numbers, self._open = itertools.count(1), count - OPEN

    def timed(self, command: Callable[[], Command]) -> float:
        asked = command()
        began = time.perf_counter()
        self.desk.handle(asked)
        return time.perf_counter() - began

    def origin(self, person: str) -> Origin:
        return Origin(Chat.WEB, person, f"load-{next(self._numbers)}")

    def submit(self) -> Command:
        n = next(self._numbers)
        return Submit(self.origin(f"author{n % STAFF}"), WORDS.format(n), platform=PLATFORMS[0])

    def decide(self) -> Command:
        """An approval of the next draft that waits."""
        self._open += 1
        words = self.years.content(self._open).hash
        person = self.origin(self.years.approver(self._open))
        return Decide(person, self._open, 1, words, Outcome.APPROVE)

    def queue(self) -> Command:
        n = next(self._numbers)
        person = f"approver{n % APPROVERS}" if n % 2 else f"author{n % STAFF}"
        return Request(self.origin(person), Topic.QUEUE)

    def report(self) -> Command:
        return Request(self.origin("admin"), Topic.REPORT, "30")

    def must_have_been_done(self, submitted: int, decided: int) -> None:
        """Stops the measurement when what was measured were refusals."""
        with self.desk.store.read() as tx:
            written = ledger.head(tx)[0] - 3 * self.years.count
        assert written == submitted + decided, (written, submitted, decided)


def measure(store: Store, count: int) -> dict[str, float]:
    """Median seconds by act. The acts take turns, so that a busy moment of the machine hits all."""
    acts = Acts(store, count)
    times: dict[str, list[float]] = {"submit": [], "decide": [], "queue": [], "report": []}
    for _ in range(5):  # the first of each pays for what is loaded once
        acts.timed(acts.submit)
        acts.timed(acts.queue)
    acts.timed(acts.report)
    for n in range(ROUNDS):
        times["submit"].append(acts.timed(acts.submit))
        times["queue"].append(acts.timed(acts.queue))
        if n < OPEN:
            times["decide"].append(acts.timed(acts.decide))
        if n < REPORTS:
            times["report"].append(acts.timed(acts.report))
    acts.must_have_been_done(len(times["submit"]) + 5, len(times["decide"]))
    return {name: statistics.median(found) for name, found in times.items()}


@contextmanager
def addresses() -> Iterator[dict[str, Callable[[int], str]]]:
    """By engine: what makes the address of a fresh database."""
    import psycopg

    with tempfile.TemporaryDirectory() as folder, postgres() as server:

        def on_server(count: int) -> str:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE load_{count}")
            address = make_url(server).set(database=f"load_{count}")
            return address.render_as_string(hide_password=False)

        yield {
            "SQLite": lambda count: f"sqlite:///{Path(folder) / f'{count}.db'}",
            "PostgreSQL": on_server,
        }


def run(sizes: list[int], wanted: str) -> list[tuple[str, str, dict[int, float]]]:
    """Rows of (engine, act, seconds by size)."""
    found: list[tuple[str, str, dict[int, float]]] = []
    with addresses() as engines:
        for engine, address in engines.items():
            if wanted and engine.casefold() != wanted:
                continue
            by_act: dict[str, dict[int, float]] = {}
            for count in sizes:
                store = Store(address(count), KeyRing.parse(KeyRing.new()))
                schema.upgrade(store)
                began = time.perf_counter()
                fill(store, count)
                spent = time.perf_counter() - began
                print(f"{engine}: {count:,} drafts written in {spent:.0f} s", file=sys.stderr)
                os.sync()  # gigabytes on their way to the disk would hold up the acts' own commits
                for act, seconds in measure(store, count).items():
                    by_act.setdefault(act, {})[count] = seconds
                store.close()
            found += [(engine, act, seconds) for act, seconds in by_act.items()]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="What acts cost as the years go by.")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    head = " | ".join(f"{size:,} drafts" for size in sizes)
    print(f"| Engine | Act | {head} | growth | aim |\n|---|---|{'---:|' * len(sizes)}---:|---|")
    for engine, act, seconds in run(sizes, given.engine):
        growth = seconds[sizes[-1]] / seconds[sizes[0]]
        aim = f"{AIMS[act]}x" if act in AIMS else f"{REPORT_AIM:.0f} s"
        cells = " | ".join(f"{seconds[size] * 1000:.1f} ms" for size in sizes)
        print(f"| {engine} | {act} | {cells} | {growth:.2f}x | {aim} |")


if __name__ == "__main__":
    main()
