"""Runs the model over a post: which words identify a patient, which categories it sees where."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from checks._reader import weights
from checks._reader.heads import CATEGORIES, LABELS
from checks._reader.pinned import ModelMissing
from checks._reader.said import Said, Spoken, once
from checks._reader.words import Window
from checks.values import Category, Identifier, Post

LEARNED = Path(__file__).parents[1] / "weights" / "reader.npz"
HASHTAG_BEFORE = re.compile(r"#\w*$")
WORDY = re.compile(r"[^\W_]{2}|\d|[^\W_]\.")  # what is left without it is no identifier
CODE = re.compile(r"[^\W_][\w.]*(?:[-/][^\W_][\w.]*)+")  # 88-1190-A
NUMBERS = frozenset(Identifier) - frozenset(
    ["NAME", "GEO", "DATE", "AGE", "CONTEXT", "URL", "HANDLE", "EMAIL"]
)
EDGES = " \"'“”‘’,;:!?()[]-_/"
JOINT = re.compile(r"[ .'’\-]{0,2}")  # what may stand between the parts of one identifier
ARTICLE = re.compile(r" ?(?:the|el|la|los|las|de|del) ?", re.IGNORECASE)
FAINT = 0.1  # a piece whose chance of identifying somebody is below this is not reported


@cache
def load() -> Any:
    """The running model. Raises `ModelMissing` when it is not installed or not as it was."""
    try:
        stored = {name: values for name, values in np.load(LEARNED).items() if values.ndim}
    except OSError:
        raise ModelMissing(f"{LEARNED.name} is missing; install Signoff anew") from None
    import onnxruntime

    from checks._reader import graph

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    learned = {k: v.astype(np.float32) for k, v in stored.items() if v.dtype == np.float16}
    made = graph.build(weights.thinned(weights.base(), stored), learned)
    return onnxruntime.InferenceSession(made, options, providers=["CPUExecutionProvider"])


def spoken(post: Post, windows: Iterable[Window]) -> Spoken:
    """What the model says of the post, shown in these windows."""
    said: list[Said] = []
    chances = dict.fromkeys(CATEGORIES, 0.0)
    loud: dict[Category, tuple[int, int]] = {}
    for window in windows:
        labels, scores, logits = _run(window)
        said += _named(window, labels, post.text)
        likely = (1 / (1 + np.exp(-logits.astype(float)))).tolist()
        loudest = scores[2:-1].argmax(0).tolist()
        for category, chance, piece in zip(CATEGORIES, likely, loudest, strict=True):
            if chance > chances[category]:
                chances[category] = chance
                loud[category] = window.places[2 + piece]
    return Spoken(once(said), chances, loud)


Floats = npt.NDArray[np.float32]


def _run(window: Window) -> tuple[Floats, Floats, Floats]:
    given = {
        "ids": np.asarray([window.ids], np.int64),
        "kinds": np.asarray([window.kinds], np.int64),
    }
    labels, scores, logits = load().run(None, given)
    return labels[0], scores[0], logits[0]


def _named(window: Window, labels: Floats, text: str) -> list[Said]:
    """Rows of pieces that identify somebody in the same way, as one place each."""
    found: list[Said] = []
    chances = 1.0 - labels[:, 0]
    for piece in np.flatnonzero(chances >= FAINT).tolist():
        start, end = window.places[piece]
        if start >= end:
            continue
        chance = float(chances[piece])
        identifier = Identifier(LABELS[1 + int(labels[piece, 1:].argmax())])
        place = _code(text, start, end) if identifier in NUMBERS else _whole(text, start, end)
        found = _added(found, Said(*place, identifier, chance), text)
    found = _without_articles(found, text)
    return [trimmed for one in found if (trimmed := _trimmed(one, text))]


def _without_articles(found: list[Said], text: str) -> list[Said]:
    """The places without articles that stand alone; a name goes on behind one (Anna the Bear)."""
    made: list[Said] = []
    for one in found:
        if ARTICLE.fullmatch(text[one.start : one.end]):
            continue
        last = made[-1] if made else one
        names = last.identifier is one.identifier is Identifier.NAME
        if names and ARTICLE.fullmatch(text[last.end : one.start]):
            made[-1] = replace(last, end=one.end, chance=max(last.chance, one.chance))
        else:
            made.append(one)
    return made


def _trimmed(one: Said, text: str) -> Said | None:
    """The place without quotes, commas and the point of a title at its ends; None when nothing is
    left that identifies.
    """
    words = text[one.start : one.end]
    start = one.start + len(words) - len(words.lstrip(EDGES + "."))
    end = one.end - (len(words) - len(words.rstrip(EDGES)))
    return replace(one, start=start, end=end) if WORDY.search(text[start:end]) else None


def _added(found: list[Said], one: Said, text: str) -> list[Said]:
    """The places with one more, joined to the last where both are parts of one identifier."""
    last = found[-1] if found else None
    if last is None or not JOINT.fullmatch(text[last.end : one.start]):
        return [*found, one]
    if last.identifier is not one.identifier and not {last.identifier, one.identifier} <= NUMBERS:
        return [*found, one]
    louder = max(last, one, key=lambda s: s.chance)
    joined = Said(last.start, max(last.end, one.end), louder.identifier, louder.chance)
    return [*found[:-1], joined]


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The word around a piece; words run together in a hashtag or with capitals stay apart."""
    if HASHTAG_BEFORE.search(text[max(0, start - 60) : start]):
        return start, end
    while start > 0 and text[start - 1 : start + 1].isalnum() and not _is_hump(text, start):
        start -= 1
    while end < len(text) and text[end - 1 : end + 1].isalnum() and not _is_hump(text, end):
        end += 1
    return start, end


def _code(text: str, start: int, end: int) -> tuple[int, int]:
    """The number around a piece, over the hyphens inside it."""
    reach = max(0, start - 40)
    around = (
        (reach + code.start(), reach + code.end()) for code in CODE.finditer(text[reach : end + 40])
    )
    return next((c for c in around if c[0] <= start and end <= c[1]), _whole(text, start, end))


def _is_hump(text: str, at: int) -> bool:
    return text[at].isupper() and text[at - 1].islower()
