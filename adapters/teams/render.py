"""Turns a card into an Adaptive Card.

Words a person wrote go into text runs, which Teams shows as they are; our own words go through
`_plain`, because Teams reads a little Markdown in text blocks and facts.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapters.teams.buttons import button, execute, inputs
from adapters.teams.payload import Json
from adapters.teams.pictures import shrink
from adapters.teams.runs import lines, plain, rich, run
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

SIZE_LIMIT = 76_000  # bytes as UTF-16: Teams counts so, and asks to stay within 80 KB
ACTIONS_LIMIT = 6


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a card is shown: characters of each text, findings, and whether pictures and
    what is filled in beforehand are.
    """

    characters: int
    findings: int
    pictures: bool = True
    values: bool = True


# Tried in turn until the card fits.
STEPS = (
    Bounds(20_000, 40),
    Bounds(10_000, 20),
    Bounds(5_000, 20),
    Bounds(5_000, 20, pictures=False, values=False),
    Bounds(1_000, 10, pictures=False, values=False),
    Bounds(200, 5, pictures=False, values=False),
)

_STYLES = {
    Tone.PLAIN: "emphasis",
    Tone.GOOD: "good",
    Tone.WARN: "warning",
    Tone.BAD: "attention",
}
_SEVERITY_TONES = {"block": Tone.BAD, "escalate": Tone.BAD, "warn": Tone.WARN}
_CODE = re.compile(r"`([^`\n]{1,200})`")


def message(card: Card) -> Json:
    """The activity that carries the card. Only `summary` may reach a notification."""
    return _posted(card.preview, adaptive(card))


def form(action: Action) -> Json:
    """The activity that carries an action's inputs, unfolded."""
    card = Card(action.label, preview=f"Signoff: {action.label}")
    body = [_heading(card), *inputs("a0", action)]
    return _posted(card.preview, _shell(card, body, [execute(action, "a0")]))


def _posted(preview: str, content: Json) -> Json:
    kind = "application/vnd.microsoft.card.adaptive"
    return {
        "type": "message",
        "summary": preview,
        "attachments": [{"contentType": kind, "content": content}],
    }


def adaptive(card: Card) -> Json:
    """The Adaptive Card, shortened as little as it takes to be accepted."""
    for bounds in STEPS:
        made = _Page(bounds).card(card)
        if size(made) <= SIZE_LIMIT:
            break
    return made


def size(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-16-le"))


def _shell(card: Card, body: list[Json], actions: list[Json]) -> Json:
    """The card around its parts. Teams shows six buttons; more go into rows of their own."""
    if len(actions) > ACTIONS_LIMIT:
        body, actions = [*body, *_rows_of(actions)], []
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": "en",
        "fallbackText": card.preview,
        "msteams": {"width": "Full"},
        "body": body,
        **({"actions": actions} if actions else {}),
    }


def _rows_of(actions: list[Json]) -> Iterator[Json]:
    for i in range(0, len(actions), ACTIONS_LIMIT):
        yield {"type": "ActionSet", "actions": actions[i : i + ACTIONS_LIMIT]}


class _Page:
    """One try at a card, within given bounds."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds

    def card(self, card: Card) -> Json:
        body = [_heading(card), *(e for b in card.body for e in self._block(b))]
        values = self._bounds.values
        actions = [button(f"a{i}", a, values=values) for i, a in enumerate(card.actions)]
        return _shell(card, body, actions)

    def _block(self, block: Block) -> list[Json]:
        match block:
            case Para(text, tone):
                return [_own_words(self._cut(text)[0], tone)]
            case Quote(text, label, copy):
                runs = [run(self._cut(text)[0], **({"fontType": "Monospace"} if copy else {}))]
                return [*_label(label), _words(lines(runs), self._cut(text)[1])]
            case Change(pieces, label):
                runs, missing = self._change(pieces)
                return [*_label(label), _words(lines(runs), missing)]
            case Facts(rows):
                return [_facts((k, self._cut(v)[0]) for k, v in rows)]
            case Findings(items):
                return self._all_findings(items)
            case Picture():
                return [self._picture(block)]

    def _cut(self, text: str) -> tuple[str, int]:
        """The text as far as it is shown, and how many characters are not."""
        return text[: self._bounds.characters], max(0, len(text) - self._bounds.characters)

    def _change(self, pieces: tuple[tuple[Edit, str], ...]) -> tuple[list[Json], int]:
        runs: list[Json] = []
        left, missing = self._bounds.characters, 0
        for edit, text in pieces:
            shown, rest = text[:left], len(text) - left
            left -= len(shown)
            missing += max(0, rest)
            if shown:
                runs.append(run(shown, **_EDITS[edit]))
        return runs, missing

    def _all_findings(self, items: tuple[Shown, ...]) -> list[Json]:
        shown = [_finding(s) for s in items[: self._bounds.findings]]
        more = len(items) - len(shown)
        return [*shown, *([_own_words(f"And {more} more like these.")] if more else [])]

    def _picture(self, picture: Picture) -> Json:
        png = shrink(picture.png) if self._bounds.pictures else None
        if png is None:
            return _own_words(f"Picture: {self._cut(picture.alt)[0]}")
        data = base64.b64encode(png).decode()
        return {
            "type": "Image",
            "url": f"data:image/png;base64,{data}",
            "altText": picture.alt,
            "size": "Stretch",
        }


_EDITS: dict[Edit, Json] = {
    Edit.SAME: {},
    Edit.ADDED: {"color": "good", "weight": "Bolder", "underline": True},
    Edit.REMOVED: {"color": "attention", "strikethrough": True, "italic": True},
}


def _heading(card: Card) -> Json:
    title: Json = {
        "type": "TextBlock",
        "text": plain(card.title),
        "size": "Large",
        "weight": "Bolder",
        "wrap": True,
        "style": "heading",
    }
    return {"type": "Container", "style": _STYLES[card.tone], "bleed": True, "items": [title]}


def _label(text: str) -> list[Json]:
    if not text:
        return []
    return [
        {
            "type": "TextBlock",
            "text": plain(text),
            "weight": "Bolder",
            "size": "Small",
            "isSubtle": True,
            "wrap": True,
            "spacing": "Medium",
        }
    ]


def _own_words(text: str, tone: Tone = Tone.PLAIN) -> Json:
    """A paragraph of ours. What stands between backticks is shown as typed text. A tone colours
    the ground and not the letters, which would be hard to read.
    """
    pieces = enumerate(_CODE.split(text))
    runs = [run(p, **({"fontType": "Monospace"} if i % 2 else {})) for i, p in pieces if p]
    blocks = lines(runs)
    if tone is not Tone.PLAIN:
        return _frame(blocks, tone)
    return {"type": "Container", "spacing": "Medium", "items": blocks}


def _frame(items: list[Json], tone: Tone) -> Json:
    return {"type": "Container", "style": _STYLES[tone], "spacing": "Small", "items": items}


def _words(shown: list[Json], missing: int) -> Json:
    """A frame around a person's words, saying so when some of them are not shown."""
    note = run(f"… {missing:,} more characters are not shown here.", isSubtle=True, italic=True)
    items = [*shown, *([rich([note], "Medium")] if missing else [])]
    return _frame(items, Tone.PLAIN)


def _facts(rows: Iterable[tuple[str, str]]) -> Json:
    facts = [{"title": plain(label), "value": plain(value) or "-"} for label, value in rows]
    return {"type": "FactSet", "facts": facts}


def _finding(shown: Shown) -> Json:
    head = [
        run(f"{shown.severity.capitalize()} · {shown.title}", weight="Bolder"),
        *([run("  "), run(shown.masked, fontType="Monospace")] if shown.masked else []),
    ]
    rule = run(shown.rule or " ", size="Small", isSubtle=True, fontType="Monospace")
    told = [
        rich(head, "None"),
        rich([run(shown.advice or " ")], "Small"),
        rich([rule], "Small"),
    ]
    return _frame(told, _SEVERITY_TONES.get(shown.severity, Tone.PLAIN))
