"""The threat model's lines are proven by tests that exist, and no door is forgotten."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
ATTACKS = (
    *("test_slack_doors", "test_teams_auth", "test_demo", "test_door", "test_limits"),
    *("test_rights", "test_openings", "test_hostile", "test_injection", "test_secrets"),
    *("test_watch", "test_sbom", "test_ops", "test_store", "test_kill"),
)
RULE = (
    *(f"164.308(a)({number})" for number in range(1, 9)),
    *("164.308(b)", "164.312(a)", "164.312(b)", "164.312(c)", "164.312(d)", "164.312(e)"),
    *("164.316(a)", "164.316(b)(1)", "164.316(b)(2)"),
)


def named_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {n.name for n in tree.body if isinstance(n, kinds) and n.name.startswith("test_")}


TESTS = {file.stem: named_in(file) for file in sorted((ROOT / "tests").rglob("test_*.py"))}


def rows(last: str) -> Iterator[list[str]]:
    """The lines of every table whose last column has this head."""
    inside = False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[-1] == last:
            inside = True
        elif inside and not line.startswith("|---"):
            yield cells


LINES = list(rows("Proof"))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0][:40])
def test_every_line_says_what_remains_and_is_proven(line: list[str]) -> None:
    assert len(line) == 4
    assert all(line)
    proofs = re.findall(r"`(test_\w+)`", line[3])
    assert proofs
    assert {name for name in proofs if not any(name in found for found in TESTS.values())} == set()


def test_no_kind_of_attack_that_is_tested_is_left_out() -> None:
    assert len(LINES) > 40
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert {name for name in ATTACKS if not TESTS[name] & named} == set()


@pytest.mark.parametrize("section", RULE)
def test_every_section_of_the_security_rule_says_who_does_what(section: str) -> None:
    found = [row for row in rows("What the practice must do") if row[0].startswith(section)]
    assert found
    assert all(len(row) == 4 and all(row) for row in found)
