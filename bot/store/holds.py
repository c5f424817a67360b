"""Legal holds: drafts whose words stay beyond their keeping time, and why."""

from sqlmodel import col, select, update

from bot.drafts import Held
from bot.ledger import Tag
from bot.store import ledger
from bot.store.database import Tx
from bot.store.tables import DraftRow, LedgerRow


def place(tx: Tx, draft: int) -> bool:
    """Compare-and-set: True when the draft was not on hold, still had its words, and now is."""
    return _set(tx, draft, on=True)


def lift(tx: Tx, draft: int) -> bool:
    """Compare-and-set: True when the draft was on hold, and now is not."""
    return _set(tx, draft, on=False)


def _set(tx: Tx, draft: int, *, on: bool) -> bool:
    change = update(DraftRow).where(col(DraftRow.id) == draft, col(DraftRow.hold).is_(not on))
    if on:
        change = change.where(col(DraftRow.purged_at).is_(None))
    done = tx.session.connection().execute(change.values(hold=on))
    tx.session.expire_all()
    return done.rowcount == 1


def numbers(tx: Tx) -> list[int]:
    """The drafts on hold."""
    rows = select(DraftRow.id).where(col(DraftRow.hold).is_(True)).order_by(col(DraftRow.id))
    return [n for n in tx.session.exec(rows) if n is not None]


def all_held(tx: Tx) -> list[Held]:
    """The drafts on hold with what the ledger says about each."""
    held = select(DraftRow.id).where(col(DraftRow.hold).is_(True))
    rows = tx.session.exec(
        select(LedgerRow.draft_id, LedgerRow.seq, LedgerRow.at, LedgerRow.actor).where(
            col(LedgerRow.draft_id).in_(held), LedgerRow.tag == Tag.HELD
        )
    )
    in_order = sorted(rows, key=lambda row: row[1])
    latest = {draft: (seq, at, actor) for draft, seq, at, actor in in_order if draft is not None}
    return [
        Held(draft, at, actor, str(ledger.details(tx, seq).get("reason", "")))
        for draft, (seq, at, actor) in sorted(latest.items())
    ]
