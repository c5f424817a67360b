"""The message that says how a version was decided, and then what became of it."""

from collections.abc import Callable

from bot.cards import Action, Ask, Block, Card, Facts, Para, Quote, Tone, Verb
from bot.drafts import State
from bot.messages.author.version import BY_STATE, ended
from bot.messages.view import (
    View,
    ids,
    read_on,
    revise,
    target,
    withdraw,
    words,
)


def news(view: View) -> Card:
    """The message that says how a version was decided, and then what became of it."""
    return _NEWS[view.draft.state](view)


def _decided_by(view: View) -> tuple[tuple[str, str], ...]:
    if view.last is None:
        return ()
    who = f"{view.roster.name(view.last.person)}, {view.when(view.last.at)}"
    return (("Decided by", who), ("Where", target(view)))


def _approved(view: View) -> Card:
    link = Ask(
        "link",
        "Link to the post",
        hint="https://...  Leave it empty if there is none.",
        required=False,
        lines=1,
        limit=2_000,
    )
    return Card(
        f"{view.number} is approved",
        "Your draft is approved and ready to post.",
        (
            Para(
                "Copy this text as it is and post it. Any change needs a new sign-off.", Tone.GOOD
            ),
            *words(view, "Approved text", copy=True),
            Facts(_decided_by(view)),
        ),
        (Action(Verb.POSTED, "Mark as posted", ids(view), Tone.GOOD, (link,)), *read_on(view)),
        Tone.GOOD,
    )


def _rejected(view: View) -> Card:
    return Card(
        f"{view.number} was rejected",
        "Your draft was rejected; open the message for the reason.",
        (*_reason(view), Facts(_decided_by(view)), Para("A new idea can be sent at any time.")),
        tone=Tone.BAD,
    )


def _changes(view: View) -> Card:
    return Card(
        f"Please change {view.number}",
        "A change to your draft was requested.",
        (*_reason(view), Facts(_decided_by(view))),
        (revise(view), withdraw(view)),
        Tone.WARN,
    )


def _reason(view: View) -> tuple[Quote, ...]:
    if view.last is None or not view.last.reason:
        return ()
    return (Quote(view.last.reason, f"{view.roster.name(view.last.person)} says"),)


def _expired(view: View) -> Card:
    return Card(
        f"{view.number} was not decided in time",
        "Nobody decided on your draft in time.",
        (Para("Nobody said yes or no before the deadline, so it is neither.", Tone.WARN),),
        (
            Action(Verb.ASK_AGAIN, "Ask again", ids(view), Tone.GOOD),
            revise(view),
            withdraw(view),
        ),
        Tone.WARN,
    )


def _posted(view: View) -> Card:
    blocks: tuple[Block, ...] = (Facts(_decided_by(view)),)
    if view.draft.link:
        blocks = (Quote(view.draft.link, "Link"), *blocks)
    return Card(
        f"{view.number} is posted",
        "Your draft is marked as posted.",
        (Para("Thank you. The record is complete.", Tone.GOOD), *blocks),
        tone=Tone.GOOD,
    )


def _voided(view: View) -> Card:
    return Card(
        f"{view.number} is no longer approved",
        "The approval of your draft no longer counts.",
        (
            Para(
                "The message was edited after the approval, and the approval was for the earlier "
                "text. Please do not post it; send the new text as a new draft.",
                Tone.WARN,
            ),
        ),
        tone=Tone.WARN,
    )


NEWSWORTHY = (
    State.APPROVED,
    State.REJECTED,
    State.CHANGES_REQUESTED,
    State.EXPIRED,
    State.POSTED,
    State.VOIDED,
)
_NEWS: dict[State, Callable[[View], Card]] = {
    State.APPROVED: _approved,
    State.REJECTED: _rejected,
    State.CHANGES_REQUESTED: _changes,
    State.EXPIRED: _expired,
    State.POSTED: _posted,
    State.VOIDED: _voided,
    State.WITHDRAWN: BY_STATE[State.WITHDRAWN],
    State.IN_REVIEW: ended("is with an approver again", "I will tell you.", Tone.PLAIN),
    State.RECEIVED: ended("has a new version", "See the newer message.", Tone.PLAIN),
    State.RETURNED: ended("has a new version", "See the newer message.", Tone.PLAIN),
}
