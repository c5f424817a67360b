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
from bot.failpoints import Point, reached
from bot.messages import admin, desk, say
from bot.metrics import CHECKS
from bot.refusals import Refused
from bot.store import Store, Tx, checking, drafts, outbox, people, stuck
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
LOOKS_AGAIN = 3
CHECK_LEASE = timedelta(seconds=12)  # kept alive while the checks run
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
        """The answer for whoever asked. A redelivered event is answered with nothing at all.

        Who was overtaken by somebody else's act looks again and does what fits then: an edit that
        comes a moment after an approval has to void it.
        """
        for _ in range(LOOKS_AGAIN):
            try:
                return self.store.again(lambda: self._handle(command))
            except Overtaken as overtaken:
                draft = overtaken.draft
        with self.store.read() as tx:
            return Answer(
                desk.refusal(say.what_happened(self.turn(tx, command.origin).view(draft)))
            )

    def _handle(self, command: Command) -> Answer:
        origin = command.origin
        try:
            if self.roster.sender(origin) is None:
                return self._stranger(origin)
            if _only_looks(command):
                return self._look(command)
            with self.store.write() as tx:
                if not self._first_time(tx, origin):
                    return Answer()
                reached(Point.COMMAND_SEEN)
                answer = HANDLERS[type(command)](self.turn(tx, origin), command)
                reached(Point.COMMAND_HANDLED)
            reached(Point.COMMAND_SAVED)
            return answer
        except Refused as refused:
            with self.store.write() as tx:
                new = self._first_time(tx, origin)
                if new and isinstance(command, Decide | Override):
                    reviewing.tidy(self.turn(tx, origin), command)
            return Answer(desk.refusal(refused.sentence)) if new else Answer()

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
        if known:
            stuck.retry(tx, chat=origin.chat, person=known.key)
        at = (origin.user, origin.address)
        if known and origin.address and people.set_address(tx, origin.chat, known.key, *at):
            stuck.retry(tx, chat=origin.chat, code=stuck.NO_ADDRESS)
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
            checking.release(tx, tx.now)
            outbox.release(tx)

    # --- the checks --------------------------------------------------------------------------

    def to_check(self, limit: int = 4, only: int | None = None) -> list[tuple[int, int, Post]]:
        """Takes drafts that wait for the checks: (draft, version, post) each, on a lease.

        A post carries the practice as it is now, so whoever checks it needs nothing else.
        """
        taken = []
        with self.store.write(hurried=False) as tx:
            claimed = checking.claim(tx, now=tx.now, lease=CHECK_LEASE, limit=limit, only=only)
            for number, version, attempt in claimed:
                at_hand = drafts.version(tx, number, version)
                if attempt > CHECK_ATTEMPTS or at_hand is None or at_hand.content is None:
                    judging.settle(self.turn(tx), number, version, (UNCHECKED,))
                    CHECKS.labels(judging.result((UNCHECKED,))).inc()
                else:
                    post = judging.post_of(self.turn(tx), at_hand, at_hand.content)
                    taken.append((number, version, post))
        return taken

    def keep(self, number: int, version: int) -> None:
        """Keeps a draft whose checks take their time."""
        with self.store.write(hurried=False) as tx:
            checking.renew(tx, number, version, tx.now + CHECK_LEASE)

    def hand_back(self, number: int, version: int) -> None:
        """Leaves a draft to whoever comes next: this process stops before its checks are done."""
        with self.store.write(hurried=False) as tx:
            checking.hand_back(tx, number, version, tx.now)

    def settle(
        self,
        number: int,
        version: int,
        findings: Sequence[Finding],
        offer: Mended | None = None,
    ) -> bool:
        """Takes in what the checks found, and the text they would let pass if they know one."""
        settled = self.store.again(lambda: self._settle(number, version, findings, offer))
        if settled:
            CHECKS.labels(judging.result(findings)).inc()
        return settled

    def _settle(
        self, number: int, version: int, findings: Sequence[Finding], offer: Mended | None
    ) -> bool:
        try:
            with self.store.write(hurried=False) as tx:
                settled = judging.settle(self.turn(tx), number, version, findings, offer)
                reached(Point.CHECK_SETTLED)
        except Overtaken:
            return False
        reached(Point.CHECK_SAVED)
        return settled


def _only_looks(command: Command) -> bool:
    if isinstance(command, Request):
        exports = command.topic is Topic.LEDGER and "export" in command.words.casefold()
        return command.topic in LOOK_TOPICS and not exports
    return isinstance(command, LOOKS)
