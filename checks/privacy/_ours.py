"""What belongs to the practice itself and may stand in its posts."""

import re
from collections.abc import Iterator
from functools import lru_cache

from checks._reading import Reading, read
from checks.privacy import _lexicon as lexicon
from checks.privacy._spelling import CAP, COMMON, bare, key
from checks.values import Post, Practice

NAME_PART = re.compile(r"[^\W\d_][\w'’-]*")
NAME_RUN = re.compile(rf"\b{CAP}[\w'’-]*(?: {CAP}[\w'’-]*){{0,4}}")
LINK = re.compile(r"@[\w.]+|\S+@\S+|(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)+(?:/\S*)?")
PHONE = re.compile(
    r"(?<!\d)\+?\d?[ .-]?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)|\b\d{3}[-. ]\d{4}\b"
)
TITLES = lexicon.lines("titles")


def is_phone(digits: str, practice: Practice) -> bool:
    """Whether these digits are a number of the practice, with or without the country code."""
    own = _numbers(practice.phones)
    return any(digits[-10:] == number or digits == number[-7:] for number in own if number)


@lru_cache(100)
def _numbers(phones: tuple[str, ...]) -> frozenset[str]:
    return frozenset(re.sub(r"\D", "", phone)[-10:] for phone in phones)


def is_email(address: str, practice: Practice) -> bool:
    own = {email.lower() for email in practice.emails}
    return address in own or address.rpartition("@")[2] in _domains(practice)


def is_site(link: str, practice: Practice) -> bool:
    """Whether a link leads to one of the practice's own sites."""
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", link.lower()).split("/")[0].split(":")[0]
    return any(host == own or host.endswith("." + own) for own in _domains(practice))


def is_handle(handle: str, practice: Practice) -> bool:
    return handle.lstrip("@").lower() in {own.lstrip("@").lower() for own in practice.handles}


def is_person(words: str, practice: Practice) -> bool:
    """Whether somebody of the practice has this name: the whole, the first or the last of it."""
    parts = _parts(words)
    return bool(parts) and any(
        _same(parts, own) for own in _people((*practice.providers, *practice.staff))
    )


@lru_cache(100)
def _people(names: tuple[str, ...]) -> tuple[list[str], ...]:
    return tuple(map(_parts, names))


@lru_cache(100)
def _own_parts(names: tuple[str, ...]) -> frozenset[str]:
    """The parts of these names."""
    return frozenset(part for own in _people(names) for part in own)


def is_first_name_only(words: str, practice: Practice) -> bool:
    """Whether this is a clinician's first name alone: more often that of a patient.

    Patients and posts call a clinician by title and surname; staff are called by first names.
    """
    parts = _parts(words)
    clinicians = {own[0] for own in map(_parts, practice.providers) if len(own) > 1}
    staff = {own[0] for own in map(_parts, practice.staff) if own}
    return len(parts) == 1 and parts[0] in clinicians - staff


def _parts(name: str) -> list[str]:
    """The parts of a name as the lists have them, without titles."""
    parts = [key(part) for part in NAME_PART.findall(name)]
    return [part for part in parts if part not in TITLES]


def _same(parts: list[str], own: list[str]) -> bool:
    if parts == own:
        return True
    if len(parts) == 1:
        return parts[0] in own
    initial = len(parts) == 2 and len(parts[1]) == 1 and bool(own)
    return initial and parts[0] == own[0] and own[-1].startswith(parts[1])


def ours(post: Post) -> list[tuple[int, int, bool]]:
    """Where the practice's own people (True) and details (False) stand in a post."""
    return read(post).once(_ours)


def _ours(reading: Reading) -> list[tuple[int, int, bool]]:
    return list(spans(reading.post.text, reading.post.practice))


def spans(text: str, practice: Practice) -> Iterator[tuple[int, int, bool]]:
    """Where the practice's own people (True) and details (False) stand in a text."""
    for run in NAME_RUN.finditer(text):
        yield from ((*found, True) for found in _own_names(run, practice))
    for link in LINK.finditer(text):
        plain = link[0].rstrip(".,;:!?)")
        own = is_email(plain.lower(), practice) or is_handle(plain, practice)
        if own or ("." in plain and "@" not in plain and is_site(plain, practice)):
            yield link.start(), link.start() + len(plain), False
    for number in PHONE.finditer(text):
        if is_phone(re.sub(r"\D", "", number[0]), practice):
            yield *number.span(), False
    low = text.lower()
    for words in _own_places(practice):
        at = low.find(words)
        while at >= 0:
            yield at, at + len(words), False
            at = low.find(words, at + 1)


def _own_names(run: re.Match[str], practice: Practice) -> Iterator[tuple[int, int]]:
    """The names in a row of capitalised words: all of it, or what follows ordinary words."""
    words = list(NAME_PART.finditer(run[0]))
    if _own_parts((*practice.providers, *practice.staff)).isdisjoint(key(w[0]) for w in words):
        return
    while words and key(words[0][0]) in COMMON | TITLES and not is_person(words[0][0], practice):
        words.pop(0)
    if words and is_person(" ".join(bare(w[0]) for w in words), practice):
        yield run.start() + words[0].start(), run.start() + words[-1].end()


def _own_places(practice: Practice) -> set[str]:
    """Lower-case words that name where the practice is: its name, streets and town."""
    parts = [practice.name, *practice.city.split(",")[:1]]
    for address in practice.addresses:
        parts += address.split(",")[:-1] if "," in address else [address]
    return {part.strip().lower() for part in parts if len(part.strip()) > 3}


def is_place(words: str, practice: Practice) -> bool:
    """Whether the words stand in one of the practice's addresses, its town or its name."""
    plain = " ".join(re.findall(r"\w+", words.lower()))
    own = (*practice.addresses, practice.city, practice.name)
    return any(
        f" {plain} " in " " + " ".join(re.findall(r"\w+", place.lower())) + " " for place in own
    )


def _domains(practice: Practice) -> frozenset[str]:
    return _hosts((*practice.websites, practice.portal))


@lru_cache(100)
def _hosts(sites: tuple[str, ...]) -> frozenset[str]:
    hosts = (re.sub(r"^(?:https?://)?(?:www\.)?", "", site.lower()).split("/")[0] for site in sites)
    return frozenset(hosts) - {""}
