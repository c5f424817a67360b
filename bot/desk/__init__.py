"""The desk: takes a command, checks rights, decides, saves and queues cards, in one transaction."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from bot import clock
from bot.cards import Answer
from bot.clock import Clock
from bot.commands import (
    AskAgain,
    Chat,
    Command,
    Confirm,
    Decide,
    Decline,
    Delegate,
    Deleted,
    Dispute,
    Edited,
    EndDelegation,
    Explain,
    Hold,
    Keep,
    Learn,
    MakeException,
    NoException,
    Origin,
    Override,
    Peek,
    Posted,
    Quiz,
    Read,
    Release,
    Request,
    Revise,
    Revoke,
    Said,
    Show,
    Submit,
    Take,
    Topic,
    Withdraw,
)
from bot.config import App
from bot.desk import (
    asking,
    delegating,
    excepting,
    holding,
    judging,
    learning,
    opening,
    reviewing,
    submitting,
)
from bot.desk.turn import SYSTEM, Overtaken, Turn
from bot.messages import admin, desk, say
from bot.metrics import CHECKS
from bot.refusals import Refused
from bot.store import Store, Tx, drafts, outbox, people
from bot.verdicts import UNCHECKED
from checks import Mended
from checks.values import Finding, Post

HANDLERS: dict[type, Callable[[Turn, Any], Answer]] = {
    Submit: submitting.submit,
    Revise: submitting.revise,
    Take: submitting.take,
    Edited: submitting.edited,
    Deleted: submitting.deleted,
    Withdraw: submitting.withdraw,
    Keep: submitting.keep,
    Posted: submitting.posted,
    Said: submitting.said,
    Decide: reviewing.decide,
    Override: reviewing.override,
    Dispute: reviewing.dispute,
    Explain: reviewing.explain,
    AskAgain: reviewing.ask_again,
    Show: asking.show,
    Read: asking.read,
    Request: asking.ask,
    Learn: learning.learn,
    Quiz: learning.quiz,
    Delegate: delegating.delegate,
    EndDelegation: delegating.end,
    MakeException: excepting.make,
    NoException: excepting.decline,
    Revoke: excepting.revoke,
    Hold: holding.hold,
    Release: holding.release,
    Confirm: opening.confirm,
    Decline: opening.decline,
    Peek: opening.peek,
}
# These change nothing, so they are answered from a view that holds up no writer.
LOOKS = (Show, Read)
WRITING = {Topic.EXPORT, Topic.DELEGATE, Topic.HOLD, Topic.RELEASE, Topic.OPEN}
LOOK_TOPICS = frozenset(Topic) - WRITING
CHECK_LEASE = timedelta(seconds=30)
CHECK_ATTEMPTS = 3


class Desk:
    """Handles commands. `clock` is the practice's time; leases always run on the machine's."""

    def __init__(
        self,
        store: Store,
        app: App,
        *,
        clock: Clock = clock.now,
        chats: Sequence[Chat] = tuple(Chat),
    ) -> None:
        self.store, self.app, self.clock = store, app, clock
        self.chats, self.roster = tuple(chats), app.roster

    def turn(self, tx: Tx, origin: Origin | None = None, *, actor: str = SYSTEM) -> Turn:
        sender = self.roster.sender(origin) if origin else None
        return Turn(tx, self.clock(), self.app, self.roster, self.chats, origin, sender, actor)

    def handle(self, command: Command) -> Answer:
        """The answer for whoever asked. A redelivered event is answered with nothing at all."""
        origin = command.origin
        try:
            if self.roster.sender(origin) is None:
                return self._stranger(origin)
            if _only_looks(command):
                return self._look(command)
            with self.store.write() as tx:
                if not self._first_time(tx, origin):
                    return Answer()
                return HANDLERS[type(command)](self.turn(tx, origin), command)
        except Refused as refused:
            with self.store.write() as tx:
                new = self._first_time(tx, origin)
            return Answer(desk.refusal(refused.sentence)) if new else Answer()
        except Overtaken as overtaken:
            with self.store.read() as tx:
                view = self.turn(tx, origin).view(overtaken.draft)
            return Answer(desk.refusal(say.what_happened(view)))

    def _look(self, command: Command) -> Answer:
        with self.store.write() as tx:
            if not self._first_time(tx, command.origin):
                return Answer()
        with self.store.read() as tx:
            try:
                return HANDLERS[type(command)](self.turn(tx, command.origin), command)
            except Refused as refused:
                return Answer(desk.refusal(refused.sentence))

    def _first_time(self, tx: Tx, origin: Origin) -> bool:
        """Remembers the event and where its sender can be reached; False for a redelivery."""
        if not people.first_time(tx, origin.chat, origin.event, clock.now()):
            return False
        known = self.roster.sender(origin)
        at = (origin.user, origin.address)
        if known and origin.address and people.set_address(tx, origin.chat, known.key, *at):
            outbox.unpark(tx, known.key, clock.now())
        return True

    def _stranger(self, origin: Origin) -> Answer:
        with self.store.write() as tx:
            if not people.first_time(tx, origin.chat, origin.event, clock.now()):
                return Answer()
            note = admin.stranger(origin.chat, origin.user)
            # The key of a card is logged, so it does not hold whose card it is.
            who = hashlib.sha256(f"{origin.chat}/{origin.user}".encode("utf-8", "replace"))
            self.turn(tx).tell_admins(f"stranger/{who.hexdigest()[:16]}", note)
        return Answer(desk.stranger())

    def take_over(self) -> None:
        """Takes up at once what the last process was doing. Only for the one that runs alone."""
        with self.store.write() as tx:
            drafts.release(tx, clock.now())
            outbox.release(tx)

    # --- the checks --------------------------------------------------------------------------

    def to_check(self, limit: int = 4) -> list[tuple[int, int, Post]]:
        """Takes drafts that wait for the checks: (draft, version, post) each, for a while.

        A post carries the practice as it is now, so whoever checks it needs nothing else.
        """
        taken = []
        with self.store.write(hurried=False) as tx:
            claimed = drafts.claim_unchecked(tx, now=clock.now(), lease=CHECK_LEASE, limit=limit)
            for number, version, attempt in claimed:
                at_hand = drafts.version(tx, number, version)
                if attempt > CHECK_ATTEMPTS or at_hand is None or at_hand.content is None:
                    judging.settle(self.turn(tx), number, version, (UNCHECKED,))
                    CHECKS.labels(judging.result((UNCHECKED,))).inc()
                else:
                    post = judging.post_of(self.turn(tx), at_hand, at_hand.content)
                    taken.append((number, version, post))
        return taken

    def settle(
        self,
        number: int,
        version: int,
        findings: Sequence[Finding],
        offer: Mended | None = None,
    ) -> bool:
        """Takes in what the checks found, and the text they would let pass if they know one."""
        try:
            with self.store.write(hurried=False) as tx:
                settled = judging.settle(self.turn(tx), number, version, findings, offer)
        except Overtaken:
            return False
        if settled:
            CHECKS.labels(judging.result(findings)).inc()
        return settled


def _only_looks(command: Command) -> bool:
    if isinstance(command, Request):
        exports = command.topic is Topic.LEDGER and "export" in command.words.casefold()
        return command.topic in LOOK_TOPICS and not exports
    return isinstance(command, LOOKS)
