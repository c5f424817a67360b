"""Reported false alarms, and the exceptions that the practice made of them."""

from datetime import datetime

from sqlmodel import col, select, update

from bot.exceptions import Alarm, ExceptionKind, Lighter
from bot.store.database import Tx
from bot.store.tables import ExceptionRow

WAITS = ""  # the kind of what nobody has decided about
MADE = (ExceptionKind.PERSON, ExceptionKind.PHRASE, ExceptionKind.SEVERITY)


def report(tx: Tx, draft: int, version: int, rule: str, at: datetime) -> int:
    """Puts a false alarm on record as waiting; returns its number."""
    row = ExceptionRow(draft_id=draft, version=version, rule=rule, reported_at=at)
    tx.session.add(row)
    tx.session.flush()
    assert row.id is not None
    return row.id


def decide(tx: Tx, decided: Alarm) -> bool:
    """Compare-and-set: True when the alarm still waited, and now is as `decided` says."""
    assert decided.kind is not None
    words = decided.words.encode()
    done = tx.session.connection().execute(
        update(ExceptionRow)
        .where(col(ExceptionRow.id) == decided.id, col(ExceptionRow.kind) == WAITS)
        .values(
            kind=decided.kind,
            severity=decided.lighter or "",
            words_sealed=tx.keys.seal(_place(decided.id), words) if words else None,
            made_by=decided.by,
            made_at=decided.at,
        )
    )
    tx.session.expire_all()
    return done.rowcount == 1


def revoke(tx: Tx, alarm: int, *, by: str, at: datetime) -> bool:
    """Compare-and-set: True when the exception was in force, and now is not."""
    done = tx.session.connection().execute(
        update(ExceptionRow)
        .where(
            col(ExceptionRow.id) == alarm,
            col(ExceptionRow.kind).in_(MADE),
            col(ExceptionRow.revoked_at).is_(None),
        )
        .values(revoked_by=by, revoked_at=at)
    )
    tx.session.expire_all()
    return done.rowcount == 1


def get(tx: Tx, alarm: int) -> Alarm | None:
    row = tx.session.get(ExceptionRow, alarm)
    return _alarm(tx, row) if row else None


def of_draft(tx: Tx, draft: int) -> tuple[Alarm, ...]:
    """What was reported about any version of a draft, oldest first."""
    return _alarms(tx, col(ExceptionRow.draft_id) == draft)


def waiting(tx: Tx) -> tuple[Alarm, ...]:
    """What nobody has decided about, oldest first."""
    return _alarms(tx, col(ExceptionRow.kind) == WAITS)


def in_force(tx: Tx) -> tuple[Alarm, ...]:
    """The exceptions that count now, in the order in which they were made."""
    which = col(ExceptionRow.kind).in_(MADE) & col(ExceptionRow.revoked_at).is_(None)
    return tuple(sorted(_alarms(tx, which), key=lambda alarm: alarm.at or alarm.reported_at))


def _alarms(tx: Tx, which: object) -> tuple[Alarm, ...]:
    rows = tx.session.exec(
        select(ExceptionRow)
        .where(which)  # type: ignore[arg-type]
        .order_by(col(ExceptionRow.id))
    )
    return tuple(_alarm(tx, row) for row in rows)


def _alarm(tx: Tx, row: ExceptionRow) -> Alarm:
    assert row.id is not None
    words = tx.keys.unseal(_place(row.id), row.words_sealed) if row.words_sealed else b""
    return Alarm(
        id=row.id,
        draft=row.draft_id,
        version=row.version,
        rule=row.rule,
        reported_at=row.reported_at,
        kind=ExceptionKind(row.kind) if row.kind != WAITS else None,
        words=words.decode(),
        lighter=Lighter(row.severity) if row.severity else None,
        by=row.made_by,
        at=row.made_at,
        revoked_by=row.revoked_by,
        revoked_at=row.revoked_at,
    )


def _place(alarm: int) -> str:
    return f"exception.words/{alarm}"
