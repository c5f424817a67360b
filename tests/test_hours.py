"""Spans as people write them, and deadlines on the practice's clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hours import Opening, Span, Unit, add, parse_span

CHICAGO = ZoneInfo("America/Chicago")


def local(text: str, zone: ZoneInfo = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("4 business hours", Span(4, Unit.BUSINESS_HOUR)),
        ("3 business days", Span(3, Unit.BUSINESS_DAY)),
        ("30 minutes", Span(30, Unit.MINUTE)),
        ("1 hour", Span(1, Unit.HOUR)),
        ("2 days", Span(2, Unit.DAY)),
        ("2 weeks", Span(2, Unit.WEEK)),
        ("6 years", Span(6, Unit.YEAR)),
        ("  7 Days ", Span(7, Unit.DAY)),
        ("0 days", Span(0, Unit.DAY)),
    ],
)
def test_a_written_span_is_understood(text: str, span: Span) -> None:
    assert parse_span(text) == span


NOT_SPANS = """
4, days, soon, -1 days, 1.5 hours, 4 moons, 4 business, 4 business years, 101 years, 4days, ٣ days
""".strip().split(", ")


@pytest.mark.parametrize("text", [*NOT_SPANS, "", "9" * 30 + " days", "1 day\n2 days"])
def test_anything_else_is_answered_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match='"4 business hours"'):
        parse_span(text)


@given(st.integers(0, 100), st.sampled_from(Unit))
def test_a_span_reads_back_as_it_is_written(count: int, unit: Unit) -> None:
    span = Span(count, unit)
    assert parse_span(str(span)) == span


def test_a_plain_span_is_a_fixed_length_and_a_business_span_is_not() -> None:
    assert parse_span("30 days").plain == timedelta(days=30)
    with pytest.raises(ValueError, match="leave out the word business"):
        _ = parse_span("3 business days").plain


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        pytest.param("2027-03-02T10:00", "4 business hours", "2027-03-02T14:00", id="same day"),
        pytest.param("2027-03-02T15:00", "4 business hours", "2027-03-03T11:00", id="over night"),
        pytest.param("2027-03-02T06:00", "1 business hours", "2027-03-02T10:00", id="too early"),
        pytest.param("2027-03-02T17:00", "1 business hours", "2027-03-03T10:00", id="at closing"),
        pytest.param("2027-03-05T16:00", "2 business hours", "2027-03-08T10:00", id="weekend"),
        pytest.param("2027-03-06T12:00", "1 business hours", "2027-03-08T10:00", id="saturday"),
        pytest.param("2027-03-02T09:00", "8 business hours", "2027-03-02T17:00", id="whole day"),
        pytest.param("2027-03-06T12:00", "0 business hours", "2027-03-08T09:00", id="nothing"),
        pytest.param("2027-03-05T12:00", "1 business days", "2027-03-08T12:00", id="friday noon"),
        pytest.param("2027-03-06T12:00", "1 business days", "2027-03-08T17:00", id="from saturday"),
        pytest.param("2027-03-01T10:00", "3 business days", "2027-03-04T10:00", id="three days"),
        pytest.param("2026-11-25T16:00", "2 business hours", "2026-11-27T10:00", id="thanksgiving"),
        pytest.param("2027-07-02T16:00", "2 business hours", "2027-07-06T10:00", id="observed"),
        pytest.param("2027-12-30T16:00", "2 business hours", "2028-01-03T10:00", id="new year"),
        pytest.param("2027-03-12T16:00", "2 business hours", "2027-03-15T10:00", id="spring"),
        pytest.param("2027-11-05T16:00", "2 business hours", "2027-11-08T10:00", id="autumn"),
    ],
)
def test_business_time_counts_only_opening_hours(start: str, span: str, end: str) -> None:
    assert add(local(start), parse_span(span), CHICAGO) == local(end)


def test_hours_are_true_hours_on_the_night_the_clocks_change() -> None:
    always = Opening(time(0), time(23, 59), frozenset(range(7)))
    start = local("2027-03-13T23:59")  # on the next day 02:00 becomes 03:00
    assert add(start, parse_span("3 business hours"), CHICAGO, always) == local("2027-03-14T04:00")


def test_a_plain_day_is_24_hours_even_when_the_clocks_change() -> None:
    start = local("2027-03-13T12:00")
    assert add(start, parse_span("1 days"), CHICAGO) == start + timedelta(hours=24)


def test_years_are_calendar_years() -> None:
    start = datetime(2024, 2, 29, 12, tzinfo=UTC)
    assert add(start, parse_span("6 years"), CHICAGO) == datetime(2030, 2, 28, 12, tzinfo=UTC)
    assert add(start, parse_span("4 years"), CHICAGO) == datetime(2028, 2, 29, 12, tzinfo=UTC)


def test_the_same_moment_is_due_earlier_where_the_practice_opens_earlier() -> None:
    start = datetime(2027, 3, 2, 12, tzinfo=UTC)
    east = add(start, parse_span("1 business hours"), ZoneInfo("America/New_York"))
    assert east == datetime(2027, 3, 2, 15, tzinfo=UTC)
    assert add(start, parse_span("1 business hours"), CHICAGO) == east + timedelta(hours=1)


def test_a_states_own_holidays_close_the_practice_only_when_the_state_is_named() -> None:
    start, span = local("2027-03-02T10:00"), parse_span("1 business hours")  # Texas independence
    assert add(start, span, CHICAGO, Opening(state="TX")) == local("2027-03-03T10:00")
    with pytest.raises(ValueError, match="not a state"):
        add(start, span, CHICAGO, Opening(state="ZZ"))


def test_other_opening_hours_are_kept() -> None:
    saturdays = Opening(time(8, 30), time(12), frozenset({5}))
    end = add(local("2027-03-06T11:30"), parse_span("1 business hours"), CHICAGO, saturdays)
    assert end == local("2027-03-13T09:00")


@pytest.mark.parametrize(
    ("opens", "closes", "weekdays", "complaint"),
    [
        (17, 9, {1}, "must open before"),
        (9, 9, {1}, "must open before"),
        (9, 17, set(), "at least one day"),
        (9, 17, {7}, "at least one day"),
    ],
)
def test_impossible_opening_hours_are_refused(
    opens: int, closes: int, weekdays: set[int], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        Opening(time(opens), time(closes), frozenset(weekdays))


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        add(datetime(2027, 3, 2, 10), parse_span("1 days"), CHICAGO)  # noqa: DTZ001


moments = st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)


@given(moments, st.integers(0, 60), st.integers(1, 60))
def test_two_business_spans_in_a_row_end_where_their_sum_does(
    start: datetime, first: int, second: int
) -> None:
    def after(moment: datetime, count: int) -> datetime:
        return add(moment, Span(count, Unit.BUSINESS_HOUR), CHICAGO)

    assert after(after(start, first), second) == after(start, first + second)


@given(moments, st.integers(1, 60))
def test_a_business_deadline_falls_into_opening_hours(start: datetime, count: int) -> None:
    end = add(start, Span(count, Unit.BUSINESS_HOUR), CHICAGO).astimezone(CHICAGO)
    assert time(9) < end.time() <= time(17)
    assert Opening().on(end.date())
