"""Platforms misbehave: cards wait, keep their order, are parked, and leave when they can."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from bot import clock as machine
from bot import outbox as outboxes
from bot.__main__ import main
from bot.commands import Chat, Decide, Origin, Outcome, Submit
from bot.config import App, load, parse
from bot.desk import Desk
from bot.engine import embedded
from bot.engine.embedded import Engine
from bot.outbox import Later, Outbox, Parcel, Receipt, Undeliverable
from bot.store import KeyRing, Store, drafts, outbox, stuck
from bot.store.database import ToSend
from bot.store.tables import OutboxRow
from bot.wiring import keys_from_environment, open_store
from checks import Examined
from checks.values import Post
from practice import CLEAN, PRACTICE, Bench, Clock
from tests.chats import Driver, Slack, Teams, driver
from tests.fakes_slack_api import Trouble as OnSlack
from tests.fakes_teams import FakeTeams
from tests.fakes_teams import Trouble as OnTeams
from tests.platforms import Findings, Platform, until

POST = "chat.postMessage"
WAITS = "is waiting for your sign-off"
PARKING = ("no-account", "no-address", "unreadable")


class Machine:
    """The machine's clock, moved by hand."""

    def __init__(self) -> None:
        self.later, self._real = timedelta(0), machine.now

    def __call__(self) -> datetime:
        return self._real() + self.later

    def forward(self, **span: float) -> None:
        self.later += timedelta(**span)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Machine:
    moved = Machine()
    monkeypatch.setattr(machine, "now", moved)
    return moved


def held(store: Store) -> dict[str, str]:
    """What has not left: the place of each card and its problem."""
    with store.read() as tx:
        return {f"{h.person} {h.key}": h.problem for h in stuck.held(tx)}


def box_of(on: Driver) -> Outbox:
    return Outbox(on.desk.store, on.desk.roster, {on.chat: on.adapter})


async def move(on: Driver) -> None:
    """Lets checks that find nothing and all deliveries run."""
    Bench(on.desk, on.clock).check()
    while await box_of(on).run_once():
        pass


def shown(on: Driver, person: str, phrase: str) -> int:
    """In how many of their messages this person reads the phrase now."""
    assert isinstance(on, Slack | Teams)
    user = on.user(person)
    messages = on.slack.cards(user) if isinstance(on, Slack) else on.teams.chat(user)
    return sum(phrase in m.text.replace("\\", "") for m in messages)


_events = itertools.count(1)


def origin(on: Driver, person: str) -> Origin:
    return Origin(on.chat, on.user(person), f"outbox-{next(_events)}")


def content_hash(store: Store) -> str:
    with store.read() as tx:
        version = drafts.version(tx, 1, 1)
    assert version
    return version.content_hash


def upset(on: Driver, *troubles: OnSlack | OnTeams) -> None:
    fake = on.slack if isinstance(on, Slack) else on.teams  # type: ignore[attr-defined]
    fake.troubles = list(troubles)


@pytest.fixture(params=[Chat.SLACK, Chat.TEAMS])
async def chat(
    request: pytest.FixtureRequest, file_store: Store, app: App
) -> AsyncIterator[Driver]:
    async with driver(request.param, file_store, app) as ready:
        yield ready


# --- through the platforms' real libraries -------------------------------------------------------

AWAY = {
    "slack busy": (Chat.SLACK, [OnSlack(POST, "ratelimited", 429, {"Retry-After": "40"})]),
    "slack broken": (Chat.SLACK, [OnSlack(POST, status=503)]),
    "slack cut off": (Chat.SLACK, [OnSlack(POST, cut=True)]),
    "slack slow": (Chat.SLACK, [OnSlack(POST, seconds=0.5)]),
    "slack answer lost": (Chat.SLACK, [OnSlack(POST, cut=True, after=True)]),
    "slack token refused": (Chat.SLACK, [OnSlack(POST, "invalid_auth")]),
    "teams busy": (Chat.TEAMS, [OnTeams(429, {"Retry-After": "40"})]),
    "teams broken": (Chat.TEAMS, [OnTeams(502), OnTeams(502), OnTeams(502)]),
    "teams cut off": (Chat.TEAMS, [OnTeams(cut=True)]),
    "teams slow": (Chat.TEAMS, [OnTeams(seconds=0.5)]),
    "teams token refused": (Chat.TEAMS, [OnTeams(401), OnTeams(401), OnTeams(401)]),
}


@pytest.mark.parametrize(("where", "troubles"), AWAY.values(), ids=AWAY.keys())
async def test_a_card_that_cannot_leave_now_leaves_later_and_once(
    where: Chat,
    troubles: list[OnSlack | OnTeams],
    file_store: Store,
    app: App,
    hours: Machine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with driver(where, file_store, app) as on:
        Bench(on.desk, on.clock).do(Submit(origin(on, "maria"), CLEAN))
        await move(on)
        assert shown(on, "ada", WAITS) == 1
        monkeypatch.setattr(outboxes, "PATIENCE", 0.3)
        upset(on, *troubles)
        Bench(on.desk, on.clock).submit(f"{CLEAN} Again.")
        await box_of(on).deliver(ToSend(where, "ada"))
        assert held(file_store)["ada review/2"] not in ("", *PARKING), "nothing went wrong"
        hours.forward(hours=1)
        await move(on)
        assert held(file_store) == {}
        assert shown(on, "ada", WAITS) == 2


GONE = {
    "slack: no such channel": (Chat.SLACK, [OnSlack(POST, "channel_not_found")]),
    "slack: deactivated": (Chat.SLACK, [OnSlack(POST, "user_disabled")]),
    "slack: no longer here": (Chat.SLACK, [OnSlack(POST, "account_inactive")]),
    "slack: app removed": (Chat.SLACK, [OnSlack(POST, "messages_tab_disabled")]),
    "teams: blocked": (Chat.TEAMS, [OnTeams(403)]),
    "teams: gone": (Chat.TEAMS, [OnTeams(404)]),
}


@pytest.mark.parametrize(("where", "troubles"), GONE.values(), ids=GONE.keys())
async def test_who_cannot_be_reached_is_parked_told_of_once_and_served_when_heard_of_again(
    where: Chat, troubles: list[OnSlack | OnTeams], file_store: Store, app: App
) -> None:
    async with driver(where, file_store, app) as on:
        bench = Bench(on.desk, on.clock)
        bench.submit(f"{CLEAN} One.")
        bench.submit(f"{CLEAN} Two.")
        upset(on, *troubles, *troubles)
        await box_of(on).deliver(ToSend(where, "ada"))
        upset(on)
        await move(on)
        assert sorted(held(file_store)) == ["ada review/1", "ada review/2"]
        assert shown(on, "sam", "Ada Reyes cannot be reached") == 1
        assert shown(on, "ada", WAITS) == 0
        await on.type("ada", "help")
        await move(on)
        assert held(file_store) == {}
        assert shown(on, "ada", WAITS) == 2


async def test_an_answer_lost_on_teams_leaves_a_repeat_that_closes_when_it_is_pressed(
    file_store: Store, app: App, hours: Machine
) -> None:
    """Teams has no way to look a message up, so this one can come twice."""
    async with driver(Chat.TEAMS, file_store, app) as on:
        assert isinstance(on, Teams)
        bench = Bench(on.desk, on.clock)
        bench.do(Submit(origin(on, "maria"), CLEAN))
        bench.check()
        upset(on, OnTeams(cut=True, after=True))
        await box_of(on).deliver(ToSend(Chat.TEAMS, "ada"))
        hours.forward(minutes=1)
        await move(on)
        assert shown(on, "ada", WAITS) == 2
        repeat = next(m for m in on.teams.chat("29:ada") if WAITS in m.text)
        with file_store.read() as tx:
            assert not outbox.card_at(tx, Chat.TEAMS, repeat.conversation, repeat.id)
        approve = next(a for a in repeat.card["actions"] if a["title"] == "Approve")
        await on.teams.send(on.teams.click("29:ada", repeat.id, approve["verb"], approve["data"]))
        await move(on)
        assert on.state(1) == "approved"
        assert shown(on, "ada", "approved by Ada Reyes") == 2
        assert not any("Approve" in m.text for m in on.teams.chat("29:ada"))


async def test_a_card_pressed_after_its_review_was_over_loses_its_buttons(
    chat: Driver, file_store: Store
) -> None:
    """Shown as an answer, it is none of the cards we keep."""
    bench = Bench(chat.desk, chat.clock)
    bench.do(Submit(origin(chat, "maria"), CLEAN))
    await move(chat)
    await chat.type("ada", "queue")
    await chat.click("ada", "Show #1", {}, twice=False)
    await move(chat)
    assert shown(chat, "ada", WAITS) == 2
    bench.do(Decide(bench.origin("ada"), 1, 1, content_hash(file_store), Outcome.APPROVE))
    await move(chat)
    assert shown(chat, "ada", WAITS) == 1
    await chat.click("ada", "Approve", {}, twice=False)
    await move(chat)
    assert shown(chat, "ada", WAITS) == 0


async def test_somebody_on_teams_who_never_wrote_is_reached_once_any_colleague_has(
    file_store: Store, app: App
) -> None:
    """Also by a replica that was not the one to hear the colleague."""
    async with FakeTeams() as teams:
        on = Teams(file_store, app, teams)
        await teams.serve(on.adapter)
        bench = Bench(on.desk, on.clock)
        bench.do(Submit(origin(on, "maria"), CLEAN))
        await move(on)
        assert held(file_store)["ada review/1"] == "no-address"
        await teams.say("29:lee", "help")
        other = Teams(file_store, app, teams)
        await other.adapter.start()
        await move(other)
        assert shown(on, "ada", WAITS) == 1
        await other.adapter.stop()
        await on.adapter.stop()


# --- the outbox itself ---------------------------------------------------------------------------


@pytest.fixture
def bench(file_store: Store, app: App) -> Bench:
    clock = Clock()
    return Bench(Desk(file_store, app, clock=clock, chats=(Chat.WEB,)), clock)


def box(bench: Bench, *platforms: Platform) -> Outbox:
    return Outbox(bench.desk.store, bench.desk.roster, {p.chat: p for p in platforms})


async def test_a_conversation_keeps_its_order_and_the_others_go_on(
    bench: Bench, hours: Machine
) -> None:
    trouble = iter([Later("busy", 30)])

    def first_time(parcel: Parcel) -> None:
        if parcel.user == "ada" and (problem := next(trouble, None)):
            raise problem

    platform = Platform(first_time)
    for _ in range(3):
        bench.submit()
    await box(bench, platform).run_once()
    assert [user for user, _ in platform.posts] == ["maria"] * 3
    hours.forward(seconds=31)
    await box(bench, platform).run_once()
    assert platform.posts[3:] == [("ada", f"review/{n}") for n in (1, 2, 3)]


async def test_waiting_grows_up_to_five_minutes_and_ends_after_a_day(
    bench: Bench, hours: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outboxes, "MOST_ATTEMPTS", 12)

    def never(_: Parcel) -> None:
        raise Later("unreachable")

    bench.submit()
    outgoing, waits = box(bench, Platform(never)), []
    for _ in range(11):
        await outgoing.deliver(ToSend(Chat.WEB, "ada"))
        with bench.desk.store.read() as tx:
            row = tx.session.get(OutboxRow, ("ada", "review/1"))
            assert row
            assert row.leased_until
            waits.append((row.leased_until - machine.now()).total_seconds())
        hours.forward(seconds=waits[-1] + 1)
    expected = [*(2.0**n for n in range(1, 9)), 300, 300, 300]
    assert waits == pytest.approx(expected, abs=1)
    await outgoing.deliver(ToSend(Chat.WEB, "ada"))
    with bench.desk.store.read() as tx:
        assert stuck.parked(tx, Chat.WEB, "ada")


async def test_a_platform_that_answers_again_hurries_what_waited_for_it(
    bench: Bench, hours: Machine
) -> None:
    down = True

    def away(_: Parcel) -> None:
        if down:
            raise Later("unreachable", 200)

    platform = Platform(away)
    outgoing = box(bench, platform)
    bench.submit()
    await outgoing.run_once()
    down = False
    bench.submit(by="lee")
    await outgoing.deliver(ToSend(Chat.WEB, "lee"))
    assert platform.posts == [("lee", "draft/2/v1")]
    await outgoing.run_once()
    assert held(bench.desk.store) == {}


async def test_a_platform_that_hangs_holds_up_nobody_on_the_other(
    file_store: Store, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "WIDTH", 2)
    people = {k: {n: v for n, v in p.items() if n != "web"} for k, p in PRACTICE["people"].items()}  # type: ignore[attr-defined]
    people["ada"].pop("slack")
    clock = Clock()
    desk = Desk(
        file_store,
        parse({**PRACTICE, "people": people}),
        clock=clock,
        chats=(Chat.SLACK, Chat.TEAMS),
    )
    slack, teams = _Hanging(chat=Chat.SLACK), Platform(chat=Chat.TEAMS)
    carriers = {Chat.SLACK: slack, Chat.TEAMS: teams}
    engine = Engine(desk, Outbox(file_store, desk.roster, carriers), Findings(lambda _: ()))
    file_store.on_work = engine.kick
    await engine.start()
    try:
        for n, who in enumerate(("maria", "lee", "bea", "maria", "lee")):
            desk.handle(Submit(Origin(Chat.SLACK, f"U{who.upper()}", f"e{n}"), f"{CLEAN} {n}"))
        await until(lambda: len(teams.posts) == 5, 5)
        assert slack.begun == 2, "two at a time, and both hang"
    finally:
        slack.go.set()
        await engine.stop()


class _Hanging(Platform):
    """Takes every card and does not answer."""

    def __init__(self, chat: Chat) -> None:
        super().__init__(chat=chat)
        self.begun, self.go = 0, asyncio.Event()

    async def deliver(self, parcel: Parcel) -> Receipt:
        self.begun += 1
        await self.go.wait()
        return await super().deliver(parcel)


async def test_a_press_that_comes_before_the_receipt_updates_the_card(bench: Bench) -> None:
    """The person sees the card, and presses, before we have learned where it stands."""
    bench.submit()
    card = bench.review("ada", 1)

    class Quick(Platform):
        async def deliver(self, parcel: Parcel) -> Receipt:
            receipt = await super().deliver(parcel)
            if parcel.key == "review/1" and parcel.receipt is None:
                await asyncio.to_thread(bench.press, "ada", card, "approve")
            return receipt

    platform = Quick()
    while await box(bench, platform).run_once():
        pass
    assert bench.state(1) == "approved"
    assert platform.posts.count(("ada", "review/1")) == 1
    assert not platform.shown["ada", "review/1"].actions


async def test_a_long_delivery_keeps_its_lease(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outboxes, "LEASE", timedelta(seconds=0.3))
    bench.submit()
    slow = _Hanging(chat=Chat.WEB)
    going = asyncio.create_task(box(bench, slow).deliver(ToSend(Chat.WEB, "ada")))
    await asyncio.sleep(1)
    assert await box(bench, slow).deliver(ToSend(Chat.WEB, "ada")) == 0
    slow.go.set()
    assert await going == 1
    assert slow.posts == [("ada", "review/1")]


async def test_a_process_that_was_thought_dead_takes_its_repeat_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease ran out while it hung, another sent the card, then it came back to life."""
    monkeypatch.setattr(outboxes, "LEASE", timedelta(seconds=0))
    bench.submit()

    class Asleep(Platform):
        async def deliver(self, parcel: Parcel) -> Receipt:
            await box(bench, alive).deliver(ToSend(Chat.WEB, "ada"))
            await super().deliver(parcel)
            return Receipt(parcel.user, "again")

    alive, asleep = Platform(), Asleep()
    await box(bench, asleep).deliver(ToSend(Chat.WEB, "ada"))
    await box(bench, alive).deliver(ToSend(Chat.WEB, "ada"))
    assert alive.shown["ada", outbox.copy_key(1, "again")].title == "This card came twice"
    assert held(bench.desk.store) == {"maria draft/1/v1": ""}


async def test_admins_are_told_where_they_can_be_reached(file_store: Store, app: App) -> None:
    """Not on the platform that has just failed, as long as there is another one."""
    desk = Desk(file_store, app, clock=Clock(), chats=(Chat.SLACK, Chat.TEAMS))
    bench = Bench(desk, Clock())

    def refuse(parcel: Parcel) -> None:
        raise Undeliverable("user_disabled")

    slack, teams = Platform(refuse, Chat.SLACK), Platform(chat=Chat.TEAMS)
    bench.submit()
    await box(bench, slack, teams).run_once()
    await box(bench, slack, teams).run_once()
    notes = [c.title for (user, _), c in teams.shown.items() if user == "29:sam"]
    assert sorted(notes) == ["Ada Reyes cannot be reached", "Maria Ortiz cannot be reached"]


async def test_a_card_that_cannot_be_read_is_parked_and_the_next_one_leaves(bench: Bench) -> None:
    bench.submit()
    bench.submit()
    with bench.desk.store.write() as tx:
        tx.session.connection().execute(
            text("UPDATE outbox SET card_sealed = :x WHERE key = 'review/1'"), {"x": b"\x01junk"}
        )
    platform = Platform()
    await box(bench, platform).run_once()
    assert ("ada", "review/2") in platform.posts
    assert held(bench.desk.store)["ada review/1"] == "unreadable"


async def test_a_stop_hands_over_what_is_under_way(
    bench: Bench, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "GRACE", 0.1)
    slow = _Hanging(chat=Chat.WEB)
    engine = Engine(bench.desk, box(bench, slow), Findings(lambda _: ()))
    bench.submit()
    await engine.start()
    await until(lambda: slow.begun >= 2)
    await asyncio.wait_for(engine.stop(), 2)
    platform = Platform()
    while await box(bench, platform).run_once():
        pass
    assert {"draft/1/v1", "review/1"} <= {key for _, key in platform.posts}


async def test_a_stop_hands_back_a_draft_in_the_checks(
    bench: Bench, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "GRACE", 0.1)
    asked = asyncio.Event()

    class Endless(Findings):
        async def run(self, post: Post) -> Examined:
            asked.set()
            await asyncio.sleep(60)
            return Examined(())

    engine = Engine(bench.desk, box(bench), Endless(lambda _: ()))
    bench.do(Submit(bench.origin("maria"), CLEAN))
    await engine.start()
    await asked.wait()
    await asyncio.wait_for(engine.stop(), 2)
    assert len(bench.desk.to_check()) == 1, "the lease is given back"


# --- on the command line -------------------------------------------------------------------------


def test_what_is_stuck_is_listed_and_tried_again_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIGNOFF_KEYS", KeyRing.new())
    settings = tmp_path / "app.yaml"
    settings.write_text(yaml.safe_dump({**PRACTICE, "database": f"sqlite:///{tmp_path / 'a.db'}"}))

    def signoff(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["signoff", "outbox", *words, "--config", str(settings)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), "".join(capsys.readouterr())

    _park_one(load(settings))
    code, listed = signoff("list")
    assert code == 0
    assert "parked  ada              web    review/1  " in listed
    assert "user_disabled, 1 tries" in listed
    assert "1 cards are on their way, 1 could not be delivered." in listed
    assert "Words" not in listed
    assert signoff("retry", "maria") == (0, "0 cards are tried again.\n")
    assert signoff("retry", "ada") == (0, "1 cards are tried again.\n")
    assert "2 cards are on their way, 0 could not be delivered." in signoff("list")[1]
    code, said = signoff("retry", "zoe")
    assert code == 64
    assert "zoe is nobody in app.yaml" in said


def _park_one(app: App) -> None:
    """Leaves a database in which a card of ada's could not be delivered."""
    store = open_store(app.database, keys_from_environment())
    bench = Bench(Desk(store, app, clock=Clock(), chats=(Chat.WEB,)), Clock())
    bench.submit("Words that must not be shown on a screen.")
    with store.write() as tx:
        lease, ada = timedelta(minutes=1), ToSend("web", "ada")
        [out] = outbox.claim(tx, now=tx.now, lease=lease, whose=ada)
        outbox.park(tx, out, "user_disabled")
    store.close()
