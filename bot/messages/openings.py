"""What is said when somebody asks to read a draft that was not routed to them."""

from collections.abc import Callable
from dataclasses import replace

from bot.cards import Action, Block, Card, Facts, Para, Quote, Tone, Verb
from bot.messages.view import NOON, View, example, pages, target, words
from bot.openings import Opening, OpeningState

ON_RECORD = "Everything about this is on record in the ledger."


def request(view: View, opening: Opening, reason: str) -> Card:
    """Asks a second person to confirm."""
    asker = view.roster.name(opening.asker)
    data = {"opening": str(opening.id)}
    return Card(
        f"{asker} asks to read {view.number}",
        "Somebody asks to read a draft that was not routed to them.",
        (
            Para(
                "It was not routed to them, so a second person has to agree. If you confirm, they "
                f"can read it for a quarter of an hour. {ON_RECORD}",
                Tone.WARN,
            ),
            Facts((*_about(view), ("Answer by", view.when(opening.until)))),
            Quote(reason, "Reason given"),
        ),
        (
            Action(Verb.CONFIRM, "Confirm", data, Tone.WARN),
            Action(Verb.DECLINE, "Decline", data),
        ),
        Tone.WARN,
    )


def _about(view: View) -> tuple[tuple[str, str], ...]:
    return (("Written by", view.author), ("Where", target(view)))


def answered(view: View, opening: Opening) -> Card:
    """What a second person's card becomes when there is nothing left to answer."""
    asker = view.roster.name(opening.asker)
    return Card(
        f"{asker} asked to read {view.number}",
        "A request to read a draft was answered.",
        (Para(ending(view, opening)), Facts(_about(view))),
    )


def ending(view: View, opening: Opening) -> str:
    """How the request stands, in a sentence."""
    second = view.roster.name(opening.second)
    match opening.state:
        case OpeningState.CONFIRMED:
            return f"Confirmed by {second}, until {view.when(opening.until)}."
        case OpeningState.DECLINED:
            return f"Declined by {second}."
        case OpeningState.CLOSED if opening.second:
            return f"Confirmed by {second}; the time for reading is over."
        case OpeningState.CLOSED:
            return "Nobody confirmed in time."
    return f"Waiting until {view.when(opening.until)}."


def granted(view: View, opening: Opening) -> Card:
    """Tells the one who asked that the text can be read now."""
    return Card(
        f"You can read {view.number}",
        "Your request to read a draft was confirmed.",
        (
            Para(f"{ending(view, opening)} {ON_RECORD}"),
            Facts(_about(view)),
        ),
        (_read(opening, 1, "Read the text"),),
        Tone.WARN,
    )


def _read(opening: Opening, page: int, label: str) -> Action:
    return Action(Verb.PEEK, label, {"opening": str(opening.id), "page": str(page)})


def text(view: View, opening: Opening, page: int) -> Card:
    """The text, on a card from which it goes when the time is over."""
    every = pages(view.version.text)
    body: list[Block] = [
        Para(
            f"It goes from this card {view.when(opening.until)}. Please do not copy it elsewhere.",
            Tone.WARN,
        )
    ]
    body += words(view, "Text") if page == 1 else [Quote(every[page - 1], "Text")]
    turns = [(page - 1, "Page before"), (page + 1, f"Read on (page {page + 1} of {len(every)})")]
    return Card(
        f"{view.number}, page {page} of {len(every)}" if len(every) > 1 else view.number,
        "A draft that was opened for you.",
        tuple(body),
        tuple(_read(opening, p, label) for p, label in turns if 1 <= p <= len(every)),
        Tone.WARN,
    )


def over(view: View, opening: Opening) -> Card:
    """What the card of the one who asked becomes when there is nothing to read any more."""
    return Card(
        f"{view.number} is closed to you",
        "Your request to read a draft is over.",
        (Para(ending(view, opening)), Facts(_about(view))),
    )


OPENING = Opening(3, 12, 1, "sam", OpeningState.ASKED, NOON)
_CONFIRMED = replace(OPENING, state=OpeningState.CONFIRMED, second="priya")

EXAMPLES: dict[str, Callable[[], Card]] = {
    "request": lambda: request(example(), OPENING, "A complaint came in about this post."),
    "answered": lambda: answered(example(), _CONFIRMED),
    "granted": lambda: granted(example(), _CONFIRMED),
    "text": lambda: text(example(), _CONFIRMED, 1),
    "text (second page)": lambda: text(example(text="Wash your hands. " * 800), _CONFIRMED, 2),
    "over": lambda: over(example(), replace(_CONFIRMED, state=OpeningState.CLOSED)),
    "over (declined)": lambda: over(example(), replace(_CONFIRMED, state=OpeningState.DECLINED)),
    "over (nobody)": lambda: over(example(), replace(OPENING, state=OpeningState.CLOSED)),
}
