"""All rules there are: coded ones, packs, a practice's own packs, and the states' severities."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from checks import _pack
from checks._rule import Rule, RuleError, from_module
from checks.values import Practice, Severity

HERE = Path(__file__).parent
NOT_RULES = frozenset({"packs", "data", "examples", "weights"})


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule that ships with the product, by id."""
    found = [from_module(path.parent.name, path.stem) for path in _modules()]
    found += [_pack.load(path, _pack_id(path)) for path in _packs()]
    ids = [rule.id for rule in found]
    if twice := {rule_id for rule_id in ids if ids.count(rule_id) > 1}:
        raise RuleError(f"{min(twice)}: two rules have this id")
    return tuple(sorted(found, key=lambda rule: rule.id))


def _modules() -> list[Path]:
    return [
        path
        for path in HERE.glob("*/[!_]*.py")
        if path.parent.name not in NOT_RULES and not path.parent.name.startswith("_")
    ]


def _packs() -> list[Path]:
    paths = [*HERE.glob("packs/*.yaml"), *HERE.glob("packs/*/*.yaml")]
    return [
        p
        for p in paths
        if p.parent.name != "states" and (p.parent.name != "packs" or "." in p.stem)
    ]


def _pack_id(path: Path) -> str:
    return path.stem if path.parent.name == "packs" else f"{path.parent.name}.{path.stem}"


def instead(rule_id: str) -> Mapping[str, str]:
    """The rule's claims, each with the approved form that may be offered in its place."""
    return next((rule.instead for rule in rules() if rule.id == rule_id), {})


def own_pack(path: str) -> Rule:
    """The rule in a practice's own pack; its id is `own.` and the file's name."""
    file = Path(path)
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    return _own(file, f"own.{name}", file.stat().st_mtime_ns if file.is_file() else 0)


@cache
def _own(file: Path, rule_id: str, _changed: int) -> Rule:
    return _pack.load(file, rule_id)


@cache
def state_severities(state: str) -> dict[str, Severity]:
    """What the law of `state` makes of some rules: rule id to severity. Empty without a pack."""
    path = HERE / "packs" / "states" / f"{state}.yaml"
    if not re.fullmatch(r"[A-Z]{2}", state) or not path.is_file():
        return {}
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {rule: Severity(entry["severity"]) for rule, entry in data["severities"].items()}


def severity(rule: Rule, practice: Practice) -> Severity | None:
    """What the practice or its state says about the rule; None when the rule's own word stands."""
    stated = state_severities(practice.state).get(rule.id)
    return practice.overrides.get(rule.id, stated)


def is_off(rule_id: str, practice: Practice) -> bool:
    return rule_id in practice.overrides and practice.overrides[rule_id] is None
