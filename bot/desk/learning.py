"""Lessons: when somebody is due one, the quiz, and what goes on record."""

from collections.abc import Sequence

from bot.cards import Answer
from bot.commands import Learn, Quiz
from bot.desk.turn import Turn
from bot.ledger import Tag
from bot.lessons import Lesson, get
from bot.messages import say, training
from bot.messages.view import title_of
from bot.refusals import Refused
from bot.store import training as store
from bot.training import Assignment, Flag, TrainingRules, due, grade


def rules_of(turn: Turn) -> TrainingRules:
    """The training section of app.yaml as values."""
    settings = turn.app.training
    return TrainingRules(
        flags=settings.flags,
        window=turn.app.span(settings.window).plain,
        pause_after=settings.pause_after,
        cooldown=turn.app.span(settings.cooldown).plain,
    )


def flags_and_lessons(
    turn: Turn, person: str
) -> tuple[Sequence[Flag], Sequence[Assignment], TrainingRules]:
    """What decides about a person's training: flags, lessons so far, and the practice's rules."""
    rules, lessons = rules_of(turn), store.assignments(turn.tx, person)
    pending = min((a.reminded_at for a in lessons if a.done_at is None), default=turn.now)
    since = min(turn.now, pending) - rules.window
    return store.flags_since(turn.tx, person, since), lessons, rules


def invite_if_due(turn: Turn, person: str) -> None:
    """Sends the one reminder with the fitting lesson when the person's flags call for it."""
    flags, lessons, rules = flags_and_lessons(turn, person)
    wanted = due(flags, lessons, rules, turn.now)
    if wanted is None:
        return
    number = store.assign(turn.tx, person, wanted, turn.now)
    since = turn.now - rules.window
    own = store.masked_since(turn.tx, person, since)
    own.sort(key=lambda found: found[0] not in wanted.lesson.categories)
    masked = list(dict.fromkeys((title_of(category), words) for category, words in own))
    card = training.invitation(wanted, number, rules.window.days, masked)
    turn.send(person, f"lesson/{number}", card)
    turn.record(
        Tag.LESSON_ASSIGNED,
        person=person,
        lesson=wanted.lesson.id,
        version=wanted.lesson.version,
        drafts=wanted.drafts,
        assignment=number,
    )


def learn(turn: Turn, act: Learn) -> Answer:
    """Opens the lesson at its first question."""
    assignment, lesson = _mine(turn, act.assignment)
    store.set_answers(turn.tx, assignment.id, ())
    turn.send(turn.me.key, f"lesson/{assignment.id}", training.lesson(lesson, assignment.id, ()))
    return Answer()


def _mine(turn: Turn, number: int) -> tuple[Assignment, Lesson]:
    assignment = store.get(turn.tx, number)
    lesson = get(assignment.lesson) if assignment else None
    if assignment is None or lesson is None or assignment.person != turn.me.key:
        raise Refused(say.NO_LESSON)
    if assignment.done_at is not None:
        raise Refused(say.NO_LESSON)
    return assignment, lesson


def quiz(turn: Turn, act: Quiz) -> Answer:
    """One answer; after the last one the score goes on record with what was taught."""
    assignment, lesson = _mine(turn, act.assignment)
    chosen = store.answers(turn.tx, assignment.id)
    if act.question != len(chosen):
        raise Refused(say.ANSWERED)
    if not 0 <= act.choice < len(lesson.quiz[act.question].options):
        raise Refused(say.NO_LESSON)
    chosen = (*chosen, act.choice)
    store.set_answers(turn.tx, assignment.id, chosen)
    if len(chosen) < len(lesson.quiz):
        card = training.lesson(lesson, assignment.id, chosen)
    else:
        score = grade(lesson, chosen)
        store.finish(turn.tx, assignment.id, score, lesson.version, turn.now)
        turn.record(
            Tag.LESSON_PASSED if score.passed else Tag.LESSON_FAILED,
            {"content": lesson.content},
            person=turn.me.key,
            lesson=lesson.id,
            version=lesson.version,
            score=f"{score.right}/{score.of}",
            assignment=assignment.id,
        )
        if score.passed:
            card = training.passed(lesson, act.choice, score)
        else:
            card = training.failed(lesson, act.choice, score, assignment.id)
    turn.send(turn.me.key, f"lesson/{assignment.id}", card)
    return Answer()
