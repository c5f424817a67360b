"""How much one person may ask of the bot in a minute, so that nobody's script takes it from others.

Counted in memory, by each process for itself: whoever floods us must not cost a write each time.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

from bot.commands import Command, Deleted, Edited, Revise, Submit
from bot.config import Limits

MINUTE = 60.0
NOTHING = 1e-9  # what is lost in counting with fractions
REMEMBERED = 10_000  # people; whoever was silent for longest is forgotten first

# What happened on the platform already is always taken in: an approval must not outlive an edit
# because its author wrote too much before.
ALWAYS = (Edited, Deleted)
DRAFTS = (Submit, Revise)


class Bucket:
    """Holds what is left for each person; it fills up again evenly, within a minute."""

    def __init__(self, size: int, clock: Callable[[], float]) -> None:
        self._size, self._clock = size, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, who: str) -> float:
        """The seconds until there is something left for this person; 0 when there is."""
        missing = 1 - self._now(who)
        return missing * MINUTE / self._size if missing > NOTHING else 0.0

    def take(self, who: str) -> None:
        self._left[who] = (self._now(who) - 1, self._clock())
        self._left.move_to_end(who)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)

    def _now(self, who: str) -> float:
        left, at = self._left.get(who, (float(self._size), self._clock()))
        return min(float(self._size), left + (self._clock() - at) * self._size / MINUTE)


class Limiter:
    """`wait` says how long a person has to wait before the desk is asked; 0 lets them through."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._acts, self._drafts = Bucket(limits.acts, clock), Bucket(limits.drafts, clock)

    def wait(self, who: str, command: Command) -> float:
        if isinstance(command, ALWAYS):
            return 0.0
        buckets = [self._acts, *([self._drafts] if isinstance(command, DRAFTS) else [])]
        longest = max(bucket.wait(who) for bucket in buckets)
        if not longest:
            for bucket in buckets:
                bucket.take(who)
        return longest
