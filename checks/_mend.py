"""Safe rewrites: a ready new text in which nothing is left that the checks would hold.

Only edits whose sense nobody can mistake are made: a person's name gives way to "a patient", a
hashtag with a name goes, a day with its preposition goes, a claim is swapped for its approved form,
a missing way to act is added, a text that is too long ends at an earlier sentence, an answer to a
review becomes the practice's own template. The result is checked again, and offered only when it
passes; otherwise nothing is.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from checks._catalogue import instead
from checks._reading import read
from checks._run import run
from checks.platform._limits import length, limits
from checks.values import Category, Finding, Identifier, Kind, Post, Practice, Severity

HOLDING = frozenset({Severity.BLOCK, Severity.ESCALATE})
ROUNDS = 2  # the first mending can bring to light what stood behind it
TITLE = re.compile(r"(?:\b(?:mr|mrs|ms|miss|señor|señora|sra?|don|doña)\.? )$", re.I)
PREPOSITION = re.compile(
    r",? ?\b(?:on|in|at|of|from|since|last|this|el|en|de|desde|near) (?:the )?$", re.I
)
HASHTAG = re.compile(r"#\w*$")
OPENS = re.compile(r"(?:^|[.!?]\s+|\n\s*)$")
SPANISH = re.compile(r"\b(?:el|la|los|que|para|con|nuestr[oa]|por)\b", re.I)
NO_SPACE_BEFORE = tuple(" .,!?;:\n")
NAMES = frozenset({Identifier.NAME, Identifier.HANDLE})
GOING = frozenset({Identifier.DATE, Identifier.GEO})


@dataclass(frozen=True)
class Mended:
    """A text that passes, and in short sentences what was changed."""

    text: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Edit:
    start: int
    end: int
    words: str
    change: str


def mend(post: Post, practice: Practice, findings: Sequence[Finding]) -> Mended | None:
    """A new text for the post that the checks let pass, or None when no safe one is known."""
    if not any(f.severity is not Severity.TIP for f in findings):
        return None
    if post.kind is Kind.REPLY:
        return _answered(post, practice)
    text, changes, found = post.text, list[str](), list(findings)
    for _ in range(ROUNDS):
        edits = _edits(replace(post, text=text), practice, found)
        if not edits:
            return None
        text = _applied(text, edits)
        changes += [edit.change for edit in edits]
        found = list(run(replace(post, text=text), practice))
        if not any(f.severity is not Severity.TIP for f in found):
            return Mended(text, tuple(dict.fromkeys(changes)))
    return None


def _answered(post: Post, practice: Practice) -> Mended | None:
    """The practice's own answer to reviews: the first template that the checks let pass."""
    for template in practice.reply_templates:
        found = run(replace(post, text=template), practice)
        if template.strip() != post.text.strip() and all(f.severity is Severity.TIP for f in found):
            return Mended(template, ("This is your approved answer to reviews.",))
    return None


def _edits(post: Post, practice: Practice, found: Iterable[Finding]) -> list[Edit]:
    """The edits that answer the findings, from the end of the text to its beginning."""
    made: list[Edit] = []
    for finding in found:
        edit = _edit(post, practice, finding)
        if edit and not any(edit.start < e.end and e.start < edit.end for e in made):
            made.append(edit)
    return sorted(made, key=lambda e: -e.start)


def _edit(post: Post, practice: Practice, finding: Finding) -> Edit | None:
    if finding.field != "text":
        return None
    if finding.category is Category.PHI and finding.severity in HOLDING:
        return _without(post.text, finding)
    if finding.category is Category.CALL_TO_ACTION and practice.call_to_action:
        end = len(post.text.rstrip())
        line = f" {practice.call_to_action}"
        return Edit(end, len(post.text), line, "Your call to action was added.")
    if finding.rule == "platform.text-length":
        return _shorter(post, practice)
    return _swapped(post.text, finding)


def _without(text: str, finding: Finding) -> Edit | None:
    """The place without the identifier: a neutral word for a person, nothing for a day or town."""
    before = text[: finding.start]
    if tag := HASHTAG.search(before):
        end = finding.end + len(re.match(r"\w*", text[finding.end :])[0])  # type: ignore[index]
        return Edit(tag.start(), end, "", "A hashtag that names somebody was taken out.")
    if finding.identifier in NAMES:
        title = TITLE.search(before)
        start = title.start() if title else finding.start
        words = "un paciente" if len(SPANISH.findall(text)) > 2 else "a patient"
        if OPENS.search(text[:start]):
            words = words[0].upper() + words[1:]
        return Edit(start, finding.end, words, "A person's name was replaced.")
    if finding.identifier in GOING and (lead := PREPOSITION.search(before)):
        return Edit(lead.start(), finding.end, "", "A day or place was taken out.")
    return None


def _shorter(post: Post, practice: Practice) -> Edit | None:
    """Ends the text at the last sentence that leaves room for the call to action."""
    limit = limits(post.platform)
    action = f" {practice.call_to_action}" if practice.call_to_action else ""
    if limit is None:
        return None
    ends = [end for _, end in read(post).sentences if end < len(post.text)]
    for end in reversed(ends):
        if length(post.text[:end].rstrip() + action, limit.counting) <= limit.text:
            return Edit(end, len(post.text), action, "The text ends earlier, within the limit.")
    return None


def _swapped(text: str, finding: Finding) -> Edit | None:
    words = text[finding.start : finding.end]
    for claim, approved in instead(finding.rule).items():
        if match := re.search(rf"\b{re.escape(claim)}\b", words, re.I):
            start = finding.start + match.start()
            new = approved.capitalize() if match[0][0].isupper() else approved
            return Edit(start, start + len(match[0]), new, "A claim got its approved wording.")
    return None


def _applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits, without the gap that a cut would leave; the rest as it was."""
    for edit in edits:
        head, tail = text[: edit.start] + edit.words, text[edit.end :]
        if tail.startswith(NO_SPACE_BEFORE):
            head = head.rstrip(" ")
        text = head + tail
    return text.strip()
