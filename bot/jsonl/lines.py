"""The lines of a stream as they come, and whether the next one is there."""

import os
import select
import stat
from collections.abc import Iterator
from typing import Protocol

LONGEST_LINE = 512 * 1024
CHUNK = 64 * 1024  # bytes read at once


class Source(Protocol):
    """What lines are read from: a `Pipe`, or anything else that has all its lines at hand."""

    def readline(self, size: int = -1, /) -> bytes: ...


class Pipe:
    """An open file that can tell whether the next line is there already."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._read, self._over = descriptor, b"", False
        self._is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)

    def readline(self, size: int = -1, /) -> bytes:
        while not self._over and b"\n" not in self._read and not 0 <= size <= len(self._read):
            self._fill()
        end = self._read.find(b"\n") + 1 or len(self._read)
        end = min(end, size) if size >= 0 else end
        line, self._read = self._read[:end], self._read[end:]
        return line

    def waits(self) -> bool:
        """Whether `readline` has to wait for whoever writes, or may have to."""
        while not self._is_file and not self._over and b"\n" not in self._read:
            if len(self._read) > LONGEST_LINE:
                return False
            try:
                there, _, _ = select.select([self._descriptor], [], [], 0)
            except OSError:  # Windows cannot tell
                return True
            if not there:
                return True
            self._fill()
        return False

    def _fill(self) -> None:
        more = os.read(self._descriptor, CHUNK)
        self._read, self._over = self._read + more, not more


def batches(source: Source, size: int) -> Iterator[list[bytes | None]]:
    """The lines, up to `size` at once; before the next one has to be waited for, what there is,
    and be it nothing.
    """
    batch: list[bytes | None] = []
    for line in _lines(source):
        if line is None or line.strip():
            batch.append(line)
        if len(batch) == size or waits(source):
            yield batch
            batch = []
    if batch:
        yield batch


def _lines(source: Source) -> Iterator[bytes | None]:
    """The lines; None stands for one that is too long to be read."""
    while line := source.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = source.readline(LONGEST_LINE)
            yield None
        else:
            yield line


def waits(source: Source) -> bool:
    """Whether the next line may have yet to come."""
    return isinstance(source, Pipe) and source.waits()
