"""The README and the other documents say what the program does, no more and no less."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
import typer
from pydantic import BaseModel

import checks
import checks.values
from bot.__main__ import app as command_line
from bot.commands import Topic
from bot.config import App
from bot.drafts import PATH, State
from bot.people import Role
from checks import _pack
from checks._rule import Example, examples, sections

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]
)
ARROW = re.compile(r"^\s*(\S+) --> (\S+?)(?:: (.+))?$", re.MULTILINE)
LINK = re.compile(r"(?:\]\(|\bsrc(?:set)?=\")([^)\s\"]+)")
COMMANDS = frozenset(typer.main.get_command(command_line).commands)  # type: ignore[attr-defined]


def section(title: str) -> str:
    """The text under a second-level heading of the README."""
    found = re.search(
        rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.DOTALL | re.MULTILINE
    )
    assert found, f"the README has no section {title!r}"
    return found[1]


def named(text: str) -> set[str]:
    """What stands in code marks, each word of a command by itself."""
    return set(re.findall(r"`([^`\n]+)`", text))


def diagram() -> list[tuple[str, str, str]]:
    fenced = re.search(r"```mermaid\nstateDiagram-v2\n(.*?)```", README, re.DOTALL)
    assert fenced
    return ARROW.findall(fenced[1])


def test_the_diagram_shows_every_way_of_a_draft_and_no_other() -> None:
    drawn = [(a, move, b) for a, b, move in diagram() if "[*]" not in (a, b)]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == {(str(a), str(move), str(b)) for (a, move), b in PATH.items()}


def test_the_diagram_begins_and_ends_where_a_draft_does() -> None:
    ends = {str(state) for state in State} - {str(state) for state, _ in PATH}
    assert {b for a, b, _ in diagram() if a == "[*]"} == {str(State.RECEIVED)}
    assert {a for a, b, _ in diagram() if b == "[*]"} == ends


def keys(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Every key of app.yaml by its path; NAME stands for a name that the practice chooses."""
    for name, field in model.model_fields.items():
        inner, chosen = _model_in(field.annotation)
        here = f"{path}{name}"
        if inner is None or not path:
            yield here
        if inner is not None:
            yield from keys(inner, f"{here}.NAME." if chosen else f"{here}.")


def _model_in(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The model behind an annotation, and whether it is one of several that have names."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _model_in(arguments[0])
    if origin in (Union, UnionType, tuple):
        return next((f for a in arguments if (f := _model_in(a))[0]), (None, False))
    if origin is dict:
        return _model_in(arguments[1])[0], True
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return (annotation, False) if is_model else (None, False)


# In the file the severities stand under `rules` itself, by rule id.
KEYS = [key.replace("rules.severities.NAME", "rules.NAME") for key in keys(App)]


def test_the_keys_are_really_walked() -> None:
    assert {"practice", "people.NAME.slack", "rules.NAME.severity", "slack.mode"} <= set(KEYS)
    assert len(KEYS) > 50


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_app_yaml_is_described(key: str) -> None:
    assert key in named(section("app.yaml"))


def test_no_key_is_described_that_does_not_exist() -> None:
    rows = [line.split("|")[1] for line in section("app.yaml").splitlines() if line[:1] == "|"]
    assert {key for row in rows for key in named(row)} == set(KEYS)


def test_every_dependency_has_its_reason_and_no_other_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\[<>=~! ]", entry, maxsplit=1)[0] for entry in project["dependencies"]}
    rows = [line.split("|") for line in section("What it stands on").splitlines() if "`" in line]
    reasons = {name: row[2].strip() for row in rows if len(row) == 4 for name in named(row[1])}
    assert set(reasons) == wanted
    assert all(reasons.values())


@pytest.mark.parametrize("topic", Topic)
def test_every_word_that_people_may_type_is_explained(topic: Topic) -> None:
    words = {entry.split()[0] for entry in named(section("What people type"))}
    assert topic in words


@pytest.mark.parametrize("role", Role)
def test_every_role_is_named(role: Role) -> None:
    assert role in named(section("app.yaml"))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_of_the_command_line_is_listed(command: str) -> None:
    listed = {entry.split()[1] for entry in named(section("The command line")) if " " in entry}
    assert command in listed


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_names_a_command_that_does_not_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    code = "\n".join(
        [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"```.*?```", text, re.DOTALL)]
    )
    asked = re.findall(r"(?:^|[ (]|bin/)signoff ([a-z][a-z-]*)", code, re.MULTILINE)
    assert set(asked) <= COMMANDS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_names_a_rule_that_does_not_exist(document: Path) -> None:
    rules = checks.catalogue()
    packages = "|".join({rule.package for rule in rules})
    text = document.read_text(encoding="utf-8")
    shown = re.findall(
        rf"(?:`|^ *)((?:{packages})\.[a-z]+(?:-[a-z]+)*)(?=[`: ])", text, re.MULTILINE
    )
    assert set(shown) <= {rule.id for rule in rules}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    local = [link.partition("#") for link in links if "://" not in link]
    assert [name for name, _, _ in local if not (document.parent / name).exists()] == []
    places = [(document.parent / name if name else document, at) for name, _, at in local if at]
    assert [at for file, at in places if at not in headings(file)] == []


def headings(document: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", ["README.md", "docs/rules.md"])
def test_the_rule_shown_in_a_document_does_what_its_examples_say(document: str) -> None:
    code = block("python", document)
    parts = sections(ast.get_docstring(ast.parse(code)) or "", document)
    known: dict[str, Any] = {"re": re, **vars(checks.values)}
    exec(code, known)  # the document's own code, to see that it works

    def flagged(listed: str) -> list[bool]:
        return [any(known["find"](e.post())) for e in examples(parts[listed].splitlines())]

    assert flagged("Bad")
    assert all(flagged("Bad"))
    assert not any(flagged("Good"))


def test_the_word_list_shown_in_the_documents_does_what_its_examples_say(tmp_path: Path) -> None:
    file = tmp_path / "shown.yaml"
    file.write_text(block("yaml", "docs/rules.md"), encoding="utf-8")
    rule = _pack.load(file, "claims.shown")

    def flagged(example: Example) -> bool:
        return any(rule.find(example.post()))

    assert all(map(flagged, rule.bad))
    assert not any(map(flagged, rule.good))


def block(language: str, document: str) -> str:
    """The first fenced block of a language in a document."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def test_the_licence_is_the_whole_apache_licence() -> None:
    words = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in words
    assert "END OF TERMS AND CONDITIONS" in words
    assert len(words.splitlines()) == 202
