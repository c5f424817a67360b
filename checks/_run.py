"""Runs every rule over a post and gathers what they say.

A post is read as written, and a second time with every disguise undone when that changes anything.
What only the second reading shows is reported twice: as what it is, and as a disguise. Alternative
texts are read together with the text they belong to, because a picture's "Anna in room 4" is about
a patient when the text says so. What lies inside a phrase that the practice allows is
left out at the end.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from checks import _catalogue
from checks._reading import read
from checks._rule import Rule, RuleError
from checks._views import View, folded
from checks._weigh import merged, weighed
from checks.values import Category, Finding, Mark, Post, Practice, Severity

HALF_CHARACTER = re.compile("[\ud800-\udfff]")
log = logging.getLogger(__name__)

DISGUISE = "wording.disguise"
DISGUISE_SAYS = "Write this out plainly: spelling that hides words holds a draft back."
UNCHECKED_SAYS = "One check could not read this draft, so a person has to: ask the approver."
OWN_PACK_SAYS = "One of the practice's own word lists could not be read: tell the administrator."
LONGEST_DISGUISE = 80  # characters: a whole sentence is no disguise for having one inside
IN_ALT = frozenset({Category.PHI, Category.PROFANITY})
AS_WRITTEN = frozenset({"platform", "wording"})  # packages that look at the letters themselves


def run(post: Post, practice: Practice) -> tuple[Finding, ...]:
    """What all rules have to say about the post, in the order of the text. Never raises."""
    post = replace(post, text=_sound(post.text), practice=practice)
    rules, found = _rules_for(practice, len(post.text))
    rules = [rule for rule in rules if post.kind in rule.kinds]
    found += _read(post, rules)
    for number, alt in enumerate(post.alt_texts):
        found += _alt(
            post, number, _sound(alt), [rule for rule in rules if rule.category in IN_ALT]
        )
    found = merged(_not_allowed(set(found), post))
    return tuple(sorted(found, key=lambda f: (f.field != "text", f.field, f.start, f.end, f.rule)))


def _sound(text: str) -> str:
    """The text without half characters, which no library can encode; its length is unchanged."""
    return HALF_CHARACTER.sub("\ufffd", text)


def _rules_for(practice: Practice, length: int) -> tuple[list[Rule], list[Finding]]:
    rules, held = list(_catalogue.rules()), []
    for path in practice.packs:
        try:
            rules.append(_catalogue.own_pack(path))
        except RuleError:
            log.error("an own pack could not be read")
            held.append(
                Finding("own.pack", Category.UNCHECKED, Severity.ESCALATE, 0, length, OWN_PACK_SAYS)
            )
    return [rule for rule in rules if not _catalogue.is_off(rule.id, practice)], held


def _read(post: Post, rules: Iterable[Rule]) -> list[Finding]:
    rules = list(rules)
    found = weighed(post, (finding for rule in rules for finding in _speak(rule, post)))
    clear = read(post).revealed
    if clear.text == post.text:
        return found
    second = replace(post, text=clear.text)
    for rule in (rule for rule in rules if rule.package not in AS_WRITTEN):
        for finding in weighed(second, _speak(rule, second)):
            start, end = clear.span(finding.start, finding.end)
            same = [f for f in found if f.rule == rule.id and f.start < end and start < f.end]
            if not any(f.start <= start and end <= f.end for f in same):
                found = [f for f in found if f not in same]
                if finding.category is Category.UNCHECKED or start < end:
                    found.append(replace(finding, start=start, end=end))
            shown = folded(View(post.text[start:end])).text
            hidden = shown != clear.text[finding.start : finding.end]
            if hidden and len(shown) <= LONGEST_DISGUISE and not _covered(found, start, end):
                found += _disguise(start, end, post.practice)
    return found


def _covered(found: list[Finding], start: int, end: int) -> bool:
    return any(f.rule == DISGUISE and f.start < end and start < f.end for f in found)


def _disguise(start: int, end: int, practice: Practice) -> list[Finding]:
    rule = next((r for r in _catalogue.rules() if r.id == DISGUISE), None)
    if rule is None or _catalogue.is_off(DISGUISE, practice):
        return []
    severity = _catalogue.severity(rule, practice) or rule.severity
    return [Finding(DISGUISE, rule.category, severity, start, end, DISGUISE_SAYS)]


def _alt(post: Post, number: int, alt: str, rules: list[Rule]) -> list[Finding]:
    shift = len(post.text) + 2
    whole = replace(post, text=f"{post.text}\n\n{alt}", alt_texts=())
    return [
        replace(f, start=max(0, f.start - shift), end=f.end - shift, field=f"alt:{number}")
        for f in _read(whole, rules)
        if f.start >= shift or (f.category is Category.UNCHECKED and f.end > shift)
    ]


def _speak(rule: Rule, post: Post) -> Iterator[Finding]:
    """What one rule finds. A rule that breaks holds the draft; nothing passes because of it."""
    length = len(post.text)
    try:
        marks = [m if isinstance(m, Mark) else Mark(*m) for m in rule.find(post)]
    except Exception as error:  # noqa: BLE001 - one rule's failure must not lose the others' findings
        log.error("rule %s failed: %s", rule.id, type(error).__name__)
        yield Finding(rule.id, Category.UNCHECKED, Severity.ESCALATE, 0, length, UNCHECKED_SAYS)
        return
    forced = _catalogue.severity(rule, post.practice) if marks else None
    for mark in marks:
        yield Finding(
            rule=rule.id,
            category=rule.category,
            severity=forced or mark.severity or rule.severity,
            start=max(0, min(mark.start, length)),
            end=max(0, min(mark.end, length)),
            message=mark.message,
            identifier=mark.identifier or rule.identifier,
        )


def _not_allowed(found: Iterable[Finding], post: Post) -> list[Finding]:
    """The findings without those that lie wholly inside a phrase the practice allows.

    A check that could not finish is never allowed away.
    """
    if not post.practice.allowed:
        return list(found)
    texts = {"text": post.text}
    texts |= {f"alt:{number}": _sound(alt) for number, alt in enumerate(post.alt_texts)}
    places = {field: list(_places(text, post.practice.allowed)) for field, text in texts.items()}
    return [
        f
        for f in found
        if f.category is Category.UNCHECKED
        or not any(start <= f.start < f.end <= end for start, end in places[f.field])
    ]


def _places(text: str, phrases: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where the phrases stand as whole words, in any case and typography, but not in disguise."""
    plain = folded(View(text))
    for phrase in phrases:
        words = [re.escape(word) for word in folded(View(phrase)).text.split()]
        if words:
            pattern = r"(?<!\w)" + r"\s{1,9}".join(words) + r"(?!\w)"
            for match in re.finditer(pattern, plain.text, re.IGNORECASE):
                yield plain.span(*match.span())
