"""Deaths at random, for as long as you like: `make soak`.

`SIGNOFF_SOAK=60` is how many seconds each database gets, `SIGNOFF_SEED=7` repeats a run.
"""

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

from bot.failpoints import Point
from bot.store import KeyRing
from tests.crash.stories import Story, tell

SECONDS = float(os.environ.get("SIGNOFF_SOAK", "300"))
SEED = int(os.environ.get("SIGNOFF_SEED", str(random.randrange(1_000_000))))
AT_ONCE, BATCH = 6, 12
COMMAND = [p for p in Point if p.startswith("command")]
LATER = [p for p in Point if p.startswith(("check", "card"))]
# Which points are sure to be reached in an act, and how many deaths the draft survives there:
# three in the checks, and it is held for the privacy officer.
ACTS = {
    "say": ([*COMMAND, *LATER], 2),
    "press": ([*COMMAND, *(p for p in Point if p.startswith("card"))], 3),
    "remind": ([Point.SWEEP_ACTED, Point.SWEEP_SAVED], 1),
    "day": ([Point.DAY_ACTED, Point.DAY_SAVED], 1),
}


def made_up(dice: random.Random) -> Story:
    """A story whose deaths come in the order in which an act passes their points."""
    during = dice.choice([*ACTS])
    points, most = ACTS[during]
    chosen = sorted(dice.sample(points, dice.randint(1, most)), key=list(Point).index)
    author, decider = dice.choice(("maria", "lee")), dice.choice(("ada", "bea"))
    return Story(during, tuple(chosen), author, decider)


async def test_nothing_is_lost_whenever_the_process_dies(
    databases: Callable[[str], str], keys: KeyRing, tmp_path: Path
) -> None:
    dice, until = random.Random(SEED), time.monotonic() + SECONDS
    while time.monotonic() < until:
        stories = [made_up(dice) for _ in range(BATCH)]
        told = await tell(stories, databases, keys=keys, folder=tmp_path, at_once=AT_ONCE)
        assert not told, f"SIGNOFF_SEED={SEED}\n" + "\n".join(told)
