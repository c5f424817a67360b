"""A draft from its author to its approval and the day after, with deaths on the way."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.store import KeyRing
from tests.crash.world import ON_SLACK, ON_TEAMS, Nursery, World
from tests.fakes_slack_api import Trouble


@dataclass(frozen=True)
class Story:
    """The product dies during one act, at one point after the other: each life ends at the next.

    A point may have a number: `card-posted@2` is the second time that it is reached.
    """

    during: str  # "say", "press", "remind", "day" or "trouble"
    points: tuple[str, ...]
    author: str = "maria"  # on Slack; lee is on Teams
    decider: str = "ada"  # on Teams; bea is on Slack

    @property
    def name(self) -> str:
        return f"{self.during}-{self.author}-{self.points[0]}-{len(self.points)}"


async def live_through(world: World, story: Story) -> None:
    """Lets people act until the draft is approved, through all deaths of the story."""
    if story.during == "trouble":
        world.slack.troubles = [Trouble("chat.postMessage", status=503)]
    await world.start(*(story.points if story.during in ("say", "trouble") else ()))
    await world.say(story.author)
    await shown(world, "is waiting for your sign-off", "ada", "bea")
    if story.during == "remind":
        await world.start(*story.points, hours=3)
        await shown(world, "still waits for your sign-off", "ada", "bea")
    if story.during == "press":
        await world.start(*story.points)
    await world.press(story.decider, "Approve")
    await shown(world, "Copy this text", story.author)
    if story.during == "day":
        await world.start(*story.points, hours=24)
        await shown(world, "Ledger head of today", "sam")
    await world.all_dead()


async def shown(world: World, phrase: str, *people: str) -> None:
    """Waits until these people read this, and every card has left and is noted."""
    await world.until(lambda: all(world.count(person, phrase) for person in people))
    await world.until(lambda: not world.held())


async def find_all_well(world: World, story: Story) -> None:
    """No button is dead, and there is one draft, one entry an act, one card a person and place."""
    assert world.deaths == [-signal.SIGKILL] * len(story.points)
    for person in (*ON_SLACK, *ON_TEAMS):
        for button in world.buttons(person):
            assert await button.press(), f"{button.label} of {person} is dead"
    await world.until(lambda: not world.held())
    assert not any(b.label == "Approve" for p in ("ada", "bea") for b in world.buttons(p))
    acts, remind = Counter(world.tags()), story.during == "remind"
    assert {t: n for t, n in acts.items() if not t.startswith("ledger:")} == {
        "draft:submitted": 1,
        "draft:routed": 1,
        "draft:approved": 1,
        **({"review:reminded": 1} if remind else {}),
    }
    assert world.states() == ["approved"]
    assert acts["ledger:anchored"] == (story.during == "day")
    assert world.count("sam", "Ledger head of today") == (story.during == "day")
    for person in (*ON_SLACK, *ON_TEAMS):
        assert world.repeats(person) == [], person


async def tell(
    stories: Sequence[Story],
    databases: Callable[[str], str],
    *,
    keys: KeyRing,
    folder: Path,
    at_once: int,
) -> list[str]:
    """Tells all stories, several at once; what went wrong in which, with the end of its log."""
    turns = asyncio.Semaphore(at_once)

    async def one(nursery: Nursery, number: int, story: Story) -> str:
        name = f"{number}-{story.name}"
        async with turns:
            url = await asyncio.to_thread(databases, name)
            world = World(name, nursery, folder=folder, url=url, keys=keys)
            try:
                async with world:
                    await live_through(world, story)
                    await find_all_well(world, story)
            except Exception as problem:  # noqa: BLE001 - told below, with all the others
                log = world.log.read_text()[-1500:] if world.log.exists() else ""
                return f"{story}: {type(problem).__name__} {problem}\n{log}"
        return ""

    async with Nursery.open() as nursery:
        told = await asyncio.gather(*(one(nursery, n, story) for n, story in enumerate(stories)))
    return [words for words in told if words]
