"""Names in hashtags, in names of files, half covered by asterisks, or given by a rhyme."""

import re
from collections.abc import Iterator

from checks.privacy import _lexicon as lexicon
from checks.privacy._spelling import CAP, COMMON, WORD, Name, Shape

MASKED = re.compile(
    rf"(?<![\w*])({CAP}(?:[a-z]{{1,12}}\*{{1,6}}|\*{{1,6}}[a-z])[a-z*]{{0,12}}(?: "
    rf"{CAP}[a-z]{{0,12}}\*{{1,6}}[a-z*]{{0,12}})?)"
)
RHYME = re.compile(rf"\b[Rr]h?ymes with ({WORD}(?: {WORD}){{0,2}})|\bsounds like ({WORD} {WORD})")
FILE = re.compile(
    r"(?<![\w/])([A-Za-z][\w-]{3,60})\.(?:jpe?g|png|heic|gif|mp4|mov|pdf|docx?|webp)\b", re.I
)
HASHTAG = re.compile(r"#([A-Za-zÀ-ÿ]\w{2,60})")
HUMP = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+(?![a-zß-ÿ])|\d+")
CHEER = re.compile(
    r"^(?:we)?(?:pray(?:ing|ers)?for|team|go|getwell(?:soon)?|liftup|love|justicefor"
    r"|strong|fightlike|fight(?:ing)?for|hope(?:for)?"
    r"|happybirthday|congrats|congratulations|welcome(?:home|back)?|thankyou|thanks|rip"
    r"|remember(?:ing)?|heal(?:ing)?(?:for)?|super|brave"
    r"|inmemoryof|walkfor|runfor|runningfor|rootingfor|cheering(?:for)?|standwith"
    r"|stay(?:strong)?|missyou|meet|little|baby|saint|be|bravery|weloveyou|welove)+$"
)
SUFFIX = re.compile(
    r"^(?:strong|tough|brave|warrior|fighter|army|crew|squad|survivor|hero|journey|wins"
    r"|beats?cancer|smiles?|heals|walks|fights?"
    r"|thebrave|rocks|recovery|story|update|angel|love|squad|nation|chronicles|forever"
    r"|foundation)+$"
)


def masked(text: str) -> Iterator[Name]:
    for pattern in (MASKED, RHYME):
        for match in pattern.finditer(text):
            group = match.lastindex or 1
            yield Name(*match.span(group), Shape.MASKED)


def hashtags(text: str) -> Iterator[Name]:
    for match in HASHTAG.finditer(text):
        parts = list(HUMP.finditer(match[1]))
        if len(parts) == 1:
            yield from _cheered(match[1].lower(), match.start(1))
            continue
        for number, part in enumerate(parts):
            before = "".join(p[0] for p in parts[:number]).lower()
            after = "".join(p[0] for p in parts[number + 1 :]).lower()
            if part[0].lower() in lexicon.first_names() or (
                before and part[0].lower() in lexicon.word_names()
            ):
                cheered = (not before or CHEER.match(before)) and (
                    not after
                    or SUFFIX.match(after)
                    or len(after) == 1
                    or (before and after in lexicon.surnames())
                )
                if cheered:
                    end = part.end() + (
                        len(after) if len(after) == 1 or after in lexicon.surnames() else 0
                    )
                    yield Name(match.start(1) + part.start(), match.start(1) + end, Shape.HASHTAG)
                    break


def _cheered(tag: str, offset: int) -> Iterator[Name]:
    """A name in a hashtag without capitals: `#prayforanna`, `#mateostrong`, `#anna`."""
    if tag in lexicon.first_names():
        yield Name(offset, offset + len(tag), Shape.HASHTAG)
        return
    for cut in range(3, len(tag) - 1):
        head, tail = tag[:cut], tag[cut:]
        if CHEER.match(head) and tail in lexicon.first_names():
            yield Name(offset + cut, offset + len(tag), Shape.HASHTAG)
            return
        if head in lexicon.first_names() and SUFFIX.match(tail):
            yield Name(offset, offset + cut, Shape.HASHTAG)
            return


def _names_somebody(chunk: str) -> bool:
    """Whether a part of a file's name is a name: `JSmith`, `anna`, `kowalski`."""
    word = chunk.lower()
    if re.fullmatch(r"[A-Z][A-Z][a-z]{2,20}", chunk):
        return True
    return word in lexicon.first_names() | lexicon.surnames() and word not in COMMON


def in_files(text: str) -> Iterator[Name]:
    for match in FILE.finditer(text):
        for chunk in re.finditer(r"[A-Za-z]{2,30}", match[1]):
            if _names_somebody(chunk[0]):
                yield Name(
                    match.start(1) + chunk.start(), match.start(1) + chunk.end(), Shape.MASKED
                )
                break
