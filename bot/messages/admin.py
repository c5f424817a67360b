"""What admins and privacy officers are told: reports, people, settings, the ledger, notes."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.cards import Action, Block, Card, Facts, Para, Picture, Tone, Verb
from bot.ledger import Proof
from bot.messages.view import NOON, ROSTER, View, example, title_of
from bot.people import Person, Roster
from bot.reports import Report, build, spoken


def report(of: Report, roster: Roster, picture: Picture) -> Card:
    """The report with its chart; the numbers are said in words too."""
    authors = [
        (roster.name(a.person), f"{a.flagged} of {a.drafts} drafts flagged") for a in of.authors[:6]
    ]
    load = [
        (roster.name(a.person), f"{a.open} open, {a.decided} decided, median {spoken(a.median)}")
        for a in of.approvers[:6]
    ]
    findings = [
        (title_of(t.category), f"{t.findings}, of which {t.stopping} stop a draft")
        for t in of.tallies[:6]
    ]
    body: list[Block] = [
        Facts(
            (
                ("Drafts", str(of.drafts)),
                ("Decided", str(of.decided)),
                ("Time to decision", f"median {spoken(of.median)}, 9 of 10 {spoken(of.p90)}"),
            )
        ),
        picture,
    ]
    for title, rows in (("Findings", findings), ("Authors", authors), ("Approvers", load)):
        if rows:
            body += [Para(title), Facts(tuple(rows))]
    return Card(
        f"The last {of.days} days",
        "Your report is ready.",
        tuple(body),
        (
            Action(Verb.RUN, "Export CSV", {"words": f"export csv {of.days}"}),
            Action(Verb.RUN, "Training", {"words": "training"}),
        ),
    )


def people(roster: Roster) -> Card:
    rows = [(p.name, _rights(p)) for p in roster.people]
    return Card("People", "Who may do what.", (Facts(tuple(rows[:40])),))


def _rights(person: Person) -> str:
    roles = ", ".join(sorted(person.roles))
    places = ", ".join(sorted(person.ids)) or "no chat account yet"
    posts = f"; posts on {', '.join(person.platforms)}" if person.platforms else ""
    return f"{roles} ({places}){posts}"


def settings(rows: Sequence[tuple[str, str]]) -> Card:
    return Card(
        "Settings",
        "How Signoff is set up.",
        (Para("These are kept in app.yaml on the server."), Facts(tuple(rows))),
    )


def ledger(proof: Proof) -> Card:
    """Whether the record is whole, and its head, which can be noted elsewhere."""
    facts = Facts((("Entries", f"{proof.entries:,}"), ("Head", proof.head)))
    if proof.whole:
        text = Para(
            "The record is whole: no entry was changed, added, moved or left out.", Tone.GOOD
        )
        return Card("Ledger verified", "The ledger was verified.", (text, facts), tone=Tone.GOOD)
    text = Para(f"Entry {proof.first_bad} does not hold: {proof.why}.", Tone.BAD)
    tail = Para("Stop the server, keep a copy of the database, and compare it with a backup.")
    return Card(
        "The ledger is damaged", "The ledger is damaged.", (text, facts, tail), tone=Tone.BAD
    )


def exported(count: int, name: str) -> Card:
    return Card(
        "Export ready",
        "Your export is ready.",
        (Para(f"{count:,} lines in {name}. It holds no text of any draft."),),
        tone=Tone.GOOD,
    )


def stranger(platform: str, user: str) -> Card:
    """A note that somebody unknown wrote to the bot."""
    return Card(
        "Somebody new wrote to me",
        "Somebody who is not on the roster wrote.",
        (
            Para("To let them in, add this id to a person in app.yaml and restart."),
            Facts((("Platform", platform), ("Id", user))),
        ),
    )


def undelivered(name: str, platform: str, code: str) -> Card:
    """A note that somebody cannot be reached; one a person and platform until that is mended."""
    return Card(
        f"{name} cannot be reached",
        "Somebody cannot be reached.",
        (
            Para(
                "Their cards are kept, and leave as soon as they write to me again. When you have "
                "mended it on your side, run `signoff outbox retry` on the server.",
                Tone.WARN,
            ),
            Facts((("Platform", platform.capitalize()), ("It answered", code))),
        ),
        tone=Tone.WARN,
    )


def nobody_can_review(view: View) -> Card:
    return Card(
        f"{view.number} has nobody to review it",
        "A draft has nobody to review it.",
        (
            Para(
                "Nobody on the roster may decide on it: the author cannot decide on an own draft. "
                "Add an approver to app.yaml.",
                Tone.WARN,
            ),
        ),
        tone=Tone.WARN,
    )


def anchor(seq: int, head: str) -> Card:
    """The daily note of the ledger's head, so that a cut tail is noticed."""
    return Card(
        "Ledger head of today",
        "The ledger head of today.",
        (
            Para("Keep this message: with it, a later loss of entries can be proved."),
            Facts((("Entries", f"{seq:,}"), ("Head", head))),
        ),
    )


def quiet(platform: str, days: int) -> Card:
    """The nudge when a platform has not had a post for longer than planned."""
    return Card(
        f"{platform} has been quiet",
        "A platform has been quiet.",
        (Para(f"No post was approved for {platform} in {days} days. A draft can be short."),),
        (Action(Verb.RUN, "Write a post", {"words": "post"}, Tone.GOOD),),
    )


EXAMPLES: dict[str, Callable[[], Card]] = {
    "report": lambda: report(
        build([], [], [], now=NOON + timedelta(days=1), days=30), ROSTER, Picture(b"", "No drafts.")
    ),
    "people": lambda: people(ROSTER),
    "settings": lambda: settings([("Practice", "Riverside Family Medicine (TX)")]),
    "ledger": lambda: ledger(Proof(120, "0" * 64)),
    "ledger (damaged)": lambda: ledger(Proof(17, "0" * 64, 18, "it does not follow")),
    "exported": lambda: exported(120, "signoff.csv"),
    "stranger": lambda: stranger("slack", "U0UNKNOWN"),
    "undelivered": lambda: undelivered("Ada Reyes", "slack", "user_disabled"),
    "nobody_can_review": lambda: nobody_can_review(example()),
    "anchor": lambda: anchor(120, "0" * 64),
    "quiet": lambda: quiet("Facebook", 9),
}
