"""Patterns that are looked up before they are tried lose nothing by it."""

import re
from importlib import import_module

import pytest

import checks
from checks._needle import Needle, anchors, needle
from checks._rule import Origin
from checks.values import Post

TEXTS = [
    text for rule in checks.catalogue() for post in (*rule.bad, *rule.good) if (text := post.text)
]
CODED = [
    found
    for rule in checks.catalogue()
    if rule.origin is Origin.CODE
    for found in vars(import_module(rule.find.__module__)).values()
    if isinstance(found, Needle)
]


@pytest.mark.parametrize(
    "spell", [str, str.upper, str.title, lambda text: text.replace(" ", "\u00a0")]
)
def test_no_match_is_lost(spell: type[str]) -> None:
    assert CODED
    for post in (Post(spell(text)) for text in TEXTS):
        for sought in CODED:
            tried = [m.span() for m in sought.pattern.finditer(post.text)]
            assert [m.span() for m in sought.within(post)] == tried, sought.pattern.pattern


def test_a_text_read_before_is_searched_for_what_comes_later() -> None:
    post = Post("The zyzzyva came to stay.")
    assert not list(needle("quagga").within(post))
    assert [m[0] for m in needle("zyzzyv.").within(post)] == ["zyzzyva"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\b(?:room|bed) \d", {"room", "bed"}),
        (r"(?:room )?\d{3}", set()),
        (r"\w{1,5}(?=mail)", set()),
        (r"a|plate", set()),
        (r"(?:new ){1,3}plates?", {"plate"}),
    ],
)
def test_an_anchor_stands_in_every_match(source: str, expected: set[str]) -> None:
    assert anchors(re._parser.parse(source)) == expected  # type: ignore[attr-defined]
