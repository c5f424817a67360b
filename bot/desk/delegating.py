"""Deciding for a colleague who is away: no loops, never for an author, the owner keeps a copy."""

import re
from datetime import UTC, datetime, time, timedelta

from bot import routing
from bot.cards import Answer
from bot.commands import Delegate, EndDelegation
from bot.desk.turn import Turn
from bot.drafts import Stage
from bot.ledger import Tag
from bot.messages import desk, say
from bot.people import Role
from bot.refusals import Refused
from bot.store import reviews

LONGEST = timedelta(days=366)


def delegate(turn: Turn, act: Delegate) -> Answer:
    """Lets a colleague decide for me; open reviews go over at once when the time has begun."""
    if not turn.me.has(Role.APPROVER, Role.PRIVACY):
        raise Refused(say.NOTHING_TO_DELEGATE)
    to = turn.roster.mentioned(act.to, turn.where.chat)
    if to is None:
        raise Refused(say.WHO_TO)
    if to.key == turn.me.key:
        raise Refused(say.TO_YOURSELF)
    if not to.has(Role.APPROVER, Role.PRIVACY):
        raise Refused(say.NOT_ABLE)
    starts, ends = _period(turn, act)
    made = [d for d in reviews.delegations(turn.tx, turn.now) if d.owner != turn.me.key]
    if routing.loops(turn.me.key, to.key, starts, ends, made):
        raise Refused(say.LOOP)
    reviews.end_delegations(turn.tx, turn.me.key, turn.now)
    reviews.delegate(turn.tx, turn.me.key, to.key, starts, ends)
    turn.record(
        Tag.DELEGATED, person=turn.me.key, to=to.key, starts=starts.date(), ends=ends.date()
    )
    reseat(turn, turn.me.key)
    last_day = ends - timedelta(seconds=1)
    days = [
        f"{d.astimezone(turn.app.zone):%a} {d.astimezone(turn.app.zone).day} "
        f"{d.astimezone(turn.app.zone):%b}"
        for d in (starts, last_day)
    ]
    return Answer(desk.done(say.away_from(to.name, *days)))


def _period(turn: Turn, act: Delegate) -> tuple[datetime, datetime]:
    """From the start of the first day to the end of the last, on the practice's clock; without
    dates from now for a week.
    """
    zone, today = turn.app.zone, turn.now.astimezone(turn.app.zone).date()
    given = [d for d in (act.starts, act.ends) if d]
    if not all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", d) for d in given):
        raise Refused(say.BAD_DATES)
    try:
        days = [datetime.strptime(d, "%Y-%m-%d").date() for d in given]  # noqa: DTZ007
    except ValueError:
        raise Refused(say.BAD_DATES) from None
    first = days[0] if days else today
    last = days[1] if len(days) > 1 else (first if days else today + timedelta(days=7))
    if last < first or last < today or last - first > LONGEST:
        raise Refused(say.BAD_DATES)
    starts = datetime.combine(first, time(), zone).astimezone(UTC)
    ends = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    return (turn.now if first <= today else starts), ends


def end(turn: Turn, act: EndDelegation) -> Answer:
    """I am back: new and open reviews come to me again."""
    if not reviews.end_delegations(turn.tx, turn.me.key, turn.now):
        raise Refused(say.NOT_DELEGATED)
    turn.record(Tag.DELEGATION_ENDED, person=turn.me.key)
    reseat(turn, turn.me.key)
    return Answer(desk.done(say.BACK))


def reseat(turn: Turn, owner: str) -> None:
    """Seats the open reviews of `owner` anew under the delegations that hold now."""
    for review in reviews.open_with(turn.tx, owner):
        draft = turn.draft(review.draft)
        stage = Stage((owner,), review.name)
        delegations = reviews.delegations(turn.tx, turn.now)
        seats = routing.seats(
            stage,
            author=draft.author,
            roster=turn.roster,
            delegations=delegations,
            now=turn.now,
        )
        reviews.seat(turn.tx, review.id, seats)
        turn.show(draft.id)
