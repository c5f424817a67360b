"""What the author of a draft is told: one card that follows the version, one when it is decided."""

from collections.abc import Callable
from dataclasses import replace

from bot.cards import Card
from bot.commands import Outcome
from bot.drafts import State
from bot.messages.author.decision import NEWSWORTHY, news
from bot.messages.author.version import deleted, status, superseded
from bot.messages.view import BLOCKING, NOON, example
from bot.reviews import Decision

__all__ = ["EXAMPLES", "NEWSWORTHY", "deleted", "news", "status", "superseded"]

_NO = Decision(
    7, 12, 1, 0, "ada", Outcome.REJECT, NOON, reason="This needs the wording we agreed on."
)
_YES = replace(_NO, outcome=Outcome.APPROVE, reason="")


def _example(state: State) -> Callable[[], Card]:
    def make() -> Card:
        view = example(state, last=_YES if state in (State.APPROVED, State.POSTED) else _NO)
        if state is State.RETURNED:
            view = example(state, findings=(BLOCKING,), text="So proud of Anna, back on her feet.")
        return (news if state in (State.APPROVED, State.POSTED) else status)(view)

    return make


EXAMPLES: dict[str, Callable[[], Card]] = {
    **{f"status ({state})": _example(state) for state in State},
    **{
        f"news ({state})": (lambda s=state: news(example(s, last=_NO)))  # type: ignore[misc]
        for state in (State.REJECTED, State.CHANGES_REQUESTED, State.EXPIRED, State.VOIDED)
    },
    "superseded": lambda: superseded(example(), 2),
    "deleted": lambda: deleted(example()),
}
