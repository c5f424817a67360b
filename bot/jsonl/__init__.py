"""Checks a stream of drafts, one JSON object a line, for `signoff check --jsonl`.

Lines come from outside, so every one of them may be broken, huge or hostile. A line that cannot be
checked gets an answer too, with the verdict `unchecked` and the reason; its words are never
repeated. Answers keep the order of the lines, and no more than a few batches are in memory. Who
sends a line and waits for its answer gets it at once; who sends many keeps every core busy.
"""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from typing import Protocol

import checks
from bot.jsonl.answers import UNCHECKED, Answer, answers
from bot.jsonl.lines import LONGEST_LINE, Pipe, Source, batches, waits
from bot.orphans import end_with
from checks.values import Practice

__all__ = ["LONGEST_LINE", "UNCHECKED", "Pipe", "Source", "Tally", "check_lines"]

BATCH = 32  # lines that a process takes at once
# Forked processes share the models loaded here; elsewhere than on Linux a fork is not safe.
START = "fork" if sys.platform == "linux" else "spawn"
# Lines answered before further processes are worth their start.
PAYS_FROM = 0 if START == "fork" else 256


class Sink(Protocol):
    """Where answers go: a binary file."""

    def write(self, data: bytes, /) -> object: ...
    def flush(self) -> object: ...


@dataclass
class Tally:
    """How many lines came to which verdict; lines that could not be checked count as unchecked."""

    verdicts: dict[str, int] = field(default_factory=dict)

    def add(self, verdict: str) -> None:
        self.verdicts[verdict] = self.verdicts.get(verdict, 0) + 1

    @property
    def lines(self) -> int:
        return sum(self.verdicts.values())


Check = Callable[[list[bytes | None]], list[Answer]]


def check_lines(
    source: Source, sink: Sink, practice: Practice, workers: int = 1, fault: str = ""
) -> Tally:
    """Answer every line of `source` on `sink`, in order. With a `fault` - a rule that does not work
    on this machine - every line is unchecked, whatever the other rules found.

    Lines that come faster than they are answered are shared out among the workers.
    """
    tally = Tally()
    check = partial(answers, practice=practice, fault=fault)
    for answer in _in_order(source, check, workers):
        tally.add(answer.verdict)
        sink.write(answer.line + b"\n")
        sink.flush()
    return tally


def _in_order(source: Source, check: Check, workers: int) -> Iterator[Answer]:
    """The answers: here, or by several processes, of which none is started without need."""
    waiting: deque[tuple[list[bytes | None], Future[list[Answer]]]] = deque()
    pool: ProcessPoolExecutor | None = None
    answered = 0
    with ExitStack() as stack:
        for batch in batches(source, BATCH):
            pays = workers > 1 and len(batch) == BATCH and answered >= PAYS_FROM
            if pool is None and not pays:
                for line in batch:
                    yield from check([line])
                answered += len(batch)
                continue
            if pool is None:
                pool = ProcessPoolExecutor(workers, get_context(START), _warm, (os.getpid(),))
                stack.enter_context(pool)
            if batch:
                waiting.append((batch, _submit(pool, check, batch)))
            while waiting and (len(waiting) > 2 * workers or waits(source)):
                yield from _collect(*waiting.popleft(), check)
        while waiting:
            yield from _collect(*waiting.popleft(), check)


def _warm(parent: int) -> None:
    """Loads what is slow to load; a rule that does not work says so on every line it holds."""
    end_with(parent)
    with suppress(checks.CannotCheck):
        checks.warm()


def _submit(
    pool: ProcessPoolExecutor, check: Check, batch: list[bytes | None]
) -> Future[list[Answer]]:
    try:
        return pool.submit(check, batch)
    except BrokenProcessPool as error:
        failed: Future[list[Answer]] = Future()
        failed.set_exception(error)
        return failed


def _collect(batch: list[bytes | None], future: Future[list[Answer]], check: Check) -> list[Answer]:
    """A batch's answers; when its process died, the batch is checked here."""
    try:
        return future.result()
    except BrokenProcessPool:
        return check(batch)
