"""Every sentence the bot says: one module per conversation, one function per message.

`examples()` gives an example of each, by "module.function", so that every message is seen in every
rendering.
"""

from collections.abc import Callable
from importlib import import_module

from bot.cards import Card

MODULES = ("author", "reviewer", "desk", "training", "admin", "exceptions", "holds", "openings")


def examples() -> dict[str, Card]:
    """An example of every message."""
    found: dict[str, Card] = {}
    for name in MODULES:
        made: dict[str, Callable[[], Card]] = import_module(f"bot.messages.{name}").EXAMPLES
        found |= {f"{name}.{key}": make() for key, make in made.items()}
    return found
