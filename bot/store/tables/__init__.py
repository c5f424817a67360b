"""The tables. Columns ending in `_sealed` are encrypted; the others hold ids, times, our words."""

from sqlmodel import SQLModel

from bot.store.tables.chats import AddressRow, OutboxRow, PageRow, SeenRow
from bot.store.tables.drafts import (
    UNDER_WAY,
    DecisionRow,
    DraftRow,
    ExceptionRow,
    FindingRow,
    OpeningRow,
    ReviewRow,
    SeatRow,
    VersionRow,
)
from bot.store.tables.ledger import HeadRow, LedgerRow
from bot.store.tables.office import AssignmentRow, DelegationRow, SettingRow

__all__ = [
    "METADATA",
    "UNDER_WAY",
    "AddressRow",
    "AssignmentRow",
    "DecisionRow",
    "DelegationRow",
    "DraftRow",
    "ExceptionRow",
    "FindingRow",
    "HeadRow",
    "LedgerRow",
    "OpeningRow",
    "OutboxRow",
    "PageRow",
    "ReviewRow",
    "SeatRow",
    "SeenRow",
    "SettingRow",
    "VersionRow",
]

METADATA = SQLModel.metadata
