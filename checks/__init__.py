"""Rules about the text of a post. Knows nothing of drafts, people, storage or chat.

`run` judges a post, `examine` also offers a text that would pass, `catalogue` lists the rules,
`warm` loads what is slow to load.
"""

from dataclasses import dataclass

from checks._catalogue import rules as _rules
from checks._meaning import heard
from checks._mend import Mended, mend
from checks._rule import EXAMPLE_PRACTICE, Rule, RuleError
from checks._run import run
from checks.values import Finding, Post, Practice

__all__ = [
    "Examined",
    "Finding",
    "Mended",
    "Post",
    "Practice",
    "Rule",
    "RuleError",
    "catalogue",
    "examine",
    "run",
    "warm",
]


@dataclass(frozen=True)
class Examined:
    """What the checks say of a post, and a text that passes when a safe one is known."""

    findings: tuple[Finding, ...]
    mended: Mended | None = None


def examine(post: Post, practice: Practice) -> Examined:
    """The findings of a post, with a ready rewrite where there is a safe one."""
    found = run(post, practice)
    return Examined(found, mend(post, practice, found))


def catalogue() -> tuple[Rule, ...]:
    """Every rule that ships with the product, by id."""
    return _rules()


def warm() -> None:
    """Load rules, lists and models, so that the first draft is not slower than the others.

    Raises when the sentence model cannot be loaded; drafts are then held, none is passed.
    """
    text = "Our patient Maria Lopez had her knee surgery on March 3. Call 512-555-0142."
    heard(Post(text))  # `run` would only hold the draft when the model is missing
    run(Post(text), EXAMPLE_PRACTICE)
