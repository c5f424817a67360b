"""Rules that are lists of words, read from YAML.

A pack is one rule: `checks/packs/<package>.<name>.yaml` or `checks/packs/<package>/<name>.yaml`.
Keys (see `KEYS`): summary, why, source, as_of, category, severity, message, bad, good; and where
needed identifier, kinds, limits, instead, and the lists below.

`meaning` makes a rule without words: the sentence model speaks from that chance on that the post
falls into the category (`checks._meaning`).

`words` are whole words or phrases; case, line breaks and the kind of quote do not matter; a star at
the end stands for any ending (`guarantee*`). `patterns` are regular expressions on lower-cased text
without typographic quotes; every repeat needs an upper bound (`\\w{1,20}`, never `\\w+`) so that no
text can make them slow. Both are tried on the text and on the text with hashtags taken apart.

The rest looks at the match's sentence, 80 characters to each side at most: `unless` drops the match
when it stands beside it or is the match itself, `unless_before` when it stands in front of it
(negation), `near` asks for at least one of its entries. `unless_anywhere` looks at the whole post.
Entries of these lists are patterns too. `instead` maps a claim to the approved form that may be
offered in its place. In any entry `{name}` stands for one of the alternatives
listed under that name in `checks/packs/terms.yaml`, which packs share.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import yaml

from checks._meaning import Meaning
from checks._needle import Needle, anchored, anchors, look_for
from checks._rule import Origin, Rule, RuleError, examples
from checks._views import View
from checks.values import Category, Identifier, Kind, Mark, Marks, Post, Severity

REQUIRED = ("summary", "why", "source", "as_of", "category", "severity", "message", "bad", "good")
LISTS = ("words", "patterns", "unless", "unless_before", "unless_anywhere", "near")
KEYS = frozenset({*REQUIRED, *LISTS, "identifier", "kinds", "limits", "instead", "meaning"})
REACH = 80
SENTENCE_END = re.compile(r"[.!?](?=\s)|\n")
TERM = re.compile(r"\{([a-z][a-z_]*)\}")
LOOSE = 1000  # a repeat beyond this is as good as unbounded


@dataclass(frozen=True)
class Words:
    """What a pack looks for; calling it finds the marks in a post."""

    message: str
    needles: tuple[Needle, ...]
    unless: tuple[Needle, ...] = ()
    unless_before: tuple[Needle, ...] = ()
    unless_anywhere: tuple[Needle, ...] = ()
    near: tuple[Needle, ...] = ()

    def __post_init__(self) -> None:
        look_for({anchor for needle in self.needles for anchor in needle.anchors})

    def __call__(self, post: Post) -> Marks:
        seen: list[tuple[int, int]] = []
        for view, here in anchored(post):
            if any(needle.found(view.text) for needle in self.unless_anywhere):
                return
            for start, end in self._spans(view, here):
                if not any(start < e and s < end for s, e in seen):
                    seen.append((start, end))
                    yield Mark(start, end, self.message)

    def _spans(self, view: View, here: frozenset[str]) -> Iterator[tuple[int, int]]:
        for needle in self._likely(here):
            for match in needle.pattern.finditer(view.text):
                if match[0] and self._holds(view.text, match):
                    yield view.span(*match.span())

    def _likely(self, here: frozenset[str]) -> list[Needle]:
        """The needles of which an anchor occurs, or that have none, in their order."""
        by_anchor = self._by_anchor
        found = {place for anchor in by_anchor.keys() & here for place in by_anchor[anchor]}
        return [self.needles[place] for place in sorted(found.union(self._unanchored))]

    @cached_property
    def _by_anchor(self) -> dict[str, list[int]]:
        """The places of the needles that have each anchor."""
        index: dict[str, list[int]] = {}
        for place, needle in enumerate(self.needles):
            for anchor in needle.anchors:
                index.setdefault(anchor, []).append(place)
        return index

    @cached_property
    def _unanchored(self) -> frozenset[int]:
        return frozenset(place for place, needle in enumerate(self.needles) if not needle.anchors)

    def _holds(self, text: str, match: re.Match[str]) -> bool:
        if not (self.unless or self.unless_before or self.near):
            return True
        before, after = surroundings(text, match)
        around = before + match[0] + after
        return (
            not any(needle.found(around) for needle in self.unless)
            and not any(needle.found(before) for needle in self.unless_before)
            and (not self.near or any(needle.found(around) for needle in self.near))
        )


def surroundings(text: str, match: re.Match[str]) -> tuple[str, str]:
    """The match's sentence before and after it, `REACH` characters at most."""
    before = text[max(0, match.start() - REACH) : match.start()]
    after = text[match.end() : match.end() + REACH]
    cuts = [m.end() for m in SENTENCE_END.finditer(before)]
    end = SENTENCE_END.search(after)
    return before[cuts[-1] :] if cuts else before, after[: end.start()] if end else after


def load(path: Path, rule_id: str) -> Rule:
    """The rule in the file at `path`. Raises `RuleError` that names the file and the key."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path.name}: cannot be read ({type(error).__name__})") from None
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise RuleError(f"{path.name}: line {line} is not valid YAML") from None
    if not isinstance(data, dict):
        raise RuleError(f"{path.name}: a pack is a mapping of keys")
    _check_keys(data, path.name)
    try:
        return _rule(data, rule_id)
    except (ValueError, re.error) as error:
        raise RuleError(f"{path.name}: {error}") from None


def _check_keys(data: dict[str, Any], name: str) -> None:
    if unknown := sorted({str(key) for key in data} - KEYS):
        raise RuleError(f"{name}: unknown key {unknown[0]!r}; allowed: {', '.join(sorted(KEYS))}")
    if missing := [key for key in REQUIRED if not data.get(key)]:
        raise RuleError(f"{name}: the key {missing[0]!r} is missing")
    if not any(data.get(key) for key in ("words", "patterns", "meaning")):
        raise RuleError(f"{name}: give 'words', 'patterns' or 'meaning'")
    if not isinstance(data.get("instead") or {}, dict):
        raise RuleError(f"{name}: 'instead' maps a claim to its approved form")
    for key in (*LISTS, "bad", "good", "kinds"):
        entries = data.get(key) or []
        if not isinstance(entries, list) or not all(isinstance(e, str) for e in entries):
            raise RuleError(f"{name}: {key!r} is a list of texts (put odd ones in quotes)")


def _rule(data: dict[str, Any], rule_id: str) -> Rule:
    lists = {key: tuple(data.get(key) or ()) for key in LISTS}
    message = str(data["message"]).strip()
    words = Words(
        message=message,
        needles=(*map(_word, lists["words"]), *map(_pattern, lists["patterns"])),
        **{key: tuple(map(_pattern, lists[key])) for key in LISTS[2:]},
    )
    find: Callable[[Post], Marks] = words
    if chance := data.get("meaning"):
        find = Meaning(Category(data["category"]), float(chance), message)
    return Rule(
        id=rule_id,
        category=Category(data["category"]),
        severity=Severity(data["severity"]),
        summary=str(data["summary"]).strip(),
        why=str(data["why"]).strip(),
        source=str(data["source"]).strip(),
        as_of=str(data["as_of"]),
        bad=examples([line.replace("\n", "\\n") for line in data["bad"]]),
        good=examples([line.replace("\n", "\\n") for line in data["good"]]),
        limits=str(data.get("limits") or "").strip(),
        find=find,
        identifier=Identifier(data["identifier"]) if data.get("identifier") else None,
        kinds=tuple(map(Kind, data.get("kinds") or Kind)),
        origin=Origin.PACK,
        instead={str(claim): str(form) for claim, form in (data.get("instead") or {}).items()},
    )


def _word(phrase: str) -> Needle:
    """A whole word or phrase; a star at its end stands for any ending."""
    plain = phrase.strip().lower()
    stem = plain.rstrip("*")
    body = r"\s{1,4}".join(part if TERM.search(part) else re.escape(part) for part in stem.split())
    head = r"\b" if stem[:1].isalnum() else ""
    tail = r"\w{0,20}" if plain != stem else (r"\b" if stem[-1:].isalnum() else "")
    return _pattern(head + body + tail)


@cache
def _terms() -> dict[str, str]:
    """The shared word classes, each as one group; later ones may use those above them."""
    path = Path(__file__).parent / "packs" / "terms.yaml"
    found: dict[str, str] = {}
    for name, entries in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        found[name] = f"(?:{'|'.join(_expanded(e, found) for e in entries)})"
    return found


def _expanded(source: str, terms: dict[str, str]) -> str:
    """The entry with every `{name}` replaced. Raises ValueError for a name that is not there."""
    if unknown := [name for name in TERM.findall(source) if name not in terms]:
        raise ValueError(f"{{{unknown[0]}}} is not in terms.yaml")
    return TERM.sub(lambda match: terms[match[1]], source)


@cache
def _pattern(entry: str) -> Needle:
    source = _expanded(entry, _terms() if TERM.search(entry) else {})
    tree = parser.parse(source)
    _check_linear(tree, source)
    return Needle(re.compile(source), anchors(tree))


def _check_linear(tree: Any, source: str) -> None:
    """Refuse what could be slow (unbounded repeats) and what could never match (capitals)."""
    for code, argument in tree:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT) and argument[1] > LOOSE:
            raise ValueError(f"put an upper bound on every repeat, such as {{0,40}}: {source}")
        if code is codes.LITERAL and chr(argument).isupper():
            raise ValueError(f"text is lower-cased before matching: {source}")
        for part in _inner(code, argument):
            _check_linear(part, source)


def _inner(code: Any, argument: Any) -> list[Any]:
    """The sub-patterns of one node of a parsed pattern."""
    match str(code):
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return [argument[2]]
        case "SUBPATTERN":
            return [argument[3]]
        case "BRANCH":
            return list(argument[1])
        case "ASSERT" | "ASSERT_NOT":
            return [argument[1]]
    return []
