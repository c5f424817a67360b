"""An opening: a draft's text shown to somebody it was not routed to, for a reason and for a while.

Breaking the glass takes two people. One asks and says why, another confirms, and only then may the
one who asked read the text, until `SHOWN_FOR` is over. Every step is a line in the ledger.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.people import Person, Role, Roster

PATIENCE = timedelta(hours=24)  # how long the second person may take
SHOWN_FOR = timedelta(minutes=15)  # how long the text can be read afterwards


class OpeningState(StrEnum):
    ASKED = "asked"
    CONFIRMED = "confirmed"  # the text may be read until `until`
    DECLINED = "declined"
    CLOSED = "closed"  # nobody confirmed in time, or the time for reading is over


LIVE = (OpeningState.ASKED, OpeningState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Opening:
    """`until` is when the present state ends; `second` is who confirmed or declined, or empty."""

    id: int
    draft: int
    version: int
    asker: str
    state: OpeningState
    until: datetime
    second: str = ""

    def readable(self, now: datetime) -> bool:
        return self.state is OpeningState.CONFIRMED and now < self.until


def may_take_part(person: Person) -> bool:
    """True for those who may ask for an opening, confirm one and read what was opened."""
    return person.has(Role.PRIVACY, Role.ADMIN)


def seconds(roster: Roster, asker: str, author: str) -> tuple[Person, ...]:
    """Who may confirm: neither the one who asks nor the one who wrote the draft."""
    return tuple(p for p in roster.people if may_take_part(p) and p.key not in (asker, author))
