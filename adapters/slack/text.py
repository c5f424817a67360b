"""Gets the plain words out of a Slack text: its markup goes, every character typed stays."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from adapters.slack.payload import Payload, dig, rows, words

LIMIT = 100_000  # characters looked at; Slack lets a person send 40,000
_TOKEN = re.compile(r"<([@#!]|https?://|mailto:|tel:)([^<>|\n]{1,3000})(?:\|([^<>\n]{0,3000}))?>")
_EMOJI = re.compile(r":([a-z0-9_+'-]{1,80}):(?::skin-tone-([2-6]):)?")
_TONES = {str(n): chr(0x1F3FB + n - 2) for n in range(2, 7)}


def plain(text: str, blocks: object = None) -> str:
    """`text` as the person saw it: links, mentions and emoji resolved, entities unescaped.

    `blocks` is the formatted copy that Slack sends beside a message; it says which picture an
    emoji's name stands for.
    """
    out, at = [], 0
    text = text[:LIMIT]
    for match in _TOKEN.finditer(text):
        out += [unescaped(text[at : match.start()]), unescaped(_shown(match))]
        at = match.end()
    out.append(unescaped(text[at:]))
    return pictured("".join(out), dict(_emoji_of(blocks)))


def unescaped(text: str) -> str:
    """Slack escapes exactly three characters, so exactly these are unescaped."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def without_mention(text: str, users: set[str]) -> str:
    """The raw text without mentions of `users`: the bot's name is an address, not the draft."""

    def swap(match: re.Match[str]) -> str:
        return "" if match[1] == "@" and match[2] in users else match[0]

    return _TOKEN.sub(swap, text[:LIMIT]).strip()


def _shown(match: re.Match[str]) -> str:
    kind, target, label = match[1], match[2], match[3] or ""
    if kind == "@":
        return f"@{target}"
    if kind == "#":
        return f"#{label or target}"
    if kind == "!":
        name = label or target.partition("^")[0]
        return name if target.startswith(("date^", "subteam^")) and label else f"@{name}"
    link = target if kind in ("mailto:", "tel:") else f"{kind}{target}"
    return label if label and _same(label, link) else f"{label} ({link})" if label else link


def _same(label: str, link: str) -> bool:
    """True when the label is the link itself: the address without its scheme, the number with
    its dashes.
    """
    if link.lstrip("+").isdigit():
        return re.sub(r"\D", "", label) == link.lstrip("+")
    return link.rstrip("/").endswith(label.strip().rstrip("/")) and bool(label.strip("/ "))


def pictured(text: str, known: Mapping[str, str] = MappingProxyType({})) -> str:
    """The text with `:tada:` shown as the picture the person chose."""
    if ":" not in text:
        return text

    def swap(match: re.Match[str]) -> str:
        picture = known.get(match[1]) or _by_name(match[1])
        if not picture:
            return match[0]
        has_tone = any(tone in picture for tone in _TONES.values())
        return picture if has_tone else picture + _TONES.get(match[2] or "", "")

    return _EMOJI.sub(swap, text)


def _by_name(name: str) -> str:
    import emoji

    shown = emoji.emojize(f":{name}:", language="alias")
    return "" if shown.startswith(":") else shown


def _emoji_of(blocks: object) -> Iterator[tuple[str, str]]:
    """(name, picture) of the emoji in a message's formatted copy, which is four levels deep."""
    level = rows({"blocks": blocks}, "blocks")
    for _ in range(5):
        for element in level:
            if words(element, "type") == "emoji":
                yield words(element, "name"), _from_hex(words(element, "unicode"))
        level = [inner for element in level for inner in _inside(element)][:5_000]


def _inside(element: Payload) -> list[Payload]:
    return rows(element, "elements") if dig(element, "elements") else []


def _from_hex(code: str) -> str:
    """The picture for "1f44b-1f3fc", or nothing for what is not such a code."""
    if not re.fullmatch(r"[0-9a-f]{2,6}(?:-[0-9a-f]{2,6}){0,9}", code):
        return ""
    points = [int(part, 16) for part in code.split("-")]
    return "".join(map(chr, points)) if all(0x20 <= p < 0x110000 for p in points) else ""
