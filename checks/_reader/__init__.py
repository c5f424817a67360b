"""Reads a draft once with a small sentence model, which learned from labelled drafts what
identifies a patient and what breaks a rule. `bench/train` makes its weights.
"""

from collections.abc import Iterable

from checks._reader.said import Said, Spoken
from checks._reader.words import Window
from checks.values import Post

__all__ = ["Said", "Spoken", "spoken"]


def spoken(post: Post, windows: Iterable[Window]) -> Spoken:
    """What the model says of the post, shown in these windows.

    Raises `ModelMissing` when the model cannot be loaded.
    """
    from checks._reader import reading  # numpy and onnxruntime, loaded at the first draft

    return reading.spoken(post, windows)
