"""Gets the plain words out of a Teams message: formatting goes, every character a person typed
stays.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.teams.payload import Payload, rows, words

LIMIT = 80_000  # characters looked at; far above what Teams lets a person send
_AT = re.compile(r"<at\b[^<>]{0,200}>([^<>]{0,200})</at>", re.IGNORECASE)
_BLOCKS = frozenset(
    ["p", "div", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "codeblock", "hr"]
    + [f"h{n}" for n in range(1, 7)]
)
_VOID = frozenset(["br", "img", "hr", "input", "meta", "link", "attachment"])
# The standard library's HTML parser takes minutes for a hostile text, these patterns a moment.
_TAG = re.compile(r"<!--[^<>]{0,4000}-->|<(/?)([a-zA-Z][a-zA-Z0-9]{0,30})([^<>]{0,4000})>")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,30})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')""")
_GAPS = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Mention:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote. `named` shows the people mentioned by name, as a draft should;
    `by_id` shows them as `@id`, as a command needs. `quoted` is the message they answered.
    """

    named: str
    by_id: str
    mentions_bot: bool
    quoted: str = ""


def written(activity: Payload) -> Written:
    """The words of a message activity. Teams sends a formatted copy beside most messages; it is
    taken when there, because the plain copy is escaped one time and not the next.
    """
    bot = words(activity, "recipient", "id")
    people = _mentions(activity)
    rich = _rich(activity)
    quoted = ""

    def say(show: Callable[[Mention], str]) -> str:
        nonlocal quoted
        if not rich:
            return _tidy(_from_plain(words(activity, "text")[:LIMIT], people, show))
        reader = _Reader(people, show)
        reader.read(rich[:LIMIT])
        quoted = reader.quoted
        return _tidy("".join(reader.out))

    named = say(lambda m: "" if m.id == bot else m.name)
    by_id = say(lambda m: "" if m.id == bot else f"@{m.id}")
    return Written(named, by_id, any(m.id == bot for m in people), quoted or _quoted(activity))


def _mentions(activity: Payload) -> list[Mention]:
    entities = [e for e in rows(activity, "entities") if words(e, "type") == "mention"]
    return [
        Mention(
            words(e, "mentioned", "id"),
            words(e, "mentioned", "name") or _AT.sub(r"\1", words(e, "text")),
        )
        for e in entities[:200]
    ]


def _quoted(activity: Payload) -> str:
    """The id of the message that this one quotes, in the newer form of an entity."""
    found = (words(e, "quotedReply", "messageId") for e in rows(activity, "entities"))
    return next((q for q in found if q), "")


def _rich(activity: Payload) -> str:
    """The HTML of the message: its formatted copy, or the text itself when it says it is HTML."""
    copies = (
        words(a, "content")
        for a in rows(activity, "attachments")
        if words(a, "contentType") == "text/html"
    )
    text = words(activity, "text") if words(activity, "textFormat") == "xml" else ""
    return next((c for c in copies if c.strip()), text)


def _from_plain(text: str, people: list[Mention], show: Callable[[Mention], str]) -> str:
    """A plain message in which the mentioned people stand as `<at>name</at>`. Such a tag that
    names nobody on the list was typed by hand and stays.
    """
    waiting = list(people)

    def swap(match: re.Match[str]) -> str:
        name = html.unescape(match[1])
        person = next((m for m in waiting if m.name == name), None)
        if person is None:
            return match[0]
        waiting.remove(person)
        return show(person)

    return html.unescape(_AT.sub(swap, text))


class _Reader:
    """Reads the HTML that Teams makes of a message."""

    def __init__(self, people: list[Mention], show: Callable[[Mention], str]) -> None:
        self.out: list[str] = []
        self.quoted = ""
        self._people, self._show = people, show
        self._open: list[tuple[str, str, int]] = []  # tag, what its end asks for, where it began
        self._depth: Counter[str] = Counter()
        self._quotes = 0
        self._item = 0

    def read(self, text: str) -> None:
        at = 0
        for match in _TAG.finditer(text):
            self._words(text[at : match.start()])
            at = match.end()
            closes, tag, rest = match.groups(default="")
            if closes:
                self._end(tag.lower())
            elif tag:
                found = _ATTRIBUTE.findall(rest)
                self._start(tag.lower(), {k.lower(): html.unescape(v or w) for k, v, w in found})
        self._words(text[at:])

    def _start(self, tag: str, named: Mapping[str, str]) -> None:
        kind = named.get("itemtype", "").rpartition("/")[2]
        if tag in _BLOCKS:
            self._break()
        match tag:
            case "br":
                self._put("\n")
            case "img" | "emoji":
                self._put(named.get("alt", "") if tag == "emoji" or kind == "Emoji" else "")
            case "ol" | "ul":
                self._item = int(tag == "ol")
            case "td" | "th":
                self._put("" if self._starts_line() else "\t")
            case "li":
                self._put(f"{self._item}. " if self._item else "- ")
                self._item += bool(self._item)
        if tag not in _VOID and len(self._open) < 200:
            self._enter(tag, _asks(tag, kind, named))

    def _enter(self, tag: str, ask: str) -> None:
        if ask.startswith("quote"):
            self.quoted = self.quoted or ask.partition(" ")[2]
            self._quotes += 1
        self._open.append((tag, ask, len(self.out)))
        self._depth[tag] += 1

    def _end(self, tag: str) -> None:
        while self._depth[tag]:
            opened, ask, began = self._open.pop()
            self._depth[opened] -= 1
            self._leave(ask, began)
            if opened in _BLOCKS:
                self._break()
            if opened == tag:
                return

    def _leave(self, ask: str, began: int) -> None:
        kind, _, value = ask.partition(" ")
        shown = "".join(self.out[began:]) if kind in ("mention", "link") else ""
        if kind == "quote":
            self._quotes -= 1
        elif kind == "mention":
            self.out[began:] = [self._named(value, shown)]
        elif kind == "link" and value.startswith(("http://", "https://")):
            self._put("" if _same_link(shown, value) else f" ({value})")

    def _words(self, text: str) -> None:
        if self._depth["pre"] or self._depth["codeblock"]:
            self._put(html.unescape(text))
            return
        text = html.unescape(_GAPS.sub(" ", text))
        self._put(text.lstrip(" ") if self._starts_line() else text)

    def _named(self, place: str, name: str) -> str:
        """The mention that stands at `place` in the message's list, if it bears that name."""
        at = self._people[int(place) : int(place) + 1] if re.fullmatch(r"\d{1,3}", place) else []
        person = next((m for m in [*at, *self._people] if m.name == name), None)
        return self._show(person) if person else name

    def _put(self, text: str) -> None:
        if text and not self._quotes:
            self.out.append(text)

    def _starts_line(self) -> bool:
        return not self.out or self.out[-1].endswith("\n")

    def _break(self) -> None:
        if not self._starts_line():
            self._put("\n")


def _asks(tag: str, kind: str, named: Mapping[str, str]) -> str:
    """What is to be done when the tag ends: a word, and what it is about."""
    if tag == "blockquote" and kind == "Reply":
        return f"quote {named.get('itemid', '')}"
    if tag == "at" or kind == "Mention":
        return f"mention {named.get('itemid') or named.get('id', '')}"
    return f"link {named.get('href', '')}" if tag == "a" else ""


def _same_link(shown: str, target: str) -> bool:
    """True when the link shows its own target, give or take its scheme."""
    return shown.strip().rstrip("/").endswith(target.partition("://")[2].rstrip("/"))


def _tidy(text: str) -> str:
    """The words without trailing spaces, foreign line ends, or more than one empty line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()
