"""What admins are told about false alarms: a card for each dispute, and what is in force."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from bot.cards import Action, Ask, Block, Card, Facts, Findings, Para, Quote, Tone, Verb
from bot.drafts import Found
from bot.exceptions import Alarm, ExceptionKind, Lighter
from bot.messages.view import (
    BLOCKING,
    MOST_FINDINGS,
    NOON,
    ROSTER,
    View,
    example,
    ids,
    line,
    title_of,
)
from bot.people import Roster
from checks.values import Category, Identifier, Severity

MOST_DRAFTS = 5  # of those that wait, on one list
MOST_MADE = 10  # exceptions on one list
LONGEST_NAME, LONGEST_PHRASE = 100, 200
STOPPING = (Severity.ESCALATE, Severity.BLOCK)


def disputed(view: View) -> dict[str, list[Found]]:
    """What can be reported as a false alarm: by rule, the heaviest first, at most seven rules.

    A check that could not finish found nothing that might be false.
    """
    found: dict[str, list[Found]] = {}
    for f in sorted(view.findings, key=lambda f: (-f.severity.rank, f.start)):
        if f.severity in STOPPING and f.category is not Category.UNCHECKED:
            found.setdefault(f.rule, []).append(f)
    return dict(list(found.items())[:MOST_FINDINGS])


def reported(view: View, alarms: Sequence[Alarm], person: str) -> Card:
    """A dispute as `person` sees it: with buttons while any of it waits, but not for its author."""
    waiting = [a for a in alarms if a.waits]
    if not waiting:
        return _settled(view, alarms)
    own, found = view.draft.author == person, disputed(view)
    lead = (
        "You reported this, so a colleague decides whether the practice makes an exception."
        if own
        else f"{view.author} says that this is a false alarm. The privacy officer decides about "
        "the draft; you decide whether the practice makes an exception from now on. It counts for "
        f"all drafts here and can be revoked. For the words that were marked, ask {view.author}."
    )
    decided = [a for a in alarms if not a.waits]
    return Card(
        f"{view.number}: a false alarm was reported",
        "A false alarm was reported.",
        (
            Para(lead),
            Findings(tuple(line(found[a.rule], view.version.text) for a in waiting)),
            *_outcomes(view, decided),
        ),
        () if own else (*_choices(found, waiting), _none(view)),
        Tone.WARN,
    )


def _settled(view: View, alarms: Sequence[Alarm]) -> Card:
    made = any(a.kind is not ExceptionKind.NONE for a in alarms)
    return Card(
        f"{view.number}: the false alarm is dealt with",
        "A reported false alarm is dealt with.",
        _outcomes(view, alarms),
        tone=Tone.GOOD if made else Tone.PLAIN,
    )


def _outcomes(view: View, alarms: Sequence[Alarm]) -> tuple[Facts, ...]:
    rows = tuple((a.rule, _outcome(a, view.roster, view.when)) for a in alarms)
    return (Facts(rows),) if rows else ()


def _outcome(alarm: Alarm, roster: Roster, when: Callable[[datetime], str]) -> str:
    """What was made of an alarm, by whom and when."""
    made = _LIGHTER[alarm.lighter] if alarm.lighter else _KINDS[alarm.kind or ExceptionKind.NONE]
    said = f"{made}, by {roster.name(alarm.by)}, {when(alarm.at or alarm.reported_at)}"
    if alarm.revoked_at:
        said += f"; revoked by {roster.name(alarm.revoked_by)}, {when(alarm.revoked_at)}"
    return said


_KINDS = {
    ExceptionKind.PERSON: "one of our people",
    ExceptionKind.PHRASE: "a phrase that may stand",
    ExceptionKind.SEVERITY: "a lighter rule",
    ExceptionKind.NONE: "no exception",
}
_LIGHTER = {
    Lighter.WARN: "the rule only warns here",
    Lighter.TIP: "the rule only gives a tip here",
    Lighter.OFF: "the rule is off here",
}


def _choices(found: dict[str, list[Found]], waiting: Sequence[Alarm]) -> list[Action]:
    names = [a for a in waiting if any(f.identifier == Identifier.NAME for f in found[a.rule])]
    buttons = [
        (Verb.ADD_PERSON, "It is one of our people", names, _PERSON),
        (Verb.ALLOW_PHRASE, "This phrase is fine", waiting, _PHRASE),
        (Verb.LIGHTEN, "Make the rule lighter", waiting, _SEVERITY),
    ]
    return [
        _about(Action(verb, label, asks=(ask,)), found, alarms)
        for verb, label, alarms, ask in buttons
        if alarms
    ]


def _about(action: Action, found: dict[str, list[Found]], alarms: Sequence[Alarm]) -> Action:
    """The button for the one alarm there is, or one that first asks which is meant."""
    if len(alarms) == 1:
        data = {"alarm": str(alarms[0].id)}
        return Action(action.verb, action.label, data, asks=action.asks)
    options = tuple((str(a.id), _option(found[a.rule][0])) for a in alarms)
    which = Ask("alarm", "Which finding?", options=options)
    return Action(action.verb, action.label, asks=(which, *action.asks))


def _option(first: Found) -> str:
    return f"{title_of(first.category)} {first.masked} ({first.rule})"


def _none(view: View) -> Action:
    return Action(Verb.NO_EXCEPTION, "No exception", ids(view))


_PERSON = Ask(
    "colleague",
    "The name, exactly as it may appear",
    "It may then stand in posts as the name of somebody who works here. Never a patient's.",
    lines=1,
    limit=LONGEST_NAME,
)
_PHRASE = Ask(
    "phrase",
    "The phrase that may stand",
    "The whole of it, so that all that was marked lies inside. It counts in any post, as whole "
    "words.",
    lines=1,
    limit=LONGEST_PHRASE,
)
_SEVERITY = Ask(
    "severity",
    "What should the rule do here?",
    "It counts for all drafts of the practice, whatever the words.",
    options=(
        (Lighter.WARN.value, "Warn: the approver weighs it"),
        (Lighter.TIP.value, "Tip: only the author is told"),
        (Lighter.OFF.value, "Off: nobody is told"),
    ),
)


# --- the list -------------------------------------------------------------------------------------


def listed(
    waiting: Sequence[Alarm],
    made: Sequence[Alarm],
    *,
    roster: Roster,
    when: Callable[[datetime], str],
) -> Card:
    """What waits, oldest first, and the exceptions in force, newest first, ten at a time."""
    body: list[Block] = []
    if waiting:
        body += [Para("Reported, and waiting for a decision"), Facts(_waiting(waiting, when))]
    if made:
        body.append(Para("In force"))
        body += [_exception(a, roster, when) for a in made[:MOST_MADE]]
    return Card(
        "False alarms and exceptions",
        "False alarms, and the exceptions made.",
        tuple(body) or (Para("No false alarm is waiting, and no exception is in force."),),
        (*_show(waiting), *_revoke(made)),
    )


def _by_draft(alarms: Sequence[Alarm]) -> list[tuple[int, list[Alarm]]]:
    ordered = sorted(alarms, key=lambda a: a.draft)
    return [(draft, list(group)) for draft, group in groupby(ordered, key=lambda a: a.draft)]


def _waiting(
    alarms: Sequence[Alarm], when: Callable[[datetime], str]
) -> tuple[tuple[str, str], ...]:
    drafts = _by_draft(alarms)
    rows = [
        (f"Draft #{draft}", f"{', '.join(a.rule for a in group)}, {when(group[0].reported_at)}")
        for draft, group in drafts[:MOST_DRAFTS]
    ]
    if len(drafts) > MOST_DRAFTS:
        rows.append(("And", f"{len(drafts) - MOST_DRAFTS} more drafts, when these are decided"))
    return tuple(rows)


def _exception(alarm: Alarm, roster: Roster, when: Callable[[datetime], str]) -> Block:
    said = f"#{alarm.id} {alarm.rule}: {_outcome(alarm, roster, when)}"
    return Quote(alarm.words, said) if alarm.words else Para(said)


def _show(waiting: Sequence[Alarm]) -> list[Action]:
    return [
        Action(Verb.RUN, f"Decide about #{draft}", {"words": f"exceptions {draft}"}, Tone.GOOD)
        for draft, _ in _by_draft(waiting)[:MOST_DRAFTS]
    ]


def _revoke(made: Sequence[Alarm]) -> list[Action]:
    shown = made[:MOST_MADE]
    buttons = [Action(Verb.REVOKE, f"Revoke #{a.id}", {"alarm": str(a.id)}) for a in shown]
    if len(made) > MOST_MADE:
        before = {"words": f"exceptions before {shown[-1].id}"}
        buttons.append(Action(Verb.RUN, "Older ones", before))
    return buttons


_WAITS = Alarm(3, 12, 1, BLOCKING.rule, NOON)
_NONE = replace(_WAITS, kind=ExceptionKind.NONE, by="sam", at=NOON)
_NAMED = replace(_NONE, id=2, kind=ExceptionKind.PERSON, words="Tasha Williams")
_TIP = replace(
    _NONE, id=4, rule="claims.cure", kind=ExceptionKind.SEVERITY, lighter=Lighter.TIP, by="priya"
)
_CURE = Found(
    rule="claims.cure",
    category=Category.MEDICAL_CLAIM,
    severity=Severity.ESCALATE,
    start=20,
    end=24,
    message="Say what the treatment can do, without promising it.",
    masked="c•••",
)


def _example(*alarms: Alarm, person: str = "sam") -> Card:
    text = "So proud of Anna and a cure for ham."
    return reported(example(findings=(BLOCKING, _CURE), text=text), alarms, person)


def _list(waiting: Sequence[Alarm], made: Sequence[Alarm]) -> Card:
    return listed(waiting, made, roster=ROSTER, when=lambda at: f"{at:%H:%M}")


EXAMPLES: dict[str, Callable[[], Card]] = {
    "reported": lambda: _example(_WAITS),
    "reported (several)": lambda: _example(_WAITS, replace(_WAITS, id=4, rule="claims.cure")),
    "reported (partly decided)": lambda: _example(_WAITS, _TIP),
    "reported (own)": lambda: _example(_WAITS, person="maria"),
    "reported (no exception)": lambda: _example(_NONE),
    "reported (revoked)": lambda: _example(replace(_TIP, revoked_by="sam", revoked_at=NOON)),
    "listed": lambda: _list([_WAITS], [_TIP, _NAMED]),
    "listed (many)": lambda: _list(
        [replace(_WAITS, draft=n) for n in range(12, 19)], [_NAMED] * (MOST_MADE + 1)
    ),
    "listed (empty)": lambda: _list([], []),
}
