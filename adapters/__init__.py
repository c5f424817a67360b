"""Where people are: each adapter turns a platform's payload into a command and a card into the
platform's own blocks.
"""

from typing import Protocol

from aiohttp import web

from bot.cards import Answer
from bot.commands import Command
from bot.outbox import Carrier


class Front(Protocol):
    """What an adapter needs of the product: a desk that never blocks the event loop and always
    answers.
    """

    async def handle(self, command: Command) -> Answer:
        """The immediate answer. Refusals are answers too; a defect becomes an apology with a
        reference. Never raises.
        """
        ...


class Adapter(Carrier, Protocol):
    """One platform."""

    def mount(self, app: web.Application) -> None:
        """Adds this platform's routes to the one aiohttp application."""
        ...

    async def start(self) -> None:
        """Connects what has to be connected; called once the application runs."""
        ...

    async def stop(self) -> None: ...

    def ready(self) -> bool:
        """True when events can arrive and cards can leave."""
        ...
