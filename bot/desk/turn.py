"""One command's turn at the desk: the transaction, the time, who asks, what handlers need."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.cards import Card
from bot.commands import Chat, Origin
from bot.config import App
from bot.drafts import Draft, Found, Move, move
from bot.ledger import Tag
from bot.messages import author, reviewer, say
from bot.messages.view import View
from bot.people import Person, Role, Roster
from bot.refusals import Refused
from bot.reviews import Review, ReviewState
from bot.store import Tx, drafts, ledger, outbox, reviews
from bot.store import findings as on_record
from checks.values import Severity

SYSTEM = "signoff"  # the actor of what time brings
OPERATOR = "command-line"  # the actor of what is done on the server, by whoever may
NEWS = ("approved", "rejected", "changes_requested", "expired")


class Overtaken(Exception):
    """Somebody else changed the draft between our look and our act; the act left no trace."""

    def __init__(self, draft: int) -> None:
        super().__init__("overtaken")
        self.draft = draft


@dataclass(frozen=True)
class Turn:
    """What a handler works with. `chats` are the platforms that are connected, in order."""

    tx: Tx
    now: datetime
    app: App
    roster: Roster
    chats: tuple[Chat, ...]
    origin: Origin | None = None
    sender: Person | None = None
    actor: str = SYSTEM  # who acts when nobody asks

    @property
    def me(self) -> Person:
        """Who asks. The desk has made sure that it is somebody on the roster."""
        assert self.sender is not None
        return self.sender

    @property
    def where(self) -> Origin:
        assert self.origin is not None
        return self.origin

    # --- looking ---------------------------------------------------------------------------

    def draft(self, number: int) -> Draft:
        """The draft of this number, or a refusal."""
        found = drafts.get(self.tx, number)
        if found is None:
            raise Refused(say.NOT_KNOWN)
        return found

    def mine(self, number: int) -> Draft:
        """My own draft of this number, or a refusal."""
        found = self.draft(number)
        if found.author != self.me.key:
            raise Refused(say.NOT_YOURS)
        return found

    def view(self, number: int, version: int | None = None) -> View:
        """The draft as messages need it, at its present version or another."""
        draft = self.draft(number)
        wanted = version or draft.version
        at_hand = drafts.version(self.tx, number, wanted)
        if at_hand is None:
            raise Refused(say.NOT_KNOWN)
        earlier = drafts.version(self.tx, number, wanted - 1) if wanted > 1 else None
        all_reviews = reviews.all_of(self.tx, number)
        decided = [d for d in reviews.decisions(self.tx, number) if d.version == wanted]
        return View(
            draft=draft,
            version=at_hand,
            findings=on_record.of_version(self.tx, number, wanted),
            roster=self.roster,
            zone=self.app.zone,
            now=self.now,
            review=all_reviews[-1] if all_reviews else None,
            last=decided[-1] if decided else None,
            before=earlier.text if earlier and earlier.content else None,
        )

    def fresh(self, draft: Draft) -> View:
        """The same of a draft that was just saved: there is nothing yet but its words."""
        version = drafts.version(self.tx, draft.id, draft.version)
        assert version is not None
        return View(draft, version, (), self.roster, self.app.zone, self.now)

    def blocked(self, findings: tuple[Found, ...]) -> bool:
        return any(f.severity is Severity.BLOCK and not f.overturned for f in findings)

    # --- acting ----------------------------------------------------------------------------

    def advance(self, draft: Draft, wanted: Move, version: int | None = None) -> None:
        """Moves the draft along the path, or raises: `Refused` when there is no such way,
        `Overtaken` when somebody was faster.
        """
        state = move(draft.state, wanted)
        if not drafts.move(self.tx, draft, state, at=self.now, version=version):
            raise Overtaken(draft.id)

    def record(self, tag: Tag, details: Mapping[str, object] | None = None, **ids: object) -> int:
        """Writes the ledger's line about what was just done; gives its number."""
        actor = self.sender.key if self.sender else self.actor
        return ledger.append(self.tx, actor, tag, at=self.now, ids=ids, details=details)

    def send(self, person: str, key: str, card: Card, draft: Draft | None = None) -> None:
        """Puts a card into the outbox: to an author where the draft came from, else where the
        person is.
        """
        known = self.roster.get(person)
        chat = known.reached_on(self.chats) if known else None
        if draft and draft.author == person and draft.chat in self.chats:
            chat = draft.chat
        if known and chat:
            number = draft.id if draft else None
            outbox.put(self.tx, person, key, card, chat=chat, draft=number)

    def send_once(self, person: str, key: str, card: Card, draft: Draft | None = None) -> None:
        """Sends a card unless this person has had one under this key."""
        if not outbox.has(self.tx, person, key):
            self.send(person, key, card, draft)

    def tell_admins(self, key: str, card: Card, draft: Draft | None = None) -> None:
        """Sends a note to every admin, once per key."""
        for person in self.roster.having(Role.ADMIN):
            self.send_once(person.key, key, card, draft)

    # --- showing ---------------------------------------------------------------------------

    def show(self, number: int, ended: Review | None = None) -> View:
        """Brings every card about a draft up to date: the author's, the open review's, and those
        of the review that has just `ended`.
        """
        view = self.view(number)
        self.show_author(view)
        if ended:
            self.close_cards(view, ended)
        if view.review and view.review.state is ReviewState.OPEN:
            for seat in view.review.seats:
                card = reviewer.task(view, view.review, seat.person)
                self.send(seat.person, f"review/{view.review.id}", card, view.draft)
        return view

    def show_author(self, view: View) -> None:
        """Brings the author's cards up to date: that of this version and what became of it."""
        draft, suffix = view.draft, f"{view.draft.id}/v{view.version.number}"
        self.send(draft.author, f"draft/{suffix}", author.status(view), draft)
        if draft.state in NEWS or outbox.has(self.tx, draft.author, f"news/{suffix}"):
            self.send(draft.author, f"news/{suffix}", author.news(view), draft)

    def close_cards(self, view: View, ended: Review) -> None:
        """Takes the buttons off every card of a review that is over."""
        latest = reviews.get(self.tx, ended.id) or ended
        for key in (f"review/{ended.id}", f"remind/{ended.id}", f"passed-on/{ended.id}"):
            for person, held in outbox.holders(self.tx, view.draft.id, key):
                if held == key:
                    self.send(person, key, reviewer.closed(view, latest), view.draft)
        self.close_copy(view, latest)

    def close_copy(self, view: View, ended: Review) -> None:
        """Takes the buttons off the card that was just pressed, when it is none of those we keep:
        a repeat of one that got through twice, or one that was shown as an answer.
        """
        at = self.origin
        if at is None or self.sender is None or not at.thread:
            return
        seated = self.sender.key in {seat.person for seat in ended.seats}
        if seated and not outbox.card_at(self.tx, at.chat, at.conversation, at.thread):
            outbox.put(
                self.tx,
                self.sender.key,
                outbox.copy_key(view.draft.id, at.thread),
                reviewer.closed(view, ended),
                chat=at.chat,
                draft=view.draft.id,
                receipt=(at.conversation, at.thread),
            )
