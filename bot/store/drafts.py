"""Drafts, their versions and what was found in them."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import text
from sqlmodel import col, select, update

from bot.commands import Chat
from bot.drafts import OPEN, Content, Draft, Found, Stage, State, Version
from bot.store.database import ToCheck, Tx
from bot.store.tables import UNDER_WAY, DraftRow, FindingRow, VersionRow
from bot.verdicts import Verdict
from checks.values import Category, Severity


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
    tx: Tx, draft: int, number: int, content: Content, *, at: datetime, schedule: str = ""
) -> None:
    words = json.dumps({**asdict(content), "schedule": schedule}, ensure_ascii=False)
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
    content, schedule = _content(tx, row)
    note = b""
    if row.note_sealed:
        note = tx.keys.unseal(f"version.note/{draft}/{number}", row.note_sealed)
    return Version(
        draft=draft,
        number=number,
        content=content,
        content_hash=row.content_hash,
        verdict=Verdict(row.verdict) if row.verdict else None,
        schedule=schedule,
        note=note.decode(),
        stages=tuple(Stage(tuple(s["people"]), s["name"]) for s in row.stages),
    )


def _content(tx: Tx, row: VersionRow) -> tuple[Content | None, str]:
    if row.content_sealed is None:
        return None, ""
    place = f"version.content/{row.draft_id}/{row.number}"
    words = json.loads(tx.keys.unseal(place, row.content_sealed))
    schedule = words.pop("schedule")
    return Content(**words), schedule


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


def add_findings(tx: Tx, draft: int, number: int, found: Iterable[Found], at: datetime) -> None:
    for f in found:
        row = FindingRow(
            draft_id=draft,
            version=number,
            at=at,
            rule=f.rule,
            category=f.category,
            severity=f.severity,
            identifier=f.identifier,
            field=f.field,
            start=f.start,
            end=f.end,
            message=f.message,
        )
        tx.session.add(row)
        tx.session.flush()
        row.masked_sealed = tx.keys.seal(f"finding.masked/{row.id}", f.masked.encode())
    tx.session.flush()


def findings(tx: Tx, draft: int, number: int) -> tuple[Found, ...]:
    rows = tx.session.exec(
        select(FindingRow)
        .where(FindingRow.draft_id == draft, FindingRow.version == number)
        .order_by(col(FindingRow.id))
    )
    return tuple(found(tx, r) for r in rows)


def found(tx: Tx, row: FindingRow) -> Found:
    masked = b""
    if row.masked_sealed:
        masked = tx.keys.unseal(f"finding.masked/{row.id}", row.masked_sealed)
    return Found(
        rule=row.rule,
        category=Category(row.category),
        severity=Severity(row.severity),
        start=row.start,
        end=row.end,
        message=row.message,
        masked=masked.decode(),
        identifier=row.identifier,
        field=row.field,
        overturned=row.overturned_at is not None,
        id=row.id or 0,
    )


def overturn(tx: Tx, draft: int, number: int, at: datetime) -> None:
    """Marks what blocked this version as set aside by the privacy officer."""
    tx.session.connection().execute(
        update(FindingRow)
        .where(
            col(FindingRow.draft_id) == draft,
            col(FindingRow.version) == number,
            col(FindingRow.severity) == Severity.BLOCK,
        )
        .values(overturned_at=at)
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
