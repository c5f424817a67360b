"""Labelled examples, and how the network takes them."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from checks._reader.heads import CATEGORIES, LABELS
from checks._reader.words import windows
from checks.values import Category, Kind, Post, Practice

EXAMPLES = Path(__file__).parents[2] / "checks" / "examples"
Span = tuple[int, int, str]
UNKNOWN = -1.0  # a target that nobody has labelled
IGNORED = -100
PHI = CATEGORIES.index(Category.PHI)


@dataclass(frozen=True)
class Example:
    """A labelled draft. `spans` is None where patient information was not labelled, `labels` where
    the rules' categories were not.
    """

    id: str
    text: str
    kind: Kind
    practice: Practice
    spans: tuple[Span, ...] | None
    labels: frozenset[str] | None
    ignore: frozenset[str]
    tags: frozenset[str]


def fingerprint(folder: Path) -> str:
    """SHA-256 over the examples and the practices they belong to."""
    found = hashlib.sha256()
    for file in sorted([*folder.glob("*.jsonl"), *folder.glob("*.yaml")]):
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


@cache
def practices(folder: Path) -> dict[str, Practice]:
    file = folder / "practices.yaml"
    listed = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {
        name: Practice(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})
        for name, given in listed.items()
    }


def examples(folder: Path) -> list[Example]:
    """Every example of a folder's JSON Lines files, in the order of their names."""
    known = practices(folder)
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            phi = row.get("phi")
            spans = (
                None if phi is None else tuple((p["start"], p["end"], p["identifier"]) for p in phi)
            )
            labels = row.get("labels")
            found.append(
                Example(
                    id=row["id"],
                    text=row["text"],
                    kind=Kind(row.get("kind", "post")),
                    practice=known.get(row.get("practice", ""), Practice()),
                    spans=spans,
                    labels=None if labels is None else frozenset(labels),
                    ignore=frozenset(row.get("ignore", ())),
                    tags=frozenset(row.get("tags", ())),
                )
            )
    return found


# --- as arrays -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One window of an example: pieces, kinds, the label of each piece, the draft's targets."""

    ids: list[int]
    kinds: list[int]
    labels: list[int]
    targets: list[float]


def rows(example: Example) -> list[Row]:
    made = []
    for window in windows(Post(example.text, "", example.kind, practice=example.practice)):
        labels = [IGNORED] * len(window.ids)
        if example.spans is not None:
            labels = [_label(place, example.spans) for place in window.places]
        made.append(Row(window.ids, window.kinds, labels, _targets(example, labels)))
    return made


def _label(place: tuple[int, int], spans: Iterable[Span]) -> int:
    start, end = place
    for first, last, identifier in spans:
        if start < end and start < last and first < end:
            return LABELS.index(identifier)
    return 0


def _targets(example: Example, labels: Sequence[int]) -> list[float]:
    targets = [UNKNOWN] * len(CATEGORIES)
    if example.labels is not None:
        for at, category in enumerate(CATEGORIES):
            if category not in example.ignore and category is not Category.PHI:
                targets[at] = float(category in example.labels)
    if example.spans is not None:
        targets[PHI] = float(any(label > 0 for label in labels))
    return targets


def padded(row: Row) -> int:
    """The length of the batch a row goes into: few lengths, so that little has to be compiled."""
    return -(-len(row.ids) // 32) * 32


def batch(made: Sequence[Row], size: int = 0) -> dict[str, np.ndarray]:
    """The rows side by side, padded; up to `size` filled with rows that teach nothing."""
    length = max(map(padded, made))
    blank = Row(
        made[-1].ids, made[-1].kinds, [IGNORED] * len(made[-1].ids), [UNKNOWN] * len(CATEGORIES)
    )
    made = [*made, *[blank] * (size - len(made))]
    ids = np.zeros((len(made), length), np.int32)
    kinds = np.zeros_like(ids)
    labels = np.full_like(ids, IGNORED)
    for at, row in enumerate(made):
        ids[at, : len(row.ids)] = row.ids
        kinds[at, : len(row.ids)] = row.kinds
        labels[at, : len(row.ids)] = row.labels
    targets = np.asarray([row.targets for row in made], np.float32)
    return {"ids": ids, "kinds": kinds, "labels": labels, "targets": targets}
