"""One at a time: lets a single writer through, people's commands before background work."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.5  # seconds after which background work waits no longer than anybody else
CALM = 0.02  # seconds without a command: people press at once, and not to the millisecond


class Turnstile:
    """A lock with two queues. The same thread may pass it again while it is inside."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._owner: int | None = None
        self._depth = self._hurried = 0
        self._last_command = 0.0

    @contextmanager
    def passing(self, *, hurried: bool = True) -> Iterator[None]:
        """Holds the turnstile while the block runs."""
        self._enter(hurried)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, hurried: bool) -> None:
        me, until = threading.get_ident(), time.monotonic() + PATIENCE
        with self._changed:
            self._hurried += hurried
            while not (self._owner in (None, me) and (hurried or self._may_follow(until))):
                self._changed.wait(None if hurried else 0.01)
            self._hurried -= hurried
            if hurried:
                self._last_command = time.monotonic()
            self._owner, self._depth = me, self._depth + 1

    def _may_follow(self, until: float) -> bool:
        now = time.monotonic()
        return now >= until or (self._hurried == 0 and now - self._last_command >= CALM)

    def _leave(self) -> None:
        with self._changed:
            self._depth -= 1
            if self._depth == 0:
                self._owner = None
                self._changed.notify_all()
