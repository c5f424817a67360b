"""Copied text: a source that comes with the draft, earlier posts, and the practice's articles."""

from dataclasses import replace
from pathlib import Path

import pytest

import checks
from bot.commands import Submit
from bot.config import ConfigError, parse
from checks._rule import EXAMPLE_PRACTICE
from checks.values import Finding, Post, Severity
from practice import Bench

GUIDE = (
    "A brisk walk of twenty minutes after supper lowers the sugar in the blood for hours. "
    "Shoes that fit well matter more than the pace, and a friend beside you matters most."
)
CALL = " Call 512-555-0142."
RULE = "rights.copied-text"


def copied(post: Post) -> list[Finding]:
    return [f for f in checks.run(post, post.practice) if f.rule == RULE]


def test_words_of_a_supplied_source_go_to_a_second_reader() -> None:
    post = Post(GUIDE[:84] + CALL, source=GUIDE, practice=EXAMPLE_PRACTICE)
    assert [f.severity for f in copied(post)] == [Severity.ESCALATE]
    assert not copied(replace(post, source=""))


def test_what_a_draft_says_twice_is_no_source_s() -> None:
    post = Post(f"{GUIDE} {GUIDE}{CALL}", practice=EXAMPLE_PRACTICE)
    (twice,) = copied(post)
    assert twice.severity is Severity.WARN
    assert "said before" in twice.message


def test_a_source_may_be_a_page_of_html() -> None:
    page = f"<html><script>var x</script><body><p>{GUIDE.replace('walk', '<b>walk</b>')}</p></body>"
    assert copied(Post(GUIDE[:84] + CALL, source=page, practice=EXAMPLE_PRACTICE))


def test_a_sentence_with_its_words_moved_about_is_still_the_source_s() -> None:
    moved = (
        "For hours the sugar in the blood is lowered by a brisk walk of twenty minutes after "
        "supper."
    )
    assert copied(Post(moved + CALL, source=GUIDE, practice=EXAMPLE_PRACTICE))


def test_a_quotation_with_its_source_is_left_alone() -> None:
    quoted = f'"{GUIDE[:84]}" says https://walking.example.com.{CALL}'
    assert not copied(Post(quoted, source=GUIDE, practice=EXAMPLE_PRACTICE))


def test_one_of_our_own_articles_is_linked_to_instead(tmp_path: Path) -> None:
    (tmp_path / "walking.txt").write_text(GUIDE)
    practice = {"name": "Riverside", "articles": ["walking.txt"]}
    app = parse({"practice": practice}, tmp_path / "app.yaml")
    (found,) = copied(Post(GUIDE[:84] + CALL, practice=app.checked_as()))
    assert found.severity is Severity.WARN
    assert "link to it" in found.message


def test_an_article_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read as text"):
        parse({"practice": {"articles": ["gone.txt"]}}, tmp_path / "app.yaml")


def test_an_approved_text_is_known_when_the_next_draft_is_checked(bench: Bench) -> None:
    first = bench.submit(GUIDE + CALL)
    bench.press("ada", bench.review("ada", first), "approve")
    bench.do(Submit(bench.origin("maria"), GUIDE + CALL, source="from a leaflet"))
    ((_, _, post),) = bench.desk.to_check()
    assert post.practice.earlier_posts == (GUIDE + CALL,)
    assert post.source == "from a leaflet"
    assert copied(post)
