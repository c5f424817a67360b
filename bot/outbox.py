"""Delivers cards: once per person and place, with retry, the newest state always winning."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog

from bot.cards import Card
from bot.commands import Chat
from bot.failpoints import Point, reached
from bot.leases import kept
from bot.logs import report_defect
from bot.messages import admin, desk
from bot.metrics import DELIVERED
from bot.people import Role, Roster
from bot.store import Store, Tx, people, stuck
from bot.store import outbox as rows
from bot.store.database import ToSend
from bot.store.outbox import Outgoing

LEASE = timedelta(seconds=12)  # kept alive while a platform is asked
PATIENCE = 30.0  # seconds for one delivery
LONGEST_WAIT = 300.0  # seconds between two attempts
MOST_ATTEMPTS = 300  # about a day of trying
NOTE_PAUSES = (0.1, 0.4, 1.5, 4.0)
NOW = timedelta(0)
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
    possible. `address` is where the person was last heard of; when they never were, `neighbour` is
    where somebody else of the practice was.
    """

    key: str
    user: str
    address: str
    card: Card
    receipt: Receipt | None
    attempt: int
    neighbour: str = ""


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
    """Takes the next card of each conversation from the store and hands it to its carrier."""

    def __init__(self, store: Store, roster: Roster, carriers: Mapping[Chat, Carrier]) -> None:
        self.store, self.roster, self.carriers = store, roster, carriers
        self._away: set[Chat] = set()  # platforms whose last answer was a failure

    async def run_once(self, limit: int = 20) -> int:
        """Works through up to `limit` conversations in which a card is due; returns how many."""
        found = await asyncio.to_thread(self.turns, limit=limit)
        await asyncio.gather(*(self.deliver(where) for where in found))
        return len(found)

    def turns(
        self,
        chat: Chat | None = None,
        *,
        limit: int,
        but: Collection[str] = (),
        since: timedelta = NOW,
    ) -> Sequence[ToSend]:
        """Conversations whose next card could have left `since` then; those of `but` are left
        out.
        """
        with self.store.read() as tx:
            return rows.turns(tx, tx.now - since, chat=chat, limit=limit, but=but)

    async def deliver(self, where: ToSend) -> int:
        """Sends what is due in one conversation, in its order, until there is nothing left or the
        platform asks for patience; returns how many cards were done with.
        """
        done = 0
        while await self._next(where):
            done += 1
        return done

    async def _next(self, where: ToSend) -> bool:
        """Deals with the next card; False when the conversation has to wait or has none."""
        taken = await self._taken(where)
        if taken is None:
            return False
        reached(Point.CARD_TAKEN)
        out, parcel = taken
        try:
            receipt = await self._carry(out, parcel)
        except asyncio.CancelledError:
            await self._note(self._hand_over, out)
            raise
        except Undeliverable as problem:
            await self._note(self._park, out, problem.code)
        except Later as problem:
            return await self._note(self._later, out, problem.code, problem.seconds)
        except TimeoutError:
            return await self._note(self._later, out, "timeout", None)
        except Exception as defect:  # noqa: BLE001 - one card's defect must not stop the others
            code = f"defect-{report_defect('deliver', defect)}"
            return await self._note(self._later, out, code, None)
        else:
            reached(Point.CARD_POSTED)
            await self._note(self._delivered, out, receipt)
            reached(Point.CARD_SAVED)
        return True

    async def _taken(self, where: ToSend) -> tuple[Outgoing, Parcel] | None:
        """The next card, taken; given back when we are told to stop in that very moment."""
        claim = partial(self.store.again, partial(self._claim, where))
        claiming = asyncio.ensure_future(asyncio.to_thread(claim))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            if taken := await claiming:
                await self._note(self._hand_over, taken[0])
            raise

    def _claim(self, where: ToSend) -> tuple[Outgoing, Parcel] | None:
        with self.store.write(hurried=False) as tx:
            taken = rows.claim(tx, now=tx.now, lease=LEASE, whose=where)
            return (taken[0], self._parcel(tx, taken[0])) if taken else None

    def _parcel(self, tx: Tx, out: Outgoing) -> Parcel:
        """The card with the person's id there, and the address they were last heard of at."""
        person = self.roster.get(out.person)
        user, address = people.reach(tx, out.chat, out.person)
        return Parcel(
            key=out.key,
            user=(user or person.ids.get(out.chat, "")) if person else "",
            address=address,
            card=out.card,
            receipt=Receipt(*out.receipt) if out.receipt else None,
            attempt=out.attempt,
            neighbour="" if address else people.neighbour(tx, out.chat),
        )

    async def _carry(self, out: Outgoing, parcel: Parcel) -> Receipt:
        carrier = self.carriers.get(out.chat)
        if not out.readable:
            raise Undeliverable("unreadable")
        if carrier is None or not parcel.user:
            raise Undeliverable("no-account")
        async with kept(partial(self._keep, out), LEASE), asyncio.timeout(PATIENCE):
            return await carrier.deliver(parcel)

    def _keep(self, out: Outgoing) -> None:
        with self.store.write(hurried=False) as tx:
            rows.renew(tx, out, tx.now + LEASE)

    # --- how it went -------------------------------------------------------------------------

    async def _note(self, act: Callable[..., bool], *what: object) -> bool:
        """Writes down how it went, with patience: a card that is not noted is sent again."""
        for pause in NOTE_PAUSES:
            try:
                return await asyncio.to_thread(self.store.again, partial(act, *what))
            except Exception as defect:  # noqa: BLE001 - the database may be back in a moment
                report_defect("note", defect)
                await asyncio.sleep(pause)
        return await asyncio.to_thread(self.store.again, partial(act, *what))

    def _delivered(self, out: Outgoing, receipt: Receipt) -> bool:
        with self.store.write(hurried=False) as tx:
            if not rows.delivered(tx, out, receipt.conversation, receipt.message):
                self._withdraw(tx, out, receipt)
            if out.chat in self._away:
                stuck.hurry(tx, out.chat)
            reached(Point.CARD_NOTED)
        self._away.discard(out.chat)
        DELIVERED.labels(out.chat, "sent").inc()
        log.info("card_sent", **_about(out))
        return True

    def _withdraw(self, tx: Tx, out: Outgoing, receipt: Receipt) -> None:
        """Replaces a card that another process has sent too while we were thought to be gone."""
        key, place = rows.copy_key(out.draft, receipt.message), astuple(receipt)
        rows.put(
            tx, out.person, key, desk.repeated(), chat=out.chat, draft=out.draft, receipt=place
        )

    def _later(self, out: Outgoing, code: str, seconds: float | None) -> bool:
        wait = seconds if seconds is not None else min(2.0**out.attempt, LONGEST_WAIT)
        if out.attempt >= MOST_ATTEMPTS:
            return self._park(out, code)
        log.info("card_later", code=code, **_about(out))
        with self.store.write(hurried=False) as tx:
            rows.later(tx, out, tx.now + timedelta(seconds=wait), code)
            reached(Point.TROUBLE_NOTED)
        self._away.add(out.chat)
        DELIVERED.labels(out.chat, "later").inc()
        return False

    def _park(self, out: Outgoing, code: str) -> bool:
        log.warning("card_parked", code=code, **_about(out))
        with self.store.write(hurried=False) as tx:
            known = stuck.parked(tx, out.chat, out.person)
            rows.park(tx, out, code)
            if not known:
                self._tell_admins(tx, out, code)
            reached(Point.TROUBLE_NOTED)
        DELIVERED.labels(out.chat, "parked").inc()
        return True

    def _tell_admins(self, tx: Tx, out: Outgoing, code: str) -> None:
        """Says once that a conversation is blocked, wherever admins can be reached best."""
        chats = sorted(self.carriers, key=lambda chat: chat == out.chat)
        card = admin.undelivered(self.roster.name(out.person), out.chat, code)
        for person in self.roster.having(Role.ADMIN):
            chat = person.reached_on(chats)
            if chat and person.key != out.person:
                key = f"undelivered/{out.chat}/{out.person}/{tx.now:%Y%m%d%H%M%S}"
                rows.put(tx, person.key, key, card, chat=chat)

    def _hand_over(self, out: Outgoing) -> bool:
        with self.store.write(hurried=False) as tx:
            rows.hand_over(tx, out)
        return False


def _about(out: Outgoing) -> dict[str, object]:
    """What the log says of a card. Its key and draft stand in the line about its saving too."""
    return {"chat": out.chat, "key": out.key, "draft": out.draft, "attempt": out.attempt}
