"""A report as aligned plain text, as JSON and as CSV."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, tzinfo

from bot.reports.cells import csv_rows
from bot.reports.figures import Report

NONE = "-"
_GAP = "  "
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def spoken(wait: timedelta | None) -> str:
    """How long something took, to two figures a person would say: "45 min", "3 h 20 min"."""
    if wait is None:
        return NONE
    seconds = int(wait.total_seconds())
    if seconds < _MINUTE:
        return f"{seconds} s"
    large, unit, small, part = (
        (_DAY, "d", _HOUR, "h") if seconds >= _DAY else (_HOUR, "h", _MINUTE, "min")
    )
    whole, rest = divmod(seconds, large)
    words = [f"{whole} {unit}"] if whole else []
    return " ".join(words + ([f"{rest // small} {part}"] if rest // small else []))


def percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def table(report: Report, zone: tzinfo = UTC) -> str:
    """The report as plain text in aligned columns, with dates as the practice's `zone` has them."""
    since, until = (f"{t.astimezone(zone):%Y-%m-%d}" for t in (report.since, report.until))
    days = "1 day" if report.days == 1 else f"{report.days} days"
    parts = [f"Report on {days}, {since} to {until}"]
    parts += [_section(*section) for section in _sections(report, zone)]
    return "\n\n".join(parts) + "\n"


Rows = list[tuple[str, ...]]


def _sections(report: Report, zone: tzinfo) -> Iterator[tuple[str, tuple[str, ...], Rows]]:
    """Each section's title, column names and rows."""
    states: Rows = [(state.replace("_", " "), str(n)) for state, n in report.states]
    yield "Drafts", ("state", "drafts"), [*states, ("all", str(report.drafts))]
    waits = (str(report.decided), spoken(report.median), spoken(report.p90))
    yield "Time to a decision", ("decided", "median", "90 of 100 within"), [waits]
    tallies: Rows = [(t.category, str(t.findings), str(t.stopping)) for t in report.tallies]
    yield "Findings", ("category", "all", "block or escalate"), tallies
    authors: Rows = [
        (a.person, str(a.drafts), str(a.flagged), percent(a.rate)) for a in report.authors
    ]
    yield "Authors", ("person", "drafts", "flagged", "rate"), authors
    approvers: Rows = [
        (a.person, str(a.open), str(a.decided), spoken(a.median)) for a in report.approvers
    ]
    yield "Approvers", ("person", "open", "decided", "median"), approvers
    training: Rows = [
        (t.person, t.lesson, t.standing, f"{t.at.astimezone(zone):%Y-%m-%d}", t.score or NONE)
        for t in report.training
    ]
    yield "Training", ("person", "lesson", "standing", "since", "score"), training


def _section(title: str, header: tuple[str, ...], rows: Rows) -> str:
    if not rows:
        return f"{title}\n{_GAP}nothing to report"
    cells = [header, *(tuple(_printable(c) for c in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = [
        all(row[i].strip("%- ").isdigit() or row[i] == NONE for row in cells[1:])
        for i in range(len(header))
    ]
    return "\n".join([title, *(_aligned(row, widths, right) for row in cells)])


def _aligned(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    """One row, numbers to the right."""
    cells = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)]
    return (_GAP + _GAP.join(cells)).rstrip()


def _printable(text: str) -> str:
    """The text without characters that could move a terminal's cursor."""
    return "".join(c if c.isprintable() else "?" for c in text)


def to_json(report: Report) -> str:
    """The report as one JSON object with the names of `Report`; times are ISO 8601 in UTC and
    waits (every `median` and `p90`) are seconds, null when there was nothing to measure.
    """
    record = asdict(report)
    record["states"] = dict(report.states)
    record["authors"] = [{**asdict(a), "rate": round(a.rate, 4)} for a in report.authors]
    return json.dumps(record, indent=2, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str | int:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case timedelta():
            return round(value.total_seconds())
    raise TypeError(f"a report holds no {type(value).__name__}")


def to_csv(report: Report) -> str:
    """The report in long form, one figure a line, under the header section,item,figure,value.

    Sections are report, drafts, findings, authors, approvers and training; waits are seconds and
    an empty value means that there was nothing to measure.
    """
    return "".join(csv_rows([("section", "item", "figure", "value"), *_long(report)]))


def _long(report: Report) -> Iterator[tuple[str, str, str, str | int]]:
    yield "report", "", "days", report.days
    yield "report", "", "since", report.since.astimezone(UTC).isoformat()
    yield "report", "", "until", report.until.astimezone(UTC).isoformat()
    yield "drafts", "", "all", report.drafts
    for state, n in report.states:
        yield "drafts", state.value, "drafts", n
    yield "drafts", "", "decided", report.decided
    yield "drafts", "", "median_seconds", _cell(report.median)
    yield "drafts", "", "p90_seconds", _cell(report.p90)
    for t in report.tallies:
        yield "findings", t.category.value, "findings", t.findings
        yield "findings", t.category.value, "stopping", t.stopping
    for a in report.authors:
        yield "authors", a.person, "drafts", a.drafts
        yield "authors", a.person, "flagged", a.flagged
    for p in report.approvers:
        yield "approvers", p.person, "open", p.open
        yield "approvers", p.person, "decided", p.decided
        yield "approvers", p.person, "median_seconds", _cell(p.median)
    for row in report.training:
        yield "training", row.person, row.lesson, row.standing.value


def _cell(wait: timedelta | None) -> str | int:
    return "" if wait is None else round(wait.total_seconds())
