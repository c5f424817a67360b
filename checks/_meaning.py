"""Rules without words: the sentence model speaks when what a draft means falls into a category.

A pack with the key `meaning` is such a rule. Its value is the chance from which the model speaks;
the model says "this reads like ...", so the message asks for a look rather than states a fact.
"""

from dataclasses import dataclass, replace

from checks._reader import Spoken, spoken
from checks._reader.words import Window, windows
from checks._reading import Reading, read
from checks.privacy._ours import ours
from checks.values import Category, Identifier, Mark, Marks, Post

SHORT = 100  # code points; what is shorter the model has seldom read, and it judges it poorly
SURE = 0.6  # the chance from which such a post without its last line is taken to name a patient


def heard(post: Post) -> Spoken:
    """What the model says of the post; worked out once for all rules."""
    return read(post).once(_heard)


def _heard(reading: Reading) -> Spoken:
    whole = spoken(reading.post, pieces(reading.post))
    if (rest := _without_our_details(reading)) is None:
        return whole
    bare = spoken(rest, windows(rest))
    named = any(one.identifier is Identifier.NAME for one in bare.said)
    sure = named and bare.chance(Category.PHI) >= SURE
    return whole.joined(bare, Category.PHI) if sure else whole


def _without_our_details(reading: Reading) -> Post | None:
    """A short post without the sentences at its end that tell how to reach the practice, or None.

    Such a line is most of a short post, and posts that the model has read with one were innocent
    more often than not. So the rest is asked as well whether it names a patient.
    """
    post, end = reading.post, len(reading.post.text)
    if end > SHORT:
        return None
    own = [at for at, _, person in ours(post) if not person]
    for start, stop in reversed(reading.sentences):
        if not any(start <= at < stop for at in own):
            break
        end = start
    rest = post.text[:end].rstrip()
    return replace(post, text=rest) if rest and end < len(post.text) else None


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
