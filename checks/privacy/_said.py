"""What the sentence model says about patients in a post, as the rules of this package ask for it.

An identifier counts only when it is tied to a patient. The model read the whole draft: it says of
every word whether it identifies a patient, and of the draft whether it is about one at all.
"""

from collections.abc import Iterable, Iterator

from checks._meaning import heard
from checks._reader import Said
from checks.privacy._ours import ours
from checks.values import Category, Identifier, Mark, Marks, Post, Severity

SURE = 0.6  # from this chance on an identifier blocks
MAYBE = 0.25  # below this chance it is not reported
ABOUT = 0.6  # the least chance that the draft is about a patient
NEAR = 0.15  # the least chance of the place itself, when a pattern has found it there
PATIENT = 0.6  # the chance of the draft that ties what a pattern has found anywhere in it


def said(post: Post, *identifiers: Identifier) -> Iterator[Said]:
    """The places where the model sees these identifiers of a patient."""
    spoken = heard(post)
    if spoken.chance(Category.PHI) < ABOUT:
        return
    own = [(start, end) for start, end, is_person in ours(post) if not is_person]
    for one in spoken.said:
        is_own = any(one.start < end and start < one.end for start, end in own)
        if one.identifier in identifiers and one.chance >= MAYBE and not is_own:
            yield one


def besides(
    post: Post, found: Iterable[tuple[int, int]], advice: str, *identifiers: Identifier
) -> Marks:
    """What a rule's patterns have found, and what the model sees of the same kind elsewhere."""
    done: list[tuple[int, int]] = []
    for start, end in found:
        done.append((start, end))
        yield start, end, advice
    for one in said(post, *identifiers):
        if not any(s < one.end and one.start < e for s, e in done):
            yield Mark(one.start, one.end, advice, one.identifier, weight(one))


def weight(one: Said) -> Severity:
    """Whether to block, or to ask the privacy officer."""
    return Severity.BLOCK if one.chance >= SURE else Severity.ESCALATE


def is_patients(post: Post, start: int, end: int) -> bool:
    """Whether what a pattern has found here belongs to a patient."""
    spoken = heard(post)
    return spoken.chance(Category.PHI) >= PATIENT or spoken.near(start, end) >= NEAR


def tied(post: Post, found: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What patterns have found, as far as it belongs to a patient."""
    return (span for span in found if is_patients(post, *span))


def chance_at(post: Post, start: int, end: int) -> float:
    """The model's chance that something here identifies a patient."""
    return heard(post).near(start, end)


def is_told(post: Post) -> bool:
    """Whether the draft is about an identifiable patient."""
    return heard(post).chance(Category.PHI) >= PATIENT
