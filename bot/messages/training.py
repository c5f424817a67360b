"""The refresher lesson: why it comes, the lesson itself, its quiz, and how it went."""

from collections.abc import Callable, Sequence

from bot.cards import Action, Block, Card, Facts, Para, Tone, Verb
from bot.lessons import Lesson, lessons
from bot.messages.view import title_of
from bot.training import Assignment, Counts, Due, Score
from checks.values import Category


def invitation(due: Due, assignment: int, days: int, masked: Sequence[tuple[str, str]]) -> Card:
    """Offers the lesson and says why, in numbers. `masked` are (topic, masked words) of the
    person's own findings.
    """
    rows = [(title_of(category), f"{count} of them") for category, count in due.counts]
    body: list[Block] = [
        Para(
            f"{due.drafts} of your drafts in the last {days} days were held back by a check. That "
            "happens to everybody; a two-minute lesson usually helps."
        ),
        Facts(tuple(rows[:5])),
    ]
    if masked:
        body.append(Facts(tuple((topic, f"for example {words}") for topic, words in masked[:3])))
    return Card(
        f"A short lesson: {due.lesson.title}",
        "A short lesson is ready for you.",
        tuple(body),
        (_open("Start (2 minutes)", assignment),),
    )


def _open(label: str, assignment: int) -> Action:
    return Action(Verb.LEARN, label, {"assignment": str(assignment)}, Tone.GOOD)


def lesson(of: Lesson, assignment: int, answered: Sequence[int]) -> Card:
    """The lesson with its next question; after an answer it says why that was right or wrong."""
    number = len(answered)
    question = of.quiz[number]
    body: list[Block] = []
    if answered:
        body.append(_why(of, number - 1, answered[-1]))
    else:
        body += [Para(line) for line in of.text.split("\n") if line.strip()]
        body.append(Para(f"Source: {of.source}"))
    body.append(Para(f"Question {number + 1} of {len(of.quiz)}: {question.ask}"))
    actions = tuple(
        Action(
            Verb.QUIZ,
            option.say,
            {"assignment": str(assignment), "question": str(number), "choice": str(i)},
        )
        for i, option in enumerate(question.options)
    )
    return Card(f"Lesson: {of.title}", "Your lesson is open.", tuple(body), actions)


def _why(of: Lesson, question: int, choice: int) -> Para:
    option = of.quiz[question].options[choice]
    word, tone = ("Right", Tone.GOOD) if option.right else ("Not quite", Tone.WARN)
    return Para(f"{word}. {option.why}", tone)


def passed(of: Lesson, last: int, score: Score) -> Card:
    return Card(
        f"Lesson done: {of.title}",
        "Your lesson is done.",
        (
            _why(of, len(of.quiz) - 1, last),
            Para(f"{score.right} of {score.of} right. It is on record; thank you.", Tone.GOOD),
        ),
        tone=Tone.GOOD,
    )


def failed(of: Lesson, last: int, score: Score, assignment: int) -> Card:
    return Card(
        f"Almost: {of.title}",
        "Your lesson is not finished yet.",
        (
            _why(of, len(of.quiz) - 1, last),
            Para(f"{score.right} of {score.of} right; two are needed. Have another look."),
        ),
        (_open("Read it again", assignment),),
        Tone.WARN,
    )


def roll(
    rows: Sequence[tuple[str, Assignment]],
    due: Sequence[tuple[str, Counts]],
    when: Callable[..., str],
) -> Card:
    """Who is due, was reminded, is done; each row a name with what it is about."""
    lines = [
        (name, f"due: {', '.join(title_of(c) for c, _ in counts[:2])}") for name, counts in due
    ]
    for name, a in rows:
        if a.done_at is None:
            lines.append((name, f"reminded {when(a.reminded_at)}: {a.lesson}"))
        else:
            score = f", {a.score.right} of {a.score.of}" if a.score else ""
            lines.append((name, f"done {when(a.done_at)}: {a.lesson}{score}"))
    body: tuple[Block, ...] = (Facts(tuple(lines[:30])),) if lines else (Para("Nobody is due."),)
    return Card("Training", "Who is due a lesson.", body)


def _due() -> Due:
    return Due(lessons()[0], 3, ((Category.PHI, 2), (Category.MEDICAL_CLAIM, 1)))


def _assignment() -> Assignment:
    from bot.messages.view import NOON

    return Assignment(4, "maria", "patient-information", (), NOON, NOON, Score(3, 3), "1")


EXAMPLES: dict[str, Callable[[], Card]] = {
    "invitation": lambda: invitation(_due(), 4, 30, [("Patient information", "A•••")]),
    "lesson": lambda: lesson(lessons()[0], 4, ()),
    "lesson (second question)": lambda: lesson(lessons()[0], 4, (0,)),
    "passed": lambda: passed(lessons()[0], 0, Score(3, 3)),
    "failed": lambda: failed(lessons()[0], 1, Score(1, 3), 4),
    "roll": lambda: roll(
        [("Maria Ortiz", _assignment())], [("Lee Park", ((Category.PHI, 3),))], lambda t: "today"
    ),
}
