"""The figures of a report, and the report as a table, JSON, CSV and a picture."""

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.charts import report_alt, report_chart
from bot.drafts import State
from bot.reports import (
    Approver,
    Author,
    DraftRow,
    Report,
    ReviewRow,
    Standing,
    Tally,
    TrainingRow,
    build,
    spoken,
    table,
    to_csv,
    to_json,
)
from checks.values import Category, Severity

NOW = datetime(2027, 3, 1, 3, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHI, CLAIM = Category.PHI, Category.MEDICAL_CLAIM
BLOCK, ESCALATE, WARN, TIP = Severity.BLOCK, Severity.ESCALATE, Severity.WARN, Severity.TIP


def draft(
    number: int = 1,
    author: str = "Maria Ortiz",
    *,
    state: State = State.IN_REVIEW,
    days_ago: float = 1,
    hours: float | None = None,
    flagged: tuple[tuple[Category, Severity], ...] = (),
) -> DraftRow:
    created = NOW - days_ago * DAY
    return DraftRow(
        id=number,
        author=author,
        platform="facebook",
        kind="post",
        state=state,
        created_at=created,
        decided_at=None if hours is None else created + hours * HOUR,
        decided_by=() if hours is None else ("Ada Reyes",),
        flagged=flagged,
    )


def report(*drafts: DraftRow, days: int = 30) -> Report:
    return build(drafts, [], [], now=NOW, days=days)


@pytest.fixture
def full() -> Report:
    drafts = [
        draft(1, state=State.POSTED, hours=1, flagged=((CLAIM, WARN),)),
        draft(2, state=State.APPROVED, hours=2),
        draft(3, "Kim Lee", state=State.RETURNED, flagged=((PHI, BLOCK), (PHI, BLOCK))),
        draft(4, "Kim Lee", flagged=((CLAIM, ESCALATE), (Category.STYLE, TIP))),
    ]
    reviews = [
        ReviewRow("Ada Reyes", NOW - DAY, NOW - DAY + HOUR),
        ReviewRow("Priya Shah", NOW - DAY, open=True),
    ]
    training = [
        TrainingRow("Maria Ortiz", "claims", Standing.DONE, NOW - DAY, "3 of 3"),
        TrainingRow("Kim Lee", "patient-information", Standing.REMINDED, NOW - DAY),
    ]
    return build(drafts, reviews, training, now=NOW, days=30)


def test_drafts_are_counted_by_state_in_the_order_of_their_path(full: Report) -> None:
    assert full.states == (
        (State.RETURNED, 1),
        (State.IN_REVIEW, 1),
        (State.APPROVED, 1),
        (State.POSTED, 1),
    )


def test_drafts_from_before_the_period_are_left_out() -> None:
    assert report(draft(days_ago=7), draft(days_ago=7.1), days=7).drafts == 1


def test_times_to_a_decision_are_a_median_and_what_nine_of_ten_stay_within() -> None:
    found = report(*(draft(n, days_ago=20, hours=n) for n in range(1, 11)), draft(11))
    assert (found.decided, found.median, found.p90) == (10, 5.5 * HOUR, 9 * HOUR)


def test_without_decisions_there_is_no_time_to_report() -> None:
    found = report(draft())
    assert (found.decided, found.median, found.p90) == (0, None, None)


def test_a_decision_at_the_same_moment_took_no_time_but_is_one() -> None:
    assert report(draft(hours=0)).median == timedelta(0)


def test_findings_are_counted_by_category_the_most_frequent_first(full: Report) -> None:
    assert full.tallies == (
        Tally(PHI, 2, 2),
        Tally(CLAIM, 2, 1),
        Tally(Category.STYLE, 1, 0),
    )


def test_a_persons_rate_counts_drafts_that_a_check_stopped(full: Report) -> None:
    assert full.authors == (Author("Kim Lee", 2, 2), Author("Maria Ortiz", 2, 0))
    assert [a.rate for a in full.authors] == [1.0, 0.0]


def test_an_approvers_load_is_what_is_open_and_what_they_decided(full: Report) -> None:
    assert full.approvers == (
        Approver("Priya Shah", 1, 0, None),
        Approver("Ada Reyes", 0, 1, HOUR),
    )


def test_an_open_review_counts_however_old_it_is_and_a_lapsed_one_does_not() -> None:
    old = NOW - 90 * DAY
    reviews = [
        ReviewRow("Ada Reyes", old, open=True),
        ReviewRow("Ada Reyes", old, old + HOUR),
        ReviewRow("Sam Cole", NOW - DAY),
    ]
    found = build([], reviews, [], now=NOW, days=30)
    assert found.approvers == (Approver("Ada Reyes", 1, 0, None),)


def test_training_lists_what_is_due_first_and_forgets_what_was_done_long_ago() -> None:
    old = NOW - 90 * DAY
    rows = [
        TrainingRow("Maria Ortiz", "claims", Standing.DONE, NOW),
        TrainingRow("Maria Ortiz", "claims", Standing.DONE, old),
        TrainingRow("Kim Lee", "claims", Standing.REMINDED, old),
        TrainingRow("Tom Brennan", "claims", Standing.DUE, NOW),
    ]
    found = build([], [], rows, now=NOW, days=30)
    assert found.training == (rows[3], rows[2], rows[0])


@given(
    st.lists(
        st.builds(
            draft,
            number=st.integers(1, 99),
            author=st.sampled_from(["Maria Ortiz", "Kim Lee"]),
            state=st.sampled_from(State),
            days_ago=st.floats(0, 60),
            hours=st.none() | st.floats(0, 500),
            flagged=st.lists(
                st.tuples(st.sampled_from(Category), st.sampled_from(Severity)), max_size=4
            ).map(tuple),
        ),
        max_size=30,
    )
)
def test_the_parts_of_a_report_add_up(drafts: list[DraftRow]) -> None:
    found = report(*drafts)
    recent = [row for row in drafts if row.created_at >= NOW - 30 * DAY]
    assert sum(n for _, n in found.states) == found.drafts == len(recent)
    assert sum(a.drafts for a in found.authors) == found.drafts
    assert sum(t.findings for t in found.tallies) == sum(len(row.flagged) for row in recent)
    assert found.median is None or found.p90 is None or found.p90 >= timedelta(0)
    if found.decided:
        waits = [row.decided_at - row.created_at for row in recent if row.decided_at]
        assert sum(w <= (found.p90 or DAY) for w in waits) >= 0.9 * len(waits)


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (None, "-"),
        (timedelta(seconds=5), "5 s"),
        (timedelta(minutes=45), "45 min"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=1, hours=4, minutes=59), "1 d 4 h"),
        (timedelta(0), "0 s"),
    ],
)
def test_a_wait_is_told_as_a_person_would(wait: timedelta | None, words: str) -> None:
    assert spoken(wait) == words


def test_the_table_is_aligned_and_dated_in_the_practices_zone(full: Report) -> None:
    assert table(full, ZoneInfo("America/Chicago")) == (
        "Report on 30 days, 2027-01-29 to 2027-02-28\n"
        "\n"
        "Drafts\n"
        "  state      drafts\n"
        "  returned        1\n"
        "  in review       1\n"
        "  approved        1\n"
        "  posted          1\n"
        "  all             4\n"
        "\n"
        "Time to a decision\n"
        "  decided  median      90 of 100 within\n"
        "        2  1 h 30 min  2 h\n"
        "\n"
        "Findings\n"
        "  category       all  block or escalate\n"
        "  phi              2                  2\n"
        "  medical-claim    2                  1\n"
        "  style            1                  0\n"
        "\n"
        "Authors\n"
        "  person       drafts  flagged   rate\n"
        "  Kim Lee           2        2  100 %\n"
        "  Maria Ortiz       2        0    0 %\n"
        "\n"
        "Approvers\n"
        "  person      open  decided  median\n"
        "  Priya Shah     1        0  -\n"
        "  Ada Reyes      0        1  1 h\n"
        "\n"
        "Training\n"
        "  person       lesson               standing  since       score\n"
        "  Kim Lee      patient-information  reminded  2027-02-27  -\n"
        "  Maria Ortiz  claims               done      2027-02-27  3 of 3\n"
    )


def test_a_name_cannot_move_the_terminals_cursor() -> None:
    assert "\x1b" not in table(report(draft(author="Kim\x1b[2J Lee")))


def test_the_json_holds_every_figure_with_waits_in_seconds(full: Report) -> None:
    told = json.loads(to_json(full))
    assert told["since"] == "2027-01-30T03:00:00+00:00"
    assert told["states"] == {"returned": 1, "in_review": 1, "approved": 1, "posted": 1}
    assert (told["median"], told["p90"]) == (5_400, 7_200)
    assert told["tallies"][0] == {"category": "phi", "findings": 2, "stopping": 2}
    assert told["authors"][0] == {"person": "Kim Lee", "drafts": 2, "flagged": 2, "rate": 1.0}
    assert told["approvers"][0]["median"] is None
    assert told["training"][1]["score"] == "3 of 3"
    assert set(told) == set(Report.__slots__)


def test_the_csv_has_one_figure_a_line_and_safe_names() -> None:
    rows = list(csv.reader(io.StringIO(to_csv(report(draft(author="=1+1", hours=2))))))
    assert rows[0] == ["section", "item", "figure", "value"]
    assert ["drafts", "", "median_seconds", "7200"] in rows
    assert ["authors", "'=1+1", "drafts", "1"] in rows
    assert all(len(row) == 4 for row in rows)


def test_the_csv_tells_where_everybody_is_with_their_lessons(full: Report) -> None:
    assert "training,Kim Lee,patient-information,reminded\r\n" in to_csv(full)


def picture(found: Report) -> Image.Image:
    png = report_chart(found)
    assert len(png) < 70_000
    return Image.open(io.BytesIO(png)).convert("RGB")


def crowded() -> Report:
    """Every state and category, with figures of five digits."""
    states = list(State)
    every = tuple((c, s) for c in Category for s in Severity)
    found = report(*(draft(n, state=states[n % 10], hours=300, flagged=every) for n in range(50)))
    return Report(
        **{
            **{name: getattr(found, name) for name in Report.__slots__},
            "states": tuple((state, n * 12_345) for state, n in found.states),
            "tallies": tuple(Tally(t.category, 98_765, 43_210) for t in found.tallies),
        }
    )


@pytest.mark.parametrize("case", ["full", "crowded", "empty"])
def test_the_chart_is_a_small_png_with_nothing_cut_off_at_its_edges(
    case: str, full: Report
) -> None:
    image = picture({"full": full, "crowded": crowded(), "empty": report()}[case])
    assert image.size == (1_000, 560)
    edge = [image.getpixel((x, y)) for x in (0, 4, 995, 999) for y in range(560)]
    edge += [image.getpixel((x, y)) for y in (0, 4, 555, 559) for x in range(1_000)]
    assert set(edge) == {(255, 255, 255)}


def test_the_chart_shows_the_figures(full: Report) -> None:
    assert picture(full).tobytes() != picture(report()).tobytes()


def test_dark_and_light_bars_differ_without_colour(full: Report) -> None:
    shades = {c: n for n, c in picture(full).convert("L").getcolors(256) or []}
    dark, light = (sum(shades.get(x, 0) for x in r) for r in (range(55, 80), range(175, 195)))
    assert min(dark, light) > 5_000


def test_the_chart_in_words_says_what_the_picture_shows(full: Report) -> None:
    assert report_alt(full) == (
        "Chart of the last 30 days: 4 drafts, 2 decided. "
        "Median time to a decision 1 h 30 min, 90 of 100 within 2 h. "
        "Drafts by state: returned 1, in review 1, approved 1, posted 1. "
        "Findings: patient information 2, medical claim 2, style 1; 3 block or escalate."
    )
    assert report_alt(report(days=1)) == "Chart of the last 1 day: 0 drafts, 0 decided."


def test_neither_chart_nor_words_name_a_person(full: Report) -> None:
    assert not any(a.person.split()[0] in report_alt(full) for a in full.authors)


def test_a_report_is_built_without_loading_the_drawing_library() -> None:
    code = (
        "import sys, bot.reports, bot.charts, bot.hours, bot.exports;"
        "print({'matplotlib', 'PIL', 'holidays'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
