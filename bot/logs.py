"""Logs for people who run the bot: events, ids and codes, never the words of a draft."""

import logging
import secrets
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars, merge_contextvars


class _Wordless(logging.Formatter):
    """Names a library's warning and the kind of its error: both their words may quote a draft."""

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0] if record.exc_info else None
        error = f" kind={kind.__name__}" if kind else ""
        return f"{record.levelname} {record.name} at={record.module}:{record.lineno}{error}"


def configure(level: str = "INFO") -> None:
    """Sends everything, other libraries' warnings too, to stderr as one line an event."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Wordless())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    structlog.configure(
        processors=[
            merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextmanager
def request() -> Iterator[str]:
    """An id that every line logged inside carries; inside another request, that one's."""
    known = str(get_contextvars().get("request", ""))
    if known:
        yield known
        return
    made = secrets.token_hex(4)
    with bound_contextvars(request=made):
        yield made


def report_defect(where: str, defect: BaseException) -> str:
    """Logs a defect's kind and place, without its message, which may hold words of a draft.

    Returns the reference that the person was given.
    """
    reference = secrets.token_hex(3)
    frames = traceback.extract_tb(defect.__traceback__)[-4:]
    at = " < ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in reversed(frames))
    structlog.get_logger().error(
        "defect", where=where, reference=reference, kind=type(defect).__name__, at=at
    )
    return reference
