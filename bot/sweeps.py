"""What time brings: reminders, passing on, expiry, the ledger's daily note, cadence, retention.

Everything due is found by its time in the database, so a sweep may be missed, run late or run
twice. Each review is handled in a transaction of its own.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot import clock, routing
from bot.desk import Desk, opening
from bot.desk.turn import SYSTEM, Overtaken, Turn
from bot.drafts import Move
from bot.failpoints import Point, reached
from bot.hours import add
from bot.ledger import Tag
from bot.logs import report_defect
from bot.messages import admin, reviewer
from bot.messages.view import PLATFORMS
from bot.reviews import Review, ReviewState, Seat, Why
from bot.store import keys, ledger, openings, people, reports, reviews, texts
from bot.store.texts import Purged

DAILY = 7_370_677  # any number of our own, the same for all replicas
SEEN_FOR = timedelta(days=2)  # platforms redeliver for at most a day
ANCHORS_FOR = timedelta(days=7)  # what we know of a daily note that was delivered


def sweep(desk: Desk) -> int:
    """Does all that is due now; returns how many reviews and openings it touched."""
    now = desk.clock()
    with desk.store.read() as tx:
        overdue, waiting = reviews.due(tx, now), reviews.to_remind(tx, now)
        over = openings.over(tx, now)
    done = 0
    for number in over:
        with desk.store.write(hurried=False) as tx:
            done += opening.close(desk.turn(tx), number)
    for number in overdue:
        done += _one(desk, number, _overdue)
    for number in waiting:
        done += _one(desk, number, _remind)
    desk.store.again(lambda: _daily(desk, now))
    _nightly(desk, now)
    return done


def _one(desk: Desk, number: int, act: Callable[[Turn, Review], bool]) -> bool:
    """Acts on one review. What goes wrong with it must not stop the others."""
    try:
        return desk.store.again(lambda: _act(desk, number, act))
    except Overtaken:
        return False
    except Exception as defect:  # noqa: BLE001 - the next sweep tries again
        report_defect("sweep", defect)
        return False


def _act(desk: Desk, number: int, act: Callable[[Turn, Review], bool]) -> bool:
    with desk.store.write(hurried=False) as tx:
        review = reviews.get(tx, number)
        acted = review is not None and act(desk.turn(tx), review)
        if acted:
            reached(Point.SWEEP_ACTED)
    if acted:
        reached(Point.SWEEP_SAVED)
    return acted


def _remind(turn: Turn, review: Review) -> bool:
    """The one reminder before the deadline."""
    timely = review.remind_at and review.remind_at <= turn.now < review.due_at
    if not timely or not reviews.reminded(turn.tx, review):
        return False
    view = turn.view(review.draft)
    for person in review.deciders:
        turn.send(person, f"remind/{review.id}", reviewer.reminder(view, review), view.draft)
    turn.record(Tag.REMINDED, draft=review.draft, review=review.id)
    return True


def _overdue(turn: Turn, review: Review) -> bool:
    """Passes the review on to the next in line, or lets it expire when there is nobody left."""
    if review.state is not ReviewState.OPEN or review.due_at > turn.now:
        return False
    following = _next_in_line(turn, review)
    if not following:
        return _expire(turn, review)
    route = turn.app.routing.default
    due_at = add(turn.now, turn.app.span(route.due), turn.app.zone)
    remind_at = add(turn.now, turn.app.span(route.remind), turn.app.zone)
    if not reviews.pass_on(turn.tx, review, due_at, remind_at):
        return False
    reviews.seat(turn.tx, review.id, [Seat(p, Why.NEXT) for p in following])
    turn.record(Tag.ESCALATED, draft=review.draft, review=review.id, to=",".join(following))
    view = turn.show(review.draft)
    assert view.review is not None
    for person in review.deciders:
        card = reviewer.passed_on(view, view.review)
        turn.send(person, f"passed-on/{review.id}", card, view.draft)
    return True


def _next_in_line(turn: Turn, review: Review) -> tuple[str, ...]:
    """Who comes next after `review.line` times of passing on: not the author, nobody seated."""
    draft = turn.draft(review.draft)
    then = turn.app.routing.default.then[review.line :]
    for target in then:
        fresh = [
            person
            for person in routing.resolve([target], turn.roster, draft.author)
            if person not in review.deciders and _able(turn, person, review)
        ]
        if fresh:
            return tuple(fresh)
    return ()


def _able(turn: Turn, person: str, review: Review) -> bool:
    known = turn.roster.get(person)
    return known is not None and routing.may_decide(known, review.name)


def _expire(turn: Turn, review: Review) -> bool:
    draft = turn.draft(review.draft)
    turn.advance(draft, Move.EXPIRE)
    if not reviews.close(turn.tx, review, ReviewState.EXPIRED):
        raise Overtaken(draft.id)
    turn.record(Tag.EXPIRED, draft=draft.id, version=draft.version, review=review.id)
    turn.show(draft.id, ended=review)
    return True


# --- once a day ----------------------------------------------------------------------------------


def _daily(desk: Desk, now: datetime) -> None:
    """Once a practice day, on whichever replica comes first."""
    today = now.astimezone(desk.app.zone).date().isoformat()
    with desk.store.read() as tx:
        if people.setting(tx, "daily") == today:
            return
    with desk.store.write(hurried=False) as tx:
        tx.alone(DAILY)
        if people.setting(tx, "daily") == today:
            return
        people.set_setting(tx, "daily", today)
        turn = desk.turn(tx)
        _anchor(turn, today)
        _nudge(turn)
        people.forget_events(tx, clock.now() - SEEN_FOR)
        keys.note(tx)  # a key that was struck off while this process still writes under it
        texts.forget_cards(tx, f"{now - ANCHORS_FOR:%Y-%m-%d}")
        reached(Point.DAY_ACTED)
    reached(Point.DAY_SAVED)


def _anchor(turn: Turn, today: str) -> None:
    seq, head = ledger.head(turn.tx)
    if seq:
        turn.tell_admins(f"anchor/{today}", admin.anchor(seq, head))
        turn.record(Tag.ANCHORED, seq=seq, head=head)


def _nudge(turn: Turn) -> None:
    """One nudge to a platform's owner, or else the admins, for each time it falls silent."""
    for platform, span in turn.app.cadence.items():
        last = reports.last_approved(turn.tx, platform)
        if last is None or add(last, turn.app.span(span), turn.app.zone) > turn.now:
            continue
        name, days = PLATFORMS.get(platform, platform), (turn.now - last).days
        key, card = f"quiet/{platform}/{last:%Y-%m-%d}", admin.quiet(name, days)
        owner = turn.app.platforms[platform].owner if platform in turn.app.platforms else ""
        if owner:
            turn.send_once(owner, key, card)
        else:
            turn.tell_admins(key, card)


# --- retention -----------------------------------------------------------------------------------


def _nightly(desk: Desk, now: datetime) -> None:
    """The purge, once a practice day. The day is noted only when all is done, so that a process
    that was killed half-way is followed by one that goes on.
    """
    today = now.astimezone(desk.app.zone).date().isoformat()
    with desk.store.read() as tx:
        if people.setting(tx, "purged") == today:
            return
    purge(desk)
    with desk.store.write(hurried=False) as tx:
        people.set_setting(tx, "purged", today)


def purge(desk: Desk, *, actor: str = SYSTEM) -> list[Purged]:
    """Removes the texts of drafts that ended longer ago than they are kept. The record stays, and
    says of each draft that this was done. It may be stopped and run again.
    """
    done: list[Purged] = []
    while batch := _purge_some(desk, actor):
        done += [purged for purged in batch if purged.versions]
    if done:
        desk.store.let_go()
    return done


def _purge_some(desk: Desk, actor: str) -> list[Purged]:
    """Up to a hundred drafts, in a transaction of their own."""
    with desk.store.write(hurried=False) as tx:
        turn = desk.turn(tx, actor=actor)
        before = turn.now - desk.app.span(desk.app.retention.texts).plain
        batch = texts.purge(tx, ended_before=before, now=turn.now)
        for purged in batch:
            if purged.versions:
                turn.record(Tag.PURGED, draft=purged.draft, versions=purged.versions)
    return batch
