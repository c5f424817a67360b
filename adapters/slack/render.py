"""Turns a card into Block Kit.

Every word stands in a rich text or a plain text object, which Slack shows as it is: there is no
markup in what we send, so nothing in a draft or a name can ping a channel or hide a link.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from adapters.slack.forms import action_ids, button, plain_text
from adapters.slack.payload import Json
from bot.cards import (
    Action,
    Block,
    Card,
    Change,
    Edit,
    Facts,
    Findings,
    Para,
    Picture,
    Quote,
    Shown,
    Tone,
)

SIZE_LIMIT = 12_000  # characters as JSON: Slack refuses messages near 13,000
BLOCKS_LIMIT = 50
ROW = 5  # buttons in a row
BUTTONS_LIMIT = 25


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is shown: characters of a quote, of a comparison and of other texts; findings."""

    quote: int
    change: int
    other: int
    findings: int


# Tried in turn until the card fits. The comparison yields first: the text itself must be read.
STEPS = (
    Bounds(6_000, 6_000, 3_000, 40),
    Bounds(6_000, 2_000, 1_500, 10),
    Bounds(6_000, 600, 700, 7),
    Bounds(4_000, 300, 500, 7),
    Bounds(2_000, 200, 300, 5),
    Bounds(700, 100, 150, 3),
    Bounds(200, 50, 60, 2),
)
_SIGNS = {Tone.GOOD: "✅ ", Tone.WARN: "⚠️ ", Tone.BAD: "⛔ "}
_SEVERITIES = {"block": "⛔ ", "escalate": "🔶 ", "warn": "⚠️ ", "tip": "💡 "}
_EDITS: dict[Edit, Json] = {
    Edit.SAME: {},
    Edit.ADDED: {"bold": True},
    Edit.REMOVED: {"strike": True},
}
_CODE = re.compile(r"`([^`\n]{1,200})`")


def message(card: Card, pictures: Sequence[str] = (), limit: int = SIZE_LIMIT) -> Json:
    """The message that carries the card. Only `text` may reach a notification."""
    return {"text": escaped(card.preview), "blocks": blocks(card, pictures, limit)}


def blocks(card: Card, pictures: Sequence[str] = (), limit: int = SIZE_LIMIT) -> list[Json]:
    """The card's blocks, shortened as little as it takes. `pictures` are the ids of the card's
    pictures on Slack, in order.
    """
    for bounds in STEPS:
        made = _Page(bounds, pictures).card(card)
        if _fits(made, limit):
            return made
    return _least(made, limit)


def size(value: object) -> int:
    """How long it is as JSON, counted as Slack does, an emoji as two."""
    whole = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(whole.encode("utf-16-le", "surrogatepass")) // 2


def escaped(text: str) -> str:
    """Our words where Slack reads markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fits(made: list[Json], limit: int) -> bool:
    return len(made) <= BLOCKS_LIMIT and size(made) <= limit


def _least(made: list[Json], limit: int) -> list[Json]:
    """The title, the buttons and as much between them as fits, saying that there was more."""
    head, rest = made[:1], made[1:]
    buttons = [b for b in rest if b["type"] == "actions"]
    body = [b for b in rest if b["type"] != "actions"]
    more = _rich([_section(_runs("More of this is not shown here."))])
    while body and not _fits([*head, *body, more, *buttons], limit):
        body.pop()
    while buttons and not _fits([*head, *body, more, *buttons], limit):
        buttons.pop()
    return [*head, *body, more, *buttons]


class _Page:
    """One try at a card, within given bounds."""

    def __init__(self, bounds: Bounds, pictures: Sequence[str]) -> None:
        self._bounds, self._pictures = bounds, list(pictures)

    def card(self, card: Card) -> list[Json]:
        title = plain_text(_SIGNS.get(card.tone, "") + card.title, 150)
        body = [self._block(b) for b in card.body]
        return [{"type": "header", "text": title}, *body, *_buttons(card.actions)]

    def _block(self, block: Block) -> Json:
        bounds = self._bounds
        match block:
            case Para(text, tone):
                sign = _SIGNS.get(tone, "")
                return _rich([_section(_runs(sign + _cut(text, bounds.other)))])
            case Quote(text, label, copy):
                kind = "rich_text_preformatted" if copy else "rich_text_quote"
                shown = [_run(text[: bounds.quote])]
                return _labelled(label, kind, shown, len(text) - bounds.quote)
            case Change(pieces, label):
                shown, missing = _changed(pieces, bounds.change)
                return _labelled(label, "rich_text_quote", shown, missing)
            case Facts(rows):
                return _rich([_section(_facts(rows[:40], bounds.other))])
            case Findings(items):
                return _rich(list(_findings(items, bounds)))
            case Picture():
                return self._picture(block)

    def _picture(self, picture: Picture) -> Json:
        alt = _cut(picture.alt, self._bounds.other)
        if not self._pictures:
            return _rich([_section([_run(f"Picture: {alt}", italic=True)])])
        file = {"id": self._pictures.pop(0)}
        return {"type": "image", "slack_file": file, "alt_text": alt or "Picture"}


def _buttons(actions: Sequence[Action]) -> Iterator[Json]:
    ids = action_ids(a.verb for a in actions)
    made = [button(a, i) for a, i in zip(actions, ids, strict=True)][:BUTTONS_LIMIT]
    for i in range(0, len(made), ROW):
        yield {"type": "actions", "elements": made[i : i + ROW]}


def _labelled(label: str, kind: str, shown: list[Json], missing: int) -> Json:
    """A frame around a person's words, saying so when some of them are not shown."""
    parts = [_section([_run(label, bold=True)])] if label else []
    parts.append({"type": kind, "elements": shown})
    if missing > 0:
        note = f"… {missing:,} more characters are not shown here."
        parts.append(_section([_run(note, italic=True)]))
    return _rich(parts)


def _changed(pieces: Iterable[tuple[Edit, str]], left: int) -> tuple[list[Json], int]:
    """The pieces as far as they are shown, and how many characters are not."""
    runs: list[Json] = []
    missing = 0
    for edit, text in pieces:
        shown = text[:left]
        left -= len(shown)
        missing += len(text) - len(shown)
        if shown:
            runs.append(_run(shown, **_EDITS[edit]))
    return runs or [_run(" ")], missing


def _facts(rows: Sequence[tuple[str, str]], limit: int) -> list[Json]:
    runs: list[Json] = []
    for label, value in rows:
        end = [_run("\n")] if runs else []
        runs += [*end, _run(f"{_cut(label, limit)}:", bold=True), _run("  ")]
        runs += _runs(_cut(value, limit) or "-")
    return runs or [_run(" ")]


def _findings(items: Sequence[Shown], bounds: Bounds) -> Iterator[Json]:
    for shown in items[: bounds.findings]:
        sign, word = _SEVERITIES.get(shown.severity, ""), shown.label or shown.severity.capitalize()
        head = [_run(_cut(f"{sign}{word}: {shown.title}", bounds.other), bold=True)]
        if shown.masked:
            head += [_run("  "), _run(_cut(shown.masked, bounds.other), code=True)]
        advice = _runs("\n" + _cut(shown.advice, bounds.other))
        rule = [_run(f"\n{_cut(shown.rule, 100)}\n", italic=True)] if shown.rule else []
        yield _section([*head, *advice, *rule])
    more = len(items) - bounds.findings
    if more > 0 or not items:
        yield _section(_runs(f"And {more} more like these." if items else " "))


def _rich(parts: list[Json]) -> Json:
    return {"type": "rich_text", "elements": parts}


def _section(runs: list[Json]) -> Json:
    return {"type": "rich_text_section", "elements": runs}


def _runs(text: str) -> list[Json]:
    """Our words. What stands between backticks is shown as typed text."""
    pieces = enumerate(_CODE.split(text))
    return [_run(p, **({"code": True} if i % 2 else {})) for i, p in pieces if p] or [_run(" ")]


def _run(text: str, **style: object) -> Json:
    return {"type": "text", "text": text or " ", **({"style": style} if style else {})}


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
