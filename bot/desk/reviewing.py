"""A review from its opening to its end: seats, deadlines, stages, decisions."""

from bot import routing
from bot.cards import Answer
from bot.commands import AskAgain, Decide, Dispute, Explain, Outcome, Override
from bot.desk import excepting
from bot.desk.turn import Overtaken, Turn
from bot.drafts import Draft, Found, Move, Stage
from bot.hours import add
from bot.ledger import Tag
from bot.messages import admin, desk, say
from bot.people import Role
from bot.refusals import Refused
from bot.reviews import Decision, Review, ReviewState
from bot.store import drafts, reviews
from bot.store import findings as on_record
from bot.training import paused
from bot.verdicts import Verdict, judge


def open_stage(turn: Turn, draft: Draft, stage: Stage, number: int) -> Review:
    """Opens the review of one stage of the draft's present version, with seats and deadlines."""
    version = drafts.version(turn.tx, draft.id, draft.version)
    assert version is not None
    decided = [d.person for d in reviews.decisions(turn.tx, draft.id) if d.version == draft.version]
    seats = routing.seats(
        stage,
        author=draft.author,
        roster=turn.roster,
        delegations=reviews.delegations(turn.tx, turn.now),
        now=turn.now,
        decided=decided if number else (),
    )
    route = turn.app.routing.default
    review = reviews.add(
        turn.tx,
        Review(
            id=0,
            draft=draft.id,
            version=draft.version,
            stage=number,
            name=stage.name,
            content_hash=version.content_hash,
            state=ReviewState.OPEN,
            asked_at=turn.now,
            due_at=add(turn.now, turn.app.span(route.due), turn.app.zone),
            remind_at=add(turn.now, turn.app.span(route.remind), turn.app.zone),
            line=0,
            seats=seats,
        ),
    )
    if not review.deciders:
        turn.tell_admins(
            f"unroutable/{review.id}", admin.nobody_can_review(turn.view(draft.id)), draft
        )
    return review


def start(turn: Turn, draft: Draft, findings: tuple[Found, ...]) -> None:
    """Chooses the stages for the draft's findings and opens the first."""
    stages = routing.choose(
        findings,
        author=draft.author,
        platform=draft.platform,
        kind=draft.kind,
        routing=turn.app.routing,
        roster=turn.roster,
        paused=is_paused(turn, draft.author),
    )
    standing = [f for f in findings if not f.overturned]
    drafts.set_stages(turn.tx, draft.id, draft.version, judge(standing), stages)
    open_stage(turn, draft, stages[0], 0)


def is_reviewer(turn: Turn, number: int) -> bool:
    """True when the draft was routed to the one who asks, and their roles let them decide: the seat
    of somebody who has become an admin or staff since does not open a text any more.
    """
    if not turn.me.has(Role.APPROVER, Role.PRIVACY):
        return False
    return any(s.person == turn.me.key for r in reviews.all_of(turn.tx, number) for s in r.seats)


def is_paused(turn: Turn, person: str) -> bool:
    """True when this author's drafts need the privacy officer until a lesson is passed."""
    from bot.desk.learning import flags_and_lessons

    flags, lessons, rules = flags_and_lessons(turn, person)
    return paused(flags, lessons, rules, turn.now)


def retire(turn: Turn, draft: Draft) -> Review | None:
    """Ends the open review of a draft that was revised or withdrawn."""
    review = reviews.open_of(turn.tx, draft.id)
    if review and not reviews.close(turn.tx, review, ReviewState.RETIRED):
        raise Overtaken(draft.id)
    return review


def decide(turn: Turn, act: Decide) -> Answer:
    """An approver's yes, no, or request for changes."""
    draft, review = _at_hand(turn, act.draft, act.version, act.content_hash)
    if not routing.may_decide(turn.me, review.name):
        raise Refused(say.NOT_PRIVACY if review.name == routing.DISPUTE else say.NOT_APPROVER)
    findings = on_record.of_version(turn.tx, draft.id, draft.version)
    if act.outcome is Outcome.APPROVE and turn.blocked(findings):
        raise Refused(say.STILL_BLOCKED)
    if act.outcome is not Outcome.APPROVE and not act.reason:
        raise Refused(say.REASON_NEEDED)
    version = drafts.version(turn.tx, draft.id, draft.version)
    assert version is not None
    following = version.stages[review.stage + 1 : review.stage + 2]
    if act.outcome is Outcome.APPROVE and following:
        wanted, tag = Move.NEXT_STAGE, Tag.NEXT_STAGE
    else:
        (wanted, tag), following = _ENDS[act.outcome], ()
    _close(turn, draft, review, wanted, act)
    _record(turn, tag, review, act.reason)
    if following:
        open_stage(turn, draft, following[0], review.stage + 1)
    view = turn.show(draft.id, ended=review)
    return Answer(desk.done(say.decided(view, act.outcome)))


_ENDS = {
    Outcome.APPROVE: (Move.APPROVE, Tag.APPROVED),
    Outcome.REJECT: (Move.REJECT, Tag.REJECTED),
    Outcome.REQUEST_CHANGES: (Move.REQUEST_CHANGES, Tag.CHANGES_REQUESTED),
}


def _at_hand(turn: Turn, number: int, version: int, content_hash: str) -> tuple[Draft, Review]:
    """The draft and its open review, when this person may decide on this very text now."""
    draft = turn.draft(number)
    if draft.author == turn.me.key:
        raise Refused(say.OWN_DRAFT)
    seated = any(s.person == turn.me.key for r in reviews.all_of(turn.tx, number) for s in r.seats)
    if not seated:
        able = turn.me.has(Role.APPROVER, Role.PRIVACY)
        raise Refused(say.NOT_ROUTED if able else say.NOT_APPROVER)
    review = reviews.open_of(turn.tx, number)
    if review is None:
        raise Refused(say.what_happened(turn.view(number)))
    if (draft.version, review.content_hash) != (version, content_hash):
        raise Refused(say.CHANGED)
    if turn.me.key not in review.deciders:
        raise Refused(say.what_happened(turn.view(number)))
    return draft, review


def tidy(turn: Turn, act: Decide | Override) -> None:
    """Takes the buttons off a card whose review was over before it was pressed."""
    asked = [
        r
        for r in reviews.all_of(turn.tx, act.draft)
        if (r.version, r.content_hash) == (act.version, act.content_hash)
    ]
    if asked and all(r.state is not ReviewState.OPEN for r in asked):
        turn.close_copy(turn.view(act.draft), asked[-1])


def _close(turn: Turn, draft: Draft, review: Review, wanted: Move, act: Decide | Override) -> None:
    """Moves the draft on and ends its review, in the order in which every act takes the two."""
    turn.advance(draft, wanted)
    if not reviews.close(turn.tx, review, ReviewState.DECIDED):
        raise Overtaken(review.draft)
    decision = Decision(
        review.id,
        review.draft,
        review.version,
        review.stage,
        turn.me.key,
        act.outcome if isinstance(act, Decide) else Outcome.APPROVE,
        turn.now,
        act.reason,
    )
    reviews.decide(turn.tx, decision, review.content_hash)


def _record(turn: Turn, tag: Tag, review: Review, reason: str) -> None:
    turn.record(
        tag,
        {"reason": reason} if reason else None,
        draft=review.draft,
        version=review.version,
        stage=review.stage,
        content=review.content_hash,
    )


def override(turn: Turn, act: Override) -> Answer:
    """The privacy officer sets aside what blocks a version; it goes on to the usual review."""
    draft, review = _at_hand(turn, act.draft, act.version, act.content_hash)
    if not turn.me.has(Role.PRIVACY) or review.name != routing.DISPUTE:
        raise Refused(say.NOT_PRIVACY)
    if not act.reason:
        raise Refused(say.REASON_NEEDED)
    _close(turn, draft, review, Move.NEXT_STAGE, act)
    on_record.overturn(turn.tx, draft.id, draft.version, turn.now)
    _record(turn, Tag.OVERRIDDEN, review, act.reason)
    start(turn, draft, on_record.of_version(turn.tx, draft.id, draft.version))
    view = turn.show(draft.id, ended=review)
    return Answer(desk.done(say.overridden(view)))


def dispute(turn: Turn, act: Dispute) -> Answer:
    """The author calls the findings a false alarm: the privacy officer is asked about the draft,
    and the admins whether the practice makes an exception.
    """
    draft = turn.mine(act.draft)
    if not act.reason:
        raise Refused(say.REASON_NEEDED)
    if draft.version != act.version:
        raise Refused(say.what_happened(turn.view(draft.id)))
    turn.advance(draft, Move.DISPUTE)
    drafts.set_note(turn.tx, draft.id, draft.version, act.reason)
    stages = routing.dispute(draft.author, turn.roster)
    drafts.set_stages(turn.tx, draft.id, draft.version, Verdict.BLOCKED, stages)
    turn.record(Tag.DISPUTED, {"reason": act.reason}, draft=draft.id, version=draft.version)
    open_stage(turn, turn.draft(draft.id), stages[0], 0)
    view = turn.show(draft.id)
    excepting.report(turn, view)
    who = view.roster.names(view.review.deciders) if view.review else ""
    return Answer(desk.done(say.done(view, f"is with {who} to decide about the finding")))


def explain(turn: Turn, act: Explain) -> Answer:
    """The author keeps what a warning was about and says why."""
    draft = turn.mine(act.draft)
    review = reviews.open_of(turn.tx, draft.id)
    if review is None or draft.version != act.version:
        raise Refused(say.NOTHING_TO_EXPLAIN)
    if not act.reason:
        raise Refused(say.REASON_NEEDED)
    drafts.set_note(turn.tx, draft.id, draft.version, act.reason)
    turn.record(Tag.EXPLAINED, {"reason": act.reason}, draft=draft.id, version=draft.version)
    view = turn.show(draft.id)
    return Answer(desk.done(say.done(view, "has your note beside the warning")))


def ask_again(turn: Turn, act: AskAgain) -> Answer:
    """A new review of a draft that nobody decided in time."""
    draft = turn.mine(act.draft)
    turn.advance(draft, Move.ASK_AGAIN)
    turn.record(Tag.ASKED_AGAIN, draft=draft.id, version=draft.version)
    start(turn, turn.draft(draft.id), on_record.of_version(turn.tx, draft.id, draft.version))
    view = turn.show(draft.id)
    who = view.roster.names(view.review.deciders) if view.review else ""
    return Answer(desk.done(say.done(view, f"is with {who} again")))
