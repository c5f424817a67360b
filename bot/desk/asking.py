"""Questions: help, the queue, a card again, and what admins and privacy officers may see."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot import exports, reports, routing
from bot.cards import Answer, File, Picture
from bot.charts import report_alt, report_chart
from bot.commands import Delegate as DelegateCommand
from bot.commands import EndDelegation, Read, Request, Show, Topic
from bot.desk import delegating, excepting, holding, opening, reviewing
from bot.desk.learning import flags_and_lessons
from bot.desk.turn import Turn
from bot.ledger import Tag, line
from bot.messages import admin, author, desk, reviewer, say, training
from bot.messages.view import View, pages, when
from bot.people import Role
from bot.refusals import Refused
from bot.reports import Standing, TrainingRow
from bot.reviews import ReviewState
from bot.store import drafts, exceptions, holds, ledger, reviews
from bot.store import reports as report_rows
from bot.store import training as lessons
from bot.store import waiting as piles
from bot.training import Due, due

MOST_ENTRIES = 50_000  # of a ledger as a file in the chat: about 20 MB


def ask(turn: Turn, act: Request) -> Answer:
    """A word typed to the bot."""
    if act.topic in _FOR_ADMINS and not turn.me.has(Role.ADMIN, Role.PRIVACY):
        raise Refused(say.NOT_ADMIN)
    words = act.words if act.topic in _AS_TYPED else act.words.casefold()
    return _TOPICS[act.topic](turn, words)


def _help(turn: Turn, words: str) -> Answer:
    return Answer(desk.welcome(turn.me))


def _post(turn: Turn, words: str) -> Answer:
    return desk.form([p for p in turn.app.where if not turn.me.platforms or p in turn.me.platforms])


def _queue(turn: Turn, words: str) -> Answer:
    waiting = [turn.view(r.draft) for r in reviews.waiting_for(turn.tx, turn.me.key, 10)]
    mine = [turn.view(d.id) for d in drafts.under_way(turn.tx, turn.me.key, 10)]
    undelivered = piles.totals(turn.tx) if turn.me.has(Role.ADMIN) else None
    held = holds.numbers(turn.tx) if turn.me.has(Role.ADMIN, Role.PRIVACY) else ()
    return Answer(desk.queue(waiting, mine, undelivered, held))


def make_report(turn: Turn, days: int) -> reports.Report:
    """The report of the last `days` days."""
    since = turn.now - timedelta(days=days)
    return reports.build(
        report_rows.drafts_since(turn.tx, since),
        report_rows.reviews_since(turn.tx, since),
        _training_rows(turn),
        now=turn.now,
        days=days,
    )


def _training_rows(turn: Turn) -> list[TrainingRow]:
    rows = [TrainingRow(key, d.lesson.id, Standing.DUE, turn.now) for key, d in _due(turn)]
    for a in lessons.assignments(turn.tx):
        standing = Standing.DONE if a.done_at else Standing.REMINDED
        score = f"{a.score.right} of {a.score.of}" if a.score else ""
        rows.append(TrainingRow(a.person, a.lesson, standing, a.done_at or a.reminded_at, score))
    return rows


def _due(turn: Turn) -> list[tuple[str, Due]]:
    """Who is due a lesson and has not been reminded yet."""
    found = []
    for person in turn.roster.people:
        flags, done, rules = flags_and_lessons(turn, person.key)
        wanted = due(flags, done, rules, turn.now)
        if wanted:
            found.append((person.key, wanted))
    return found


def _report(turn: Turn, words: str) -> Answer:
    days = min(max(int(words or 30), 1), 3660)
    made = make_report(turn, days)
    picture = Picture(report_chart(made), report_alt(made))
    return Answer(admin.report(made, turn.roster, picture))


def _export(turn: Turn, words: str) -> Answer:
    """The record as a file, and the export as a line in the ledger."""
    kind = "json" if "json" in words else "csv"
    days = next((int(w) for w in words.split() if w.isdigit()), 0)
    since = turn.now - timedelta(days=days) if days else None
    rows = report_rows.drafts_since(turn.tx, since)
    lines = list(exports.json_lines(rows) if kind == "json" else exports.csv_lines(rows, bom=True))
    turn.record(Tag.EXPORTED, format=kind, lines=len(lines), days=days)
    media = "application/x-ndjson" if kind == "json" else "text/csv"
    name = f"signoff-{turn.now:%Y-%m-%d}.{kind}"
    count = len(lines) - (kind == "csv")
    return Answer(admin.exported(count, name), file=File(name, media, "".join(lines).encode()))


def _people(turn: Turn, words: str) -> Answer:
    return Answer(admin.people(turn.roster))


def _training(turn: Turn, words: str) -> Answer:
    rows = [(turn.roster.name(a.person), a) for a in lessons.assignments(turn.tx)]
    wanted = [(turn.roster.name(key), lesson.counts) for key, lesson in _due(turn)]
    return Answer(training.roll(rows, wanted, lambda at: when(at, turn.app.zone, turn.now)))


def _ledger(turn: Turn, words: str) -> Answer:
    if words != "export":
        return Answer(admin.ledger(ledger.verify(turn.tx)))
    entries = ledger.head(turn.tx)[0] + 1
    if entries > MOST_ENTRIES:
        raise Refused(say.too_long_a_ledger(entries))
    last = turn.record(Tag.EXPORTED, format="ledger")
    lines = "".join(map(line, ledger.entries(turn.tx, until=last)))
    name = f"signoff-ledger-{turn.now:%Y-%m-%d}.jsonl"
    file = File(name, "application/x-ndjson", lines.encode())
    return Answer(admin.exported(last, name), file=file)


def _settings(turn: Turn, words: str) -> Answer:
    app = turn.app
    route = app.routing.default
    rows = [
        ("Practice", f"{app.practice.name} ({app.practice.state or 'no state set'})"),
        ("Reviews go to", _targets(turn, route.to)),
        ("Decide within", f"{route.due}, reminder after {route.remind}"),
        ("Next in line", _targets(turn, route.then)),
        ("Lesson after", f"{app.training.flags} flagged drafts in {app.training.window}"),
        ("Extra stage after", f"{app.training.pause_after} flagged drafts"),
        ("Rules changed here", ", ".join(app.rules.severities) or "none"),
        ("Exceptions in force", str(len(exceptions.in_force(turn.tx)))),
        ("Texts kept", app.retention.texts),
        ("On legal hold", say.numbers(holds.numbers(turn.tx))),
    ]
    return Answer(admin.settings(rows))


def _targets(turn: Turn, targets: Sequence[str]) -> str:
    keys = routing.resolve(targets, turn.roster, author="")
    return ", ".join(turn.roster.name(k) for k in keys) or "nobody"


def _delegate(turn: Turn, words: str) -> Answer:
    if words == "end":
        return delegating.end(turn, EndDelegation(turn.where))
    to, starts, ends = (*words.split(), "", "", "")[:3]
    return delegating.delegate(turn, DelegateCommand(turn.where, to, starts, ends))


_TOPICS: dict[Topic, Callable[[Turn, str], Answer]] = {
    Topic.HELP: _help,
    Topic.POST: _post,
    Topic.QUEUE: _queue,
    Topic.REPORT: _report,
    Topic.EXPORT: _export,
    Topic.PEOPLE: _people,
    Topic.TRAINING: _training,
    Topic.LEDGER: _ledger,
    Topic.SETTINGS: _settings,
    Topic.DELEGATE: _delegate,
    Topic.EXCEPTIONS: excepting.listed,
    Topic.HOLD: holding.typed_hold,
    Topic.RELEASE: holding.typed_release,
    Topic.OPEN: opening.ask,
}
_FOR_ADMINS = frozenset(Topic) - {Topic.HELP, Topic.POST, Topic.QUEUE, Topic.DELEGATE}
_AS_TYPED = frozenset({Topic.HOLD, Topic.RELEASE, Topic.OPEN})  # what follows is a sentence


def show(turn: Turn, act: Show) -> Answer:
    """The current card of a draft, for its author and those it was routed to."""
    view = turn.view(act.draft)
    if view.draft.author == turn.me.key:
        newest = author.news if view.draft.state in author.NEWSWORTHY else author.status
        return Answer(newest(view))
    _must_be_routed(turn, view)
    review = view.review
    if review and review.state is ReviewState.OPEN and turn.me.key in _seated(review.id, turn):
        return Answer(reviewer.task(view, review, turn.me.key))
    raise Refused(say.what_happened(view))


def _seated(review: int, turn: Turn) -> set[str]:
    at_hand = reviews.get(turn.tx, review)
    return {s.person for s in at_hand.seats} if at_hand else set()


def _must_be_routed(turn: Turn, view: View) -> None:
    if not reviewing.is_reviewer(turn, view.draft.id):
        raise Refused(say.NOT_ROUTED)


def read(turn: Turn, act: Read) -> Answer:
    """A further page of a long text."""
    view = turn.view(act.draft, act.version)
    if view.draft.author != turn.me.key:
        _must_be_routed(turn, view)
    if not 1 <= act.page <= len(pages(view.version.text)):
        raise Refused(say.NO_PAGE)
    return Answer(desk.page(view, act.page))
