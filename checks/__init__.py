"""Rules about the text of a post. Knows nothing of drafts, people, storage or chat.

`run` judges a post, `catalogue` lists the rules, `warm` loads what is slow to load.
"""

from checks._catalogue import rules as _rules
from checks._rule import EXAMPLE_PRACTICE, Rule, RuleError
from checks._run import run
from checks.values import Finding, Post, Practice

__all__ = ["Finding", "Post", "Practice", "Rule", "RuleError", "catalogue", "run", "warm"]


def catalogue() -> tuple[Rule, ...]:
    """Every rule that ships with the product, by id."""
    return _rules()


def warm() -> None:
    """Load rules, lists and models, so that the first draft is not slower than the others."""
    text = "Our patient Maria Lopez had her knee surgery on March 3. Call 512-555-0142."
    run(Post(text), EXAMPLE_PRACTICE)
