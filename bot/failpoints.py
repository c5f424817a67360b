"""The points between an event and its last card at which the tests kill the process.

They are in the product, and not in the tests, because what has to survive is this very code. Each
does nothing unless the environment names it: `SIGNOFF_FAIL_POINT=card-posted@2` ends the process
the second time a card was posted, as suddenly as a power cut would.
"""

import os
import signal
from collections import Counter
from enum import StrEnum

VARIABLE = "SIGNOFF_FAIL_POINT"


class Point(StrEnum):
    """In the order in which a draft passes them."""

    COMMAND_ARRIVED = "command-arrived"  # verified and read, nothing saved
    COMMAND_SEEN = "command-seen"  # its event is noted, in the open transaction
    COMMAND_HANDLED = "command-handled"  # everything is written but not committed
    COMMAND_SAVED = "command-saved"  # committed, and the platform does not know yet
    JOB_BEGUN = "job-begun"  # PostgreSQL's queue has handed out a job
    CHECK_TAKEN = "check-taken"
    CHECK_DONE = "check-done"  # the findings are known to this process alone
    CHECK_SETTLED = "check-settled"  # written but not committed
    CHECK_SAVED = "check-saved"
    CARD_TAKEN = "card-taken"
    CARD_POSTED = "card-posted"  # the platform shows it, and we have not noted where
    CARD_NOTED = "card-noted"  # written but not committed
    CARD_SAVED = "card-saved"
    TROUBLE_NOTED = "trouble-noted"  # a failed delivery is written but not committed
    JOB_DONE = "job-done"  # the work is done, and the queue does not know yet
    SWEEP_ACTED = "sweep-acted"  # a deadline's act is written but not committed
    SWEEP_SAVED = "sweep-saved"
    DAY_ACTED = "day-acted"  # the once-a-day work is written but not committed
    DAY_SAVED = "day-saved"


_passed: Counter[str] = Counter()


def reached(point: Point) -> None:
    """Ends the process here when the environment says so."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    name, _, count = wanted.partition("@")
    if name == point:
        _passed[point] += 1
        if _passed[point] == int(count or 1):
            os.kill(os.getpid(), signal.SIGKILL)
