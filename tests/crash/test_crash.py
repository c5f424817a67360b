"""The process is killed at every point between an event and its last card, and nothing is lost."""

import asyncio
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.failpoints import Point
from bot.store import KeyRing, Store, schema
from tests.conftest import ENGINES, copied
from tests.crash.world import ON_SLACK, ON_TEAMS, Nursery, World
from tests.fakes_slack_api import Trouble

AT_ONCE = 8


@dataclass(frozen=True)
class Death:
    """Where the product dies, and during what."""

    point: Point
    during: str  # "say", "press", "remind", "day" or "trouble"
    count: int = 1

    @property
    def name(self) -> str:
        return f"{self.point}-{self.count}-{self.during}"


COMMAND, CHECK, CARD = (
    [p for p in Point if p.startswith(part)] for part in ("command", "check", "card")
)
DEATHS = (
    *(Death(p, "say") for p in (*COMMAND, *CHECK, *CARD)),
    *(Death(p, "press") for p in COMMAND),
    *(Death(p, "press", 4) for p in CARD),
    Death(Point.SWEEP_ACTED, "remind"),
    Death(Point.SWEEP_SAVED, "remind"),
    Death(Point.DAY_ACTED, "day"),
    Death(Point.DAY_SAVED, "day"),
    Death(Point.TROUBLE_NOTED, "trouble"),
)
IN_THE_QUEUE = (
    Death(Point.JOB_BEGUN, "say"),
    Death(Point.JOB_BEGUN, "press", 2),
    Death(Point.JOB_DONE, "say", 2),
    Death(Point.JOB_DONE, "press"),
)


async def story(world: World, death: Death) -> None:
    """A draft from its author to its approval and the day after, with one death on the way."""
    author, decider = ("maria", "ada") if death.count % 2 else ("lee", "bea")
    armed = f"{death.point}@{death.count}"
    if death.during == "trouble":
        world.slack.troubles = [Trouble("chat.postMessage", status=503)]
    await world.start(armed if death.during in ("say", "trouble") else "")
    await world.say(author)
    await shown(world, "is waiting for your sign-off", "ada", "bea")
    if death.during == "remind":
        await world.start(armed, hours=3)
        await shown(world, "still waits for your sign-off", "ada", "bea")
    if death.during == "press":
        await world.start(armed)
    await world.press(decider, "Approve")
    await shown(world, "Copy this text", author)
    if death.during == "day":
        await world.start(armed, hours=24)
        await shown(world, "Ledger head of today", "sam")
    assert await world.died() == [-signal.SIGKILL]


async def shown(world: World, phrase: str, *people: str) -> None:
    """Waits until these people read this, and every card has left and is noted."""
    await world.until(lambda: all(world.count(person, phrase) for person in people))
    await world.until(lambda: not world.held())


async def tell_truth(world: World, death: Death) -> None:
    """No button is dead, and there is one draft, one entry an act, one card a person and place."""
    for person in (*ON_SLACK, *ON_TEAMS):
        for button in world.buttons(person):
            assert await button.press(), f"{button.label} of {person} is dead"
    await world.until(lambda: not world.held())
    assert not any(b.label == "Approve" for p in ("ada", "bea") for b in world.buttons(p))
    acts, remind = Counter(world.tags()), death.during == "remind"
    assert {t: n for t, n in acts.items() if not t.startswith("ledger:")} == {
        "draft:submitted": 1,
        "draft:routed": 1,
        "draft:approved": 1,
        **({"review:reminded": 1} if remind else {}),
    }
    assert world.states() == ["approved"]
    assert acts["ledger:anchored"] == (death.during == "day")
    assert world.count("sam", "Ledger head of today") == (death.during == "day")
    for person in (*ON_SLACK, *ON_TEAMS):
        assert world.repeats(person) == [], person


@pytest.fixture(params=ENGINES)
def databases(
    request: pytest.FixtureRequest, keys: KeyRing, tmp_path: Path
) -> Iterator[Callable[[str], str]]:
    """Makes an empty database and tells its URL, as often as it is asked."""
    with ExitStack() as made:
        if request.param == "sqlite":
            first = tmp_path / "template.db"
            store = Store(f"sqlite:///{first}", keys)
            schema.upgrade(store)
            store.close()

            def another(name: str) -> str:
                shutil.copy(first, tmp_path / f"{name}.db")
                return f"sqlite:///{tmp_path / name}.db"
        else:
            template = request.getfixturevalue("postgres")

            def another(name: str) -> str:
                return made.enter_context(copied(template))

        yield another


def test_the_process_dies_at_every_point_there_is() -> None:
    assert {death.point for death in (*DEATHS, *IN_THE_QUEUE)} == set(Point)


async def test_nothing_is_lost_wherever_the_process_dies(
    databases: Callable[[str], str], keys: KeyRing, tmp_path: Path
) -> None:
    turns = asyncio.Semaphore(AT_ONCE)
    deaths = [*DEATHS]
    if databases("probe").startswith("postgresql"):
        deaths += IN_THE_QUEUE

    async def tell(nursery: Nursery, death: Death) -> str:
        async with turns:
            url = await asyncio.to_thread(databases, death.name)
            world = World(death.name, nursery, folder=tmp_path, url=url, keys=keys)
            try:
                async with world:
                    await story(world, death)
                    await tell_truth(world, death)
            except Exception as problem:  # noqa: BLE001 - told below, with all the others
                log = world.log.read_text()[-1500:] if world.log.exists() else ""
                return f"{death.name}: {type(problem).__name__} {problem}\n{log}"
        return ""

    async with Nursery.open() as nursery:
        told = await asyncio.gather(*(tell(nursery, death) for death in deaths))
    assert not any(told), "\n".join(filter(None, told))
