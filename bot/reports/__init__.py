"""Reports for admins: rows in, values out, and the values as a table, JSON or CSV."""

from bot.reports.figures import Approver, Author, Report, Tally, build
from bot.reports.rows import DraftRow, ReviewRow, Standing, TrainingRow
from bot.reports.written import spoken, table, to_csv, to_json

__all__ = [
    "Approver",
    "Author",
    "DraftRow",
    "Report",
    "ReviewRow",
    "Standing",
    "Tally",
    "TrainingRow",
    "build",
    "spoken",
    "table",
    "to_csv",
    "to_json",
]
