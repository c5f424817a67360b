"""What a rule is, and how a rule's module becomes one.

Writing a rule
    A coded rule is one module in `checks/<package>/`. Its id is its path: `checks/privacy/
    record_number.py` is `privacy.record-number`. Files that begin with an underscore are no rules.

    The docstring is the documentation. Its first line is a sentence; then come these headings, each
    on a line of its own with an indented body, in this order: Why, Source, Bad, Good, Limits (may
    be left out), As of (YYYY-MM: when the source was last looked at).

    Constants: CATEGORY, SEVERITY, and where needed IDENTIFIER (for `phi`) and KINDS (a tuple of
    `Kind`; both when left out). The function is `def find(post: Post) -> Marks`; it yields
    `(start, end, message)` or `Mark` in code points of `post.text`.

Examples
    Under Bad and Good each line is one example. A line may begin with settings in brackets:
    `[reply]`, `[platform=x]`, `[media]`, `[link=https://example.com]`, `[alt=A waiting room]`,
    `[state=TX]`, `[source=Words it draws on]`, `[repeat=50]` (the text that many times), several
    parted by semicolons: `[reply; platform=facebook]`. Without settings it is a post on no
    platform in particular.
    Examples are checked for the practice `EXAMPLE_PRACTICE`. Every Bad must be flagged by its
    rule; every Good must pass all rules, tips aside, so a Good post names a way to act.
    A line ending in a backslash goes on in the next; a written \\n is a line break.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from checks.values import Category, Identifier, Kind, Marks, Post, Practice, Severity

HEADINGS = ("Why", "Source", "Bad", "Good", "Limits", "As of")
SETTINGS = re.compile(r"\[([a-z]+(?:=[^\]]*)?(?:; ?[a-z]+(?:=[^\]]*)?)*)\] ?")

EXAMPLE_PRACTICE = Practice(
    name="Riverside Family Medicine",
    specialty="family_medicine",
    city="Austin, TX",
    staff_size=22,
    providers=("Dr. Emily Chen", "Tom Brennan PA"),
    staff=("Tasha Williams", "Becky Moore"),
    phones=("512-555-0142",),
    emails=("hello@riverside.example.com",),
    websites=("riverside.example.com",),
    addresses=("412 Harbor Street, Austin, TX 78701",),
    handles=("@riversidefm",),
    npi=("1245319599",),
    portal="https://portal.riverside.example.com",
    call_to_action="Call 512-555-0142 to book a visit.",
    platforms={"facebook": "engage", "linkedin": "educate"},
    today="2026-11-24",
)


Choice = TypeVar("Choice", bound=StrEnum)


class Origin(StrEnum):
    CODE = "code"
    PACK = "pack"


@dataclass(frozen=True)
class Example:
    text: str
    kind: Kind = Kind.POST
    platform: str = ""
    link: str = ""
    alt_texts: tuple[str, ...] = ()
    has_media: bool = False
    state: str = ""
    source: str = ""

    def post(self) -> Post:
        """The example as a post of the example practice."""
        practice = replace(EXAMPLE_PRACTICE, state=self.state)
        return Post(
            self.text,
            self.platform,
            self.kind,
            link=self.link,
            alt_texts=self.alt_texts,
            has_media=self.has_media,
            practice=practice,
            source=self.source,
        )


@dataclass(frozen=True)
class Rule:
    """One rule with its documentation. `find` yields marks in code points of the post's text."""

    id: str
    category: Category
    severity: Severity
    summary: str
    why: str
    source: str
    as_of: str
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    limits: str
    find: Callable[[Post], Marks]
    identifier: Identifier | None = None
    kinds: tuple[Kind, ...] = tuple(Kind)
    origin: Origin = Origin.CODE
    instead: Mapping[str, str] = field(default_factory=dict)  # a claim and its approved form

    @property
    def package(self) -> str:
        return self.id.partition(".")[0]


class RuleError(ValueError):
    """A rule's file is not as it should be; the text names the file and what is wrong."""


def from_module(package: str, name: str) -> Rule:
    """The rule that the module `checks.<package>.<name>` defines."""
    module = import_module(f"checks.{package}.{name}")
    rule_id = f"{package}.{name.replace('_', '-')}"
    parts = sections(module.__doc__ or "", rule_id)
    return Rule(
        id=rule_id,
        category=_constant(module, "CATEGORY", Category, rule_id),
        severity=_constant(module, "SEVERITY", Severity, rule_id),
        summary=parts["summary"],
        why=parts["Why"],
        source=parts["Source"],
        as_of=parts["As of"],
        bad=examples(parts["Bad"].splitlines()),
        good=examples(parts["Good"].splitlines()),
        limits=parts.get("Limits", ""),
        find=module.find,
        identifier=getattr(module, "IDENTIFIER", None),
        kinds=tuple(getattr(module, "KINDS", tuple(Kind))),
    )


def _constant(module: ModuleType, name: str, kind: type[Choice], rule_id: str) -> Choice:
    value = getattr(module, name, None)
    if not isinstance(value, kind):
        raise RuleError(f"{rule_id}: {name} must be a {kind.__name__}")
    return value


def sections(doc: str, rule_id: str) -> dict[str, str]:
    """The docstring's first line and the body under each heading."""
    lines = doc.strip().splitlines() or [""]
    parts: dict[str, list[str]] = {}
    for line in lines[1:]:
        if line.strip() in HEADINGS and not line.startswith(" "):
            parts[line.strip()] = []
        elif line.strip() and parts:
            parts[next(reversed(parts))].append(line.strip())
    if list(parts) != [h for h in HEADINGS if h in parts] or not {*HEADINGS} - {"Limits"} <= {
        *parts
    }:
        raise RuleError(f"{rule_id}: the headings are {', '.join(HEADINGS)}, in this order")
    listed = {h: ("\n" if h in ("Bad", "Good") else " ").join(parts[h]) for h in parts}
    return {"summary": lines[0].strip(), **listed}


def examples(lines: list[str]) -> tuple[Example, ...]:
    """One example a line; see "Examples" above."""
    joined = "\n".join(lines).replace("\\\n", " ")
    return tuple(_example(line.strip()) for line in joined.splitlines() if line.strip())


def _example(line: str) -> Example:
    line = re.sub(" {4,}", " ", line)  # what is left of the indentation behind a backslash
    match = SETTINGS.match(line)
    text = (line[match.end() :] if match else line).replace("\\n", "\n")
    example = Example(text)
    for setting in match[1].split(";") if match else ():
        name, _, value = setting.strip().partition("=")
        example = _set(example, name, value)
    return example


def _set(example: Example, name: str, value: str) -> Example:
    match name:
        case "post" | "reply":
            return replace(example, kind=Kind(name))
        case "platform":
            return replace(example, platform=value)
        case "link":
            return replace(example, link=value)
        case "alt":
            return replace(example, alt_texts=(*example.alt_texts, value), has_media=True)
        case "media":
            return replace(example, has_media=True)
        case "state":
            return replace(example, state=value)
        case "source":
            return replace(example, source=value)
        case "repeat":
            return replace(example, text=example.text * int(value))
    raise RuleError(f"an example has the unknown setting {name!r}")
