"""Who reviews a draft: pure, and never its author."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.config import Routing, When
from bot.drafts import Found, Stage
from bot.people import Person, Role, Roster
from bot.reviews import Delegation, Seat, Why

APPROVAL, PRIVACY, DISPUTE = "approval", "privacy", "dispute"


def choose(
    findings: Sequence[Found],
    *,
    author: str,
    platform: str,
    kind: str,
    routing: Routing,
    roster: Roster,
    paused: bool = False,
) -> tuple[Stage, ...]:
    """The stages of a review, in order: the default route, then whoever the findings call for.

    `paused` adds the privacy officer for an author whose lesson is overdue. A further stage is
    left out when it would only ask the same people again.
    """
    route = routing.default
    anybody = ["role:approver", "role:privacy"]
    asked = (_deciders(to, roster, author) for to in (route.to, route.then, anybody))
    stages = [Stage(next(filter(None, asked), ()), APPROVAL)]
    wanted = [s.to for s in routing.stages if _applies(s.when, findings, platform, kind)]
    if paused:
        wanted.append("role:privacy")
    for target in wanted:
        people = _deciders([target], roster, author)
        if people and all(set(people) != set(s.people) for s in stages):
            stages.append(Stage(people, PRIVACY))
    return tuple(stages)


def dispute(author: str, roster: Roster) -> tuple[Stage, ...]:
    """The stage of a disputed finding: the privacy officers, but not the author."""
    return (Stage(resolve(["role:privacy"], roster, author), DISPUTE),)


def resolve(targets: Iterable[str], roster: Roster, author: str) -> tuple[str, ...]:
    """The keys of those whom `targets` (keys or role:NAME) name, each once, without the author."""
    found: list[str] = []
    for target in targets:
        if target.startswith("role:"):
            people = roster.having(Role(target.removeprefix("role:")))
        else:
            person = roster.get(target)
            people = (person,) if person else ()
        found += [p.key for p in people if p.key != author and p.key not in found]
    return tuple(found)


def _deciders(targets: Iterable[str], roster: Roster, author: str) -> tuple[str, ...]:
    """Those of `targets` whose roles let them decide: nobody else is shown a draft's text."""
    people = map(roster.get, resolve(targets, roster, author))
    return tuple(p.key for p in people if p and may_decide(p, APPROVAL))


def _applies(when: When, findings: Sequence[Found], platform: str, kind: str) -> bool:
    if (when.platform and when.platform != platform) or (when.kind and when.kind != kind):
        return False
    if when.category is None and when.severity is None:
        return bool(when.platform or when.kind)
    return any(
        (when.category is None or f.category is when.category)
        and (when.severity is None or f.severity is when.severity)
        for f in findings
        if not f.overturned
    )


def seats(
    stage: Stage,
    *,
    author: str,
    roster: Roster,
    delegations: Sequence[Delegation],
    now: datetime,
    decided: Iterable[str] = (),
) -> tuple[Seat, ...]:
    """The seats of a stage: who is away is replaced by the delegate and keeps a copy.

    Somebody who decided an earlier stage does not decide this one while others can. Whose roles
    do not let them decide, or no longer, gets no seat, and so no text.
    """
    able = [p for p in map(roster.get, stage.people) if p and may_decide(p, stage.name)]
    people = [p.key for p in able if p.key not in set(decided)] or [p.key for p in able]
    taken: dict[str, Seat] = {}
    for person in people:
        stand_in = delegate_of(person, delegations, now)
        other = roster.get(stand_in) if stand_in else None
        if other and other.key != author and may_decide(other, stage.name):
            taken[person] = Seat(person, Why.COPY)
            taken[other.key] = Seat(other.key, Why.DELEGATE)
        else:
            taken.setdefault(person, Seat(person, Why.ASKED))
    return tuple(taken.values())


def may_decide(person: Person, stage: str) -> bool:
    """True when the person's roles allow a decision in this kind of stage."""
    if stage == DISPUTE:
        return person.has(Role.PRIVACY)
    return person.has(Role.APPROVER, Role.PRIVACY)


def delegate_of(person: str, delegations: Sequence[Delegation], now: datetime) -> str:
    """Who decides for `person` now, at the end of a chain of delegations, or empty."""
    seen, current = {person}, person
    while True:
        active = [d for d in delegations if d.owner == current and d.starts <= now < d.ends]
        if not active:
            return current if current != person else ""
        current = active[-1].to
        if current in seen:
            return ""
        seen.add(current)


def loops(
    owner: str, to: str, starts: datetime, ends: datetime, made: Sequence[Delegation]
) -> bool:
    """True when delegating from `owner` to `to` would come back to `owner` at some time."""
    seen, todo = set(), [to]
    while todo:
        current = todo.pop()
        if current == owner:
            return True
        if current not in seen:
            seen.add(current)
            overlap = [
                d for d in made if d.owner == current and d.starts < ends and starts < d.ends
            ]
            todo += [d.to for d in overlap]
    return False
