"""Drafts, their versions and what was found in them."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import text
from sqlmodel import col, select, update

from bot.commands import Chat
from bot.drafts import OPEN, Aside, Content, Draft, Stage, State, Version
from bot.store.database import ToCheck, Tx
from bot.store.tables import UNDER_WAY, DraftRow, VersionRow
from bot.verdicts import Verdict
from checks import Mended


def add(
    tx: Tx,
    author: str,
    chat: Chat,
    content: Content,
    *,
    at: datetime,
    check_at: datetime,
    source: tuple[str, str],
) -> Draft:
    """A new draft in state received, without a version yet, before the checks from `check_at`."""
    row = DraftRow(
        author=author,
        chat=chat,
        kind=content.kind,
        platform=content.platform,
        state=State.RECEIVED,
        version=1,
        created_at=at,
        updated_at=at,
        check_at=check_at,
        source_conversation=source[0],
        source_message=source[1],
    )
    tx.session.add(row)
    tx.session.flush()
    assert row.id is not None
    tx.todo.add(ToCheck(row.id))
    return _draft(tx, row)


def add_version(
    tx: Tx, draft: int, number: int, content: Content, *, at: datetime, aside: Aside
) -> None:
    words = json.dumps({**asdict(content), **asdict(aside)}, ensure_ascii=False)
    tx.session.add(
        VersionRow(
            draft_id=draft,
            number=number,
            content_hash=content.hash,
            created_at=at,
            content_sealed=tx.keys.seal(f"version.content/{draft}/{number}", words.encode()),
            stages=[],
        )
    )
    tx.session.flush()


def get(tx: Tx, draft: int) -> Draft | None:
    row = tx.session.get(DraftRow, draft)
    return _draft(tx, row) if row else None


def from_message(tx: Tx, chat: Chat, conversation: str, message: str) -> Draft | None:
    """The draft that was submitted with this message of the platform."""
    row = tx.session.exec(
        select(DraftRow)
        .where(
            DraftRow.chat == chat,
            DraftRow.source_conversation == conversation,
            DraftRow.source_message == message,
        )
        .order_by(col(DraftRow.id).desc())
    ).first()
    return _draft(tx, row) if row and message else None


def version(tx: Tx, draft: int, number: int) -> Version | None:
    row = tx.session.get(VersionRow, (draft, number))
    if row is None:
        return None
    content, aside = _content(tx, row)
    note = b""
    if row.note_sealed:
        note = tx.keys.unseal(f"version.note/{draft}/{number}", row.note_sealed)
    return Version(
        draft=draft,
        number=number,
        content=content,
        content_hash=row.content_hash,
        verdict=Verdict(row.verdict) if row.verdict else None,
        aside=aside,
        note=note.decode(),
        offer=_offer(tx, row),
        stages=tuple(Stage(tuple(s["people"]), s["name"]) for s in row.stages),
    )


def _offer(tx: Tx, row: VersionRow) -> Mended | None:
    if row.offer_sealed is None:
        return None
    place = f"version.offer/{row.draft_id}/{row.number}"
    words = json.loads(tx.keys.unseal(place, row.offer_sealed))
    return Mended(words["text"], tuple(words["changes"]))


def set_offer(tx: Tx, draft: int, number: int, offer: Mended) -> None:
    """Keeps a text that the checks would let pass beside the version it was made from."""
    words = json.dumps(asdict(offer), ensure_ascii=False).encode()
    tx.session.connection().execute(
        update(VersionRow)
        .where(col(VersionRow.draft_id) == draft, col(VersionRow.number) == number)
        .values(offer_sealed=tx.keys.seal(f"version.offer/{draft}/{number}", words))
    )
    tx.session.expire_all()


def _content(tx: Tx, row: VersionRow) -> tuple[Content | None, Aside]:
    if row.content_sealed is None:
        return None, Aside()
    place = f"version.content/{row.draft_id}/{row.number}"
    words = json.loads(tx.keys.unseal(place, row.content_sealed))
    aside = Aside(words.pop("schedule"), words.pop("source", ""))
    return Content(**words), aside


def published(tx: Tx, *, but: int, limit: int = 60) -> tuple[str, ...]:
    """The texts of the latest other drafts that were approved or posted, if they are kept."""
    rows = tx.session.exec(
        select(VersionRow)
        .join(DraftRow, col(DraftRow.id) == col(VersionRow.draft_id))
        .where(
            col(DraftRow.state).in_((State.APPROVED, State.POSTED)),
            DraftRow.version == VersionRow.number,
            col(VersionRow.content_sealed).is_not(None),
            DraftRow.id != but,
        )
        .order_by(col(DraftRow.id).desc())
        .limit(limit)
    )
    contents = (_content(tx, row)[0] for row in rows)
    return tuple(content.text for content in contents if content)


def move(tx: Tx, draft: Draft, state: State, *, at: datetime, version: int | None = None) -> bool:
    """Compare-and-set: True when the draft still was as `draft` says and now is in `state`."""
    done = tx.session.connection().execute(
        update(DraftRow)
        .where(
            col(DraftRow.id) == draft.id,
            col(DraftRow.version) == draft.version,
            col(DraftRow.state) == draft.state,
        )
        .values(
            state=state,
            version=version or draft.version,
            updated_at=at,
            ended_at=None if state in OPEN else at,
        )
    )
    tx.session.expire_all()
    return done.rowcount == 1


def set_stages(tx: Tx, draft: int, number: int, verdict: Verdict, stages: Iterable[Stage]) -> None:
    tx.session.connection().execute(
        update(VersionRow)
        .where(col(VersionRow.draft_id) == draft, col(VersionRow.number) == number)
        .values(verdict=verdict, stages=[asdict(s) for s in stages])
    )
    tx.session.expire_all()


def set_note(tx: Tx, draft: int, number: int, note: str) -> None:
    sealed = tx.keys.seal(f"version.note/{draft}/{number}", note.encode())
    tx.session.connection().execute(
        update(VersionRow)
        .where(col(VersionRow.draft_id) == draft, col(VersionRow.number) == number)
        .values(note_sealed=sealed)
    )
    tx.session.expire_all()


def set_link(tx: Tx, draft: int, link: str) -> None:
    sealed = tx.keys.seal(f"draft.link/{draft}", link.encode())
    tx.session.connection().execute(
        update(DraftRow).where(col(DraftRow.id) == draft).values(link_sealed=sealed)
    )
    tx.session.expire_all()


def ask_for_check(tx: Tx, draft: int, at: datetime | None) -> None:
    """Puts the draft's current version before the checks (or, with None, takes it off)."""
    tx.session.connection().execute(
        update(DraftRow).where(col(DraftRow.id) == draft).values(check_at=at, check_attempt=0)
    )
    tx.session.expire_all()
    if at:
        tx.todo.add(ToCheck(draft))


def under_way(tx: Tx, author: str, limit: int = 20) -> tuple[Draft, ...]:
    """An author's drafts that are not at their end, approved ones included, newest first."""
    rows = tx.session.exec(
        select(DraftRow)
        .where(DraftRow.author == author, text(UNDER_WAY))
        .order_by(col(DraftRow.id).desc())
        .limit(limit)
    )
    return tuple(_draft(tx, r) for r in rows)


def in_state(tx: Tx, states: Iterable[State], limit: int = 50) -> tuple[Draft, ...]:
    rows = tx.session.exec(
        select(DraftRow)
        .where(col(DraftRow.state).in_(tuple(states)))
        .order_by(col(DraftRow.created_at))
        .limit(limit)
    )
    return tuple(_draft(tx, r) for r in rows)


def _draft(tx: Tx, row: DraftRow) -> Draft:
    assert row.id is not None
    link = tx.keys.unseal(f"draft.link/{row.id}", row.link_sealed) if row.link_sealed else b""
    return Draft(
        id=row.id,
        author=row.author,
        chat=Chat(row.chat),
        kind=row.kind,
        platform=row.platform,
        state=State(row.state),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        source=(row.source_conversation, row.source_message),
        link=link.decode(),
    )
