"""Practice time: spans such as "4 business hours", and when they end on the practice's clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

ALLOWED = (
    'a number and a unit such as "30 minutes", "4 hours", "7 days", "2 weeks", "6 years", '
    '"4 business hours" or "3 business days", at most 100 years'
)
_WRITTEN = re.compile(r"([0-9]{1,8}) +((?:business +)?[a-z]+?)s?")
_LONGEST = timedelta(days=36_525)
_SATURDAY = 5


class Unit(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    YEAR = "year"
    BUSINESS_HOUR = "business hour"
    BUSINESS_DAY = "business day"

    @property
    def business(self) -> bool:
        """True when only opening hours count."""
        return self in (Unit.BUSINESS_HOUR, Unit.BUSINESS_DAY)


# How long one of each takes on an ordinary clock; business units take at least this long.
_PLAIN = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.WEEK: timedelta(weeks=1),
    Unit.YEAR: timedelta(days=365),
    Unit.BUSINESS_HOUR: timedelta(hours=1),
    Unit.BUSINESS_DAY: timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as somebody wrote it."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def plain(self) -> timedelta:
        """The span on an ordinary clock, a year as 365 days. Business spans have no such length."""
        if self.unit.business:
            raise ValueError(f"{self} has no fixed length; leave out the word business")
        return self.count * _PLAIN[self.unit]


@dataclass(frozen=True, slots=True)
class Opening:
    """When the practice is at work: the same hours on each of `weekdays` (Monday is 0).

    Federal holidays are closed; with `state` (such as "TX") that state's public holidays too.
    """

    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(range(_SATURDAY))
    state: str = ""

    def __post_init__(self) -> None:
        if not self.opens < self.closes:
            raise ValueError("the practice must open before it closes, on the same day")
        if not self.weekdays or not self.weekdays <= set(range(7)):
            raise ValueError("weekdays must name at least one day, 0 (Monday) to 6 (Sunday)")

    @property
    def length(self) -> timedelta:
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def on(self, day: date) -> bool:
        """True when the practice is open on `day`."""
        return day.weekday() in self.weekdays and day not in _holidays(day.year, self.state)


def parse_span(text: str) -> Span:
    """The span that `text` writes out. Raises `ValueError` with a sentence on what is allowed."""
    found = _WRITTEN.fullmatch(text.strip().lower()) if len(text) <= 40 else None
    unit = found and next((u for u in Unit if u == " ".join(found[2].split())), None)
    if found is None or unit is None or int(found[1]) * _PLAIN[unit] > _LONGEST:
        raise ValueError(f"not a length of time; write {ALLOWED}")
    return Span(int(found[1]), unit)


def add(start: datetime, span: Span, zone: ZoneInfo, hours: Opening = Opening()) -> datetime:
    """When `span` after `start` is over, in UTC.

    Minutes to weeks are plain time and years are calendar years. Business hours count only while
    the practice is open on its own clock in `zone`; a business day is one whole opening, so that
    a day from Friday noon is Monday noon, and a day from Saturday is Monday's closing time.
    """
    if start.tzinfo is None:
        raise ValueError("the start needs a time zone")
    if span.unit is Unit.YEAR:
        return _years_later(start.astimezone(UTC), span.count)
    if not span.unit.business:
        return start.astimezone(UTC) + span.plain
    left = span.count * (timedelta(hours=1) if span.unit is Unit.BUSINESS_HOUR else hours.length)
    for opened, closed in _openings(start.astimezone(UTC), zone, hours):
        if opened + left <= closed:
            return opened + left
        left -= closed - opened
    raise AssertionError("openings never end")


def _openings(
    start: datetime, zone: ZoneInfo, hours: Opening
) -> Iterator[tuple[datetime, datetime]]:
    """Every stretch of opening hours from `start` on, in UTC, where hours are true hours even on
    the day the clocks change.
    """
    day = start.astimezone(zone).date()
    while True:
        if hours.on(day):
            opened = datetime.combine(day, hours.opens, zone).astimezone(UTC)
            closed = datetime.combine(day, hours.closes, zone).astimezone(UTC)
            if start < closed:
                yield max(start, opened), closed
        day += timedelta(days=1)


def _years_later(start: datetime, years: int) -> datetime:
    """The same day and time `years` later; 29 February becomes the 28th where it has to."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)


@cache
def _holidays(year: int, state: str) -> frozenset[date]:
    import holidays  # a table of every country's feasts: loaded only when a deadline is counted

    try:
        return frozenset(holidays.country_holidays("US", subdiv=state or None, years=year))
    except NotImplementedError:
        raise ValueError(
            f"{state!r} is not a state; write two capital letters such as TX"
        ) from None
