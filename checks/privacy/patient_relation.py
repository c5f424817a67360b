"""Words that confirm or deny that somebody is a patient.

Why
    Whether somebody was here is itself health information, so even a kind or a denying answer
    to a review gives it away.

Source
    45 CFR 164.502(a); HHS OCR settlements with dental and medical practices over review replies
    (Elite Dental 2019, New Vision Dental 2022)

Bad
    [reply] We are sorry your root canal was delayed last Tuesday.
    [reply] We have no record of you as a patient.
    [reply] Per your chart you were told about the fee.

Good
    [reply] We take all feedback seriously; please call our manager at 512-555-0142.
    [reply] Privacy rules keep us from discussing anything here. Please call 512-555-0142.

As of
    2026-11
"""

import re

from checks._needle import needle
from checks._reading import read
from checks.values import Category, Kind, Marks, Post, Severity

CATEGORY = Category.PATIENT_REPLY
SEVERITY = Severity.BLOCK
KINDS = (Kind.REPLY,)
STATUS = needle(
    r"\b(?:(?:you|she|he|they) (?:are|were|have(?: never)? been|is|was|aren['’]t"
    r"|weren['’]t) (?:not |never |no longer )?(?:a |an |our |one of our |seen (?:as "
    r")?(?:a )?)?(?:\w{1,12} )?patients?(?: (?:of ours|here|at))?"
    r"|(?:as|being) (?:a|our) (?:\w{1,12} )?patient(?: of ours)?|no record of (?:you|your"
    r"|this|a patient|any)|(?:our|the) records (?:show|indicate|say|reflect)|you(?:['’]ve"
    r"| have)? (?:been|never been) (?:coming )?(?:to|with) (?:us|our (?:practice|office"
    r"|clinic))"
    r"|treated you|you were (?:treated|seen|diagnosed|prescribed)|your (?:provider|doctor"
    r"|dentist|hygienist|nurse|surgeon|therapist) (?:here|told|saw|explained|did|was|said)"
    r"|you (?:missed|cancell?ed|no-?showed|skipped)(?: \w{1,12}){0,2} (?:appointment|visit"
    r"|session)"
    r"|your (?:\w{1,14} ){0,2}?(?:visit|appointment|treatment|procedure|surgery|exam"
    r"|cleaning|bill|balance|account|insurance|deductible|copay|claim|chart|file|x-?rays?"
    r"|results|labs|diagnosis|prescription|care plan|crown|filling|root canal|injection"
    r"|delivery|stay))\b",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"\b(?:to (?:schedule|book|make|change|cancel)|about|before|at|for|during|next"
    r"|questions about|manage|pay|view|every|whether|if|bring|check|call|ask|verify|call "
    r"us (?:about|before)) (?:your |a |an )?$",
    re.IGNORECASE,
)
GUARD = re.compile(
    r"\b(?:cannot|can['’]t|can not|unable to|not able to|never|don['’]t|do not) "
    r"(?:\w{1,12} ){0,4}?(?:confirm|discuss|say|share|comment|acknowledge)|\b(?:confirm "
    r"or deny|privacy (?:rules|laws?|regulations)|hipaa|whether or not|all patients|any "
    r"patient)",
    re.IGNORECASE,
)


def find(post: Post) -> Marks:
    """Plain statements about the reader's care; in a post, where all are meant, there are none."""
    done: list[tuple[int, int]] = []
    for match in STATUS.within(post):
        first, last = read(post).sentence_at(match.start())
        guarded = GUARD.search(post.text[first:last])
        asking = match[0].lower().startswith("your") and ASKING.search(
            post.text[max(0, match.start() - 24) : match.start()]
        )
        if not guarded and not asking and not any(s == first for s, _ in done):
            done.append((first, last))
            yield *match.span(), "Answer so that nobody can tell who was here."
