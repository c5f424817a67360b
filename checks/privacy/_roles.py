"""What speaks for or against a named person being a patient: jobs, fame, authorship, eponyms."""

import re
from dataclasses import dataclass
from enum import StrEnum

from checks._reading import Reading
from checks.privacy import _cues as cues
from checks.privacy import _lexicon as lexicon
from checks.privacy import _ours as ours
from checks.privacy._spelling import COMMON, Name, Shape, is_name, key


class Role(StrEnum):
    SOMEBODY = "somebody"  # nothing speaks against a patient
    OURS = "ours"  # on the practice's own list, or named in a job here
    CLINICIAN = "clinician"
    NOTED = "noted"  # a public or made-up figure, an author, a speaker, a sponsor
    NOBODY = "nobody"  # not a person: an eponym, a brand, a place, a pet


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
            famous = _with_title(here) & lexicon.of_note("public_figures")
            return Role.NOTED if famous else Role.CLINICIAN
        if _works_here(here):
            return Role.OURS
    return Role.NOTED if _noted(here) else Role.SOMEBODY


def _clinician(here: Setting) -> bool:
    titled = cues.DOCTOR.search(here.before) or cues.DOCTOR_PAIR.search(here.before)
    return bool(titled or cues.CREDENTIAL.match(here.after))


def _works_here(here: Setting) -> bool:
    practice = here.reading.post.practice
    if ours.is_person(here.words, practice) and not ours.is_first_name_only(here.words, practice):
        return True
    if cues.JOB_BEFORE.search(here.before) or cues.JOB_AFTER.match(here.after):
        return True
    alone = here.name.shape is Shape.FIRST
    return alone and (here.reading.once(_introduces_staff) or _is_pet(here))


def _is_local(reading: Reading) -> bool:
    return cues.LOCAL.search(reading.post.text) is not None


def _introduces_staff(reading: Reading) -> bool:
    return cues.STAFF_INTRO.search(reading.post.text) is not None


def _is_pet(here: Setting) -> bool:
    owned = cues.PET_BEFORE.search(here.before) or cues.PET_NAMED.search(here.before)
    return bool(owned or cues.PET_AFTER.match(here.after)) or "therapy dog" in here.text.lower()


def _noted(here: Setting) -> bool:
    """Whether the person is known for something else than coming here."""
    full = here.name.shape is Shape.FULL
    if cues.CITED.match(here.after) or cues.CREATED_BY.search(here.before):
        return True
    if full and any(cue.match(here.after) for cue in (cues.CREDIT_AFTER, cues.PRESENTS)):
        return True
    names = _with_title(here)
    if names & (lexicon.of_note("fictional") | lexicon.of_note("sacred")):
        return True
    if here.local:
        return False
    credited = cues.CREDIT_BEFORE.search(here.before) and not cues.REVIEW_BY.search(here.before)
    return bool(
        names & lexicon.of_note("public_figures")
        or _in_company(here)
        or cues.PUBLIC.search(here.sentence)
        or cues.OFFICE.search(here.before)
        or (full and (credited or cues.AFFILIATED.match(here.after)))
    )


def _in_company(here: Setting) -> bool:
    """Whether a public figure stands in the same sentence, as in a list of famous people."""
    sentence = here.sentence.lower()
    return any(len(who) > 8 and who in sentence for who in lexicon.of_note("public_figures"))


def _with_title(here: Setting) -> set[str]:
    plain = here.words.lower().replace("’", "'")
    title = re.search(r"(\w+\.?) $", here.before)
    return {plain, f"{title[1].lower()} {plain}"} if title else {plain}


def _not_a_person(here: Setting) -> bool:
    words, name = here.words, here.name
    if key(words) in lexicon.of_note("brands") | lexicon.of_note("places"):
        return True
    if re.match(r" ?& ?[A-Z]", here.after) or cues.PROPER_BEFORE.search(here.before):
        return True
    owns = re.match(r"['’]s ", here.after)
    placed = cues.OF_PLACE.search(here.before) or (cues.ON_STREET.search(here.before) and not owns)
    if name.shape is Shape.FIRST and (placed or _is_shop(here)):
        return True
    if cues.ORGANISATION.match(here.after) or _is_eponym(here):
        return True
    if name.shape is Shape.FIRST and not name.sure:
        return _just_a_word(here)
    return name.shape is Shape.FULL and bool(cues.ORGANISATION.match(" " + words.split()[-1]))


def _is_eponym(here: Setting) -> bool:
    words, shape = here.words, here.name.shape
    if shape is Shape.FIRST and lexicon.is_eponym(words) and not is_name(words):
        return True
    named = shape in (Shape.FIRST, Shape.FULL) and cues.POSSESSIVE_EPONYM.match(here.after)
    return bool(named) and any(map(lexicon.is_eponym, (words, words.split()[-1])))


def _is_shop(here: Setting) -> bool:
    """Whether the name is that of a business: "Tito's Tacos"."""
    owned = cues.SHOP.match(here.after)
    return owned is not None and not any(lexicon.care_terms(owned[0][3:].lower()))


def _just_a_word(here: Setting) -> bool:
    """Whether a word that can be a name (Grace, Austin, May) is only a word here."""
    if cues.PLACE_BEFORE.search(here.before) or cues.TOWN_OR_DAY.match(here.after):
        return True
    if re.match(r"['’]s ", here.after):
        return False
    leader = cues.LAST_WORD.search(here.before)
    if leader and key(leader[1]) not in COMMON:
        return True
    if cues.OPENS_SENTENCE.search(here.before):
        return not cues.DOES.match(here.after)
    return not here.words[0].isupper()
