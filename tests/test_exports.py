"""Draft records as CSV and JSON Lines: safe in a spreadsheet, complete, flat in memory."""

import csv
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import exports
from bot.drafts import State
from bot.exports import COLUMNS, csv_lines, json_lines
from bot.reports import DraftRow
from checks.values import Category, Severity

CREATED = datetime(2027, 3, 1, 12, tzinfo=UTC)
ROW = DraftRow(
    id=7,
    author="Maria Ortiz",
    platform="facebook",
    kind="post",
    state=State.APPROVED,
    created_at=CREATED,
    decided_at=CREATED + timedelta(minutes=90),
    decided_by=("Ada Reyes", "Priya Shah"),
    flagged=(
        (Category.PHI, Severity.ESCALATE),
        (Category.MEDICAL_CLAIM, Severity.BLOCK),
        (Category.PHI, Severity.TIP),
    ),
)


def draft(author: str, number: int = 1) -> DraftRow:
    return DraftRow(number, author, "", "reply", State.RECEIVED, CREATED)


def read(lines: Iterator[str]) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(lines), newline="")))


def test_a_draft_is_one_line_under_the_promised_header() -> None:
    assert list(csv_lines([ROW])) == [
        "draft,author,platform,kind,state,created_at,decided_at,seconds_to_decision,decided_by,"
        "findings,worst,categories\r\n",
        "7,Maria Ortiz,facebook,post,approved,2027-03-01T12:00:00+00:00,"
        "2027-03-01T13:30:00+00:00,5400,Ada Reyes | Priya Shah,3,block,medical-claim | phi\r\n",
    ]


def test_every_column_is_described_where_a_reader_would_look() -> None:
    described = [
        line.split()[0]
        for line in (exports.__doc__ or "").splitlines()
        if line[:1].islower() and " " in line
    ]
    assert tuple(described) == COLUMNS


def test_what_is_not_known_yet_is_empty() -> None:
    line = list(csv_lines([draft("Kim Lee")]))[1]
    assert line == "1,Kim Lee,,reply,received,2027-03-01T12:00:00+00:00,,,,0,,\r\n"


def test_a_decision_in_the_same_second_took_no_time() -> None:
    quick = DraftRow(1, "Kim Lee", "", "post", State.APPROVED, CREATED, CREATED, ("Ada Reyes",))
    assert read(csv_lines([quick]))[1][7] == "0"


def test_an_empty_export_still_has_its_header() -> None:
    assert read(csv_lines([])) == [list(COLUMNS)]
    assert list(json_lines([])) == []


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", '=cmd|" /C calc"!A0'],
)
def test_a_name_is_never_a_formula(name: str) -> None:
    assert read(csv_lines([draft(name)]))[1][1] == f"'{name}"


@pytest.mark.parametrize("name", ["Kim, Lee", 'Kim "K" Lee', "Kim\nLee", "Łucja 李", "O'Hara"])
def test_any_other_name_reads_back_as_it_was(name: str) -> None:
    assert read(csv_lines([draft(name)]))[1][1] == name
    assert json.loads(next(json_lines([draft(name)])))["author"] == name


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=5))
def test_no_name_breaks_the_table_or_starts_a_formula(names: list[str]) -> None:
    rows = read(csv_lines([draft(name) for name in names]))[1:]
    assert len(rows) == len(names)
    for name, row in zip(names, rows, strict=True):
        assert len(row) == len(COLUMNS)
        assert row[1] in (name, f"'{name}")
        assert row[1].lstrip(" ")[:1] not in [*"=+-@\t\r\n"]


def test_a_mark_for_excel_stands_once_at_the_start() -> None:
    text = "".join(csv_lines([ROW, ROW], bom=True))
    assert text.encode().startswith(b"\xef\xbb\xbfdraft,")
    assert text.count("\ufeff") == 1
    assert "\ufeff" not in "".join(csv_lines([ROW]))


def test_json_lines_hold_the_same_with_lists_and_nulls() -> None:
    assert [json.loads(line) for line in json_lines([ROW, draft("Kim Lee")])] == [
        {
            "draft": 7,
            "author": "Maria Ortiz",
            "platform": "facebook",
            "kind": "post",
            "state": "approved",
            "created_at": "2027-03-01T12:00:00+00:00",
            "decided_at": "2027-03-01T13:30:00+00:00",
            "seconds_to_decision": 5400,
            "decided_by": ["Ada Reyes", "Priya Shah"],
            "findings": 3,
            "worst": "block",
            "categories": ["medical-claim", "phi"],
        },
        {
            "draft": 1,
            "author": "Kim Lee",
            "platform": None,
            "kind": "reply",
            "state": "received",
            "created_at": "2027-03-01T12:00:00+00:00",
            "decided_at": None,
            "seconds_to_decision": None,
            "decided_by": [],
            "findings": 0,
            "worst": None,
            "categories": [],
        },
    ]


@pytest.mark.parametrize("lines", [csv_lines, json_lines])
def test_an_export_holds_one_draft_at_a_time(
    lines: Callable[[Iterator[DraftRow]], Iterator[str]],
) -> None:
    tracemalloc.start()
    size = sum(len(line) for line in lines(draft("Kim Lee", n) for n in range(10_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500_000 < size
