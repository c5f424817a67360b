"""CSV that a spreadsheet takes as words and never as formulas, one line at a time."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

BOM: Final = "\ufeff"  # tells Excel that a file is UTF-8
_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")


def safe(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) else text


def csv_rows(rows: Iterable[Sequence[str | int]], *, bom: bool = False) -> Iterator[str]:
    """Each row as a line of CSV (RFC 4180) with every text cell safe. Holds one row at a time."""
    writer = csv.writer(_Echo())
    start = BOM if bom else ""
    for row in rows:
        line: str = writer.writerow([safe(c) if isinstance(c, str) else c for c in row])
        yield start + line
        start = ""


class _Echo:
    """Hands every line straight back: `writerow` returns what `write` returned."""

    def write(self, line: str) -> str:
        return line
