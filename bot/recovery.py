"""After a backup was put back: the database is that of an earlier moment, and the chats are not."""

from bot.desk import Desk
from bot.desk.turn import OPERATOR, Turn
from bot.ledger import Tag
from bot.lessons import get
from bot.messages import training
from bot.store import ledger, outbox, recovery
from bot.store import training as lessons


def settle(desk: Desk) -> int:
    """Puts on record that this database was restored, takes up what was under way, and has the
    cards of everything unfinished brought up to date where they stand. Returns how many drafts.

    A card with a receipt is replaced, never sent again. It may be done twice.
    """
    with desk.store.write() as tx:
        seq, head = ledger.head(tx)
        recovery.skip_numbers(tx)
        recovery.doubt(tx)
        desk.turn(tx, actor=OPERATOR).record(Tag.RESTORED, seq=seq, head=head)
    desk.take_over()
    with desk.store.read() as tx:
        numbers = recovery.unfinished(tx)
    for number in numbers:
        with desk.store.write() as tx:
            desk.turn(tx, actor=OPERATOR).show(number)
    with desk.store.write() as tx:
        _show_lessons(desk.turn(tx, actor=OPERATOR))
    return len(numbers)


def _show_lessons(turn: Turn) -> None:
    """The open lessons, each at the question that comes next."""
    for assignment in lessons.assignments(turn.tx):
        lesson, key = get(assignment.lesson), f"lesson/{assignment.id}"
        if assignment.done_at or lesson is None or not outbox.has(turn.tx, assignment.person, key):
            continue
        chosen = lessons.answers(turn.tx, assignment.id)[: len(lesson.quiz) - 1]
        turn.send(assignment.person, key, training.lesson(lesson, assignment.id, chosen))
