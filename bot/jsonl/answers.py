"""The answer to one line, or to a batch of them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import checks
from bot.verdicts import judge
from checks.values import Finding, Kind, Post, Practice

LONGEST_TEXT = 20_000
LONGEST_ID = 200
UNCHECKED = "unchecked"

TOO_LONG = "the line is longer than 512 KB"
NOT_JSON = "the line is not a JSON object in UTF-8"
NO_ID = "the line has no 'id', a number or a text that its answer could carry"
BAD_ID = f"'id' must be a number or a text of at most {LONGEST_ID} characters"
BAD_TEXT = f"'text' must be a text of at most {LONGEST_TEXT:,} characters"
BAD_PLATFORM = "'platform' must be a text of at most 40 characters"
BAD_KIND = "'kind' must be 'post' or 'reply'"


class Unusable(ValueError):
    """Why a line cannot be checked, in words that repeat nothing of it."""


@dataclass(frozen=True)
class Answer:
    verdict: str
    line: bytes


def answers(batch: Iterable[bytes | None], practice: Practice, fault: str) -> list[Answer]:
    """The answer to each line of a batch; None stands for one that was too long to be read."""
    return [_answer(line, practice, fault) for line in batch]


def _answer(line: bytes | None, practice: Practice, fault: str) -> Answer:
    draft_id: str | int | float | None = None
    try:
        data = _object(line)
        draft_id = _id(data)
        findings = checks.run(_post(data), practice)
    except Unusable as error:
        return _written(draft_id, UNCHECKED, (), str(error))
    verdict = UNCHECKED if fault else judge(findings)
    return _written(draft_id, verdict, findings, fault or None)


def _object(line: bytes | None) -> dict[str, object]:
    if line is None:
        raise Unusable(TOO_LONG)
    try:
        data = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unusable(NOT_JSON) from None
    if not isinstance(data, dict):
        raise Unusable(NOT_JSON)
    return data


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON, whatever Python says


def _id(data: dict[str, object]) -> str | int | float:
    if "id" not in data:
        raise Unusable(NO_ID)
    value = data["id"]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unusable(BAD_ID)
    if isinstance(value, str) and len(value) > LONGEST_ID:
        raise Unusable(BAD_ID)
    return value


def _post(data: dict[str, object]) -> Post:
    text, platform = data.get("text"), data.get("platform")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise Unusable(BAD_TEXT)
    if platform is not None and not (isinstance(platform, str) and len(platform) <= 40):
        raise Unusable(BAD_PLATFORM)
    return Post(text, str(platform or "").lower(), _kind(data.get("kind")))


def _kind(value: object) -> Kind:
    found = next((kind for kind in Kind if kind == (value or Kind.POST)), None)
    if found is None:
        raise Unusable(BAD_KIND)
    return found


def _written(
    draft_id: str | int | float | None,
    verdict: str,
    findings: tuple[Finding, ...],
    error: str | None,
) -> Answer:
    answer: dict[str, object] = {"id": draft_id, "verdict": str(verdict)}
    answer["findings"] = [_finding(finding) for finding in findings]
    if error is not None:
        answer["error"] = error
    return Answer(str(verdict), json.dumps(answer).encode("ascii"))


def _finding(finding: Finding) -> dict[str, object]:
    written: dict[str, object] = {
        "rule": finding.rule,
        "category": finding.category,
        "severity": finding.severity,
        "start": finding.start,
        "end": finding.end,
        "message": finding.message,
    }
    if finding.identifier is not None:
        written["identifier"] = finding.identifier
    return written
