"""What the model says of a post, as the rules read it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.values import Category, Identifier


@dataclass(frozen=True, slots=True)
class Said:
    """Words that identify a patient, with the model's chance that they do."""

    start: int
    end: int
    identifier: Identifier
    chance: float


@dataclass(frozen=True)
class Spoken:
    """What the model says of a post.

    `said` are the identifiers in the order of the text; `chances` how likely the whole falls
    into each category; `loud` for each category where it speaks from.
    """

    said: tuple[Said, ...]
    chances: Mapping[Category, float]
    loud: Mapping[Category, tuple[int, int]]

    def chance(self, category: Category) -> float:
        return self.chances.get(category, 0.0)

    def joined(self, other: "Spoken", category: Category) -> "Spoken":
        """With what was said of this category when the post was read in another way."""
        said, chances, loud = once([*self.said, *other.said]), {**self.chances}, {**self.loud}
        if other.chance(category) > self.chance(category):
            chances[category], loud[category] = other.chances[category], other.loud[category]
        return Spoken(said, chances, loud)

    def near(self, start: int, end: int) -> float:
        """The chance that something between these places identifies a patient."""
        return max((s.chance for s in self.said if s.start < end and start < s.end), default=0.0)


def once(said: Iterable[Said]) -> tuple[Said, ...]:
    """Each place once, as it was read most surely."""
    kept: list[Said] = []
    for one in sorted(said, key=lambda s: -s.chance):
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return tuple(sorted(kept, key=lambda s: s.start))
