"""What operators see of a running product: which part is not ready and why, how much waits and for
how long, and a line about everything that was saved. No names, no words of a draft.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from math import nan
from typing import Protocol

import structlog

from bot import clock, metrics
from bot.commands import Chat
from bot.engine.checker import Checker
from bot.ledger import Tag
from bot.logs import report_defect
from bot.store import KeyProblem, Store, Tx, schema, waiting
from bot.store.schema import SchemaProblem
from bot.store.waiting import Cards, Waiting

PATIENCE = 5.0  # seconds for the database to answer
log = structlog.get_logger()


class Platform(Protocol):
    """What is asked of an adapter here."""

    chat: Chat

    def ready(self) -> bool: ...


class Watch:
    """Looks at the parts. One that does not answer is asked once, not once for each who wants to
    know: those who ask meanwhile must not fill the house.
    """

    def __init__(self, store: Store, checker: Checker, platforms: Sequence[Platform]) -> None:
        self._store, self._checker, self._platforms = store, checker, tuple(platforms)
        self._asking: asyncio.Future[str] | None = None

    async def readiness(self) -> dict[str, str]:
        """What keeps each part from its work, in a sentence; empty for one that is ready."""
        models = "" if self._checker.ready else self._checker.problem or "still loading"
        platforms = {str(p.chat): "" if p.ready() else "not connected" for p in self._platforms}
        return {"database": await self._database(), "models": models, **platforms}

    async def measure(self) -> None:
        """Sets the gauges."""
        parts = await self.readiness()
        for part, why in parts.items():
            metrics.READY.labels(part).set(not why)
        look = await asyncio.to_thread(self._look) if not parts["database"] else None
        _set(look, [p.chat for p in self._platforms])

    def _look(self) -> Waiting | None:
        with self._store.read() as tx:
            return waiting.look(tx)

    async def _database(self) -> str:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(asyncio.to_thread(self._answers))
        done, _ = await asyncio.wait({self._asking}, timeout=PATIENCE)
        return self._asking.result() if done else "it does not answer in time"

    def _answers(self) -> str:
        try:
            schema.check(self._store)
        except (SchemaProblem, KeyProblem) as problem:
            return str(problem)
        except Exception as problem:  # noqa: BLE001 - any failure means: not ready
            report_defect("readyz", problem)
            return "it does not answer"
        return ""


UNKNOWN = (nan, None)


def _set(look: Waiting | None, chats: Sequence[Chat]) -> None:
    """Shows what was found. What is not known is no number, rather than the last one."""
    since = _age(clock.now()) if look else lambda _: nan
    for chat in chats:
        cards = look.cards.get(chat, Cards()) if look else Cards(UNKNOWN, UNKNOWN)
        for state, (held, oldest) in (("waiting", cards.waiting), ("parked", cards.parked)):
            metrics.CARDS.labels(chat, state).set(held)
            metrics.OLDEST_CARD.labels(chat, state).set(since(oldest))
    metrics.DRAFTS.set(look.drafts if look else nan)
    metrics.OLDEST_DRAFT.set(since(look.oldest_draft if look else None))
    metrics.ENTRIES.set(look.entries if look else nan)
    metrics.LEDGER_AGE.set(since(look.last_entry if look else None))


def _age(now: datetime) -> Callable[[datetime | None], float]:
    return lambda at: max(0.0, (now - at).total_seconds()) if at else 0.0


def saved(tx: Tx) -> None:
    """Counts and logs what a transaction has just saved: the ledger's entries and the cards that
    will leave. The ids in it lead from a request to the delivery of each card.
    """
    for entry in tx.acts:
        metrics.ACTS.labels(entry.tag).inc()
        if outcome := metrics.OUTCOMES.get(Tag(entry.tag)):
            metrics.DECISIONS.labels(outcome).inc()
    acts = [f"{entry.seq} {entry.tag}" for entry in tx.acts]
    drafts = {e.ids["draft"] for e in tx.acts if "draft" in e.ids} | {
        str(d) for _, d in tx.cards if d
    }
    cards = [key for key, _ in tx.cards]
    log.info("saved", drafts=",".join(sorted(drafts, key=int)), acts=acts, cards=cards)
