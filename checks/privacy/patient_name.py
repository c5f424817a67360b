"""A patient's or relative's name.

Why
    A name beside a word about somebody's care tells the world who was treated, even when the news
    is good and the person is happy.

Source
    45 CFR 164.514(b)(2)(i)(A) and (R), 164.514(c); 164.508(a)(3)

Bad
    So proud of Maria Lopez, six weeks after her knee surgery!
    Shout-out to Mr. Ferris, who finally got his cast off today.
    Our own nurse Becky Moore rang the bell after her last chemo.
    Interesting case: J.R. walked in with crushing chest pain and a normal ECG.
    Everybody here knows "Big Ron". Today he celebrates ten years sober with our recovery group.
    Walk with us for our patient in her fight against ALS. #LiftUpLorraine
    Uploading JSmith_knee_0412.jpg, she walks again after her surgery.
    Mr. Parkinson came in about his Bowen's disease and left with a clean bill of health.
    Serena Williams came in for her knee and waved at everybody.

Good
    Meet Dr. Maria Lopez, our new knee surgeon. Call 512-555-0142 to book a visit.
    J. Smith, RN, joins our team in May. Call 512-555-0142.
    Our skeleton is called "Bony Joe" and hates Mondays. Call 512-555-0142.
    #HeartHealth starts with a walk. Call 512-555-0142.
    Parkinson's disease often begins with a small tremor. Call 512-555-0142.

Limits
    A first name, initials, a nickname or a hashtag count too. The model knows names and stories as
    it has learned them; a rare guise can be missed.

As of
    2026-11
"""

import re
from collections.abc import Iterable, Iterator

from checks._reader import Said
from checks._reading import read
from checks.privacy import _lexicon as lexicon
from checks.privacy._ours import ours
from checks.privacy._said import SURE, is_told, said, weight
from checks.privacy._spelling import CAP, COMMON, key
from checks.values import Category, Identifier, Mark, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.NAME
INITIALS = re.compile(r"(?:[^\W\d_]\.? ?){1,3}")
WORD = re.compile(r"[^\W\d_]{3,40}")
NAME = rf"{CAP}[^\W\d_]+"
TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Mx|Sr|Sra|Srta|Señora?|Señorita|Don|Doña"
    r"|(?i:grandma|grandpa|nana|aunt|uncle|mamá|papá|abuelit[oa]|tí[oa]))\b\.? "
    rf"({CAP}[^\W\d_]*(?:[ -]{NAME})?)"
)
HERE = re.compile(
    r"\b(?:came (?:in|by|to (?:us|see us|our))|was (?:here|in (?:today|yesterday|this|last|for"
    r"|about|with|on))|is here|walked in|stopped (?:in|by)|we (?:treated|examined)|vino"
    r"|in our (?:office|waiting room|chair|clinic|lobby|exam room)|our (?:new |favorite )?patient"
    r"|estuvo aquí)\b",
    re.IGNORECASE,
)
CARE = re.compile(
    r"\b(?:(?:for|about|with|after|por) (?:her|his|their|su) (?!new|book|movie|film|show|tour|dog)"
    r"|appointment|check-?up|surgery|treat(?:ed|ment)|patient|exam(?:ined)?|therapy|cita|injections?"
    r"|botox|filler|cleaning|x-?ray|shots?|vaccine|results?)\b",
    re.IGNORECASE,
)
ADVICE = "Take out the person's name, or get an authorization."
Place = tuple[int, int]


def find(post: Post) -> Marks:
    names = list(said(post, Identifier.NAME))
    for one in names:
        short = INITIALS.fullmatch(post.text[one.start : one.end])
        severity = Severity.ESCALATE if short else weight(one)
        yield Mark(one.start, one.end, ADVICE, severity=severity)
    taken = [(one.start, one.end) for one in names]
    taken += [(start, end) for start, end, _ in ours(post)]
    sure = [one for one in names if one.chance >= SURE]
    for severity, places in (
        (Severity.BLOCK, _again(post.text, sure)),
        (Severity.ESCALATE, _titled(post)),
        (Severity.ESCALATE, _famous(post)),
    ):
        for start, end in places:
            if not any(start < other_end and other < end for other, other_end in taken):
                taken.append((start, end))
                yield Mark(start, end, ADVICE, severity=severity)


def _again(text: str, sure: Iterable[Said]) -> Iterator[Place]:
    """The same people by one of their names, elsewhere in the text."""
    names = (text[one.start : one.end] for one in sure)
    parts = {word for name in names for word in WORD.findall(name) if _is_name(word)}
    if parts:
        pattern = rf"(?<![^\W_])(?:{'|'.join(map(re.escape, sorted(parts)))})(?![^\W_])"
        yield from (match.span() for match in re.finditer(pattern, text))


def _titled(post: Post) -> Iterator[Place]:
    """Whoever is called Mr. or Mrs., grandma or papá in a post about a patient."""
    if is_told(post):
        yield from (match.span(1) for match in TITLED.finditer(post.text))


def _famous(post: Post) -> Iterator[Place]:
    """A public figure who is told to have been here for care."""
    for start, end in read(post).sentences:
        words, low = post.text[start:end], read(post).lower[start:end]
        if HERE.search(words) and CARE.search(words):
            for name in lexicon.of_note("public_figures"):
                at = low.find(name) if " " in name else -1
                end_of_name = at + len(name)
                if at >= 0 and words[at].isupper() and not low[end_of_name:][:1].isalpha():
                    yield start + at, start + end_of_name


def _is_name(word: str) -> bool:
    return word[0].isupper() and key(word) not in COMMON
