"""The list of rules and the pages made from it."""

from datetime import date
from pathlib import Path

import pytest

import checks
from bot.cli import rulebook

PAGES = Path(__file__).parents[1] / "docs" / "rules"
RULES = checks.catalogue()


def test_there_is_a_current_page_for_every_rule_and_no_other(tmp_path: Path) -> None:
    rulebook.write(tmp_path, list(RULES))
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    kept = {file.name: file.read_text() for file in PAGES.iterdir()}
    assert made == kept, "run `make pages`"


def test_a_page_of_a_rule_that_is_gone_goes_too(tmp_path: Path) -> None:
    (tmp_path / "claims.gone.md").write_text("x")
    rulebook.write(tmp_path, list(RULES[:1]))
    assert {file.name for file in tmp_path.iterdir()} == {"README.md", f"{RULES[0].id}.md"}


@pytest.mark.parametrize(
    ("as_of", "stale"), [("2026-11", False), ("2025-05", False), ("2025-04", True)]
)
def test_a_source_is_looked_up_again_after_eighteen_months(as_of: str, stale: bool) -> None:
    assert rulebook.is_stale(as_of, date(2026, 11, 24)) is stale
