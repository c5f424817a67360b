"""Pieces of text for a card: those that Teams shows as they are, and ours in which nothing is
taken for Markdown.
"""

import re
from collections.abc import Iterable

from adapters.teams.payload import Json

_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~{}]|&(?=#?\w{1,32};)|^(?:[-+#](?= )|\d{1,9}(?=[.)] ))", re.M)


def run(text: str, **look: object) -> Json:
    return {"type": "TextRun", "text": text, **look}


def rich(runs: list[Json], spacing: str) -> Json:
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": runs}


def lines(runs: Iterable[Json]) -> list[Json]:
    """One block per line of words, so that line breaks look and copy the same on every client."""
    blocks: list[Json] = []
    line: list[Json] = []
    spacing = "None"
    for piece in runs:
        first, *others = str(piece["text"]).split("\n")
        line += _inert({**piece, "text": first})
        for text in others:
            if line:
                blocks.append(rich(line, spacing))
            spacing = "None" if line else "Medium"
            line = _inert({**piece, "text": text})
    if line or not blocks:
        blocks.append(rich(line or [run(" ")], spacing))
    return blocks


def _inert(run: Json) -> list[Json]:
    """The run, cut inside "{{" so that no client takes it for a date to format."""
    pieces = re.split(r"(?<=\{)(?=\{)", str(run["text"]))
    return [{**run, "text": piece} for piece in pieces if piece]


def plain(text: str) -> str:
    """Our words, in which nothing - a name, say - can be taken for Markdown."""
    return _MARKDOWN.sub(lambda m: _escaped(m[0]), text)


def _escaped(mark: str) -> str:
    return f"{mark}\\" if mark[0].isdigit() else f"\\{mark}"
