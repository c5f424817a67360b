"""Counters for operators: how much and how fast, never who or what."""

from prometheus_client import Counter, Histogram

COMMANDS = Counter("signoff_commands_total", "Commands handled", ["command", "result"])
ANSWERED = Histogram("signoff_command_seconds", "Time to the immediate answer")
CHECKED = Histogram("signoff_check_seconds", "Time of the checks of one draft")
DELIVERED = Counter("signoff_cards_total", "Cards handed to a platform", ["chat", "result"])
