"""The card that follows one version of a draft, from "received" to its end."""

from collections.abc import Callable

from bot.cards import Action, Block, Card, Facts, Para, Quote, Tone, Verb
from bot.drafts import State
from bot.messages.view import (
    View,
    ids,
    offered,
    reason,
    revise,
    shown,
    take,
    target,
    withdraw,
)
from bot.verdicts import Verdict
from checks.values import Severity


def status(view: View) -> Card:
    """The card that follows one version from "received" to its end."""
    return BY_STATE[view.draft.state](view)


def _received(view: View) -> Card:
    return Card(
        f"{view.number} is saved",
        "Your draft is saved and being checked.",
        (Para("I am checking it now; this takes a moment."),),
        (withdraw(view),),
    )


def _returned(view: View) -> Card:
    return Card(
        f"{view.number} cannot go out like this",
        "Your draft needs a change before it can go on.",
        (
            Para("Please change what is marked below, then send the new text.", Tone.BAD),
            *shown(view.standing, view.version.text),
            *offered(view),
        ),
        (
            *take(view),
            revise(view),
            Action(
                Verb.DISPUTE,
                "This is a false alarm",
                ids(view),
                asks=(
                    reason(
                        "Why is it a false alarm?",
                        "The privacy officer reads this and decides. Do not name a patient.",
                    ),
                ),
            ),
            withdraw(view),
        ),
        Tone.BAD,
    )


def _in_review(view: View) -> Card:
    review = view.review
    who = view.roster.names(review.deciders) if review else ""
    rows = [("Where", target(view))]
    if review:
        rows += [("With", who or "nobody yet"), ("Decision due", view.when(review.due_at))]
    if len(view.version.stages) > 1 and review:
        rows.append(("Step", f"{review.stage + 1} of {len(view.version.stages)}"))
    body: list[Block] = [Para(_waiting_for(view, who)), Facts(tuple(rows))]
    body += [*shown(view.standing, view.version.text), *offered(view)]
    if view.version.note:
        body.append(Quote(view.version.note, "Your note to the approver"))
    return Card(
        f"{view.number} is waiting for sign-off",
        "Your draft is waiting for sign-off.",
        tuple(body),
        (*take(view), revise(view), *_explain(view), withdraw(view)),
    )


def _waiting_for(view: View, who: str) -> str:
    if not who:
        return "Nobody can review it yet; an admin has been told."
    if view.version.verdict is Verdict.CLEAR:
        return f"Nothing to mend. It is with {who}; I will tell you as soon as it is decided."
    return f"It is with {who}. I will tell you as soon as it is decided."


def _explain(view: View) -> tuple[Action, ...]:
    if not any(f.severity in (Severity.WARN, Severity.ESCALATE) for f in view.standing):
        return ()
    hint = "The approver sees this beside the warning. Do not name a patient."
    ask = reason("Why should it stay as it is?", hint)
    return (Action(Verb.EXPLAIN, "Keep it and say why", ids(view), asks=(ask,)),)


def ended(title: str, line: str, tone: Tone) -> Callable[[View], Card]:
    def card(view: View) -> Card:
        return Card(
            f"{view.number} {title}", f"Your draft {title}.", (Para(line, tone),), tone=tone
        )

    return card


BY_STATE: dict[State, Callable[[View], Card]] = {
    State.RECEIVED: _received,
    State.RETURNED: _returned,
    State.IN_REVIEW: _in_review,
    State.CHANGES_REQUESTED: ended(
        "came back with a request", "What to change stands in my next message.", Tone.WARN
    ),
    State.APPROVED: ended("is approved", "The text to copy is in my next message.", Tone.GOOD),
    State.REJECTED: ended("was rejected", "The reason stands in my next message.", Tone.BAD),
    State.EXPIRED: ended("was not decided in time", "You can ask again below.", Tone.WARN),
    State.POSTED: ended("is posted", "It was approved and is out.", Tone.GOOD),
    State.VOIDED: ended("is no longer approved", "It was changed after the approval.", Tone.WARN),
    State.WITHDRAWN: ended("is withdrawn", "Nobody needs to look at it any more.", Tone.PLAIN),
}


def superseded(view: View, newer: int) -> Card:
    """What an earlier version's card becomes."""
    return Card(
        f"{view.number}, version {view.version.number}",
        "There is a newer version of your draft.",
        (Para(f"Replaced by version {newer}; see the newer message."),),
    )


def deleted(view: View) -> Card:
    """Asks what should happen to a draft whose message was deleted."""
    return Card(
        f"You deleted the message of {view.number}",
        "You deleted a message that is a draft.",
        (Para("The draft is still on its way. Should it be withdrawn?"),),
        (
            Action(Verb.WITHDRAW, "Withdraw it", ids(view), Tone.BAD),
            Action(Verb.KEEP, "Keep it", ids(view)),
        ),
    )
