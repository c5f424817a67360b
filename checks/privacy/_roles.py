"""What speaks for or against a named person being a patient: jobs, fame, authorship, eponyms."""

import re
from dataclasses import dataclass
from enum import StrEnum

from checks._reading import Reading
from checks.privacy import _lexicon as lexicon
from checks.privacy import _ours as ours
from checks.privacy._spelling import COMMON, Name, Shape, is_name, key


class Role(StrEnum):
    SOMEBODY = "somebody"  # nothing speaks against a patient
    OURS = "ours"  # on the practice's own list, or named in a job here
    CLINICIAN = "clinician"
    NOTED = "noted"  # a public or made-up figure, an author, a speaker, a sponsor
    NOBODY = "nobody"  # not a person: an eponym, a brand, a place, a pet


DOCTOR = re.compile(
    r"(?:\b(?:dr|drs|doctor|doctors|prof|professor)\.?|\b(?:pa|np|rn|lpn|do|md|dds)) "
    r"(?:and dr\.? )?$",
    re.I,
)
DOCTOR_PAIR = re.compile(r"\bdrs?\.? [\w'’-]{2,20}(?:,? (?:and|&) | )$", re.I)
CREDENTIAL = re.compile(
    r",? \(?(?:m\.?d\.?|d\.?o\.?|r\.?n\.?|n\.?p\.?|p\.?a\.?(?:-c)?|d\.?d\.?s\.?"
    r"|d\.?m\.?d\.?|aprn|dnp|fnp|crna|lcsw|lmft|ph\.?d\.?|psyd|pharmd|rd|rdn|pt|dpt|otr?"
    r"|lpn|cna|ma|cma|rdh|cnm|od|dpm|dc|fnp-c|pa-c|bsn|msn|mph|mha|ccc-slp)\b",
    re.I,
)
JOB = (
    r"(?:nurse|hygienist|assistant|receptionist|manager|technician|tech|therapist"
    r"|dietitian|dietician|nutritionist|pharmacist|phlebotomist|coordinator|"
    r"scheduler|biller|billing|front desk|office|administrator|doctor|physician|surgeon"
    r"|dentist|dermatologist|pediatrician|cardiologist|midwife|doula|aide|intern|resident "
    r"physician|fellow|practitioner|"
    r"counselor|educator|specialist|trainer|navigator|provider|clinician|orthodontist"
    r"|optometrist|podiatrist|chiropractor|psychologist|psychiatrist|teammate|colleague"
    r"|coworker|co-worker|staff|employee|team member|team lead|lead|volunteer|director"
    r"|founder|owner|chief|supervisor)"
)
JOB_BEFORE = re.compile(rf"\b{JOB}s?,? (?:named )?(?:and \w{{1,12}} )?$", re.I)
JOB_AFTER = re.compile(
    rf"^(?:,? (?:our|the|your|a|an|is (?:our|the|a|an)|who is our|as our|joins us as"
    rf"|joined us as|serves as) (?:[\w'-]{{1,14}},? ){{0,3}}{JOB}\b(?! of the)"
    r"|, (?:front desk|billing|reception|scheduling|office manager)\b"
    r"|,? (?:from|in|of|at|on|with) (?:our |the )?(?:\w{1,12} )?(?:billing|front desk"
    r"|reception|scheduling|lab\b|team|staff|office|records|admin|hr\b|it\b|pharmacy"
    r"|nursing|imaging|intake|administration|compliance|marketing)\b"
    r"|,? (?:is retiring|retires|is joining|joins (?:us|our|the)|joined (?:us|our)|has "
    r"joined|graduated from|is accepting|sees patients|earned (?:his|her)|completed (?:his"
    r"|her) (?:residency|fellowship)|will be taking your|answers (?:your|the) phone"
    r"|starts (?:work|with our team)|is our new))",
    re.I,
)
STAFF_INTRO = re.compile(
    r"\b(?:he|she|they)(?:'ll| will| is going to)? be the one|\b(?:he|she)(?:'s| is| has "
    r"been) (?:with|on|part of) (?:us|our (?:team|staff))|\bvoice you hear|work "
    r"anniversary|years (?:with our team|on our team|of service)|employee of the|staff "
    r"(?:spotlight|pick|member)|team (?:spotlight|member)|meet (?:the|our) team|joins? "
    r"our team|newest team member|(?:our|the) (?:therapy|office|clinic) (?:dog|cat)",
    re.I,
)
CREDIT_BEFORE = re.compile(
    r"(?:\b(?:by|author|speaker|novelist|poet|singer|actor|actress|comedian|president"
    r"|senator|governor|surgeon general|congress(?:man|woman)|rep\.|sen\.|secretary"
    r"|director|star|legend|icon|quarterback legend|researcher|scientist|inventor"
    r"|philosopher|chef|coach|host|guest|"
    r"sponsored|hosted|presented|led|written|directed|featuring|feat\.|performed|named "
    r"after|named for|in honor of|scholarship|king|queen|saint|st\.|pope|prince|princess"
    r"|reverend|pastor|mayor|sheriff|justice|astronaut|olympian|champion) )$",
    re.I,
)
REVIEW_BY = re.compile(
    r"\b(?:posts?|reviews?|comments?|complaints?|messages?|ratings?|reseña|visited|seen"
    r"|loved|trusted) by $",
    re.I,
)
CREDIT_AFTER = re.compile(
    r"^,? (?:et al|once said|said it best|wrote|writes|who wrote|has (?:spoken|shared"
    r"|talked|opened)|spoke (?:openly|publicly|about)|opened up|announced|revealed|shared "
    r"(?:his|her|their) (?:diagnosis|story|battle) (?:on|with the|publicly|in)|talked "
    r"(?:openly|publicly)|"
    r"invented|discovered|described|developed|published|became the first|won (?:an?|the"
    r"|his|her|gold)|starred|sang|first described|(?:was|were) (?:born|named)? ?(?:in"
    r"|on)? ?(?:\w+ \d{1,2}, )?1[789]\d\d|\(1[6789]\d\d|, (?:author|the first|founder of"
    r"|ceo|president|senator|governor|mayor)|for sponsoring|and everyone at|donated"
    r"|sponsors)",
    re.I,
)
OFFICE = re.compile(
    r"\b(?:president|senator|governor|congress(?:man|woman)|representative|rep\.|sen\."
    r"|gov\.|mayor|secretary|candidate|pope|king|queen|prince|princess|senador|gobernador"
    r"|presidente) $",
    re.I,
)
PUBLIC = re.compile(
    r"\b(?:celebrit|hollywood|movie|film|actor|actress|singer|rapper|grammy|oscar|emmy"
    r"|memoir|documentary|netflix|tv show|on live tv|live tv|world series|super bowl|hall "
    r"of fame|olympi|nobel|first lady|history month|in (?:1[6789]\d\d|18\d\d|19[0-8]\d)\b"
    r"|born in 1[6789]|quote|book club|podcast|interview(?:ed)? (?:with|by)|headlines|in "
    r"the news|made headlines|fans|famous|legendary|went public|publicly|spoken openly"
    r"|speaks openly)",
    re.I,
)
LOCAL = re.compile(
    r"\b(?:with us|our (?:waiting room|office|clinic|patient|chair|practice|team|care"
    r"|doctors?|lobby|er\b|hospital|own|rehab|program|infusion|therapist|nurses?|dentist"
    r"|own)|right here|here (?:in|at|today|yesterday|last)|at our|in our|sees us|trusts? "
    r"(?:us|dr)|came (?:in|to us)|visited us|stopped by|checked with us|by us|dr\.? "
    r"[a-z]{2,20} (?:removed|treated|fixed|performed))",
    re.I,
)
PLACE_BEFORE = re.compile(
    r"\b(?:in|from|of|near|to|at|around|downtown|visit|visiting|across|serving|greater) "
    r"(?:the )?$",
    re.I,
)
POSSESSIVE_EPONYM = re.compile(
    r"^(?:'s|’s|s'|')? ?(?:-|and |& )?(?:[a-z'’-]{2,16} ){0,1}?(?:disease|syndrome|palsy"
    r"|sign|test|maneuver|manoeuvre|stretch|phenomenon|lymphoma|sarcoma|carcinoma"
    r"|thyroiditis|anemia|tumor|surgery|procedure|method|scale|score|smear|contracture"
    r"|cyst|fracture|ulcer|esophagus|nodule|teeth|exercises?|reflex|area|bodies|body|cell"
    r"|gland|tube|tendon|chorea|tenosynovitis|law|effect|criteria|position|catheter"
    r"|technique|diet|awareness|day|month)\b|^['’]s\b(?= (?:is|affects|can|and|or|takes"
    r"|symptoms|patients|research)\b)",
    re.I,
)
PET = re.compile(
    r"\b(?:dogs?|pupp(?:y|ies)|cats?|kittens?|therapy (?:dog|pony|horse)|golden retriever"
    r"|labradoodle|goldendoodle|poodle|labrador|parrot|guinea pig|bunny|hamster|fish"
    r"|turtle|mascot|skeleton|elf on the shelf|ear scratches|belly rubs|wags?|tail)\b",
    re.I,
)
ORGANISATION = re.compile(
    r"(?:'s|’s)?,? ?(?:& \w+ )?(?:elementary|middle|high school|school|academy|college"
    r"|university|hospital|medical|clinic|center|centre|health\b(?! story)|healthcare|"
    r"foundation|church|pharmacy|hardware|street|st\b\.?(?! \w+['’]s)|ave\b|avenue|road"
    r"|rd\b|drive|dr\b|blvd|boulevard|lane|ln\b|court|ct\b|way\b|park\b|library|stadium"
    r"|arena|"
    r"county|city\b|township|beach|island|lake\b|river\b|pier|museum|theat(?:er|re)|bakery"
    r"|caf[eé]|coffee|grill|pizza|restaurant|farms?\b|market|bank\b|credit union|"
    r"inc\b|llc|corp|company|co\b\.|group\b|associates|partners|law\b|realty|insurance"
    r"|motors|auto\b|gym\b|fitness|studio|salon|spa\b|award|prize|scholarship|"
    r"day\b|week\b|month\b|festival|parade|5k\b|10k\b|marathon|classic|memorial|institute"
    r"|society|house\b|building|hall\b|room\b|wing\b|pavilion|tower|plaza|mall\b"
    r"|team\b(?= store)|"
    r"buccaneers|tigers|lions|bears|eagles|panthers|wildcats|bulldogs|cookies?\b|tea\b"
    r"|oil\b|salts?\b|diet\b|method|scale\b|score\b|effect\b)",
    re.I,
)
PROPER_BEFORE = re.compile(r"\b(?:St\.?|Saint|Mount|Fort|Port|Lake|Camp|San|Santa) $")
CITED = re.compile(r",? et al")
TOWN_OR_DAY = re.compile(r",? (?:[A-Z]{2}\b|\d)")
LAST_WORD = re.compile(r"([^\W\d_a-z]\w{2,}) $")
OPENS_SENTENCE = re.compile(r"(?:^|[.!?\n:*#>\"“])\s*$")
DOES = re.compile(
    r"(?:,? (?:who|and [A-Z]|had|has|got|is|was|came|lost|just|beat|went|rang|won|told|made|took"
    r"|gave|left|ran|felt|loves|needs|says|said|never|finally|also|still|really|\w{2,12}ed"
    r"|[A-Z][a-z]+ (?:had|has|got|is))\b|,? (?:\(?age )?\d|[!,] (?:you|we|your))"
)
REACH = 60


@dataclass(frozen=True)
class Setting:
    """A name with what stands around it."""

    text: str
    name: Name
    reading: Reading

    @property
    def words(self) -> str:
        return self.text[self.name.start : self.name.end]

    @property
    def before(self) -> str:
        return self.text[max(0, self.name.start - REACH) : self.name.start]

    @property
    def after(self) -> str:
        return self.text[self.name.end : self.name.end + REACH]

    @property
    def sentence(self) -> str:
        start, end = self.reading.sentence_at(self.name.start)
        return self.text[start:end]

    @property
    def local(self) -> bool:
        """Whether the post ties somebody to the practice itself: "in our waiting room"."""
        return self.reading.once(_is_local)


def role(text: str, name: Name, reading: Reading) -> Role:
    """Whose name this is, as far as the text and the lists tell."""
    here = Setting(text, name, reading)
    if name.shape in (Shape.HASHTAG, Shape.MASKED):
        mine = ours.is_person(here.words, reading.post.practice)
        return Role.NOBODY if mine else Role.SOMEBODY
    if _not_a_person(here):
        return Role.NOBODY
    if name.shape is not Shape.TITLED:
        if _clinician(here):
            return Role.CLINICIAN
        if _works_here(here):
            return Role.OURS
    return Role.NOTED if _noted(here) else Role.SOMEBODY


def _clinician(here: Setting) -> bool:
    titled = DOCTOR.search(here.before) or DOCTOR_PAIR.search(here.before)
    return bool(titled or CREDENTIAL.match(here.after))


def _works_here(here: Setting) -> bool:
    practice = here.reading.post.practice
    if ours.is_person(here.words, practice) and not ours.is_first_name_only(here.words, practice):
        return True
    if JOB_BEFORE.search(here.before) or JOB_AFTER.match(here.after):
        return True
    alone = here.name.shape is Shape.FIRST
    return alone and (here.reading.once(_introduces_staff) or _is_pet(here))


def _is_local(reading: Reading) -> bool:
    return LOCAL.search(reading.post.text) is not None


def _introduces_staff(reading: Reading) -> bool:
    return STAFF_INTRO.search(reading.post.text) is not None


def _is_pet(here: Setting) -> bool:
    near = here.text[max(0, here.name.start - 25) : here.name.end + 25]
    return bool(PET.search(near)) or "therapy dog" in here.text.lower()


def _noted(here: Setting) -> bool:
    """Whether the person is known for something else than coming here."""
    full = here.name.shape is Shape.FULL
    if CITED.match(here.after) or (full and CREDIT_AFTER.match(here.after)):
        return True
    names = _with_title(here)
    if names & (lexicon.of_note("fictional") | lexicon.of_note("sacred")):
        return True
    if here.local:
        return False
    credited = CREDIT_BEFORE.search(here.before) and not REVIEW_BY.search(here.before)
    return bool(
        names & lexicon.of_note("public_figures")
        or PUBLIC.search(here.sentence)
        or OFFICE.search(here.before)
        or (full and credited)
    )


def _with_title(here: Setting) -> set[str]:
    plain = here.words.lower().replace("’", "'")
    title = re.search(r"(\w+\.?) $", here.before)
    return {plain, f"{title[1].lower()} {plain}"} if title else {plain}


def _not_a_person(here: Setting) -> bool:
    words, name = here.words, here.name
    if key(words) in lexicon.of_note("brands") | lexicon.of_note("places"):
        return True
    if re.match(r" ?& ?[A-Z]", here.after) or PROPER_BEFORE.search(here.before):
        return True
    if ORGANISATION.match(here.after) or _is_eponym(here):
        return True
    if name.shape is Shape.FIRST and not name.sure:
        return _just_a_word(here)
    return name.shape is Shape.FULL and bool(ORGANISATION.match(" " + words.split()[-1]))


def _is_eponym(here: Setting) -> bool:
    words, shape = here.words, here.name.shape
    if shape is Shape.FIRST and lexicon.is_eponym(words) and not is_name(words):
        return True
    named = shape in (Shape.FIRST, Shape.FULL) and POSSESSIVE_EPONYM.match(here.after)
    return bool(named) and any(map(lexicon.is_eponym, (words, words.split()[-1])))


def _just_a_word(here: Setting) -> bool:
    """Whether a word that can be a name (Grace, Austin, May) is only a word here."""
    if PLACE_BEFORE.search(here.before) or TOWN_OR_DAY.match(here.after):
        return True
    if re.match(r"['’]s ", here.after):
        return False
    leader = LAST_WORD.search(here.before)
    if leader and key(leader[1]) not in COMMON:
        return True
    if OPENS_SENTENCE.search(here.before):
        return not DOES.match(here.after)
    return not here.words[0].isupper()
