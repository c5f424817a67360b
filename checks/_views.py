"""Other readings of a text, each with the way back to the text as it was written.

A rule must not be escaped by spelling: full-width or bold letters, zero-width characters, letters
borrowed from another alphabet, digits for letters or words for digits, letters set apart, words
run together in a hashtag. A `View` is such a reading; `View.span` gives the code points of the
original.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b"
    "\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
PUNCTUATION = str.maketrans("‘’‚‛“”„‟‐‑‒–—―−", "''''\"\"\"\"-------")
LOOKALIKES = dict(
    zip(
        "аеорсухіјѕһԁԛԝьВЕКМНОРСТУХАІЈЅαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧɑɡıℓ",
        "aeopcyxijshdqwbBEKMHOPCTYXAIJSaeikvoptuxABEZHIKMNOPTYXagil",
        strict=True,
    )
)
LEET = dict(zip("013457@$!|", "oieastasil", strict=True))

HASHTAG = re.compile(r"#\w{2,100}")
CAMEL_WORD = re.compile(r"(?<![\w@/.#-])[A-Za-z]{1,30}[a-z][A-Z][A-Za-z]{1,30}(?![\w@]|[./-]\w)")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|_")
APART = re.compile(
    r"(?<![^\W_])[^\W\d_](?:[ .*_\-·•~^|/\\+]{1,2}[^\W\d_]){2,40}(?![^\W_])"
    r"|(?<![^\W_])[^\W_](?:[^\w\s'’.,;:!?&@#/()\-\"]{1,3}[^\W_]){2,40}(?![^\W_])"
)
NEXT_WORD = re.compile(r"[a-z] [A-Z]")
LEET_WORD = re.compile(r"(?<![\w@$#/.-])[A-Za-z0-9$!|][A-Za-z0-9@$!|]{2,30}(?![\w@$/-]|\.\w)")
DIGITS = {
    sign: digit
    for signs, digit in (
        *(("zero oh cero o", "0"), ("one uno i l", "1"), ("two dos", "2"), ("three tres", "3")),
        *(("four cuatro", "4"), ("five cinco", "5"), ("six seis", "6"), ("seven siete", "7")),
        *(("eight ocho", "8"), ("nine nueve", "9")),
    )
    for sign in signs.split()
}
DIGIT = re.compile(rf"[0-9]|{'|'.join(sorted(DIGITS, key=len, reverse=True))}", re.IGNORECASE)
NUMBER = re.compile(
    rf"(?<!\w)(?:{DIGIT.pattern})(?:[\W_]{{0,3}}(?:{DIGIT.pattern})){{5,15}}(?!\w)", re.IGNORECASE
)
DIALLED = re.compile(r"1?[2-9]\d\d[2-9]\d{6}")  # as phone numbers are in North America
PLAIN_NUMBER = re.compile(r"(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ]?)\d{3}[-. ]?\d{4}")
COUNTING = "0123456789"
# Where numbers of so many digits have hyphens: short and whole phone numbers, social security.
GROUPS = {7: (3,), 9: (3, 5), 10: (3, 6), 11: (1, 4, 7)}
HIDDEN_INSIDE = re.compile(r"[A-Za-z0-9][\u00ad\u200b\u200c\u2060\u2063\ufeff]{1,9}[A-Za-z0-9]")
WORD = re.compile(r"[^\W\d_]{2,60}")


@dataclass(frozen=True)
class View:
    """A reading of a text. `origin[i]` tells where character i comes from; empty: nothing moved."""

    text: str
    origin: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the original that stand behind `start:end` of this view."""
        if not self.origin or start >= end:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1

    def edited(self, edit: Callable[[str, int], str | None]) -> "View":
        """This view with each character replaced by what `edit` says (None: left as it is)."""
        text: list[str] = []
        origin: list[int] = []
        for i, char in enumerate(self.text):
            new = edit(char, i)
            new = char if new is None else new
            text.append(new)
            origin.extend([self.origin[i] if self.origin else i] * len(new))
        joined = "".join(text)
        return self if joined == self.text else View(joined, tuple(origin))

    @property
    def lowered(self) -> "View":
        lower = self.text.lower()
        if len(lower) == len(self.text):
            return View(lower, self.origin)
        return self.edited(lambda char, _: char.lower())


def split(view: View) -> View:
    """Hashtags and camel-case words taken apart: `#PrayForAnna` reads ` Pray For Anna`."""
    return apart(view, sign=" ")


def apart(view: View, *, sign: str = "#") -> View:
    """Hashtags and camel-case words with a space at every hump, and `sign` for the hash sign."""
    cuts: dict[int, str] = {}
    for pattern in (HASHTAG, CAMEL_WORD):
        for word in pattern.finditer(view.text):
            for hump in HUMP.finditer(word[0]):
                at = word.start() + hump.start()
                cuts[at] = " " if view.text[at] == "_" else " " + view.text[at]
            if word[0].startswith("#"):
                cuts[word.start()] = sign
    return view.edited(lambda _, i: cuts.get(i)) if cuts else view


def folded(view: View) -> View:
    """Compatibility forms (bold, full-width, circled letters) and typographic marks made plain.

    This undoes typography, which is no disguise.
    """
    if view.text.isascii():
        return view
    return view.edited(
        lambda char, _: (
            None if char.isascii() else unicodedata.normalize("NFKC", char).translate(PUNCTUATION)
        )
    )


def revealed(view: View) -> View:
    """Every disguise undone: what a person reads when they squint."""
    view = _visible(folded(view))
    view = _latin(view)
    view = _dialled(view)
    view = _joined(view)
    return _unleeted(view)


def disguises(text: str) -> Iterator[tuple[int, int]]:
    """Words that mix alphabets or hide characters inside: nobody types them by accident."""
    if text.isascii():
        return
    for word in re.finditer(r"\S{3,200}", text):
        latin = any("a" <= char.lower() <= "z" for char in word[0])
        borrowed = any(
            char in LOOKALIKES and char.isalpha() and ord(char) > 0x36F for char in word[0]
        )
        if (latin and borrowed) or HIDDEN_INSIDE.search(word[0]):
            yield word.span()


def _visible(view: View) -> View:
    if INVISIBLE.isdisjoint(view.text):
        return view
    return view.edited(lambda char, _: "" if char in INVISIBLE else None)


def _latin(view: View) -> View:
    """Look-alike letters, in words that are otherwise Latin, as the letters they imitate."""
    if LOOKALIKES.keys().isdisjoint(view.text):
        return view
    borrowed: dict[int, str] = {}
    for word in WORD.finditer(view.text):
        if any("a" <= c.lower() <= "z" for c in word[0]):
            for i, char in enumerate(word[0], word.start()):
                if char in LOOKALIKES:
                    borrowed[i] = LOOKALIKES[char]
    return view.edited(lambda _, i: borrowed.get(i))


def _joined(view: View) -> View:
    """Letters set apart (`c u r e`, `c.u.r.e`, `c*u*r*e`) as one word.

    A gap between a small letter and a capital stays: `A n n a W` is Anna W.
    """
    dropped: set[int] = set()
    for run in APART.finditer(view.text):
        gaps = (i for i, char in enumerate(run[0]) if not char.isalnum())
        dropped.update(run.start() + i for i in gaps if not NEXT_WORD.match(run[0], i - 1))
    return view.edited(lambda _, i: "" if i in dropped else None) if dropped else view


def _dialled(view: View) -> View:
    """A phone number in any guise (`five one two, five five five...`, `512*555*O199`), and any long
    number in words, as the number it is.
    """
    digits: dict[int, str] = {}
    for run in NUMBER.finditer(view.text):
        signs = list(DIGIT.finditer(run[0]))
        values = [DIGITS.get(sign[0].lower(), sign[0]) for sign in signs]
        signs = signs[: 11 if values[0] == "1" else 10]
        words = run[0][: signs[-1].end()]
        if not _is_guised(words, signs, "".join(values[: len(signs)])):
            continue
        digits |= dict.fromkeys(range(run.start(), run.start() + len(words)), "")
        for n, sign in enumerate(signs):
            hyphen = "-" if n in GROUPS.get(len(signs), ()) else ""
            at = sign.end() - 1 if n else sign.start()  # the number begins and ends as the run does
            digits[run.start() + at] = hyphen + values[n]
    return view.edited(lambda _, i: digits.get(i)) if digits else view


def _is_guised(words: str, signs: list[re.Match[str]], number: str) -> bool:
    """Whether this is a number that nobody would write so who wants it to be read."""
    if all(len(sign[0]) > 1 for sign in signs):
        return number not in COUNTING and number[::-1] not in COUNTING
    plain = sum(len(sign[0]) > 1 or sign[0].isdigit() for sign in signs)
    is_phone = DIALLED.fullmatch(number) and plain >= 6  # what is left may be letters for digits
    return bool(is_phone) and not PLAIN_NUMBER.fullmatch(words)


def _unleeted(view: View) -> View:
    """Digits and signs that stand for letters inside a word, as those letters."""
    swapped: dict[int, str] = {}
    for word in LEET_WORD.finditer(view.text):
        core = word[0].rstrip("!|")
        if core.isalpha():
            continue
        letters = sum(char.isalpha() for char in core)
        signs = len(core) - letters
        if signs and letters >= max(2, signs):
            for i, char in enumerate(core, word.start()):
                if char in LEET:
                    swapped[i] = LEET[char]
    return view.edited(lambda _, i: swapped.get(i)) if swapped else view
