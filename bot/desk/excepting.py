"""False alarms that authors report, and the exceptions that admins make of them."""

from collections.abc import Mapping
from dataclasses import replace

from bot import routing
from bot.cards import Answer, Card
from bot.commands import MakeException, NoException, Revoke
from bot.desk.turn import Turn
from bot.exceptions import Alarm, ExceptionKind, Lighter
from bot.ledger import Tag
from bot.messages import desk, say
from bot.messages import exceptions as cards
from bot.messages.view import View, when
from bot.people import Role
from bot.refusals import Refused
from bot.store import exceptions, outbox
from checks.values import Identifier

WHO = ("role:admin", "role:privacy")


def report(turn: Turn, view: View) -> None:
    """Brings what the author disputed before the admins and privacy officers, a card for each."""
    number, version = view.draft.id, view.version.number
    for rule in cards.disputed(view):
        exceptions.report(turn.tx, number, version, rule, turn.now)
    alarms = _of(turn, number, version)
    for alarm in alarms:
        _record(turn, Tag.EXCEPTION_REPORTED, alarm)
    for person in routing.resolve(WHO, turn.roster, view.draft.author):
        turn.send(person, _key(view), cards.reported(view, alarms, person), view.draft)


def _key(view: View) -> str:
    return f"exception/{view.draft.id}/v{view.version.number}"


def _of(turn: Turn, draft: int, version: int) -> tuple[Alarm, ...]:
    return tuple(a for a in exceptions.of_draft(turn.tx, draft) if a.version == version)


def make(turn: Turn, act: MakeException) -> Answer:
    """An exception for one reported false alarm: from now on, for every draft."""
    alarm = _known(turn, act.alarm)
    _must_be_by_a_colleague(turn, alarm.draft)
    if not alarm.waits:
        raise Refused(_what_happened(turn, alarm))
    decided = replace(alarm, kind=act.kind, by=turn.me.key, at=turn.now)
    _decide(turn, _filled(turn, decided, act.value))
    _refresh(turn, alarm.draft, alarm.version)
    return Answer(desk.done(say.EXCEPTION_MADE))


def decline(turn: Turn, act: NoException) -> Answer:
    """No exception for whatever still waits of one dispute."""
    _must_be_able(turn)
    _must_be_by_a_colleague(turn, act.draft)
    alarms = _of(turn, act.draft, act.version)
    waiting = [a for a in alarms if a.waits]
    if not waiting:
        raise Refused(_what_happened(turn, alarms[-1]) if alarms else say.NO_ALARM)
    for alarm in waiting:
        _decide(turn, replace(alarm, kind=ExceptionKind.NONE, by=turn.me.key, at=turn.now))
    _refresh(turn, act.draft, act.version)
    return Answer(desk.done(say.EXCEPTION_DECLINED))


def revoke(turn: Turn, act: Revoke) -> Answer:
    """Ends an exception: drafts from now on are checked without it."""
    alarm = _known(turn, act.alarm)
    if not exceptions.revoke(turn.tx, alarm.id, by=turn.me.key, at=turn.now):
        raise Refused(_what_happened(turn, alarm))
    _record(turn, Tag.EXCEPTION_REVOKED, alarm)
    _refresh(turn, alarm.draft, alarm.version)
    return Answer(desk.done(say.EXCEPTION_REVOKED))


# --- who may, and with what -----------------------------------------------------------------------


def _known(turn: Turn, number: int) -> Alarm:
    """The alarm of this number, for somebody who may decide about exceptions."""
    _must_be_able(turn)
    alarm = exceptions.get(turn.tx, number)
    if alarm is None:
        raise Refused(say.NO_ALARM)
    return alarm


def _must_be_able(turn: Turn) -> None:
    if not turn.me.has(Role.ADMIN, Role.PRIVACY):
        raise Refused(say.NOT_FOR_EXCEPTIONS)


def _must_be_by_a_colleague(turn: Turn, draft: int) -> None:
    if turn.draft(draft).author == turn.me.key:
        raise Refused(say.OWN_REPORT)


def _filled(turn: Turn, alarm: Alarm, value: str) -> Alarm:
    """The alarm with what was filled in, or a refusal that says what is needed."""
    words = " ".join(value.split())
    signs = sum(c.isalnum() for c in words) if words.isprintable() else 0
    match alarm.kind:
        case ExceptionKind.SEVERITY if value in tuple(Lighter):
            return replace(alarm, lighter=Lighter(value))
        case ExceptionKind.SEVERITY:
            raise Refused(say.WEIGHT_NEEDED)
        case ExceptionKind.PERSON if not _is_about_a_name(turn, alarm):
            raise Refused(say.NOT_A_NAME)
        case ExceptionKind.PERSON if signs < 2 or len(words) > cards.LONGEST_NAME:
            raise Refused(say.NAME_NEEDED)
        case ExceptionKind.PHRASE if signs < 3 or len(words) > cards.LONGEST_PHRASE:
            raise Refused(say.PHRASE_NEEDED)
    return replace(alarm, words=words)


def _is_about_a_name(turn: Turn, alarm: Alarm) -> bool:
    found = cards.disputed(turn.view(alarm.draft, alarm.version)).get(alarm.rule, [])
    return any(f.identifier == Identifier.NAME for f in found)


# --- saving and showing ---------------------------------------------------------------------------


def _decide(turn: Turn, decided: Alarm) -> None:
    """Saves what was decided and puts it on record, unless somebody was faster."""
    if not exceptions.decide(turn.tx, decided):
        raise Refused(_what_happened(turn, decided))
    if decided.kind is ExceptionKind.NONE:
        _record(turn, Tag.EXCEPTION_DECLINED, decided)
        return
    details = {"kind": decided.kind, "words": decided.words, "severity": decided.lighter}
    _record(turn, Tag.EXCEPTION_ADDED, decided, {k: v for k, v in details.items() if v})


def _record(
    turn: Turn, tag: Tag, alarm: Alarm, details: Mapping[str, object] | None = None
) -> None:
    """The ledger's line: numbers and the rule in plain, words only in the encrypted details."""
    turn.record(
        tag,
        details,
        exception=alarm.id,
        draft=alarm.draft,
        version=alarm.version,
        rule=alarm.rule,
    )


def _what_happened(turn: Turn, alarm: Alarm) -> str:
    """What became of an alarm that somebody decided about too late."""
    now = _known(turn, alarm.id)
    if now.revoked_at:
        at = when(now.revoked_at, turn.app.zone, turn.now)
        return say.already_revoked(turn.roster.name(now.revoked_by), at)
    if now.at is None:
        return say.NO_ALARM
    at = when(now.at, turn.app.zone, turn.now)
    return say.already_decided(now, turn.roster.name(now.by), at)


def _refresh(turn: Turn, draft: int, version: int) -> None:
    """Brings the cards of one dispute up to date at everybody who has one."""
    view, alarms = turn.view(draft, version), _of(turn, draft, version)
    for person, held in outbox.holders(turn.tx, draft, _key(view)):
        if held == _key(view):
            turn.send(person, held, cards.reported(view, alarms, person), view.draft)


def listed(turn: Turn, words: str) -> Answer:
    """What waits and what is in force; or, with a draft's number, what was reported about it."""
    if words.isdigit():
        return Answer(_about(turn, int(words)))
    before = int(words.removeprefix("before ")) if words else None
    made = sorted(exceptions.in_force(turn.tx), key=lambda alarm: -alarm.id)
    card = cards.listed(
        exceptions.waiting(turn.tx) if before is None else (),
        [alarm for alarm in made if before is None or alarm.id < before],
        roster=turn.roster,
        when=lambda at: when(at, turn.app.zone, turn.now),
    )
    return Answer(card)


def _about(turn: Turn, draft: int) -> Card:
    """The dispute of this draft that waits, or else its latest."""
    alarms = exceptions.of_draft(turn.tx, draft)
    if not alarms:
        raise Refused(say.NO_ALARM)
    version = next((a.version for a in alarms if a.waits), alarms[-1].version)
    view = turn.view(draft, version)
    return cards.reported(view, [a for a in alarms if a.version == version], turn.me.key)
