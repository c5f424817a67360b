"""Cards survive being kept as JSON, whatever is in them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import card_json
from bot.cards import (
    Action,
    Ask,
    Card,
    Change,
    Edit,
    Facts,
    Findings,
    Para,
    Picture,
    Quote,
    Shown,
    Tone,
    Verb,
)
from bot.messages import examples

# Surrogates belong in: a platform may hand over half an emoji, and a draft must not be lost on it.
TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
TONES = st.sampled_from(Tone)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
BLOCKS = st.one_of(
    st.builds(Para, TEXT, TONES),
    st.builds(Quote, TEXT, TEXT, st.booleans()),
    st.builds(
        Change, st.lists(st.tuples(st.sampled_from(Edit), TEXT), max_size=4).map(tuple), TEXT
    ),
    st.builds(Facts, PAIRS),
    st.builds(
        Findings,
        st.lists(st.builds(Shown, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT), max_size=3).map(tuple),
    ),
    st.builds(Picture, st.binary(max_size=60), TEXT),
)
ASKS = st.builds(
    Ask, TEXT, TEXT, TEXT, st.booleans(), st.integers(1, 9), st.integers(1, 9_999), TEXT, PAIRS
)
ACTIONS = st.builds(
    Action,
    st.sampled_from(Verb),
    TEXT,
    st.dictionaries(TEXT, TEXT, max_size=3),
    TONES,
    st.lists(ASKS, max_size=2).map(tuple),
)
CARDS = st.builds(
    Card,
    TEXT,
    TEXT,
    st.lists(BLOCKS, max_size=4).map(tuple),
    st.lists(ACTIONS, max_size=3).map(tuple),
    TONES,
)


@given(CARDS)
@settings(max_examples=60, deadline=None)
def test_a_card_comes_back_as_it_was(card: Card) -> None:
    again = card_json.load(card_json.dump(card))
    assert again == card
    assert all(isinstance(action.verb, Verb) for action in again.actions)


@pytest.mark.parametrize("name", sorted(examples()))
def test_every_message_comes_back_as_it_was(name: str) -> None:
    card = examples()[name]
    assert card_json.load(card_json.dump(card)) == card


@pytest.mark.parametrize("data", [b"", b"[]", b'"card"', b'{"is": "Exploit"}', b"{}"])
def test_what_is_not_a_card_is_turned_away(data: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        card_json.load(data)
