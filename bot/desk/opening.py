"""Breaking the glass: reading a draft that was not routed to you takes a reason, a second person
and an end. Every step is on record, and the text stands on one card that is taken back.
"""

from datetime import datetime

from bot.cards import Answer
from bot.commands import Confirm, Decline, Peek
from bot.desk import reviewing
from bot.desk.turn import Turn
from bot.drafts import Draft
from bot.ledger import Tag
from bot.messages import desk, openings, say
from bot.messages.view import View, pages
from bot.openings import PATIENCE, SHOWN_FOR, Opening, OpeningState, may_take_part, seconds
from bot.people import Person
from bot.refusals import Refused
from bot.reviews import ReviewState
from bot.store import openings as store


def ask(turn: Turn, words: str) -> Answer:
    """Asks the others who may confirm; `words` are the draft's number and the reason."""
    number, reason = _parts(words)
    draft = turn.draft(number)
    others = _others_for(turn, draft)
    if not reason:
        raise Refused(say.OPENING_NEEDS_REASON)
    opening = store.add(
        turn.tx,
        draft=draft.id,
        version=draft.version,
        asker=turn.me.key,
        at=turn.now,
        until=turn.now + PATIENCE,
    )
    _record(turn, Tag.OPENING_ASKED, opening, reason=reason)
    view = turn.view(draft.id)
    for person in others:
        turn.send(person.key, _request(opening), openings.request(view, opening, reason))
    names = turn.roster.names(p.key for p in others)
    return Answer(desk.done(say.done(view, f"is not open yet: {names} can confirm your request")))


def _parts(words: str) -> tuple[int, str]:
    number, _, reason = words[words.index("#") + 1 :].partition(" ")
    return int(number), reason.strip()


def _others_for(turn: Turn, draft: Draft) -> tuple[Person, ...]:
    """Who can be asked to confirm, or a refusal that says why nobody need be or can be."""
    if draft.author == turn.me.key or _is_at_hand(turn, draft):
        raise Refused(say.OPENING_NOT_NEEDED)
    if turn.view(draft.id).version.content is None:
        raise Refused(say.TEXT_GONE)
    if store.live(turn.tx, draft.id, turn.me.key, turn.now):
        raise Refused(say.OPENING_ASKED)
    others = seconds(turn.roster, turn.me.key, draft.author)
    if not others:
        raise Refused(say.NO_SECOND)
    return others


def _is_at_hand(turn: Turn, draft: Draft) -> bool:
    """True when the draft's open review is with the one who asks, so that `show` shows it."""
    review = turn.view(draft.id).review
    seated = review and turn.me.key in {s.person for s in review.seats}
    is_open = bool(seated and review and review.state is ReviewState.OPEN)
    return is_open and reviewing.is_reviewer(turn, draft.id)


def confirm(turn: Turn, act: Confirm) -> Answer:
    """The second person's yes: from now on the one who asked can read the text, for a while."""
    opening = _as_second(turn, act.opening)
    until = turn.now + SHOWN_FOR
    settled = _settle(turn, opening, OpeningState.CONFIRMED, until)
    _record(turn, Tag.OPENING_CONFIRMED, settled)
    view = turn.view(settled.draft, settled.version)
    turn.send(settled.asker, _reading(settled), openings.granted(view, settled))
    return _told(turn, view, settled)


def decline(turn: Turn, act: Decline) -> Answer:
    """The second person's no."""
    opening = _as_second(turn, act.opening)
    settled = _settle(turn, opening, OpeningState.DECLINED, opening.until)
    _record(turn, Tag.OPENING_DECLINED, settled)
    view = turn.view(settled.draft, settled.version)
    turn.send(settled.asker, _reading(settled), openings.over(view, settled))
    return _told(turn, view, settled)


def _as_second(turn: Turn, number: int) -> Opening:
    """The opening that waits for the one who presses, or a refusal that says why it does not."""
    opening = store.get(turn.tx, number)
    if opening is None or not may_take_part(turn.me):
        raise Refused(say.NO_OPENING)
    author = turn.draft(opening.draft).author
    if turn.me not in seconds(turn.roster, opening.asker, author):
        raise Refused(say.SECOND_PERSON)
    if opening.state is not OpeningState.ASKED or opening.until <= turn.now:
        raise Refused(say.what_became(opening, turn.roster))
    return opening


def _settle(turn: Turn, opening: Opening, state: OpeningState, until: datetime) -> Opening:
    settled = store.settle(turn.tx, opening, state, second=turn.me.key, until=until)
    if settled is None:
        raise Refused(_now(turn, opening))
    return settled


def _now(turn: Turn, opening: Opening) -> str:
    return say.what_became(store.get(turn.tx, opening.id) or opening, turn.roster)


def _told(turn: Turn, view: View, opening: Opening) -> Answer:
    """Takes the buttons off at everybody who could have answered, and thanks the one who did."""
    _answered(turn, view, opening)
    return Answer(desk.done(say.what_became(opening, turn.roster)))


def _answered(turn: Turn, view: View, opening: Opening) -> None:
    card = openings.answered(view, opening)
    for person in seconds(turn.roster, opening.asker, view.draft.author):
        turn.send(person.key, _request(opening), card)


def peek(turn: Turn, act: Peek) -> Answer:
    """Puts a page of the text on the asker's card, from which it is taken when the time is over."""
    opening = store.get(turn.tx, act.opening)
    if opening is None or opening.asker != turn.me.key or not may_take_part(turn.me):
        raise Refused(say.NO_OPENING)
    if not opening.readable(turn.now):
        raise Refused(_now(turn, opening))
    view = turn.view(opening.draft, opening.version)
    if view.version.content is None:
        raise Refused(say.TEXT_GONE)
    if not 1 <= act.page <= len(pages(view.version.text)):
        raise Refused(say.NO_PAGE)
    # The same state once more, so that the text cannot come onto the card after it was closed.
    if not store.settle(
        turn.tx, opening, opening.state, second=opening.second, until=opening.until
    ):
        raise Refused(_now(turn, opening))
    turn.send(turn.me.key, _reading(opening), openings.text(view, opening, act.page))
    _record(turn, Tag.OPENING_READ, opening, page=act.page)
    return Answer()


def close(turn: Turn, number: int) -> bool:
    """Ends an opening whose time is over: the text leaves the card, the buttons go."""
    opening = store.get(turn.tx, number)
    if opening is None or opening.until > turn.now:
        return False
    state, second = OpeningState.CLOSED, opening.second
    closed = store.settle(turn.tx, opening, state, second=second, until=opening.until)
    if closed is None:
        return False
    view = turn.view(closed.draft, closed.version)
    _record(turn, Tag.OPENING_CLOSED, closed)
    turn.send(closed.asker, _reading(closed), openings.over(view, closed))
    _answered(turn, view, closed)
    return True


def _record(turn: Turn, tag: Tag, opening: Opening, *, reason: str = "", page: int = 0) -> None:
    ids: dict[str, object] = {"draft": opening.draft, "version": opening.version}
    ids |= {"opening": opening.id} | ({"page": page} if page else {})
    turn.record(tag, {"reason": reason} if reason else None, **ids)


def _request(opening: Opening) -> str:
    """The place of the card with which a second person is asked."""
    return f"opening/{opening.id}"


def _reading(opening: Opening) -> str:
    """The place of the asker's card. It belongs to no draft: were it removed with the draft's
    other cards, the text could not be taken back from the platform.
    """
    return f"opened/{opening.id}"
