"""Rules without words: the sentence model speaks when what a draft means falls into a category.

A pack with the key `meaning` is such a rule. Its value is the chance from which the model speaks;
the model says "this reads like ...", so the message asks for a look rather than states a fact.
"""

from dataclasses import dataclass

from checks._reader import Spoken, spoken
from checks._reader.words import Window, windows
from checks._reading import Reading, read
from checks.values import Category, Mark, Marks, Post


def heard(post: Post) -> Spoken:
    """What the model says of the post; worked out once for all rules."""
    return read(post).once(_heard)


def _heard(reading: Reading) -> Spoken:
    return spoken(reading.post, pieces(reading.post))


def pieces(post: Post) -> tuple[Window, ...]:
    """What the model is shown of the post; worked out once for all rules."""
    return read(post).once(_pieces)


def _pieces(reading: Reading) -> tuple[Window, ...]:
    return tuple(windows(reading.post))


@dataclass(frozen=True)
class Meaning:
    """Speaks from a chance on; calling it marks the sentence that weighs most."""

    category: Category
    chance: float
    message: str

    def __call__(self, post: Post) -> Marks:
        said = heard(post)
        if said.chance(self.category) >= self.chance:
            start, end = read(post).sentence_at(said.loud[self.category][0])
            words = post.text[start:end]
            start += len(words) - len(words.lstrip())
            yield Mark(start, start + len(words.strip()), self.message)
