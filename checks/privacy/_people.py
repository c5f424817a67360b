"""Who is named in a post: the names the lists and shapes give, and those the model adds."""

import re
from dataclasses import dataclass, replace

from checks._reading import Reading
from checks.privacy import _care as care
from checks.privacy import _lexicon as lexicon
from checks.privacy._care import Sign
from checks.privacy._names import NOT_LOWER, find_names
from checks.privacy._roles import Role, role
from checks.privacy._spelling import CAP, COMMON, Name, Shape, bare, is_name, is_spanish, key


@dataclass(frozen=True)
class Person:
    name: Name
    role: Role
    letter: str

    @property
    def start(self) -> int:
        return self.name.start

    @property
    def end(self) -> int:
        return self.name.end


LETTERS = {
    Role.SOMEBODY: "N",
    Role.OURS: "O",
    Role.CLINICIAN: "D",
    Role.NOTED: "n",
    Role.NOBODY: "",
}
CAPITALISED = re.compile(rf"\b{CAP}[^\W_]{{2,}}")
MODEL_NAME = re.compile(r"[^\W\d_][^\W_]*(?:[ '’.-]{1,2}[^\W\d_]+\.?){0,3}")


def people(reading: Reading) -> tuple[Person, ...]:
    """Everybody named in the post, by shape and lists; with the model's help where care is near."""
    return reading.once(_people)


def _people(reading: Reading) -> tuple[Person, ...]:
    text = normal_case(reading.post.text)
    recased = text != reading.post.text
    names = find_names(text, reading.post.text if recased else None)
    if recased and reading.post.text == reading.lower:
        names = [_certain(text, name) for name in names if _is_no_word(text, name)]
    if signs_without_names(reading) and _has_more_names(text, names):
        names += _by_model(text, names, as_written=not recased)
    persons = [_person(text, name, reading) for name in names]
    return tuple(sorted(persons, key=lambda person: person.start))


def normal_case(text: str) -> str:
    """The text with capitals where names would have them, when it is all capitals or has none."""
    letters = [char for char in text if char.isalpha()]
    upper = sum(char.isupper() for char in letters)
    shouted = len(letters) > 12 and upper > 0.7 * len(letters)
    if shouted or (letters and not upper):
        cased = re.sub(r"[^\W\d_]+", lambda m: m[0].capitalize() if len(m[0]) > 1 else m[0], text)
        return cased if len(cased) == len(text) else text
    return text


def signs_without_names(reading: Reading) -> tuple[Sign, ...]:
    return reading.once(_signs_without_names)


def _signs_without_names(reading: Reading) -> tuple[Sign, ...]:
    return care.signs(care.shade(reading.lower, care.care_overlays(reading)))


def _is_no_word(text: str, name: Name) -> bool:
    """Whether a single name stays one when its capital is ours: `al` and `art` are words too."""
    return name.shape is not Shape.FIRST or text[name.start : name.end].lower() not in NOT_LOWER


def _has_more_names(text: str, names: list[Name]) -> bool:
    """Whether a capitalised word is left that nothing explains, which the model may know."""
    return any(
        key(word[0]) not in COMMON and not any(n.start <= word.start() < n.end for n in names)
        for word in CAPITALISED.finditer(text)
    )


def _certain(text: str, name: Name) -> Name:
    """The name without words that are part of it only because we gave them a capital."""
    words = text[name.start : name.end].split(" ")
    if name.shape not in (Shape.FULL, Shape.TITLED):
        return name
    kept = words[:1]
    for word in words[1:]:
        if len(word.strip(".")) > 1 and key(word) not in lexicon.surnames():
            break
        kept.append(word)
    shape = Shape.FULL if len(kept) > 1 else Shape.FIRST
    shape = Shape.TITLED if name.shape is Shape.TITLED else shape
    return replace(name, end=name.start + len(" ".join(kept)), shape=shape)


def _by_model(text: str, names: list[Name], *, as_written: bool) -> list[Name]:
    """Names that only the language model sees."""
    from checks._presidio import people as model_people

    found = []
    for start, end in model_people(text):
        if any(start < n.end and n.start < end for n in names):
            continue
        name = _trimmed(text, start, end)
        if name is None or (as_written and text[name.start : name.end].isupper()):
            continue
        near = text[max(0, name.start - 60) : name.end + 60]
        if (as_written and not is_spanish(near)) or _listed(text[name.start : name.end]):
            found.append(name)
    return found


def _listed(name: str) -> bool:
    """Whether a part of the name is in the lists; asked where the model knows little."""
    return any(is_name(word) or key(word) in lexicon.surnames() for word in name.split())


def _trimmed(text: str, start: int, end: int) -> Name | None:
    """The name in what the model marked, without the words around it."""
    match = MODEL_NAME.match(text[start:end])
    parts = match[0].split(" ") if match else []
    while parts and (not parts[-1] or key(parts[-1]) in COMMON or not parts[-1][0].isupper()):
        parts.pop()
    while parts and key(parts[0]) in COMMON:
        start += len(parts.pop(0)) + 1
    name = bare(" ".join(parts))
    if len(name) < 3 or not name[0].isupper() or text[start - 1 : start] in ("#", "@"):
        return None
    if next(lexicon.care_terms(name.lower()), None):
        return None
    shape = Shape.FULL if len(parts) > 1 else Shape.FIRST
    return Name(start, start + len(name), shape, sure=len(parts) > 1)


def _person(text: str, name: Name, reading: Reading) -> Person:
    found = role(text, name, reading)
    return Person(name, found, LETTERS[found])
