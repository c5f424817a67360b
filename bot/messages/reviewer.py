"""What the people who decide are shown: a card that follows a review from the asking to its end."""

from collections.abc import Callable
from dataclasses import replace

from bot.cards import Action, Block, Card, Change, Facts, Para, Quote, Tone, Verb
from bot.commands import Outcome
from bot.drafts import Found, State
from bot.masking import changes
from bot.messages.view import (
    BLOCKING,
    NOON,
    View,
    example,
    ids,
    read_on,
    reason,
    shown,
    target,
    words,
)
from bot.reviews import Decision, Review, ReviewState, Why
from bot.routing import DISPUTE
from checks.values import Severity


def task(view: View, review: Review, person: str) -> Card:
    """The open review as `person` sees it: with buttons for those who decide, else as a copy."""
    seat = next((s for s in review.seats if s.person == person), None)
    if seat is None or not seat.decides:
        stand_ins = [s.person for s in review.seats if s.decides]
        line = f"Your copy: {view.roster.names(stand_ins)} decides while you are away."
        return Card(
            f"{view.number} is waiting for sign-off",
            "A draft is waiting for the person who stands in for you.",
            (Para(line), Facts(_facts(view, review)), *_content(view)),
        )
    lead = _LEADS[seat.why]
    if review.name == DISPUTE:
        lead = "The author says that what was flagged is a false alarm. Your word decides."
    return Card(
        f"{view.number} is waiting for your sign-off",
        "A draft is waiting for your sign-off.",
        (
            Para(lead),
            Facts(_facts(view, review)),
            *_content(view),
            *shown(_weighty(view), view.version.text),
            *_notes(view),
        ),
        (*_buttons(view, review), *read_on(view)),
    )


_LEADS = {
    Why.ASKED: "Please read it as the public would, then decide.",
    Why.DELEGATE: "You decide on this one while a colleague is away.",
    Why.NEXT: "Nobody decided in time, so it comes to you as the next in line.",
    Why.COPY: "",
}


def _weighty(view: View) -> tuple[Found, ...]:
    """What an approver has to weigh; tips are for the author alone."""
    return tuple(f for f in view.standing if f.severity is not Severity.TIP)


def _facts(view: View, review: Review) -> tuple[tuple[str, str], ...]:
    rows = [
        ("From", view.author),
        ("Where", target(view)),
        ("Version", str(view.version.number)),
        ("Decision due", view.when(review.due_at)),
    ]
    if len(view.version.stages) > 1:
        rows.append(("Step", f"{review.stage + 1} of {len(view.version.stages)}: {review.name}"))
    return tuple(rows)


def _content(view: View) -> tuple[Block, ...]:
    if view.before is None or not view.version.text:
        return words(view, "Text")
    pieces = changes(view.before, view.version.text)
    return (Change(pieces, "What changed since the last version"), *words(view, "Text"))


def _notes(view: View) -> tuple[Quote, ...]:
    note = view.version.note
    return (Quote(note, f"{view.author} says"),) if note else ()


def _buttons(view: View, review: Review) -> tuple[Action, ...]:
    data = {**ids(view), "hash": review.content_hash}
    why = reason("What should change?", "The author reads this. Do not name a patient.")
    if review.name == DISPUTE:
        accept = reason("Why may it go on?", "Kept on record. Do not name a patient.")
        return (
            Action(Verb.OVERRIDE, "Override with a reason", data, Tone.WARN, (accept,)),
            Action(Verb.REQUEST_CHANGES, "Keep the finding", data, asks=(why,)),
        )
    no = reason("Why not?", "The author reads this. Do not name a patient.")
    return (
        Action(Verb.APPROVE, "Approve", data, Tone.GOOD),
        Action(Verb.REQUEST_CHANGES, "Request changes", data, asks=(why,)),
        Action(Verb.REJECT, "Reject", data, Tone.BAD, (no,)),
    )


def closed(view: View, review: Review) -> Card:
    """What a review's card becomes when there is nothing left to decide on it."""
    return Card(
        f"{view.number}: {_ending(view, review)}",
        "A draft no longer needs your sign-off.",
        (Facts((("From", view.author), ("Where", target(view)))),),
        tone=_tone(view, review),
    )


def _ending(view: View, review: Review) -> str:
    last = view.last
    if last and last.review == review.id:
        return f"{_DONE[last.outcome]} by {view.roster.name(last.person)}, {view.when(last.at)}"
    if review.state is ReviewState.EXPIRED:
        return "not decided in time"
    if view.draft.state is State.WITHDRAWN:
        return f"withdrawn by {view.author}"
    return "replaced by a newer version"


def _tone(view: View, review: Review) -> Tone:
    if view.last is None or view.last.review != review.id:
        return Tone.PLAIN
    return {Outcome.APPROVE: Tone.GOOD, Outcome.REJECT: Tone.BAD}.get(view.last.outcome, Tone.WARN)


_DONE = {
    Outcome.APPROVE: "approved",
    Outcome.REJECT: "rejected",
    Outcome.REQUEST_CHANGES: "changes requested",
}


def passed_on(view: View, review: Review) -> Card:
    """Tells those who did not decide in time that it went to the next in line."""
    return Card(
        f"{view.number} was passed on",
        "A draft was passed on to the next in line.",
        (
            Para(
                f"The deadline passed, so {view.roster.names(review.deciders)} can decide too. "
                "The buttons on your card still work.",
                Tone.WARN,
            ),
        ),
        (Action(Verb.SHOW, "Show the draft", ids(view)),),
        Tone.WARN,
    )


def reminder(view: View, review: Review) -> Card:
    """The one reminder before the deadline."""
    return Card(
        f"{view.number} still waits for your sign-off",
        "A draft still waits for your sign-off.",
        (Para(f"It is due {view.when(review.due_at)}.", Tone.WARN),),
        (Action(Verb.SHOW, "Show the draft", ids(view)),),
        Tone.WARN,
    )


def press_the_button(view: View) -> Card:
    """Answers "looks good" typed under a review card."""
    return Card(
        "Press the button to record it",
        "A typed yes is not recorded.",
        (
            Para(
                f"Typed words are not a decision. Please press Approve, Request changes or Reject "
                f"on the card of {view.number}, so that it is on record."
            ),
        ),
        (Action(Verb.SHOW, "Show the draft", ids(view)),),
    )


def _done() -> Decision:
    return Decision(7, 12, 1, 0, "ada", Outcome.APPROVE, NOON)


def _open(view: View) -> tuple[View, Review]:
    assert view.review is not None
    return view, view.review


def _closed() -> Card:
    view, review = _open(example(State.APPROVED, last=_done()))
    return closed(view, review)


def _disputed() -> Card:
    view, review = _open(example(findings=(BLOCKING,), text="So proud of Anna today."))
    return task(view, replace(review, name=DISPUTE), "ada")


EXAMPLES: dict[str, Callable[[], Card]] = {
    "task": lambda: task(*_open(example()), "ada"),
    "task (second version)": lambda: task(
        *_open(example(before="Flu shots are here. Call to book.", number=2)), "ada"
    ),
    "task (copy)": lambda: task(*_open(example()), "priya"),
    "task (dispute)": _disputed,
    "closed": _closed,
    "passed_on": lambda: passed_on(*_open(example())),
    "reminder": lambda: reminder(*_open(example())),
    "press_the_button": lambda: press_the_button(example()),
}
