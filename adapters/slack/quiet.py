"""A logger for the library, which likes to log what it receives: where it speaks, never what."""

import logging


class _NoWords(logging.Filter):
    """Takes everything out of a record that could quote a payload."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = f"{record.filename}:{record.lineno}", ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def logger() -> logging.Logger:
    """The one logger. The library copies its level and its filter to all of its own."""
    made = logging.getLogger("signoff.slack")
    if not made.filters:
        made.addFilter(_NoWords())
        made.setLevel(logging.ERROR)
    return made
