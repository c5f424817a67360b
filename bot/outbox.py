"""Delivers cards: once per person and place, with retry, the newest state always winning."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from bot import clock
from bot.cards import Card
from bot.commands import Chat
from bot.logs import report_defect
from bot.metrics import DELIVERED
from bot.people import Roster
from bot.store import Store, Tx, people
from bot.store import outbox as rows
from bot.store.outbox import Outgoing

LEASE = timedelta(seconds=60)
PATIENCE = 30.0  # seconds for one delivery, well inside the lease
MOST_ATTEMPTS = 40  # about three hours of trying
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a card stands on its platform, so that it can be replaced: channel and ts, or
    conversation and activity id.
    """

    conversation: str
    message: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """One card on its way to one person.

    `key` names the place the card holds with this person for ever (say `review/7`): a second
    parcel with the same key replaces the first. `receipt` is set when the card is on the
    platform already and has to be replaced. `attempt` above 1 means that an earlier attempt may
    have got through without our learning of it: look on the platform first where that is
    possible.
    """

    key: str
    user: str
    address: str
    card: Card
    receipt: Receipt | None
    attempt: int


class Later(Exception):
    """The platform is busy or away; try again after `seconds` (None: the outbox's own back-
    off). `code` is safe to log.
    """

    def __init__(self, code: str, seconds: float | None = None) -> None:
        super().__init__(code)
        self.code, self.seconds = code, seconds


class Undeliverable(Exception):
    """This person cannot be reached this way (blocked, unknown, gone). `code` is safe to log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Carrier(Protocol):
    """What the outbox needs of an adapter."""

    chat: Chat

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Posts the card, or replaces it in place when it has a receipt. Raises `Later` or
        `Undeliverable`.
        """
        ...


class Outbox:
    """Takes due cards from the store and hands them to the carriers."""

    def __init__(self, store: Store, roster: Roster, carriers: Mapping[Chat, Carrier]) -> None:
        self.store, self.roster, self.carriers = store, roster, carriers

    async def run_once(self, limit: int = 20) -> int:
        """Delivers what is due now, each platform on its own; returns how many were taken."""
        taken = await asyncio.to_thread(self._claim, limit)
        await asyncio.gather(*(self._deliver(*row) for row in taken))
        return len(taken)

    def _claim(self, limit: int) -> list[tuple[Outgoing, str, str]]:
        with self.store.write(hurried=False) as tx:
            taken = rows.claim(tx, now=clock.now(), lease=LEASE, limit=limit)
            return [(out, *self._place(tx, out)) for out in taken]

    def _place(self, tx: Tx, out: Outgoing) -> tuple[str, str]:
        """The person's id on the platform, and the address they were last heard of at."""
        person = self.roster.get(out.person)
        user, address = people.reach(tx, out.chat, out.person)
        return (user or person.ids.get(out.chat, ""), address) if person else ("", "")

    async def _deliver(self, out: Outgoing, user: str, address: str) -> None:
        carrier = self.carriers.get(out.chat)
        try:
            if carrier is None or not user:
                raise Undeliverable("no-account")
            receipt = Receipt(*out.receipt) if out.receipt else None
            parcel = Parcel(out.key, user, address, out.card, receipt, out.attempt)
            async with asyncio.timeout(PATIENCE):
                receipt = await carrier.deliver(parcel)
        except Undeliverable as problem:
            await asyncio.to_thread(self._park, out, problem.code)
        except Later as problem:
            await asyncio.to_thread(self._later, out, problem.code, problem.seconds)
        except TimeoutError:
            await asyncio.to_thread(self._later, out, "timeout", None)
        except Exception as defect:  # noqa: BLE001 - one card's defect must not stop the others
            reference = report_defect("deliver", defect)
            await asyncio.to_thread(self._later, out, f"defect-{reference}", None)
        else:
            await asyncio.to_thread(self._delivered, out, receipt)

    def _delivered(self, out: Outgoing, receipt: Receipt) -> None:
        with self.store.write(hurried=False) as tx:
            rows.delivered(tx, out, receipt.conversation, receipt.message)
        DELIVERED.labels(out.chat, "sent").inc()
        log.info("card_sent", **_about(out))

    def _later(self, out: Outgoing, code: str, seconds: float | None) -> None:
        wait = seconds if seconds is not None else min(2.0**out.attempt, 300.0)
        if out.attempt >= MOST_ATTEMPTS:
            self._park(out, code)
            return
        log.info("card_later", code=code, **_about(out))
        with self.store.write(hurried=False) as tx:
            rows.later(tx, out, clock.now() + timedelta(seconds=wait), code)
        DELIVERED.labels(out.chat, "later").inc()

    def _park(self, out: Outgoing, code: str) -> None:
        log.warning("card_parked", code=code, **_about(out))
        with self.store.write(hurried=False) as tx:
            rows.park(tx, out, code)
        DELIVERED.labels(out.chat, "parked").inc()


def _about(out: Outgoing) -> dict[str, object]:
    """What the log says of a card. Its key and draft stand in the line about its saving too."""
    return {"chat": out.chat, "key": out.key, "draft": out.draft, "attempt": out.attempt}
