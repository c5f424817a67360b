"""The report as a picture, and in words for those who do not see it."""

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from bot.drafts import State
from bot.reports import Report, spoken
from checks.values import Category

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROWS = 6  # bars that stay readable on a phone
INK, QUIET, PAPER, TILE = "#16222e", "#4d5b68", "#ffffff", "#f0f4f8"
# Dark and light blue differ in lightness, so they stay apart for every kind of colour vision.
STRONG, SOFT = "#0b4f8a", "#8cc0ea"

_STATES = {State.IN_REVIEW: "in review", State.CHANGES_REQUESTED: "changes asked"}
_CATEGORIES = {Category.PHI: "patient information"}

Bar = tuple[str, int, int]  # label, the whole, the dark part of it


def report_chart(report: Report) -> bytes:
    """A PNG of 1000 x 560 pixels: three figures on top, drafts by state and findings below."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(10, 5.6), dpi=100, facecolor=PAPER)
    canvas = FigureCanvasAgg(figure)
    _tiles(figure, report)
    _panel(figure, 0.03, 0.2, title="Drafts by state", bars=_states(report))
    _panel(figure, 0.49, 0.74, title="Findings", bars=_findings(report))
    if report.tallies:
        _key(figure)
    picture = BytesIO()
    canvas.draw()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    few_colours = drawn.convert("RGB").quantize(64, dither=Image.Dither.NONE)  # a third of the size
    few_colours.save(picture, format="png", optimize=True)
    return picture.getvalue()


def report_alt(report: Report) -> str:
    """What the chart shows, in words."""
    told = [
        f"Chart of the last {_counted(report.days, 'day')}: "
        f"{_counted(report.drafts, 'draft')}, {report.decided} decided."
    ]
    if report.decided:
        told.append(
            f"Median time to a decision {spoken(report.median)}, "
            f"90 of 100 within {spoken(report.p90)}."
        )
    if report.states:
        told.append(f"Drafts by state: {_listed(_states(report))}.")
    if report.tallies:
        stopping = sum(tally.stopping for tally in report.tallies)
        told.append(f"Findings: {_listed(_findings(report))}; {stopping} block or escalate.")
    return " ".join(told)


def _states(report: Report) -> list[Bar]:
    return _longest([(_STATES.get(state, state.value), n, n) for state, n in report.states])


def _findings(report: Report) -> list[Bar]:
    return _longest(
        [
            (_CATEGORIES.get(t.category, t.category.replace("-", " ")), t.findings, t.stopping)
            for t in report.tallies
        ]
    )


def _longest(bars: list[Bar]) -> list[Bar]:
    """At most `ROWS` bars, the longest first; the shortest are taken together."""
    ranked = sorted(bars, key=lambda bar: -bar[1])
    if len(ranked) <= ROWS:
        return ranked
    rest = ranked[ROWS - 1 :]
    together = (f"{len(rest)} others", sum(b[1] for b in rest), sum(b[2] for b in rest))
    return [*ranked[: ROWS - 1], together]


def _tiles(figure: "Figure", report: Report) -> None:
    """The three figures an admin looks for first."""
    from matplotlib.patches import FancyBboxPatch

    shown = (
        (
            f"{report.drafts:,}",
            f"draft{'' if report.drafts == 1 else 's'} in {_counted(report.days, 'day')}",
        ),
        (_wait(report.median), "median time to a decision"),
        (_wait(report.p90), "90 of 100 decided within"),
    )
    for place, (figure_text, label) in enumerate(shown):
        left = 0.03 + place * 0.3185
        figure.add_artist(
            FancyBboxPatch(
                (left + 0.012, 0.745),
                0.279,
                0.195,
                boxstyle="round,pad=0.012",
                mutation_aspect=1.8,
                facecolor=TILE,
                edgecolor="none",
            )
        )
        _text(figure, (left + 0.018, 0.855), figure_text, size=28, weight="bold")
        _text(figure, (left + 0.018, 0.765), label, size=14.5, color=QUIET)


def _panel(figure: "Figure", left: float, start: float, *, title: str, bars: list[Bar]) -> None:
    """A heading and horizontal bars, each with its label before it and its number behind it."""
    _text(figure, (left, 0.64), title, size=18, weight="bold")
    if not bars:
        _text(figure, (left, 0.54), "none in this time", size=15, color=QUIET)
        return
    axes = figure.add_axes((start, 0.025, 0.17, 0.575))
    axes.set_axis_off()
    axes.set_ylim(ROWS - 0.5, -0.5)
    longest = max(whole for _, whole, _ in bars)
    axes.set_xlim(0, longest)
    for row, (label, whole, dark) in enumerate(bars):
        axes.barh(row, whole, height=0.56, color=SOFT)
        axes.barh(row, dark, height=0.56, color=STRONG)
        _beside(axes, ((left - start) / 0.17 * longest, row), label)
        _beside(axes, (whole, row), _short(whole), gap=8, weight="bold")


def _beside(
    axes: "Axes", at: tuple[float, float], text: str, *, gap: int = 0, weight: str = "normal"
) -> None:
    """Words that start `gap` points to the right of a place."""
    axes.annotate(
        text,
        at,
        xytext=(gap, 0),
        textcoords="offset points",
        va="center_baseline",
        size=15,
        color=INK,
        weight=weight,
        parse_math=False,
        annotation_clip=False,
    )


def _key(figure: "Figure") -> None:
    """What dark and light mean, beside the heading of the findings."""
    from matplotlib.patches import Rectangle

    for left, colour, words in ((0.635, STRONG, "block or escalate"), (0.862, SOFT, "advise")):
        figure.add_artist(Rectangle((left, 0.641), 0.018, 0.032, facecolor=colour))
        _text(figure, (left + 0.026, 0.642), words, size=14.5, color=QUIET)


def _text(
    figure: "Figure",
    at: tuple[float, float],
    words: str,
    *,
    size: float,
    color: str = INK,
    weight: str = "normal",
) -> None:
    figure.text(*at, words, size=size, color=color, weight=weight, parse_math=False)


def _wait(wait: timedelta | None) -> str:
    return "\u2013" if wait is None else spoken(wait)


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _short(n: int) -> str:
    """A number in at most five characters: "9,876", "46k", "1.2M"."""
    if n < 10_000:
        return f"{n:,}"
    return f"{n / 1e3:.0f}k" if n < 999_500 else f"{n / 1e6:.1f}M"


def _listed(bars: Sequence[Bar]) -> str:
    return ", ".join(f"{label} {whole}" for label, whole, _ in bars)
