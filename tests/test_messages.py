"""Every message has an example, says nothing private in its preview, and can be kept as JSON."""

import inspect
from importlib import import_module
from pathlib import Path

import pytest

from bot import card_json
from bot.cards import Card, Verb
from bot.commands.parse import _BUILDERS
from bot.desk import HANDLERS
from bot.drafts import PATH, State
from bot.ledger import Tag
from bot.messages import MODULES, examples
from bot.messages.author.version import BY_STATE
from practice import words

EXAMPLES = examples()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_message_has_a_title_and_a_preview_without_words_or_names(name: str) -> None:
    card = EXAMPLES[name]
    assert card.title
    for private in ("Anna", "Maria", "Ada", "Flu shots", "wording we agreed"):
        assert private not in card.preview
    assert card_json.load(card_json.dump(card)) == card


def test_every_message_function_has_an_example() -> None:
    shown = {name.split(" ")[0] for name in EXAMPLES}
    for module in MODULES:
        functions = inspect.getmembers(import_module(f"bot.messages.{module}"), inspect.isfunction)
        for name, function in functions:
            here = f"{function.__module__}.".startswith(f"bot.messages.{module}.")
            ours = here and not name.startswith("_")
            if ours and inspect.signature(function).return_annotation is Card:
                assert f"{module}.{name}" in shown


def test_every_button_becomes_a_command_that_is_handled() -> None:
    assert set(_BUILDERS) == set(Verb)
    assert len(HANDLERS) == 29


def test_every_state_is_reached_and_has_a_card() -> None:
    assert set(PATH.values()) == set(State)
    assert set(BY_STATE) == set(State)


def test_every_ledger_tag_is_used() -> None:
    code = "".join(p.read_text() for p in (Path(__file__).parent.parent / "bot").rglob("*.py"))
    for tag in Tag:
        assert f"Tag.{tag.name}" in code, tag


@pytest.mark.parametrize("name", EXAMPLES)
def test_messages_are_plain_words(name: str) -> None:
    assert "!" not in words(EXAMPLES[name]).replace("!=", "")
