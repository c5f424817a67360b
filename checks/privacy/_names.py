"""Where names stand in a text, by shape and lists; whose they are is for `_roles` to say.

A name in a list is one sign, its shape another: `Maria G.`, `Mr. Underhill`, `J.R.`, `"Big Ron"`,
`#PrayForAnna`, `JSmith_knee.jpg`, `Rebe**a`. Each way of finding names is one small function.
"""

import re
from collections.abc import Iterator

from checks.privacy import _lexicon as lexicon
from checks.privacy._hidden_names import hashtags, in_files, masked
from checks.privacy._spelling import CAP, COMMON, WORD, Name, Shape, bare, is_name, is_spanish, key

MOST = 300  # names in one text; a draft with more of them has been flagged long before
PARTICLE = r"(?:de la|de los|del|de|da|dos|von|van der|van|bin|ibn|al|el|la|di|le|y|ter|ten)"
REST = rf"(?: (?:{PARTICLE} )?(?:{WORD}|{CAP}\.?(?![\w.'’]))){{0,3}}"
CANDIDATE = re.compile(rf"(?<![\w#@./'’_-])({WORD}){REST}")
TITLE = (
    r"(?:mr|mrs|ms|miss|mx|sgt|cpl|pvt|capt|lt|col|officer|grandma|grandpa|granny|nana"
    r"|uncle|aunt|auntie|mama|mommy|momma|papa|captain|miss"
    r"|sra|srta|sr|señora|señor|señorita|don|doña|baby|little|big|old|pastor|deacon|coach"
    r"|sister|brother)"
)
TITLED = re.compile(
    rf"(?<![\w#@./])((?i:{TITLE}))(\.? )(?!(?i:{TITLE})\b)((?:{WORD}|{CAP}\.?(?!\w))(?: "
    rf"{WORD}){{0,1}})"
)
TO_DON = re.compile(r"\b(?:a|de|con|para|por|y|nuestro|querido) $")
SOFT_TITLES = frozenset(
    ["baby", "little", "big", "old", "Don", "sister", "brother", "mama", "mommy", "papa"]
)
LOWER_TITLED = re.compile(r"(?<![\w#@./])(?:mr|mrs|ms|miss)\.? ([a-z]{3,20})\b")
LOWER_PLAIN = re.compile(
    r"(?<![\w#@./'’&-])([a-z]{3,14})(?= ([a-z]{3,14}|[b-hj-z])\b)?(?![\w@&/-]|\.\w)"
)
NOT_LOWER = COMMON | lexicon.lines("lower_words")
LOWER_GREETED = re.compile(
    r"\b(?:[Hh]ey|[Hh]i|[Hh]ello|[Dd]ear|[Tt]hanks|[Tt]hank you|[Cc]ongrats|[Pp]atient"
    r"|our (?:girl|boy|guy|gal|friend|buddy|patient)|[Ll]ittle|[Bb]aby|miss|[Ww]elcome(?: "
    r"back)?|happy birthday|tell|text|call) ([a-z]{3,14})\b"
)
LOWER_RELATED = re.compile(
    r"\b([a-z]{3,14}?)(?:['’]?s) (?:mom|mother|dad|father|wife|husband|son|daughter"
    r"|appointment|appt|surgery|crown|results|chart|visit|bill|photo|pic|x-?rays?|knee|hip"
    r"|cast|braces|labs?|mri|filling|baby)\b"
)
REVERSED = re.compile(rf"(?<![\w#@])({WORD}), ({WORD})\b")
FAMILY = re.compile(
    rf"\b(?:[Tt]he|[Bb]aby|[Ll]ittle) ({WORD}) (?:famil(?:y|ies)|twins?|triplets|quadruplets|quads"
    r"|quintuplets|chart|file|case|records|x-?rays?|appointment|siblings|brothers|sisters"
    r"|boys|girls|kids|clan|household|couple|baby)\b"
    rf"|\b[Tt]he ({WORD})s(?= (?:are|were|have|had|welcomed|came|got|just|who|and their|family)\b)"
    rf"|\b(?:for|to|with|from|meet|of) the ({WORD})s(?=[ .,!?:;]|$)"
    rf"|\b[Ff]amilia ({WORD})(?! (?:unida|feliz|sana)\b)"
    rf"|(?<!\w)({WORD}) (?:party|family) of (?:two|three|four|five|six|seven|[2-7])\b"
)
INITIALS = re.compile(rf"(?<![\w.&/@#-])((?:{CAP}\.\s?){{1,2}}{CAP}\.)(?!\w)")
BARE_INITIALS = re.compile(
    rf"\b(?:[Pp]atients?|[Pp]t|[Cc]lient|[Rr]esident|[Mm]r|[Mm]rs|[Mm]s|[Nn]amed)[.:]? "
    rf"({CAP}{{2,3}}|{CAP}\.?(?= \w))(?![\w'’])"
)
INITIAL_SURNAME = re.compile(
    rf"(?<![\w.&/@#-])({CAP}\. ?{CAP}[a-zà-ÿ]{{2,20}}(?:-{CAP}[a-z]{{1,20}})?)"
)
NICKNAME = re.compile(rf"[\"“]((?:{WORD} ){{0,2}}{WORD})[\"”]")
KNOWN_AS = re.compile(
    r"(?:know|knows|known|call|calls|called|nickname[d]?|aka|nick-named|goes "
    r"by)\W{1,3}(?:\w{1,10} ){0,3}$"
)
NOT_INITIALS = re.compile(
    r"^(?:U\.?S|U\.?K|E\.?R|O\.?R|I\.?V|A\.?M|P\.?M|D\.?C|M\.?D|R\.?N|D\.?O|P\.?A|N\.?P"
    r"|B\.?P|P\.?T|O\.?T|Ph\.?D|L\.?A|N\.?Y|N\.?J|N\.?C|S\.?C|N\.?D|S\.?D|N\.?M"
    r"|U\.?S\.?A|D\.?D\.?S|D\.?M\.?D|E\.?N\.?T|Q\.?A|T\.?V|P\.?S|B\.?A|M\.?A|B\.?S|M\.?S"
    r"|I\.?D|J\.?R|E\.?G|I\.?E|A\.?D|B\.?C|D\.?V\.?M|O\.?D|P\.?C|H\.?R|I\.?T|C\.?E\.?O"
    r"|P\.?O|W\.?H\.?O|N\.?I\.?H|D\.?M|P\.?M|I\.?M|F\.?B|I\.?G|A\.?C|R\.?X|H\.?S|G\.?I"
    r"|G\.?P|O\.?B|G\.?Y\.?N|C\.?T|E\.?D|I\.?Q|A\.?A|N\.?A|P\.?E|V\.?A|D\.?A|R\.?V|S\.?T"
    r"|F\.?Y\.?I|D\.?I\.?Y|R\.?S\.?V\.?P|R\.?I\.?P|O\.?K)\.?$",
    re.I,
)
LETTERED = re.compile(
    r"(?:hepatitis|vitamin|type|group|class|plan|part|grade|stage|appendix|option|section"
    r"|strain|influenza|exhibit|medicare)\s$",
    re.I,
)


def find_names(text: str, written: str | None = None) -> list[Name]:
    """Every name in the text by one of the ways below, without overlaps; the surest first.

    `written` is the text as it was, when `text` has capitals that we put there.
    """
    found: list[Name] = list(_lower(written)) if written is not None else []
    ways = (
        masked,
        _reversed,
        _nicknames,
        _titled,
        _families,
        _initials,
        _listed,
        _lower,
        hashtags,
        in_files,
    )
    for way in ways:
        for name in way(text):
            if len(found) >= MOST:
                return found
            if not any(name.start < other.end and other.start < name.end for other in found):
                found.append(name)
    return found


def _titled(text: str) -> Iterator[Name]:
    for match in TITLED.finditer(text):
        spanish = TO_DON.search(text[max(0, match.start() - 10) : match.start()])
        title = "Don" if match[1] == "Don" and not spanish else match[1].lower()
        words = match[3].split(" ")
        if key(words[0]) in COMMON and len(bare(words[0]).rstrip(".")) > 1:
            continue
        one = len(words) == 1 or key(words[1]) in COMMON or words[0] != bare(words[0])
        name = bare(words[0] if one else match[3])
        known = is_name(words[0]) or key(words[0]) in lexicon.surnames()
        if title not in SOFT_TITLES or known:
            start = match.start(1 if title == "big" else 3)
            yield Name(start, match.start(3) + len(name), Shape.TITLED)
    for match in LOWER_TITLED.finditer(text):
        if match[1] not in COMMON:
            yield Name(*match.span(1), Shape.TITLED)


def _reversed(text: str) -> Iterator[Name]:
    """Names as a list has them: `Nguyen, Thanh`."""
    for match in REVERSED.finditer(text):
        if key(match[1]) in lexicon.surnames() and is_name(match[2]) and not is_name(match[1]):
            yield Name(*match.span(), Shape.FULL)


def _families(text: str) -> Iterator[Name]:
    for match in FAMILY.finditer(text):
        group = match.lastindex or 1
        plural = group in (2, 3) and key(match[group]) not in lexicon.surnames()
        if key(match[group]) not in COMMON and not plural:
            yield Name(*match.span(group), Shape.TITLED)


def _nicknames(text: str) -> Iterator[Name]:
    for match in NICKNAME.finditer(text):
        known = any(is_name(word) for word in match[1].split())
        if known or KNOWN_AS.search(text[max(0, match.start() - 40) : match.start()].lower()):
            yield Name(*match.span(1), Shape.NICKNAME, sure=known)


def _initials(text: str) -> Iterator[Name]:
    for match in INITIALS.finditer(text):
        if not NOT_INITIALS.match(match[1].replace(" ", "")) or match[1] == "J.R.":
            end = match.end(1) - (text[match.end(1) :].lstrip()[:1] in ("", "\n"))
            yield Name(match.start(1), max(end, match.start(1) + 3), Shape.INITIALS)
    for match in INITIAL_SURNAME.finditer(text):
        surname = match[1].partition(".")[2].strip()
        before = text[max(0, match.start() - 12) : match.start()]
        if surname.lower() not in COMMON and not LETTERED.search(before):
            yield Name(*match.span(1), Shape.INITIALS)
    for match in BARE_INITIALS.finditer(text):
        if not NOT_INITIALS.match(match[1]):
            yield Name(*match.span(1), Shape.INITIALS)


def _listed(text: str) -> Iterator[Name]:
    """First names from the lists, each with the capitalised words that follow it."""
    for match in CANDIDATE.finditer(text):
        yield from _first_in(match[0], match.start())


def _first_in(run: str, offset: int) -> Iterator[Name]:
    words = list(re.finditer(r"[^ ]+", run))
    for number, word in enumerate(words):
        follows = words[number + 1 :]
        after = _surname(follows) if bare(word[0]) == word[0] else 0
        name = key(word[0])
        parts = name.split("-")
        listed = name in lexicon.first_names() or parts[0] in lexicon.first_names()
        listed = listed or (len(parts) > 1 and all(map(is_name, parts)))
        doubtful = name in lexicon.word_names()
        second = key(follows[0][0]) if after else ""
        family = second in lexicon.surnames()
        double = second in lexicon.first_names()  # Sofía Isabel
        backwards = bool(after) and name in lexicon.surnames()  # Nguyen Thi Hanh
        if word[0].isupper() and 1 < len(word[0]) < 5 and run != run.upper():
            continue
        if name in COMMON and not (doubtful and family):
            continue
        if listed or doubtful or family or backwards:
            last = words[number + after]
            end = offset + last.start() + len(bare(last[0]))
            shape = Shape.FULL if after else Shape.FIRST
            yield Name(
                offset + word.start(), end, shape, sure=listed or (doubtful and (family or double))
            )
            return


def _surname(words: list[re.Match[str]]) -> int:
    """How many of the words belong to the name that stands before them."""
    count = 0
    for number, word in enumerate(words[:3], 1):
        if re.fullmatch(PARTICLE, word[0]):
            continue
        if key(word[0]) in COMMON and len(word[0]) > 1:
            break
        count = number
        if word[0] != bare(word[0]):
            break
    return count


def _lower(text: str) -> Iterator[Name]:
    """Names in lower case: those that are no word as well, and others beside a greeting or kin."""
    for match in LOWER_PLAIN.finditer(text):
        if match[1] not in lexicon.first_names() or match[1] in NOT_LOWER:
            continue
        if not is_spanish(text[max(0, match.start() - 60) : match.end() + 60]):
            last = match[2] and (len(match[2]) == 1 or match[2] in lexicon.surnames() - COMMON)
            shape = Shape.FULL if last else Shape.FIRST
            yield Name(match.start(1), match.end(2) if last else match.end(1), shape)
    for pattern in (LOWER_GREETED, LOWER_RELATED):
        for match in pattern.finditer(text):
            name = match[1] if match[1] in lexicon.first_names() else match[1].removesuffix("s")
            if name in lexicon.first_names() and match[1] not in COMMON:
                yield Name(match.start(1), match.start(1) + len(name), Shape.FIRST)
