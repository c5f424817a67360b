"""Who in a post is a patient, and which parts of it speak of somebody's care."""

import re
from bisect import bisect_left
from dataclasses import dataclass

from checks._reading import Reading, read
from checks.privacy import _care as care
from checks.privacy._care import Sign, Tie
from checks.privacy._cues import SUPPLIER
from checks.privacy._people import Person, people
from checks.privacy._roles import Role
from checks.privacy._spelling import Shape
from checks.values import Kind, Post

ADDRESS = re.compile(
    r"(?:^|[.!?\n\"“,;:] ?|\b(?:hi|hello|hey|dear|thanks?|thank you|congrats"
    r"|congratulations|welcome|welcome back|hola|gracias|bravo|sorry|kudos|shout-?out to"
    r"|love you|way to go|happy birthday)(?: (?:so much|again|to|back|little|mr|mrs|ms"
    r"|baby))?[,.]? )$",
    re.I,
)
ADDRESSED = re.compile(r"^(?:[,!.]|\?| -|:|$| (?:you|your|we|so|sorry|saw|thank|thanks))", re.I)
SELF = re.compile(
    r"(?:[OD]{2,}|\b(?:he|she|they|colleagues?|nurse|staff|team))(?:,? (?:from|in|on|of) "
    r"(?:our |the )?\w{1,12}(?: \w{1,12})?)?,? (?:\([^)]{1,30}\) )?(?:who )?(?:\w{1,12} "
    r"){0,3}?"
    r"(?:(?:finished|finishes|finishing|started|starts|starting|completed|completes|begins"
    r"|began|underwent|undergoing|beat|beats|fighting|fought|battling|survived|is having"
    r"|had|has|having|got|rang)"
    r" (?:\w{1,12} ){0,2}?(?:(?<=finished )P{5,}|(?<=completed )P{5,}|(?<=underwent )P{5,}"
    r"|(?<=last )P{5,}|CC+|(?:his|her|their|a|an) (?:\w{1,12} ){0,2}?(?:PP+|CC+|BB+ (?:out"
    r"|removed|replaced|fixed|surgery|operation)))"
    r"|tested (?:positive|negative)|(?:is|was|were|been|be) (?:recovering|diagnosed"
    r"|hospitalized|admitted|in (?:the|our) (?:hospital|icu|er)|out with|in remission"
    r"|cancer[- ]free|home (?:after|from)|expecting|pregnant|due)"
    r"|(?:is|was|becomes|became) (?:our|my|a|the) (?:\w{1,12} )?patient|as a patient|the patient)"
    r"|\b(?:rang the bell|our own [\w .-]{2,40} (?:who )?(?:is|was|finished|beat|had|got)"
    r"|doctors need doctors|on the other side of the)",
)
INNOCENT = re.compile(
    r"\b(?:join|register|rsvp|sign up|speaker|speaks?|(?:a|free|this|the|our) talk|lecture"
    r"|webinar|workshop|seminar|class|hosted?|hosting|hosts|sponsor\w{0,4}|donat\w{1,4}|study|studies"
    r"|research\w{0,3}|published|journal|authors?|book|wrote|writes|"
    r"podcast|article|blog|video|episode|quote|(?:once|famously) said|interview"
    r"|welcome (?:to (?:our|the)|our new)|please welcome"
    r"|new (?:nurse|doctor|provider|hygienist|assistant|team)"
    r"|joins?|joined|joining|hired?|hiring|intern|award|voted|elected|founded|founder"
    r"|named (?:after|for)|"
    r"discovered|invented|described|first woman|history|patron|saint|movie|film|song|album"
    r"|band|concert|game|coach|(?:new|meet|on|join\w{0,3}) (?:\w{1,12} ){0,3}team"
    r"|team (?:member|lead)|ask for|endors\w{1,4}|candidate|campaign|for (?:mayor"
    r"|senate|congress|governor|president)|graders?|students|classroom|thanks? to|thank "
    r"you to|courtesy of|photo by|recipe|reporter|news|open house|ribbon|visit from|led by"
    r"|with guest|caf[eé]|bakery|farm|store|shop|catering|roofing|"
    r"volunteer\w{0,3}|our (?:own )?(?:staff|receptionist|manager|hygienist)"
    r"|invit\w{2,6}|escuela|feria|patrocin\w{1,5}|don(?:ó|ar|ación|aron)|charla|taller|prestar"
    r"|apoyo|bienvenid[oa]s? a nuestro equipo|se une"
    r"|nuev[oa] (?:enfermer|doctor|m[eé]dic)\w{1,3})\b"
)
BESIDE = re.compile(
    r"[CP]{3,}|\b(?:his|her|their|your) (?:\w{1,14} ){0,2}(?:[CPB]{2,}|visit|appointment"
    r"|bill|chart|results|stay|care|doctor|nurse)|\b(?:with you|you felt|you were) "
    r"|\bBB+\b|\b(?:patient|visit|appointment|chart|bill|insurance|prescription|pounds|lbs"
    r"|goal weight|discharged|recovery|healing|birth center|baby|babies|twins|due"
    r"|breastfeed\w{0,3}|bandage|needle|nurse|fire station|check-?in|clinic|doctor"
    r"|doc|hospital|er|ambulance|paramedics?|pulse|heartbeat|stitches|waiting room|front desk|copay"
    r"|dose|scale|labs?|diagnos\w{1,4}|surgeon|dentist|chair|icu|nicu)\b"
)
ADDRESS_TITLE = re.compile(r"\b(?:mr|mrs|ms|miss|mx|sra?|srta|señora?|señorita|doña)\.? $")
LEARNS = re.compile(
    r"\b(?:certif\w{1,8}|course|training|residency|fellowship|degree|school|boards|licen[cs]e\w?"
    r"|continuing education|program|rotation|internship|ceu|talk|lecture|presentation)\b"
)
SAYING = re.compile(r"[\"“]([^\"“”]{10,280})[\"”] ?[-–—]{0,2} ?$")
OF_SELF = re.compile(
    r"\b(?:i|i['’]m|i['’]ve|me|my|they|their|you guys|dr|doctors?|nurses?|staff|team)\b"
)
OF_OURS = re.compile(r"[OD]{2}|\bdrs?\.? [a-z]")
SOMEBODY_NAMED = re.compile(r"[OD]{2}")
PARTICULAR = re.compile(r"\b(?:our|this) (?:\w{1,20} ){0,3}patient\b|N{2,}")
WORD_OF_CARE = re.compile("[CPB]{3,}")
LONGEST_SIGN = 160
DISTANCE = 260  # how far a sign of care reaches from the name it may belong to


@dataclass(frozen=True)
class Scene:
    """One post as the privacy rules see it."""

    post: Post
    reading: Reading
    people: tuple[Person, ...]
    shadow: str
    signs: tuple[Sign, ...]  # general advice aside, in the order of the text

    def tied(self, start: int, end: int, ties: frozenset[Tie] | None = None) -> bool:
        """Whether a sign of somebody's care stands in the sentence of `start`."""
        first, last = self.reading.sentence_at(start)
        begin = bisect_left(self.signs, first, key=_begins)
        until = bisect_left(self.signs, last, key=_begins)
        return any(True for sign in self.signs[begin:until] if ties is None or sign.tie in ties)

    def near(self, start: int, end: int, reach: int = DISTANCE) -> tuple[Sign, ...]:
        """The signs of care within reach of a span."""
        first = bisect_left(self.signs, start - reach - LONGEST_SIGN, key=_begins)
        last = bisect_left(self.signs, end + reach, key=_begins)
        return tuple(sign for sign in self.signs[first:last] if start < sign.end + reach)

    def cares(self, start: int) -> bool:
        """Whether the sentence of `start` has a sign or a word of care and is not general."""
        first, last = self.reading.sentence_at(start)
        sentence = self.shadow[first:last]
        return self.tied(start, start) or (
            WORD_OF_CARE.search(sentence) is not None and not _in_general(sentence)
        )


def scene(post: Post) -> Scene:
    """The post's scene; worked out once for all rules."""
    return read(post).once(_scene)


def _scene(reading: Reading) -> Scene:
    persons = people(reading)
    overlays = care.care_overlays(reading)
    overlays += [(p.start, p.end, p.letter) for p in persons if p.letter in ("N", "O", "D")]
    shadow = care.shade(reading.lower, overlays)
    general: dict[tuple[int, int], bool] = {}
    kept = []
    for sign in care.signs(shadow):
        span = reading.sentence_at(sign.start)
        if span not in general:
            general[span] = _in_general(shadow[span[0] : span[1]])
        if not general[span]:
            kept.append(sign)
    return Scene(reading.post, reading, persons, shadow, tuple(kept))


def _in_general(sentence: str) -> bool:
    """Whether a sentence speaks of people in general, and not of one patient."""
    return care.is_general(sentence) and not PARTICULAR.search(sentence)


def _begins(sign: Sign) -> int:
    return sign.start


def specific(post: Post) -> bool:
    """Whether the post speaks of the care of one person or family at all."""
    return bool(scene(post).signs or patients(post))


def names_patient(post: Post, start: int) -> bool:
    """Whether a patient is named in the sentence of `start`."""
    first, last = read(post).sentence_at(start)
    return any(first <= person.start < last for person in patients(post))


def patients(post: Post) -> tuple[Person, ...]:
    """The people named in the post whom it ties to care."""
    return read(post).once(_patients)


def _patients(reading: Reading) -> tuple[Person, ...]:
    view = scene(reading.post)
    return tuple(person for person in view.people if _is_patient(view, person))


def _is_patient(view: Scene, person: Person) -> bool:
    if person.role is Role.SOMEBODY and _is_short_form(view, person):
        return False
    match person.role:
        case Role.NOBODY | Role.NOTED:
            return False
        case Role.OURS | Role.CLINICIAN:
            return _cared_for(view, person)
    signs = view.near(person.start, person.end)
    if not signs:
        return _beside_care(view, person)
    others = [sign for sign in signs if sign.tie is not Tie.YOURS]
    if others:
        return person.name.sure or view.tied(person.start, person.end) or len(others) > 1
    return view.post.kind is Kind.REPLY or addressed(view, person)


def _is_short_form(view: Scene, person: Person) -> bool:
    """Whether a first name is the short form of one of ours in the post: Gabriela Soto, Gaby."""
    stem = view.post.text[person.start : person.end].lower()[:3]
    return person.name.shape is Shape.FIRST and any(
        other.letter in ("O", "D") and view.reading.lower.startswith(stem, other.start)
        for other in view.people
    )


def _beside_care(view: Scene, person: Person) -> bool:
    """Whether an undoubted name stands beside words of care, in nothing that explains it."""
    if not person.name.sure and person.name.shape is not Shape.INITIALS:
        return False
    first, last = view.reading.sentence_at(person.start)
    sentence = view.shadow[first:last]
    if INNOCENT.search(sentence) or (person.name.shape is Shape.FIRST and "?" in sentence):
        return False
    if _quoted(view, person):
        return False
    known = SUPPLIER.search(view.post.text[max(0, person.start - 30) : person.start])
    if known and person.name.shape is not Shape.TITLED and not re.search("[CP]{3}", sentence):
        return False
    if care.is_general(sentence) or (person.name.shape is Shape.FIRST and OF_OURS.search(sentence)):
        return False
    titled = ADDRESS_TITLE.search(view.shadow[max(0, person.start - 12) : person.start])
    plain = person.name.shape in (Shape.FULL, Shape.FIRST)
    return bool(titled or plain or BESIDE.search(view.shadow))


def _quoted(view: Scene, person: Person) -> bool:
    """Whether the name stands under a saying in which nobody speaks of themselves."""
    saying = SAYING.search(view.reading.lower[max(0, person.start - 300) : person.start])
    return saying is not None and not OF_SELF.search(saying[1])


def addressed(view: Scene, person: Person) -> bool:
    """Whether the post speaks to this person: "Hi Karen", "thanks, Gordon!"."""
    text = view.post.text
    before, after = (
        text[max(0, person.start - 30) : person.start],
        text[person.end : person.end + 12],
    )
    if person.name.shape is Shape.TITLED:
        before = re.sub(r"\w+\.? $", "", before)
    return bool(ADDRESS.search(before) or ADDRESSED.match(after))


def _cared_for(view: Scene, person: Person) -> bool:
    """Whether one of ours is spoken of as a patient, in the name's sentence or the next."""
    start, end = view.reading.sentence_at(person.start)
    first, last = view.reading.sentence_at(min(end + 1, max(0, len(view.shadow) - 1)))
    if LEARNS.search(view.shadow[start:end]):
        return False
    here = SELF.finditer(view.shadow[start:end])
    if any(_is_about(person, view.shadow, match, start) for match in here):
        return True
    after = SELF.finditer(view.shadow[first:last]) if first > start else ()
    return any(not SOMEBODY_NAMED.search(match[0]) for match in after)


def _is_about(person: Person, shadow: str, match: re.Match[str], offset: int) -> bool:
    """Whether a statement about one of ours, where it names somebody, names this person."""
    if not SOMEBODY_NAMED.search(match[0]):
        return True
    return person.start < offset + match.end() and offset + match.start() < person.end
