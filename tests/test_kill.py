"""The demo, killed without warning in the middle of its work and started again."""

import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot import demo, ledger
from bot.jsonl import BATCH
from bot.store import Store, drafts, pages, schema
from bot.store import ledger as rows
from practice import Clock

_numbers = itertools.count(1)


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--data", str(folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=Path.cwd()
    )
    assert process.stdout
    try:
        yield process.stdout.readline().split()[-1], process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        process.stdout.close()


def page(base: str) -> str:
    with urllib.request.urlopen(base, timeout=20) as answer:
        return str(answer.read().decode())


def act(base: str, token: str, **fields: Any) -> None:
    body = json.dumps({"event": f"event-{os.getpid()}-{next(_numbers):04}", **fields}).encode()
    headers = {"Origin": base, "X-Signoff-Token": token, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{base}/act", body, headers)
    with urllib.request.urlopen(request, timeout=20):
        pass


def token(base: str) -> str:
    found = re.search(r'name="signoff-token" content="([^"]+)"', page(base))
    assert found
    return found[1]


def test_nothing_is_lost_or_doubled_when_the_process_is_killed(tmp_path: Path) -> None:
    dice, sent = random.Random(7), 0
    for _ in range(2):
        with running(tmp_path) as (base, process):
            ours = token(base)
            for _ in range(6):
                text = f"Flu shots are in, number {sent + 1}. Call 512-555-0142 to book yours."
                act(base, ours, user="maria", act="say", text=text)
                sent += 1
            time.sleep(dice.uniform(0.0, 1.5))
            process.send_signal(signal.SIGKILL)
    with running(tmp_path) as (base, _):
        until = time.monotonic() + 90
        while (found := states(tmp_path)) != ["in_review"] * sent:
            assert time.monotonic() < until, found
            time.sleep(0.3)
        while len(cards(tmp_path, "ada")) < sent:
            assert time.monotonic() < until
            time.sleep(0.2)
        button = re.findall(r'data-act="([^"]+)"[^>]*>Approve</button>', page(base))[0]
        action = json.loads(button.replace("&#34;", '"'))
        act(base, token(base), user="ada", act="press", **action)
    assert sorted(cards(tmp_path, "ada")) == sorted(set(cards(tmp_path, "ada")))
    assert states(tmp_path).count("approved") == 1
    with opened(tmp_path) as store, store.read() as tx:
        proof = ledger.verify(rows.entries(tx))
        tags = [str(e.tag) for e in rows.entries(tx)]
    assert proof.whole
    assert tags.count("draft:submitted") == tags.count("draft:routed") == sent


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{folder / 'signoff.db'}", demo.keys_in(folder))
    schema.check(store)
    yield store
    store.close()


def states(folder: Path) -> list[str]:
    with opened(folder) as store, store.read() as tx:
        return [str(d.state) for d in drafts.in_state(tx, list(drafts.State), 100)]


def cards(folder: Path, person: str) -> list[str]:
    """The drafts of which this person's page shows a review card."""
    with opened(folder) as store:
        shown = pages.Pages(store, Clock()).all(person)
    words = [item.body.decode() for item in shown if item.kind == "card"]
    return [m[0] for w in words if (m := re.search(r"Draft #\d+(?= is waiting for your|: app)", w))]


STILL_BORN = """
import os
from bot.engine.checker import Checker
Checker()._pool().submit(int)
os._exit(0)  # while the process for the checks is still starting
"""


def test_the_process_for_the_checks_ends_with_the_one_that_started_it() -> None:
    command = [sys.executable, "-c", STILL_BORN]
    parent = subprocess.Popen(command, start_new_session=True, cwd=Path.cwd())
    assert parent.wait(30) == 0
    assert ends(parent.pid)


def test_the_processes_of_the_command_line_end_with_it(tmp_path: Path) -> None:
    lines = tmp_path / "drafts.jsonl"
    lines.write_text('{"id": 1, "text": "Flu shots are in. Call 512-555-0142."}\n' * 2_000)
    command = [sys.executable, "-m", "bot", "check", "--jsonl", "--workers", "2"]
    with (
        lines.open() as given,
        subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, start_new_session=True
        ) as parent,
    ):
        assert parent.stdout
        for _ in range(2 * BATCH):  # by now they are at work
            assert parent.stdout.readline()
        parent.kill()
    assert ends(parent.pid)


def ends(group: int) -> bool:
    """True when no process of the group is left, after a while."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
