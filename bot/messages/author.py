"""What the author of a draft is told: one card that follows the version, one when it is decided."""

from collections.abc import Callable
from dataclasses import replace

from bot.cards import Action, Ask, Block, Card, Facts, Para, Quote, Tone, Verb
from bot.commands import Outcome
from bot.drafts import State
from bot.messages.view import (
    BLOCKING,
    NOON,
    View,
    example,
    ids,
    offered,
    read_on,
    reason,
    revise,
    shown,
    take,
    target,
    withdraw,
    words,
)
from bot.reviews import Decision
from bot.verdicts import Verdict
from checks.values import Severity


def status(view: View) -> Card:
    """The card that follows one version from "received" to its end."""
    return _STATUS[view.draft.state](view)


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


def _ended(title: str, line: str, tone: Tone) -> Callable[[View], Card]:
    def card(view: View) -> Card:
        return Card(
            f"{view.number} {title}", f"Your draft {title}.", (Para(line, tone),), tone=tone
        )

    return card


_STATUS: dict[State, Callable[[View], Card]] = {
    State.RECEIVED: _received,
    State.RETURNED: _returned,
    State.IN_REVIEW: _in_review,
    State.CHANGES_REQUESTED: _ended(
        "came back with a request", "What to change stands in my next message.", Tone.WARN
    ),
    State.APPROVED: _ended("is approved", "The text to copy is in my next message.", Tone.GOOD),
    State.REJECTED: _ended("was rejected", "The reason stands in my next message.", Tone.BAD),
    State.EXPIRED: _ended("was not decided in time", "You can ask again below.", Tone.WARN),
    State.POSTED: _ended("is posted", "It was approved and is out.", Tone.GOOD),
    State.VOIDED: _ended("is no longer approved", "It was changed after the approval.", Tone.WARN),
    State.WITHDRAWN: _ended("is withdrawn", "Nobody needs to look at it any more.", Tone.PLAIN),
}


def superseded(view: View, newer: int) -> Card:
    """What an earlier version's card becomes."""
    return Card(
        f"{view.number}, version {view.version.number}",
        "There is a newer version of your draft.",
        (Para(f"Replaced by version {newer}; see the newer message."),),
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
    State.WITHDRAWN: _STATUS[State.WITHDRAWN],
    State.IN_REVIEW: _ended("is with an approver again", "I will tell you.", Tone.PLAIN),
    State.RECEIVED: _ended("has a new version", "See the newer message.", Tone.PLAIN),
    State.RETURNED: _ended("has a new version", "See the newer message.", Tone.PLAIN),
}


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
