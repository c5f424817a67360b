"""The process is killed at every point between an event and its last card, and nothing is lost."""

from collections.abc import Callable
from pathlib import Path

from bot.failpoints import Point
from bot.store import KeyRing
from tests.crash.stories import Story, tell

AT_ONCE = 8  # each has up to ten connections, and a server takes a hundred
COMMAND, CHECK, CARD = (
    tuple(p for p in Point if p.startswith(part)) for part in ("command", "check", "card")
)
STORIES = (
    # Three deaths in the checks, and a draft is held for the privacy officer: two in each story.
    Story("say", CARD[:2]),
    Story("say", CARD[2:], author="lee"),
    Story("say", CHECK[:2], author="lee"),
    Story("say", CHECK[2:]),
    Story("say", COMMAND),
    Story("press", COMMAND),
    Story("press", CARD, decider="bea"),
    Story("remind", (Point.SWEEP_ACTED, Point.SWEEP_SAVED)),
    Story("day", (Point.DAY_ACTED, Point.DAY_SAVED)),
    Story("trouble", (Point.TROUBLE_NOTED,)),
)
ON_THE_OTHER_PLATFORM = (  # what they are about does not depend on the database
    Story("say", COMMAND, author="lee"),
    Story("press", COMMAND, decider="bea"),
    Story("press", (f"{Point.CARD_POSTED}@2", Point.CARD_TAKEN), author="lee"),
)
IN_THE_QUEUE = (
    Story("say", (Point.JOB_BEGUN, Point.JOB_DONE)),
    Story("press", (Point.JOB_DONE, Point.JOB_BEGUN), author="lee"),
)


def test_the_process_dies_at_every_point_there_is() -> None:
    points = {p.partition("@")[0] for story in (*STORIES, *IN_THE_QUEUE) for p in story.points}
    assert points == set(Point)


async def test_nothing_is_lost_wherever_the_process_dies(
    databases: Callable[[str], str], keys: KeyRing, tmp_path: Path
) -> None:
    shared = databases("probe").startswith("postgresql")
    stories = [*STORIES, *(IN_THE_QUEUE if shared else ON_THE_OTHER_PLATFORM)]
    told = await tell(stories, databases, keys=keys, folder=tmp_path, at_once=AT_ONCE)
    assert not told, "\n".join(told)
