"""Legal holds: the words of a draft stay beyond their keeping time, until somebody lifts it."""

from bot.cards import Answer
from bot.commands import Hold, Release
from bot.desk.turn import Turn
from bot.ledger import Tag
from bot.messages import desk, holds, say
from bot.people import Role
from bot.refusals import Refused
from bot.store import holds as store


def hold(turn: Turn, act: Hold) -> Answer:
    """Places a hold, for admins and the privacy officer."""
    _may(turn)
    place(turn, act.draft, act.reason)
    return Answer(desk.done(say.held(act.draft)))


def release(turn: Turn, act: Release) -> Answer:
    """Lifts a hold, for admins and the privacy officer."""
    _may(turn)
    lift(turn, act.draft, act.reason)
    return Answer(desk.done(say.released(act.draft, turn.app.retention.texts)))


def _may(turn: Turn) -> None:
    if not turn.me.has(Role.ADMIN, Role.PRIVACY):
        raise Refused(say.NOT_HOLDER)


def place(turn: Turn, number: int, reason: str) -> None:
    """Puts a draft on hold and on record, or says why not."""
    turn.draft(number)
    if not reason.strip():
        raise Refused(say.HOLD_NEEDS_REASON)
    if not store.place(turn.tx, number):
        gone = turn.view(number).version.content is None
        raise Refused(say.NOTHING_LEFT_TO_HOLD if gone else say.held(number))
    turn.record(Tag.HELD, {"reason": reason.strip()}, draft=number)


def lift(turn: Turn, number: int, reason: str) -> None:
    """Ends a hold, on record, or says that there is none."""
    turn.draft(number)
    if not store.lift(turn.tx, number):
        raise Refused(say.NOT_HELD)
    turn.record(Tag.RELEASED, {"reason": reason.strip()} if reason.strip() else None, draft=number)


def typed_hold(turn: Turn, words: str) -> Answer:
    """`hold` alone lists the holds; `hold #12` asks for the reason; `hold #12 reason` places it."""
    number, reason = _parts(words)
    if number is None:
        return listed(turn)
    if not reason:
        return holds.form(turn.view(number))
    return hold(turn, Hold(turn.where, number, reason))


def typed_release(turn: Turn, words: str) -> Answer:
    number, reason = _parts(words)
    return listed(turn) if number is None else release(turn, Release(turn.where, number, reason))


def _parts(words: str) -> tuple[int | None, str]:
    """The draft's number, if one was given, and what follows."""
    number, _, reason = words.removeprefix("#").partition(" ")
    return (int(number) if number else None), reason.strip()


def listed(turn: Turn) -> Answer:
    return Answer(holds.listed(store.all_held(turn.tx), turn.roster, turn.app.zone, turn.now))
