"""What an author does: send, revise, edit, delete, withdraw, mark as posted."""

import re
import unicodedata
from dataclasses import replace

from bot.cards import Answer
from bot.commands import (
    TEXT_LIMIT,
    Deleted,
    Edited,
    Keep,
    Posted,
    Revise,
    Said,
    Submit,
    Take,
    Withdraw,
)
from bot.commands.parse import from_words
from bot.desk import asking, reviewing
from bot.desk.turn import Turn
from bot.drafts import Aside, Content, Draft, Move, State
from bot.ledger import Tag
from bot.messages import author, desk, reviewer, say
from bot.people import Role
from bot.refusals import Refused
from bot.store import drafts, outbox, reviews

LINK = re.compile(r"https?://[^\s<>\"]{3,2000}")
APPROVING = frozenset(
    {"looks good", "look good", "looks great", "lgtm", "approve", "approved", "ok", "okay", "yes"}
    | {"yep", "fine", "go ahead", "good to go", "ship it", "great", "perfect", "sounds good", "+1"}
)
GREETINGS = frozenset(
    {"hi", "hello", "hey", "thanks", "thank you", "thx", "good morning", "good afternoon", "start"}
)


def submit(turn: Turn, act: Submit) -> Answer:
    """A new draft: saved now, checked in a moment."""
    spoken = _bare(act.text)
    if spoken in APPROVING and reviews.waiting_for(turn.tx, turn.me.key):
        waiting = reviews.waiting_for(turn.tx, turn.me.key)[0]
        return Answer(reviewer.press_the_button(turn.view(waiting.draft)))
    if spoken in GREETINGS or spoken in APPROVING:
        return Answer(desk.small_talk())
    if not turn.me.has(Role.STAFF, Role.APPROVER, Role.PRIVACY):
        raise Refused(say.DRAFTS_NEED_STAFF)
    content = _content(turn, act)
    origin = turn.where
    source = (origin.conversation, origin.message)
    draft = drafts.add(
        turn.tx,
        turn.me.key,
        origin.chat,
        content,
        at=turn.now,
        check_at=turn.tx.now,
        source=source,
    )
    aside = Aside(act.schedule[:80], act.source)
    drafts.add_version(turn.tx, draft.id, 1, content, at=turn.now, aside=aside)
    turn.show_author(turn.fresh(draft))
    turn.record(Tag.SUBMITTED, draft=draft.id, version=1, content=content.hash)
    return Answer()


def _bare(text: str) -> str:
    return text[:40].strip().strip(".!?👍🙏 ").casefold() if len(text) <= 40 else ""


def _content(turn: Turn, act: Submit) -> Content:
    """What the public would see, or a refusal that says what is missing."""
    text, kind = checked_text(act.text), act.kind
    if re.match(r"reply:", text, re.I):
        text, kind = checked_text(text[6:]), "reply"
    platform = act.platform or (turn.me.platforms[0] if len(turn.me.platforms) == 1 else "")
    known = turn.app.where
    if platform and platform not in known:
        raise Refused(say.unknown_platform(known))
    if platform and turn.me.platforms and platform not in turn.me.platforms:
        raise Refused(say.not_your_platform(turn.me.platforms))
    if act.link and not LINK.fullmatch(act.link):
        raise Refused(say.NO_LINK)
    return Content(
        text=text,
        kind="reply" if kind == "reply" else "post",
        platform=platform,
        link=act.link,
        alt_text=_printable(act.alt_text),
    )


def checked_text(raw: str) -> str:
    """The words of a post, or a refusal: too long, none at all, or nothing but signs."""
    text = _printable(raw)
    if not text:
        raise Refused(say.NO_WORDS)
    if len(text) > TEXT_LIMIT:
        raise Refused(say.too_long(len(text)))
    if not any(c.isalnum() for c in text):
        raise Refused(say.NO_LETTERS)
    return text


def _printable(raw: str) -> str:
    """The text without what no person can have typed: lone surrogates, control characters."""
    lines = raw.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc")
    return "".join(kept).strip()


def revise(turn: Turn, act: Revise) -> Answer:
    return _new_version(turn, turn.mine(act.draft), checked_text(act.text))


def take(turn: Turn, act: Take) -> Answer:
    """The offered text becomes the new version."""
    draft = turn.mine(act.draft)
    offer = turn.view(draft.id).version.offer if act.version == draft.version else None
    if offer is None or not draft.open:
        raise Refused(say.what_happened(turn.view(draft.id)))
    return _new_version(turn, draft, offer.text)


def _new_version(turn: Turn, draft: Draft, text: str) -> Answer:
    """A new version of an open draft: earlier cards step back, the checks run again."""
    old = turn.view(draft.id)
    if old.version.content is None:
        raise Refused(say.what_happened(old))
    content = replace(old.version.content, text=text)
    if content.hash == old.version.content_hash:
        return Answer(desk.done(say.EDIT_KEPT))
    number = draft.version + 1
    turn.advance(draft, Move.REVISE, version=number)
    ended = reviewing.retire(turn, draft)
    turn.record(Tag.REVISED, draft=draft.id, version=number, content=content.hash)
    drafts.add_version(turn.tx, draft.id, number, content, at=turn.now, aside=old.version.aside)
    view = turn.view(draft.id)
    for key in (f"draft/{draft.id}/v{draft.version}", f"news/{draft.id}/v{draft.version}"):
        if outbox.has(turn.tx, draft.author, key):
            turn.send(draft.author, key, author.superseded(old, number), draft)
    if ended:
        turn.close_cards(view, ended)
    drafts.ask_for_check(turn.tx, draft.id, turn.tx.now)
    turn.show(draft.id)
    return Answer()


def edited(turn: Turn, act: Edited) -> Answer:
    """The submitted message was edited on the platform."""
    draft = _from_message(turn)
    if draft is None:
        asked = from_words(act.text, act.origin)  # a slip of the pen in a word such as `queue`
        return asking.ask(turn, asked) if asked else submit(turn, Submit(act.origin, act.text))
    if draft.open:
        return _new_version(turn, draft, checked_text(act.text))
    version = turn.view(draft.id).version
    same = version.content and replace(version.content, text=checked_text(act.text))
    if draft.state is not State.APPROVED or (same and same.hash == version.content_hash):
        return Answer()
    turn.advance(draft, Move.VOID)
    turn.record(Tag.VOIDED, draft=draft.id, version=draft.version)
    turn.show(draft.id)
    return Answer(desk.refusal(say.VOIDED))


def deleted(turn: Turn, act: Deleted) -> Answer:
    """The submitted message was deleted on the platform: ask what should become of the draft."""
    draft = _from_message(turn)
    if draft is None or not draft.open:
        return Answer()
    return Answer(author.deleted(turn.view(draft.id)))


def _from_message(turn: Turn) -> Draft | None:
    """My draft that came with the message at hand."""
    at = turn.where
    draft = drafts.from_message(turn.tx, at.chat, at.conversation, at.message)
    return draft if draft and draft.author == turn.me.key else None


def withdraw(turn: Turn, act: Withdraw) -> Answer:
    draft = turn.mine(act.draft)
    if not draft.open:
        raise Refused(say.what_happened(turn.view(draft.id)))
    turn.advance(draft, Move.WITHDRAW)
    ended = reviewing.retire(turn, draft)
    turn.record(Tag.WITHDRAWN, draft=draft.id, version=draft.version)
    view = turn.show(draft.id, ended=ended)
    return Answer(desk.done(say.done(view, "is withdrawn")))


def keep(turn: Turn, act: Keep) -> Answer:
    turn.mine(act.draft)
    return Answer(desk.done(say.KEPT))


def posted(turn: Turn, act: Posted) -> Answer:
    """The author has put the approved text out."""
    draft = turn.mine(act.draft)
    if act.link and not LINK.fullmatch(act.link):
        raise Refused(say.NO_LINK)
    if draft.state is not State.APPROVED:
        raise Refused(say.what_happened(turn.view(draft.id)))
    turn.advance(draft, Move.POST)
    if act.link:
        drafts.set_link(turn.tx, draft.id, act.link)
    details: dict[str, object] | None = {"link": act.link} if act.link else None
    turn.record(Tag.POSTED, details, draft=draft.id, version=draft.version)
    view = turn.show(draft.id)
    return Answer(desk.done(say.done(view, "is marked as posted")))


def said(turn: Turn, act: Said) -> Answer:
    """Words typed under one of our cards instead of pressing its buttons."""
    at = turn.where
    key = outbox.card_at(turn.tx, at.chat, at.conversation, at.thread)
    kind, _, rest = key.partition("/")
    if kind in ("review", "remind"):
        review = reviews.get(turn.tx, int(rest))
        if review and turn.me.key in {s.person for s in review.seats}:
            view = turn.view(review.draft)
            if view.draft.state is State.IN_REVIEW:
                return Answer(reviewer.press_the_button(view))
            raise Refused(say.what_happened(view))
    if kind == "exception":
        raise Refused(say.PRESS_TO_EXCEPT)
    if kind in ("draft", "news"):
        return Answer(desk.done(say.PRESS_REVISE))
    return submit(turn, Submit(act.origin, act.text))
