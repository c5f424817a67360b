"""The loop that checks, delivers and sweeps, with real checks and a made-up platform."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import clock as machine
from bot import desk as desks
from bot.commands import Chat, Submit
from bot.config import App
from bot.desk import Desk
from bot.engine.checker import Checker
from bot.engine.embedded import Engine
from bot.exceptions import ExceptionKind
from bot.outbox import Later, Outbox, Parcel, Undeliverable
from bot.store import Store, exceptions
from checks.values import Finding, Post
from practice import CLEAN, TUESDAY, Bench, Clock, button, words
from tests.platforms import Findings, Platform, until


def running(store: Store, app: App, platform: Platform, checker: Checker) -> tuple[Bench, Engine]:
    desk = Desk(store, app, clock=Clock(), chats=(Chat.WEB,))
    engine = Engine(desk, Outbox(store, desk.roster, {Chat.WEB: platform}), checker)
    store.on_work = engine.kick
    return Bench(desk, Clock()), engine


async def test_a_draft_reaches_its_approver_through_the_real_checks(
    file_store: Store, app: App
) -> None:
    platform = Platform()
    checker = Checker(ThreadPoolExecutor(1))
    bench, engine = running(file_store, app, platform, checker)
    await engine.start()
    try:
        bench.do(Submit(bench.origin("maria"), CLEAN))
        await until(lambda: ("ada", "review/1") in platform.shown, 60)
        bench.press("ada", platform.shown["ada", "review/1"], "approve")
        await until(lambda: ("maria", "news/1/v1") in platform.shown)
        await until(lambda: not platform.shown["ada", "review/1"].actions)
    finally:
        await engine.stop()
    assert CLEAN in words(platform.shown["maria", "news/1/v1"])
    assert len(platform.posts) == len(set(platform.posts))


async def test_a_busy_platform_gets_the_card_later_and_an_unknown_person_parks_it(
    file_store: Store, app: App
) -> None:
    busy = iter([True, True])

    def trouble(parcel: Parcel) -> None:
        if parcel.user == "ada" and next(busy, False):
            raise Later("busy", 0.05)
        if parcel.user == "maria":
            raise Undeliverable("gone")

    platform = Platform(trouble)
    bench, engine = running(file_store, app, platform, Findings(lambda _: ()))
    await engine.start()
    try:
        bench.do(Submit(bench.origin("maria"), CLEAN))
        await until(lambda: ("ada", "review/1") in platform.shown)
    finally:
        await engine.stop()
    assert not any(person == "maria" for person, _ in platform.shown)
    platform.trouble = lambda _: None
    bench.do(Submit(bench.origin("maria", address="here"), CLEAN + " More."))
    assert await engine.outbox.run_once() > 0
    assert any(person == "maria" for person, _ in platform.shown)


async def test_checks_that_never_finish_hold_the_draft_as_unchecked(
    file_store: Store, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "CHECK_LEASE", timedelta(0))

    def broken(_: Post) -> Sequence[Finding]:
        raise MemoryError

    platform = Platform()
    bench, engine = running(file_store, app, platform, Findings(broken))
    await engine.start()
    try:
        bench.do(Submit(bench.origin("maria"), CLEAN))
        await until(lambda: ("ada", "review/1") in platform.shown)
    finally:
        await engine.stop()
    assert "could not finish" in words(platform.shown["ada", "review/1"])
    assert button(platform.shown["ada", "review/1"], "approve")


async def test_what_was_interrupted_is_taken_up_again(file_store: Store, app: App) -> None:
    """A process dies after it has taken the work: the next one finds it when the lease is over."""
    bench, _ = running(file_store, app, Platform(), Findings(lambda _: ()))
    bench.do(Submit(bench.origin("maria"), CLEAN))
    assert len(bench.desk.to_check()) == 1
    assert bench.desk.to_check() == []
    later = machine.now() + desks.CHECK_LEASE + timedelta(seconds=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "now", lambda: later)
        assert len(bench.desk.to_check()) == 1


def test_a_worker_gets_the_practice_as_it_is_at_this_moment(bench: Bench) -> None:
    bench.do(Submit(bench.origin("maria"), CLEAN))
    with bench.desk.store.write() as tx:
        exceptions.report(tx, 1, 1, "claims.cure", TUESDAY)
        (waiting,) = exceptions.waiting(tx)
        exceptions.decide(tx, replace(waiting, kind=ExceptionKind.PHRASE, words="A cure for ham"))
    ((_, _, post),) = bench.desk.to_check()
    assert post.practice.today == "2026-11-24"
    assert post.practice.state == "TX"
    assert post.practice.allowed == ("A cure for ham",)
