"""Logs for people who run the bot: events, ids and codes, never the words of a draft."""

import logging
import secrets
import sys
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, TextIO

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars, merge_contextvars

Renderer = Callable[[Any, str, MutableMapping[str, Any]], Any]


class Form(StrEnum):
    """How a line is written: for a person, or for a machine that gathers them."""

    TEXT = "text"
    JSON = "json"


_RENDER: dict[Form, Renderer] = {
    Form.TEXT: structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
    Form.JSON: structlog.processors.JSONRenderer(),
}
_STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)


class _Wordless(logging.Formatter):
    """Names a library's warning and the kind of its error: both their words may quote a draft."""

    def __init__(self, render: Renderer) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0] if record.exc_info else None
        line = {"event": "library", "level": record.levelname.lower(), "logger": record.name}
        line |= {"at": f"{record.module}:{record.lineno}"} | (
            {"kind": kind.__name__} if kind else {}
        )
        return str(self._render(None, "", merge_contextvars(None, "", _STAMP(None, "", line))))


def configure(level: str = "INFO", form: Form = Form.TEXT, to: TextIO | None = None) -> None:
    """Sends everything, other libraries' warnings too, to stderr as one line an event."""
    out, render = to or sys.stderr, _RENDER[form]
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Wordless(render))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    structlog.configure(
        processors=[merge_contextvars, structlog.processors.add_log_level, _STAMP, render],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(out),
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
