"""The short sentences: what the desk will not do, and what it has done."""

from collections.abc import Sequence

from bot.commands import TEXT_LIMIT, Outcome
from bot.drafts import State
from bot.exceptions import Alarm, ExceptionKind
from bot.messages.view import PLATFORMS, View
from bot.openings import Opening, OpeningState
from bot.people import Roster
from bot.reviews import ReviewState

NO_WORDS = (
    "I need the words of the post as text. Files, pictures and stickers alone cannot be checked; "
    "write the text, and describe a picture in the form (type `post`)."
)
NO_LETTERS = "That has no words in it that I could check. Please write the post as a sentence."
NOT_KNOWN = "I do not know that draft. Type `queue` to see what is open."
NOT_YOURS = "Only the person who sent a draft can do that."
OWN_DRAFT = "You cannot decide on your own draft; a colleague has to."
NOT_ROUTED = "This draft was not routed to you, so you cannot see it or decide on it."
NOT_APPROVER = "Only approvers and the privacy officer can decide on drafts."
NOT_PRIVACY = "Only the privacy officer can override what a check blocks."
NOT_ADMIN = "Only admins and the privacy officer can see this."
STILL_BLOCKED = (
    "Something in this draft must change before anybody can approve it. Please request changes."
)
REASON_NEEDED = "Please give a reason, so that the author knows what to do."
CHANGED = "The text was changed since this card. Please look at the newer card, then decide."
NOTHING_TO_EXPLAIN = "There is nothing on this version to explain any more."
NO_LINK = "That is not a web address. It should begin with https:// and have no spaces."
NO_PAGE = "There is no further page."
NO_LESSON = "This lesson is not yours, or it is done already."
ANSWERED = "That question is answered already; please go on with the one on the card."
DRAFTS_NEED_STAFF = "Your account may look at reports but not send drafts. Please ask an admin."
OPENING_NEEDS_REASON = "Please say why: open #12 and the reason, which goes on record."
OPENING_NOT_NEEDED = "You can read this draft without that; type `queue` to see it."
OPENING_ASKED = "You have asked for that already; it waits for a second person, or is open to you."
NO_SECOND = "Nobody else here may confirm that: it takes another admin or privacy officer."
SECOND_PERSON = "A second person has to answer that: neither who asked nor who wrote the draft."
NO_OPENING = "There is nothing here that you could open or confirm."
TEXT_GONE = "The text of this draft was removed after its keeping time."
EDIT_KEPT = "Nothing changed that the public would see, so all stays as it is."
KEPT = "Good, it stays on its way."
PRESS_REVISE = (
    "To send a new version, press Revise on the card, or edit the message you sent at first."
)
VOIDED = (
    "You edited a message that was approved, so its approval no longer counts. Please send the new "
    "text as a new draft."
)


def too_long(length: int) -> str:
    return f"That is {length:,} characters; I can check up to {TEXT_LIMIT:,}. Please shorten it."


def too_long_a_ledger(entries: int) -> str:
    return (
        f"The record has {entries:,} entries, too many for a file in the chat. On the server, "
        "`signoff ledger export` writes it."
    )


def unknown_platform(known: list[str]) -> str:
    return f"I do not know that platform here. Please choose one of: {', '.join(known)}."


def not_your_platform(allowed: tuple[str, ...]) -> str:
    names = ", ".join(PLATFORMS.get(p, p) for p in allowed)
    return f"You post for {names} here. For another platform, ask the person who looks after it."


NOT_HOLDER = "Only admins and the privacy officer can place or lift a legal hold."
HOLD_NEEDS_REASON = "Please give a reason for the hold; it goes on record, encrypted."
NOTHING_LEFT_TO_HOLD = (
    "The words of this draft were removed after their keeping time, so there is nothing left to "
    "hold. The record of what was decided stays."
)
NOT_HELD = "This draft is not on hold. Type `hold` to see which are."


def held(number: int) -> str:
    return f"Draft #{number} is on hold: its words stay until somebody types `release #{number}`."


def numbers(drafts: Sequence[int]) -> str:
    """Drafts as a short list: "#12, #15"; the first ten of many."""
    more = f" and {len(drafts) - 10} more" if len(drafts) > 10 else ""
    return ", ".join(f"#{n}" for n in drafts[:10]) + more or "none"


def released(number: int, kept: str) -> str:
    return f"The hold on draft #{number} is lifted; its words go {kept} after the draft's end."


def what_happened(view: View) -> str:
    """What became of a draft whose card somebody clicked too late."""
    number, last = view.number, view.last
    if view.draft.state is State.IN_REVIEW and view.review:
        who = view.roster.names(view.review.deciders)
        return f"{number} has moved on and is with {who} now."
    by = f" by {view.roster.name(last.person)}, {view.when(last.at)}" if last else ""
    return {
        State.RECEIVED: f"{number} has a new version that is being checked.",
        State.RETURNED: f"{number} went back to {view.author} to be changed.",
        State.CHANGES_REQUESTED: f"Changes to {number} were already requested{by}.",
        State.APPROVED: f"{number} was already approved{by}.",
        State.REJECTED: f"{number} was already rejected{by}.",
        State.EXPIRED: f"{number} was not decided in time; {view.author} can ask again.",
        State.POSTED: f"{number} was approved{by} and is posted.",
        State.VOIDED: f"{number} was changed after its approval, which no longer counts.",
        State.WITHDRAWN: f"{number} was withdrawn by {view.author}, {_at(view)}.",
    }.get(view.draft.state, f"{number} has moved on.")


def _at(view: View) -> str:
    return view.when(view.draft.updated_at)


def what_became(opening: Opening, roster: Roster) -> str:
    """How a request to read a draft stands."""
    number, second = f"Draft #{opening.draft}", roster.name(opening.second)
    return {
        OpeningState.CONFIRMED: f"{number} was opened for a while, confirmed by {second}.",
        OpeningState.DECLINED: f"The request to read {number} was declined by {second}.",
    }.get(opening.state, f"The request to read {number} is over.")


def decided(view: View, outcome: Outcome) -> str:
    """The confirmation for the person who has just decided."""
    if outcome is Outcome.REQUEST_CHANGES:
        return f"{view.author} has been asked to change {view.number}."
    if outcome is Outcome.REJECT:
        return f"{view.number} is rejected; {view.author} has your reason."
    if view.review and view.review.state is ReviewState.OPEN:
        who = view.roster.names(view.review.deciders)
        return f"Your yes to {view.number} is on record; {who} has the next step."
    return f"{view.number} is approved; {view.author} has the text to copy."


def overridden(view: View) -> str:
    who = view.roster.names(view.review.deciders) if view.review else "an approver"
    return f"Your override is on record; {view.number} goes on to {who}."


def done(view: View, what: str) -> str:
    """ "Draft #12 is withdrawn." and the like."""
    return f"{view.number} {what}."


def away_from(name: str, starts: str, ends: str) -> str:
    return f"{name} decides for you from {starts} to {ends}, and you get a copy of each card."


NOT_FOR_EXCEPTIONS = "Only admins and the privacy officer can make or revoke an exception."
OWN_REPORT = (
    "You reported this one yourself, so a colleague decides about it. Thank you for telling us."
)
NO_ALARM = "I do not know that report. Type `exceptions` to see what is waiting and in force."
NOT_A_NAME = "That finding is not about a name. If the words may stand, allow the phrase instead."
NAME_NEEDED = (
    "Please write the name as it may appear in a post: 2 to 100 characters, such as Ann Ito."
)
PHRASE_NEEDED = (
    "Please write the phrase as it stands in the post: 3 to 200 characters, in one line."
)
WEIGHT_NEEDED = "Please choose what the rule should do here: warn, tip or off."
PRESS_TO_EXCEPT = (
    "Typed words decide nothing here, and I have not kept them. Please press one of the buttons on "
    "the card; it asks for what is needed."
)
EXCEPTION_MADE = (
    "It counts for every draft from now on. Type `exceptions` to see it, or to revoke it."
)
EXCEPTION_DECLINED = "No exception is made; the rule stays as it is for everybody."
EXCEPTION_REVOKED = "The exception no longer counts; drafts from now on are checked without it."


def already_decided(alarm: Alarm, name: str, when: str) -> str:
    """What became of a report whose button somebody pressed too late."""
    if alarm.kind is ExceptionKind.NONE:
        return f"{name} has already decided that this needs no exception, {when}."
    return f"{name} has already made an exception of this, {when}."


def already_revoked(name: str, when: str) -> str:
    return f"{name} has already revoked this exception, {when}."


WHO_TO = "I do not know who that is. Write it as: delegate @name 2026-12-01 2026-12-05"
TO_YOURSELF = "You cannot delegate to yourself."
LOOP = "That would go round in a circle: they delegate to you in that time."
NOT_ABLE = "That colleague may not decide on drafts; ask an admin to make them an approver."
NOTHING_TO_DELEGATE = "Only approvers and the privacy officer have decisions to delegate."
BAD_DATES = "I could not read the dates. Write them as 2026-12-01 2026-12-05, the first one first."
NOT_DELEGATED = "Nobody is deciding for you at present."
BACK = "Welcome back: new drafts and the open ones come to you again."
