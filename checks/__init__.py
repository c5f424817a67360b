"""Rules about the text of a post. Knows nothing of drafts, people, storage or chat.

`run` judges a post, `examine` also offers a text that would pass, `catalogue` lists the rules,
`warm` loads what is slow to load.
"""

from dataclasses import dataclass

from checks._catalogue import rules as _rules
from checks._mend import Mended, mend
from checks._rule import EXAMPLE_PRACTICE, Rule, RuleError
from checks._run import run
from checks.values import Finding, Post, Practice

__all__ = [
    "CannotCheck",
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


# Reaches every part that loads something: the model and the recognizers of numbers.
WARMING = (
    "Our patients Maria Lopez and Xanthe Quorlbaum had knee surgery on March 3. Call 512-555-0142. "
    "Account 021000021, server 192.0.2.7, mail xanthe@example.com, plan 1EG4-TE5-MK73, 078-05-1120."
)


class CannotCheck(Exception):
    """A rule does not work on this machine: a model is missing, say. Its words quote no draft."""


def catalogue() -> tuple[Rule, ...]:
    """Every rule that ships with the product, by id."""
    return _rules()


def warm() -> None:
    """Load rules, lists and models, so that the first draft is not slower than the others. Raises
    `CannotCheck` when a rule does not work here; `run` holds every draft because of it.
    """
    post = Post(WARMING, practice=EXAMPLE_PRACTICE)
    for rule in catalogue():
        try:
            list(rule.find(post))
        except Exception as error:
            plain = isinstance(error, ImportError) or type(error).__module__.startswith("checks.")
            why = str(error) if plain else type(error).__name__
            raise CannotCheck(f"the rule {rule.id} does not work: {why}") from error
    run(post, EXAMPLE_PRACTICE)
