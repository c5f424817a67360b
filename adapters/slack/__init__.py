"""Slack: a payload becomes a command, a card becomes Block Kit.

The library (slack-bolt) checks signatures, routes and speaks Socket Mode; what was asked and what
is shown are ours.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.slack.app import SlackAdapter

__all__ = ["SlackAdapter"]


def __getattr__(name: str) -> object:
    """Loads the library only when the adapter is used: the manifest does not need it."""
    if name == "SlackAdapter":
        from adapters.slack.app import SlackAdapter

        return SlackAdapter
    raise AttributeError(name)
