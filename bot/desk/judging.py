"""What comes of the checks: findings on record, the verdict, and where the draft goes next."""

from collections.abc import Sequence
from dataclasses import replace

from bot.desk import reviewing
from bot.desk.learning import invite_if_due
from bot.desk.turn import Turn
from bot.drafts import Content, Found, Move, State, Version
from bot.exceptions import applied
from bot.ledger import Tag
from bot.masking import mask
from bot.store import drafts, exceptions
from bot.store import findings as on_record
from bot.verdicts import Verdict, judge
from checks import Mended
from checks.values import Category, Finding, Kind, Post


def post_of(turn: Turn, version: Version, content: Content) -> Post:
    """The content as the checks take it, with the exceptions that are in force at this moment and
    what the practice has said before.
    """
    practice = applied(turn.app.checked_as(turn.now), exceptions.in_force(turn.tx))
    earlier = drafts.published(turn.tx, but=version.draft)
    return Post(
        text=content.text,
        platform=content.platform,
        kind=Kind(content.kind),
        link=content.link,
        alt_texts=(content.alt_text,) if content.alt_text else (),
        practice=replace(practice, earlier_posts=earlier),
        source=version.aside.source,
    )


def recorded(content: Content, findings: Sequence[Finding]) -> tuple[Found, ...]:
    """The findings as they are kept: masked, never with the words that were found."""
    texts = {"text": content.text, "alt:0": content.alt_text}
    return tuple(
        Found(
            rule=f.rule,
            category=f.category,
            severity=f.severity,
            start=f.start,
            end=f.end,
            message=f.message,
            masked=mask(texts.get(f.field, "")[f.start : f.end]),
            identifier=f.identifier or "",
            field=f.field,
        )
        for f in findings
    )


def result(findings: Sequence[Finding]) -> str:
    """Whether the checks could read all of a draft, as operators count it."""
    unread = any(f.category is Category.UNCHECKED for f in findings)
    return "unchecked" if unread else "whole"


def settle(
    turn: Turn,
    number: int,
    version: int,
    findings: Sequence[Finding],
    offer: Mended | None = None,
) -> bool:
    """Takes in the findings of one version. False when it is not waiting for them any more."""
    draft = turn.draft(number)
    at_hand = drafts.version(turn.tx, number, version)
    waiting = draft.state is State.RECEIVED and draft.version == version
    if not waiting or at_hand is None or at_hand.content is None:
        return False
    found = recorded(at_hand.content, findings)
    on_record.add(turn.tx, number, version, found, turn.now)
    drafts.ask_for_check(turn.tx, number, None)
    if offer:
        drafts.set_offer(turn.tx, number, version, offer)
    verdict = judge(found)
    rules = {"rules": [f.rule for f in found]}
    if verdict is Verdict.BLOCKED:
        turn.advance(draft, Move.RETURN)
        drafts.set_stages(turn.tx, number, version, verdict, ())
        turn.record(Tag.RETURNED, rules, draft=number, version=version)
    else:
        turn.advance(draft, Move.ROUTE)
        reviewing.start(turn, turn.draft(number), found)
        turn.record(Tag.ROUTED, rules, draft=number, version=version, verdict=verdict)
    turn.show(number)
    invite_if_due(turn, draft.author)
    return True
