"""Days in a post, and which of them belong to somebody's care."""

import re
from collections.abc import Iterator

from checks.privacy._care import Tie
from checks.privacy._patients import Scene, patients, scene, specific
from checks.privacy._roles import Role
from checks.values import Post

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\.?"
)
DAY = (
    r"(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?s?\b|lunes|martes"
    r"|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo"
)
ORDINAL = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
EXACT = re.compile(
    rf"\b(?:(?:{DAY}),? )?{MONTH} {ORDINAL}(?:,? (?:1[6-9]|20)\d\d)?\b(?!%|:\d)"
    rf"|\b{ORDINAL} (?:of |de )?{MONTH}(?:,? (?:de )?(?:19|20)\d\d)?\b"
    r"|(?<![\w/.-])(?:0?[1-9]|1[0-2])[/.-](?:[12]\d|3[01]|0?[1-9])[/.-](?:19|20)?\d\d(?![\w/-])"
    r"|(?<![\w/.-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])(?![\w-])"
    r"|(?<![\w/.$-])(?:0?[1-9]|1[0-2])/(?:[12]\d|3[01]|0?[1-9])(?![\w/%-])(?! (?:of|cup"
    r"|mile|teaspoon))"
    r"|\bthe (?:[12]\d|3[01]|[1-9])(?:st|nd|rd|th)\b(?! (?:day|floor|time|grade|year"
    r"|anniversary|street|st\b|ave|century|annual|patient|month|week|birthday))"
    r"|\b(?:valentine['’]s|new year['’]s|christmas|thanksgiving|easter|mother['’]s|father['’]s"
    r"|labor|memorial|independence|st\.? patrick['’]s|groundhog) (?:day|eve|morning|night)\b"
    r"|\bhalloween\b|\bcinco de mayo\b|\bthe (?:fourth|4th) of july\b",
    re.IGNORECASE,
)
RELATIVE = re.compile(
    rf"\b(?:(?:last|this|next|on|since|until|every other|late|early) )?(?:(?:{DAY})(?: "
    rf"(?:morning|afternoon|night|evening))?)(?!['’]s? (?:day|clinic))\b"
    r"|\b(?:yesterday(?: (?:morning|afternoon|evening))?|last (?:night|week|month|weekend)"
    r"|this (?:morning|afternoon|evening)|earlier today|tomorrow|the day before|ayer"
    r"|anoche|la semana pasada)\b",
    re.IGNORECASE,
)
RECURS = re.compile(
    r"\b(?:los|todos los|cada|every|on) (?:lunes|martes|mi[eé]rcoles|jueves|viernes"
    r"|s[aá]bados?|domingos?|\w{3,6}days)$",
    re.IGNORECASE,
)
HOLIDAY = re.compile(r"\b(?:day|eve|morning|night)$|halloween|july$|mayo$", re.IGNORECASE)
OF_A_STAY = frozenset({Tie.PATIENT, Tie.STORY})
SOMEBODY = re.compile(r"N{2}|\bpatient\b")
ABOUT = re.compile(
    r"\b(?:he|she|his|her|they|you|your|born|dob|died|passed|services)\b", re.IGNORECASE
)
OURS = re.compile(
    r"\b(?:open|opens|closed?|closes|hours|clinic (?:is|on|from|hours)|flu clinic"
    r"|walk[- ]?ins?|join us|register|rsvp|sign up|event|class|webinar|workshop|seminar"
    r"|meets|support group|starts? at \d|admission|holiday|"
    r"is (?:national|world|international)|awareness|celebrat\w+ (?:national|world)|from "
    r"\d{1,2} ?(?:am|pm|to|-)|free|marathon|game|walk (?:this|on)|fair|drive|booth"
    r"|habla|charla|taller|feria|abiert[oa]s?|cerrad[oa]s?|horario|abrimos|clase|gratis"
    r"|festival|happy (?!birthday)|deadline|enrollment|election|ends|expires|reopens?"
    r"|resumes?|live on)\b",
    re.IGNORECASE,
)


def care_dates(post: Post) -> Iterator[tuple[int, int, bool]]:
    """Days that tell when somebody was born, seen, treated or died, and whether they are exact."""
    view = scene(post)
    if not specific(post):
        return
    done: list[tuple[int, int]] = []
    for pattern, exact in ((EXACT, True), (RELATIVE, False)):
        for match in pattern.finditer(post.text):
            start, end = _trimmed(post.text, match)
            free = not RECURS.search(post.text[:end][-30:]) and not any(
                s < end and start < e for s, e in done
            )
            if free and _of_care(view, start, end):
                done.append((start, end))
                yield start, end, exact


def _trimmed(text: str, match: re.Match[str]) -> tuple[int, int]:
    lead = re.match(r"(?:on|since|until|late|early) ", match[0], re.IGNORECASE)
    return match.start() + (lead.end() if lead else 0), match.end()


def _of_care(view: Scene, start: int, end: int) -> bool:
    first, last = view.reading.sentence_at(start)
    sentence = view.post.text[first:last]
    if _in_name(view, start, end):
        return False
    known = any(p.role is Role.NOTED and first <= p.start < last for p in view.people)
    if known and not SOMEBODY.search(view.shadow[first:last]):
        return False
    if not view.tied(start, end):
        named = patients(view.post)
        here = any(first <= person.start < last for person in named)
        if not (here or (named and ABOUT.search(sentence))):
            return False
    if not patients(view.post) and HOLIDAY.search(view.post.text[start:end]):
        return view.tied(start, end, OF_A_STAY) and not OURS.search(sentence)
    if re.search(r"\b1[0-8]\d\d|\b19[01]\d", view.post.text[start:end]):
        return False
    return not OURS.search(sentence) or bool(patients(view.post))


def _in_name(view: Scene, start: int, end: int) -> bool:
    return any(p.start < end and start < p.end for p in view.people)
