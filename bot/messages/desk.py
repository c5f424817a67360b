"""What is answered at once: help, refusals, confirmations, the form for a draft."""

from collections.abc import Callable, Sequence

from bot.cards import Action, Answer, Ask, Card, Facts, Para, Quote, Tone, Verb
from bot.commands import TEXT_LIMIT
from bot.messages import say
from bot.messages.view import PLATFORMS, View, example, pages, read_on
from bot.people import Person, Role

WHY = (
    "A post can break privacy law with one name. I check drafts before they go out, take them to "
    "the right person, and keep the record."
)
_EVERYBODY = (
    ("a draft", "Send me the text of a post. Begin with `reply:` for an answer to a review."),
    ("post", "Opens a form with platform, link, image description and date."),
    ("queue", "What waits for you, and your drafts on their way."),
)
_REVIEWERS = (("delegate @name from to", "Lets a colleague decide while you are away."),)
_ADMINS = (
    ("report 30", "Drafts, times, findings and training of the last 30 days."),
    ("export csv", "The record as a file (or export json)."),
    ("people", "Who may do what."),
    ("training", "Who is due a lesson, reminded, done."),
    ("ledger verify", "Proves that the record is whole."),
    ("exceptions", "False alarms that were reported, and the exceptions made."),
    ("hold #12 reason", "Keeps a draft's words beyond their time; release #12 ends it."),
    ("open #12 reason", "Asks a second person to let you read a draft not routed to you."),
    ("settings", "How drafts are routed and checked here."),
)


def welcome(person: Person) -> Card:
    """Help, with what this person may do."""
    rows = [*_EVERYBODY]
    if person.has(Role.APPROVER, Role.PRIVACY):
        rows += _REVIEWERS
    if person.has(Role.ADMIN, Role.PRIVACY):
        rows += _ADMINS
    return Card(
        "Signoff",
        "How Signoff works.",
        (Para(WHY), Facts(tuple(rows))),
        (
            Action(Verb.RUN, "Write a post", {"words": "post"}, Tone.GOOD),
            Action(Verb.RUN, "What is open", {"words": "queue"}),
        ),
    )


def refusal(sentence: str) -> Card:
    """What cannot be done, as the desk says it."""
    return Card("That did not work", "That did not work.", (Para(sentence),), tone=Tone.WARN)


def done(sentence: str) -> Card:
    """A confirmation."""
    return Card("Done", "Done.", (Para(sentence),), tone=Tone.GOOD)


def slow_down(seconds: int) -> Card:
    """For somebody who asks for more in a minute than the practice allows one person."""
    return Card(
        "One moment, please",
        "Please wait a moment.",
        (
            Para(
                "That is more at once than I take from one person, so I did not do this last one. "
                f"Please try again in {seconds} seconds. What you sent before is safe."
            ),
        ),
        tone=Tone.WARN,
    )


def defect(reference: str) -> Card:
    """The apology for our own mistake."""
    return Card(
        "Something went wrong on my side",
        "Something went wrong.",
        (
            Para(
                "Nothing you sent before is lost. Please try once more; if it happens again, give "
                f"an admin this reference: {reference}."
            ),
        ),
        tone=Tone.BAD,
    )


def repeated() -> Card:
    """What becomes of a card that a platform shows twice."""
    return Card(
        "This card came twice",
        "A card came twice.",
        (Para("Please use the other one; this one was a repeat of mine."),),
    )


def stranger() -> Card:
    """For somebody who is not on the roster."""
    return Card(
        "We have not met yet",
        "You are not on the roster yet.",
        (
            Para(
                "You are not on this practice's list, so I cannot take your draft. I have told an "
                "admin; please ask them to add you."
            ),
        ),
    )


def small_talk() -> Card:
    """For a greeting or a thank-you, which is not a draft."""
    return Card(
        "Here to help",
        "Signoff is here.",
        (Para("Send me the text of a post and I will check it. Type `help` for more."),),
    )


def form(platforms: Sequence[str], text: str = "") -> Answer:
    """The form for a new draft."""
    names = [(p, PLATFORMS.get(p, p.capitalize())) for p in platforms]
    asks = (
        Ask(
            "text",
            "Text",
            "As the public should read it. You can also send a long text as a message.",
            lines=8,
            limit=20_000,
            value=text,
        ),
        Ask("platform", "Platform", required=False, options=tuple(names)),
        Ask(
            "kind",
            "Kind",
            required=False,
            value="post",
            options=(("post", "Post"), ("reply", "Reply to a review or comment")),
        ),
        Ask("link", "Link", "https://...", required=False, lines=1),
        Ask(
            "alt_text",
            "Image description (alt text)",
            "What somebody who cannot see the picture should know.",
            required=False,
            lines=2,
            limit=1_000,
        ),
        Ask("schedule", "Wanted for", "A date or a day", required=False, lines=1, limit=80),
        Ask(
            "source",
            "Text it draws on",
            "Paste the article or page you used, so that nothing is copied by mistake.",
            required=False,
            lines=3,
            limit=TEXT_LIMIT,
        ),
    )
    return Answer(form=Action(Verb.SUBMIT, "Send for sign-off", {}, Tone.GOOD, asks))


def page(view: View, number: int) -> Card:
    """A further page of a long text."""
    all_pages = pages(view.version.text)
    return Card(
        f"{view.number}, page {number} of {len(all_pages)}",
        "The rest of a draft.",
        (Quote(all_pages[number - 1], "Text"),),
        read_on(view, number + 1),
    )


def queue(
    waiting: Sequence[View],
    mine: Sequence[View],
    undelivered: tuple[int, int] | None = None,
    held: Sequence[int] = (),
) -> Card:
    """What waits for a person's decision, and their own drafts on their way."""
    rows = [(v.number, f"waits for you, due {_due(v)}") for v in waiting]
    rows += [(v.number, v.draft.state.replace("_", " ")) for v in mine]
    if undelivered and sum(undelivered):
        rows.append(("Cards", f"{undelivered[0]} on their way, {undelivered[1]} undeliverable"))
    rows = rows[:11] + ([("On legal hold", say.numbers(held))] if held else [])
    body = (Facts(tuple(rows)),) if rows else (Para("Nothing is open."),)
    open_ = [*waiting, *mine][:5]
    return Card(
        "What is open",
        "Your open drafts.",
        body,
        tuple(Action(Verb.SHOW, f"Show #{v.draft.id}", {"draft": str(v.draft.id)}) for v in open_),
    )


def _due(view: View) -> str:
    return view.when(view.review.due_at) if view.review else "now"


EXAMPLES: dict[str, Callable[[], Card]] = {
    "welcome": lambda: welcome(Person("sam", "Sam Cole", frozenset({Role.ADMIN, Role.APPROVER}))),
    "refusal": lambda: refusal("This draft was already approved by Ada Reyes, 10:14 AM."),
    "done": lambda: done("Draft #12 is approved; Maria Ortiz has the text."),
    "slow_down": lambda: slow_down(20),
    "defect": lambda: defect("7f3a2c"),
    "repeated": repeated,
    "stranger": stranger,
    "small_talk": small_talk,
    "page": lambda: page(example(text="Wash your hands. " * 800), 2),
    "queue": lambda: queue([example()], [example()], (1, 0), [12, 15]),
}
