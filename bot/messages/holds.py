"""What admins and privacy officers are shown of legal holds."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards import Action, Answer, Block, Card, Para, Quote, Tone, Verb
from bot.drafts import Held
from bot.messages.view import NOON, ROSTER, ZONE, View, reason, when
from bot.people import Roster

MOST = 10


def listed(held: Sequence[Held], roster: Roster, zone: ZoneInfo, now: datetime) -> Card:
    """The drafts on hold, each with its reason and a button to lift it."""
    if not held:
        words = "No draft is on hold. To hold one, type `hold #12` with the draft's number."
        return Card("Legal holds", "No draft is on hold.", (Para(words),))
    body: list[Block] = [Para("The words of these drafts stay beyond their keeping time.")]
    for one in held[:MOST]:
        since = f"Draft #{one.draft}, {when(one.at, zone, now)}, {roster.name(one.by)}"
        body.append(Quote(one.reason, since))
    if len(held) > MOST:
        body.append(Para(f"{len(held) - MOST} more: `signoff hold` on the server lists them all."))
    buttons = tuple(_lift(one.draft) for one in held[:5])
    return Card("Legal holds", "These drafts are on hold.", tuple(body), buttons)


def _lift(draft: int) -> Action:
    why = reason("Why is it over?", "Kept on record. Do not name a patient.", required=False)
    return Action(Verb.RELEASE, f"Release #{draft}", {"draft": str(draft)}, asks=(why,))


def form(view: View) -> Answer:
    """Asks for the reason of a hold."""
    why = reason("Why is it held?", "Kept on record, encrypted. Do not name a patient.")
    data = {"draft": str(view.draft.id)}
    return Answer(form=Action(Verb.HOLD, f"Hold draft #{view.draft.id}", data, Tone.WARN, (why,)))


_EXAMPLE = [Held(n, NOON, "priya", "A letter of a lawyer arrived.") for n in range(1, 13)]
EXAMPLES: dict[str, Callable[[], Card]] = {
    "listed": lambda: listed(_EXAMPLE[:2], ROSTER, ZONE, NOON),
    "listed (many)": lambda: listed(_EXAMPLE, ROSTER, ZONE, NOON),
    "listed (none)": lambda: listed([], ROSTER, ZONE, NOON),
}
