"""The desk as adapters know it: it never blocks the event loop, and it always answers."""

import asyncio
import math
import time

import structlog

from bot.cards import Answer
from bot.commands import Command, Origin
from bot.desk import HANDLERS, Desk
from bot.failpoints import Point, reached
from bot.limits import Limiter
from bot.logs import report_defect, request
from bot.messages import desk as messages
from bot.metrics import ANSWERED, COMMANDS, expect

log = structlog.get_logger()
expect(kind.__name__ for kind in HANDLERS)


class Counter:
    """Takes what people ask, one after the other and not too much from one of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._limiter = desk, Limiter(desk.app.limits)

    async def handle(self, command: Command) -> Answer:
        reached(Point.COMMAND_ARRIVED)
        began, name, chat = time.monotonic(), type(command).__name__, command.origin.chat
        with request():
            result, answer = await self._asked(command, name)
            seconds = time.monotonic() - began
            log.info("handled", command=name, chat=chat, result=result, ms=round(seconds * 1000))
        COMMANDS.labels(name, result).inc()
        if result == "handled":
            ANSWERED.observe(seconds)
        return answer

    async def _asked(self, command: Command, name: str) -> tuple[str, Answer]:
        if wait := self._limiter.wait(self._who(command.origin), command):
            return "limited", Answer(messages.slow_down(math.ceil(wait)))
        try:
            return "handled", await asyncio.to_thread(self._desk.handle, command)
        except Exception as defect:  # noqa: BLE001 - whoever asked is always answered
            return "defect", Answer(messages.defect(report_defect(name, defect)))

    def _who(self, origin: Origin) -> str:
        """One person on all platforms; a stranger by the id there."""
        known = self._desk.roster.sender(origin)
        return known.key if known else f"{origin.chat}/{origin.user}"
