"""Counters and gauges for operators: how much, how fast, how late; never who or what."""

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram

from bot.ledger import Tag

COMMANDS = Counter(
    "signoff_commands_total",
    "Commands taken; limited: the person was asked to wait, defect: our mistake",
    ["command", "result"],
)
ANSWERED = Histogram("signoff_command_seconds", "Time to the immediate answer")
CHECKED = Histogram("signoff_check_seconds", "Time of the checks of one draft")
CHECKS = Counter(
    "signoff_checks_total", "Drafts checked; unchecked: held for a person to read", ["result"]
)
DELIVERED = Counter(
    "signoff_cards_total", "Cards handed to a platform: sent, later or parked", ["chat", "result"]
)
ACTS = Counter("signoff_acts_total", "Entries written to the ledger, by tag", ["tag"])
DECISIONS = Counter("signoff_decisions_total", "Reviews that ended, by how", ["outcome"])

# What the database says when it is asked; the same on every replica.
CARDS = Gauge("signoff_outbox_cards", "Cards not delivered: waiting or parked", ["chat", "state"])
OLDEST_CARD = Gauge(
    "signoff_outbox_oldest_seconds", "Since when the longest waiting card waits", ["chat", "state"]
)
DRAFTS = Gauge("signoff_checks_waiting", "Drafts that wait for the checks")
OLDEST_DRAFT = Gauge("signoff_checks_oldest_seconds", "Since when the longest waiting draft waits")
ENTRIES = Gauge("signoff_ledger_entries", "Entries in the ledger")
LEDGER_AGE = Gauge("signoff_ledger_age_seconds", "Since when nothing was written to the ledger")
READY = Gauge("signoff_ready", "1 when the part is ready", ["part"])

OUTCOMES = {
    Tag.APPROVED: "approved",
    Tag.REJECTED: "rejected",
    Tag.CHANGES_REQUESTED: "changes-requested",
    Tag.NEXT_STAGE: "next-stage",
    Tag.OVERRIDDEN: "overridden",
    Tag.EXPIRED: "expired",
}

# A series that begins with its first event looks to Prometheus as if nothing had happened, so each
# kind stands at nought from the start.
for tag in Tag:
    ACTS.labels(tag)
for outcome in OUTCOMES.values():
    DECISIONS.labels(outcome)
for result in ("whole", "unchecked"):
    CHECKS.labels(result)


def expect(commands: Iterable[str]) -> None:
    """Has the commands that can be asked for stand at nought."""
    for command in commands:
        for result in ("handled", "limited", "defect"):
            COMMANDS.labels(command, result)
