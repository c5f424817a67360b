"""Places in a post, and which of them belong to a patient."""

import re
from collections.abc import Iterator

from checks.privacy import _lexicon as lexicon
from checks.privacy import _ours as ours
from checks.privacy._care import Tie
from checks.privacy._patients import Scene, names_patient, scene, specific
from checks.privacy._spelling import COMMON, key
from checks.values import Post

CAP = r"[A-ZÀ-Þ][\w'’-]{1,20}"
KIND = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Court|Ct|Circle|Cir"
    r"|Way|Place|Pl|Terrace|Parkway|Pkwy|Highway|Hwy|Trail|Calle|Avenida)\b\.?"
)
STREET = re.compile(
    rf"(?<![\w-])(?:\d{{1,6}} )?(?:[NSEW]\.? )?(?:{CAP} ){{1,3}}{KIND}(?: (?:near|and|&"
    rf"|at) (?:\d{{1,3}}(?:st|nd|rd|th)|{CAP}(?: {KIND})?))?(?: (?:Apt|Unit|#|Suite)\.? "
    rf"?\w{{1,5}})?"
    rf"|(?<![\w-])\d{{1,6}} (?:{CAP} ){{1,3}}(?:Apt|Unit|#|Lot|Trailer)\.? ?\w{{1,5}}"
    rf"|\b(?i:calle|avenida|calzada|av\.) (?:{CAP} ){{1,3}}(?:#|n[uú]mero )?\d{{1,5}}\b"
)
ZIP = re.compile(
    r"(?<![\w$#.,/-])\d{5}(?:-\d{4})?(?![\w,/]|\.\d|-\d)(?! (?:steps|people|patients"
    r"|followers|miles|calories|dollars|visits|children|americans|women|men|cases))",
    re.I,
)
TOWN = re.compile(
    rf"\b(?P<lead>from|of|in|near|to|at|on|outside|desde|de|en|lives in|live in|home to"
    rf"|here in|over in|down in|up in) (?:the )?(?P<town>{CAP}(?: (?:{CAP}|of|the|de"
    rf"|del)){{0,3}})"
    rf"|\b(?:[Aa]|[Aa]n|[Oo]ur|[Tt]his) (?P<native>{CAP}(?: {CAP})?) (?:\w{{3,12}} "
    rf")?(?:coach|man|woman|mom|dad"
    rf"|mother|father|native|resident|teacher|police|firefighter|officer|nurse|farmer"
    rf"|family|couple|teen|grandmother|grandfather|boy|girl|student|veteran|business"
    rf"|contractor|realtor|fisherman|roofer|plumber)\b"
    rf"|[-–—] ?{CAP}(?: {CAP})?, (?P<signed>{CAP}(?: {CAP})?)(?=[.,\s]|$)"
)
FAMILY_OF = re.compile(
    r"\b(?:family|families|twins|triplets|quadruplets|couple|siblings|kids|residents?"
    r"|native|neighbou?rs?(?: of yours)?|resident) (?:of|from|on|in)$|, of$",
    re.I,
)
TOWN_WORDS = lexicon.lines("town_words")
OF_A_PATIENT = frozenset({Tie.PATIENT, Tie.STORY, Tie.THEIRS})
NOT_TOWN = re.compile(
    r"\b(?:hospital|clinic|medical|health|center|university|college|department|team"
    r"|program|week|month|day|emergency|oncology|dental|dentistry|dermatology|pharmacy"
    r"|insurance|tigers|walgreens|cvs|walmart|marathon|spine|ortho\w*|peds|pediatrics?"
    r"|dental|surgery|eye|vision|imaging|labs?|urgent|practice|group|associates|partners"
    r"|wellness|foot|skin|care|institute|hospice|elementary|church|academy|facebook"
    r"|instagram|zoom|hour|christmas|easter|thanksgiving|january|february|march|april|may"
    r"|june|july|august|september|october|november|december)\b",
    re.I,
)
HOME = re.compile(
    r"\b(?:to|from|of|de la|en la|a la|lives (?:at|on)|home (?:at|on)|her|his|their) $", re.I
)
LIVES = re.compile(
    r"\b(?:from|lives? in|home to|resident|native|neighbou?r|outside|over in|down in|up "
    r"in)\b",
    re.I,
)


def care_places(post: Post) -> Iterator[tuple[int, int]]:
    """Places below a state that the post ties to somebody's care."""
    view = scene(post)
    towns = (*_zips(view), *_towns(view)) if specific(post) else ()
    done: list[tuple[int, int]] = []
    for start, end in (*_streets(view), *towns):
        if not any(s < end and start < e for s, e in done):
            done.append((start, end))
            yield start, end


def _streets(view: Scene) -> Iterator[tuple[int, int]]:
    for match in STREET.finditer(view.post.text):
        start, end = _without_lead(match), match.end()
        words = view.post.text[start:end]
        a_street = " " in words and not re.match(r"(?:Dr|St)\b", words)
        if not a_street or ours.is_place(words, view.post.practice):
            continue
        home = HOME.search(view.post.text[max(0, start - 25) : start]) and re.search(r"\d", words)
        if _tied(view, start, end) or (home and view.cares(start)):
            yield start, end


def _without_lead(match: re.Match[str]) -> int:
    """Where the street's name begins: "Our Elm Street" is Elm Street."""
    start = match.start()
    for word in re.finditer(r"\S+ ", match[0]):
        if key(word[0].strip()) not in COMMON - TOWN_WORDS - {"st"}:
            break
        start = match.start() + word.end()
    return start


def _zips(view: Scene) -> Iterator[tuple[int, int]]:
    for match in ZIP.finditer(view.post.text):
        if not ours.is_place(match[0], view.post.practice) and _tied(view, *match.span()):
            before = view.post.text[max(0, match.start() - 25) : match.start()].lower()
            if re.search(r"\b(?:from|zip|in|at|of|to|near|code|lives|[a-z]{2},?) ?$", before):
                yield match.span()


def _towns(view: Scene) -> Iterator[tuple[int, int]]:
    text = view.post.text
    for match in TOWN.finditer(text):
        group = next(name for name in ("town", "native", "signed") if match[name])
        town = re.sub(r"(?: (?:of|the|de|del))+$|['’]s?$", "", match[group])
        start, end = match.start(group), match.start(group) + len(town)
        lead = (match["lead"] or "").lower()
        if (
            _common(town)
            or re.search(r"[a-z][A-Z]", town)
            or town.lower() in lexicon.lines("wide_places")
            or NOT_TOWN.search(town)
        ):
            continue
        if ours.is_place(town, view.post.practice) or _a_person(view, start, end):
            continue
        before = text[max(0, match.start() - 40) : start].rstrip()
        first, last = view.reading.sentence_at(start)
        if "DD" in view.shadow[first:last] and "patient" not in view.shadow[first:last]:
            continue
        named = any(
            text[person.end : match.start()] in (" ", ", ")
            for person in view.people
            if person.letter
        )
        lives = group != "town" or LIVES.search(lead) or FAMILY_OF.search(before) or named
        if lives or (lead in ("in", "at", "near") and view.tied(start, end, OF_A_PATIENT)):
            rest = text[end : end + 25]
            if lives and not _tied(view, start, end):
                continue
            if not NOT_TOWN.match(rest.lstrip()) and not re.match(
                r" (?:Elementary|Middle|High)", rest
            ):
                yield start, end


def _common(town: str) -> bool:
    words = [key(word) for word in town.split()]
    return words[0] in COMMON and (len(words) == 1 or words[0] not in TOWN_WORDS)


def _a_person(view: Scene, start: int, end: int) -> bool:
    return any(p.start < end and start < p.end for p in view.people if p.letter and p.name.sure)


def _tied(view: Scene, start: int, end: int) -> bool:
    beside = view.tied(start, end) or view.near(start, end, 60)
    return bool(beside) or names_patient(view.post, start)
