"""Checks a stream of drafts, one JSON object a line, for `signoff check --jsonl`.

Lines come from outside, so every one of them may be broken, huge or hostile. A line that cannot be
checked gets an answer too, with the verdict `unchecked` and the reason; its words are never
repeated. Answers keep the order of the lines, and no more than a few batches are in memory.
"""

import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from typing import Protocol

import checks
from bot.orphans import end_with
from bot.verdicts import judge
from checks.values import Finding, Kind, Post, Practice

LONGEST_LINE = 512 * 1024
LONGEST_TEXT = 20_000
LONGEST_ID = 200
BATCH = 32
PAYS_FROM = 256  # lines checked before further processes are worth their start
UNCHECKED = "unchecked"
# Forked processes share the models loaded here; elsewhere than on Linux a fork is not safe.
START = "fork" if sys.platform == "linux" else "spawn"

TOO_LONG = "the line is longer than 512 KB"
NOT_JSON = "the line is not a JSON object in UTF-8"
NO_ID = "the line has no 'id', a number or a text that its answer could carry"
BAD_ID = f"'id' must be a number or a text of at most {LONGEST_ID} characters"
BAD_TEXT = f"'text' must be a text of at most {LONGEST_TEXT:,} characters"
BAD_PLATFORM = "'platform' must be a text of at most 40 characters"
BAD_KIND = "'kind' must be 'post' or 'reply'"


class Source(Protocol):
    """What lines are read from: a binary file, or anything with its `readline`."""

    def readline(self, size: int = -1, /) -> bytes: ...


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


class Unusable(ValueError):
    """Why a line cannot be checked, in words that repeat nothing of it."""


@dataclass(frozen=True)
class Answer:
    verdict: str
    line: bytes


def check_lines(
    source: Source, sink: Sink, practice: Practice, workers: int = 1, fault: str = ""
) -> Tally:
    """Answer every line of `source` on `sink`, in order. With a `fault` - a rule that does not work
    on this machine - every line is unchecked, whatever the other rules found.

    One worker answers each line as it comes. More workers are for long files: they begin after
    `PAYS_FROM` lines and work on batches.
    """
    tally = Tally()
    lines = _lines(source)
    first = lines if workers < 2 else islice(lines, PAYS_FROM)
    check = partial(_answers, practice=practice, fault=fault)
    answers = (answer for line in first for answer in check([line]))
    for answer in chain(answers, _in_processes(lines, check, workers)):
        tally.add(answer.verdict)
        sink.write(answer.line + b"\n")
        sink.flush()
    return tally


def _lines(source: Source) -> Iterator[bytes | None]:
    """The lines that are not blank; None stands for one that is too long to be read."""
    while line := source.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = source.readline(LONGEST_LINE)
            yield None
        elif line.strip():
            yield line


def _in_processes(lines: Iterator[bytes | None], check: "Check", workers: int) -> Iterator[Answer]:
    """The answers to the lines by several processes; none is started without need."""
    batches = iter(lambda: list(islice(lines, BATCH)), [])
    first = next(batches, None)
    if first is None:
        return
    with ProcessPoolExecutor(workers, get_context(START), _warm, (os.getpid(),)) as pool:
        waiting: deque[tuple[list[bytes | None], Future[list[Answer]]]] = deque()
        for batch in chain([first], batches):
            waiting.append((batch, _submit(pool, check, batch)))
            if len(waiting) > 2 * workers:
                yield from _collect(*waiting.popleft(), check)
        while waiting:
            yield from _collect(*waiting.popleft(), check)


def _warm(parent: int) -> None:
    """Loads what is slow to load; a rule that does not work says so on every line it holds."""
    end_with(parent)
    with suppress(checks.CannotCheck):
        checks.warm()


Check = Callable[[list[bytes | None]], list[Answer]]


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


def _answers(batch: Iterable[bytes | None], practice: Practice, fault: str) -> list[Answer]:
    return [_answer(line, practice, fault) for line in batch]


def _answer(line: bytes | None, practice: Practice, fault: str) -> Answer:
    draft_id: str | int | float | None = None
    try:
        data = _object(line)
        draft_id = _id(data)
        findings = checks.run(_post(data), practice)
    except Unusable as error:
        return _written(draft_id, UNCHECKED, (), str(error))
    verdict = UNCHECKED if fault else judge(findings)
    return _written(draft_id, verdict, findings, fault or None)


def _object(line: bytes | None) -> dict[str, object]:
    if line is None:
        raise Unusable(TOO_LONG)
    try:
        data = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unusable(NOT_JSON) from None
    if not isinstance(data, dict):
        raise Unusable(NOT_JSON)
    return data


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON, whatever Python says


def _id(data: dict[str, object]) -> str | int | float:
    if "id" not in data:
        raise Unusable(NO_ID)
    value = data["id"]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unusable(BAD_ID)
    if isinstance(value, str) and len(value) > LONGEST_ID:
        raise Unusable(BAD_ID)
    return value


def _post(data: dict[str, object]) -> Post:
    text, platform = data.get("text"), data.get("platform")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise Unusable(BAD_TEXT)
    if platform is not None and not (isinstance(platform, str) and len(platform) <= 40):
        raise Unusable(BAD_PLATFORM)
    return Post(text, str(platform or "").lower(), _kind(data.get("kind")))


def _kind(value: object) -> Kind:
    found = next((kind for kind in Kind if kind == (value or Kind.POST)), None)
    if found is None:
        raise Unusable(BAD_KIND)
    return found


def _written(
    draft_id: str | int | float | None,
    verdict: str,
    findings: tuple[Finding, ...],
    error: str | None,
) -> Answer:
    answer: dict[str, object] = {"id": draft_id, "verdict": str(verdict)}
    answer["findings"] = [_finding(finding) for finding in findings]
    if error is not None:
        answer["error"] = error
    return Answer(str(verdict), json.dumps(answer).encode("ascii"))


def _finding(finding: Finding) -> dict[str, object]:
    written: dict[str, object] = {
        "rule": finding.rule,
        "category": finding.category,
        "severity": finding.severity,
        "start": finding.start,
        "end": finding.end,
        "message": finding.message,
    }
    if finding.identifier is not None:
        written["identifier"] = finding.identifier
    return written
