"""The lessons as data: complete, short, and each category taught once."""

import re
import shutil
from pathlib import Path

import pytest

import bot.lessons
from bot.lessons import (
    NOBODYS_FAULT,
    OPTION_LIMIT,
    WORD_LIMIT,
    Lesson,
    get,
    lesson_for,
    lessons,
    parse,
    read,
)
from checks.values import Category

GOOD = """---
title: A lesson
source: 45 CFR 164.502(a)
categories: [phi]
quiz:
"""
QUESTION = """  - ask: Which one?
    options:
      - {say: This, why: It is., right: true}
      - {say: That, why: It is not.}
      - {say: Neither, why: One is.}
"""

every_lesson = pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)


def test_there_is_a_lesson_for_each_of_the_five_subjects() -> None:
    assert [lesson.id for lesson in lessons()] == [
        "patient-information",
        "claims",
        "professional-conduct",
        "review-replies",
        "testimonials-and-photos",
    ]


@pytest.mark.parametrize("category", sorted(set(Category) - NOBODYS_FAULT))
def test_each_category_is_taught_by_exactly_one_lesson(category: Category) -> None:
    teaching = [lesson for lesson in lessons() if category in lesson.categories]
    assert teaching == [lesson_for(category)]


@pytest.mark.parametrize("category", sorted(NOBODYS_FAULT))
def test_what_is_nobodys_fault_calls_for_no_lesson(category: Category) -> None:
    assert lesson_for(category) is None


@every_lesson
def test_a_lesson_is_short_and_cites_a_source_that_can_be_looked_up(lesson: Lesson) -> None:
    assert 60 < len(lesson.text.split()) < WORD_LIMIT
    assert re.search(r"\d+ (CFR|U\.S\.C\.) \d+|Opinion \d", lesson.source)


@every_lesson
def test_a_lesson_speaks_kindly_and_without_jargon(lesson: Lesson) -> None:
    harsh = r"\b(PHI|violat\w+|you failed|careless|your fault|must not)\b|!"
    assert not re.search(harsh, lesson.text)


@every_lesson
def test_every_answer_is_explained_in_one_sentence_and_fits_a_button(lesson: Lesson) -> None:
    for question in lesson.quiz:
        for option in question.options:
            assert len(option.say) <= OPTION_LIMIT
            assert option.why.endswith(".")
            assert len(re.findall(r"[.!?](?:\s|$)", option.why)) == 1
        assert question.options[question.right].right


@every_lesson
def test_the_right_answer_is_not_always_in_the_same_place(lesson: Lesson) -> None:
    assert len({question.right for question in lesson.quiz}) == 3


@every_lesson
def test_a_lesson_is_found_by_its_id(lesson: Lesson) -> None:
    assert get(lesson.id) is lesson


def test_a_category_taught_by_no_lesson_or_by_two_is_noticed(tmp_path: Path) -> None:
    for lesson in Path(bot.lessons.__file__).parent.glob("*.md"):
        shutil.copy(lesson, tmp_path)
    assert read(tmp_path) == lessons()
    shutil.copy(tmp_path / "claims.md", tmp_path / "more-claims.md")
    with pytest.raises(ValueError, match="exactly one lesson"):
        read(tmp_path)
    for lesson in tmp_path.glob("*claims.md"):
        lesson.unlink()
    with pytest.raises(ValueError, match="exactly one lesson"):
        read(tmp_path)


def test_a_retired_lesson_is_not_found() -> None:
    assert get("handwriting") is None


def test_the_text_has_one_line_for_each_paragraph_and_bullet() -> None:
    lesson = parse(
        "x", GOOD + QUESTION * 3 + "---\nOne\ntwo.\n\nHelp:\n- first\n  more\n- second\n"
    )
    assert lesson.text == "One two.\n\nHelp:\n• first more\n• second"


def test_the_version_changes_with_every_change_of_the_content() -> None:
    text = GOOD + QUESTION * 3 + "---\nBe kind.\n"
    first = parse("x", text)
    assert parse("x", text).version == first.version
    for old, new in [("Be kind", "Be fair"), ("It is not", "Not it"), ("A lesson", "One lesson")]:
        assert parse("x", text.replace(old, new)).version != first.version
    moved = text.replace("It is., right: true}", "It is.}").replace(
        "It is not.}", "It is not., right: true}"
    )
    assert parse("x", moved).version != first.version


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param(GOOD + QUESTION * 2 + "---\nBe kind.", "2 questions", id="two questions"),
        pytest.param(GOOD + QUESTION * 3 + "---\n" + "so " * 150, "150 words", id="too long"),
        pytest.param(GOOD + QUESTION * 3 + "---\n ", "0 words", id="empty"),
        pytest.param("Be kind.", "", id="no front matter"),
        pytest.param(
            GOOD + (QUESTION * 3).replace(", right: true", "") + "---\nBe kind.",
            "one that is right",
            id="none right",
        ),
        pytest.param(
            GOOD + (QUESTION * 3).replace("not.}", "not., right: true}") + "---\nBe kind.",
            "one that is right",
            id="two right",
        ),
        pytest.param(
            GOOD.replace("phi", "gossip") + QUESTION * 3 + "---\nBe kind.",
            "gossip",
            id="unknown category",
        ),
        pytest.param(
            GOOD.replace("title", "name") + QUESTION * 3 + "---\nBe kind.", "title", id="no title"
        ),
        pytest.param(
            GOOD + (QUESTION * 3).replace("say: That", "say: " + "That " * 20) + "---\nBe kind.",
            "at most 75",
            id="option too long",
        ),
        pytest.param(
            GOOD + (QUESTION * 3).replace("why: It is not.", "why: ''") + "---\nBe kind.",
            "never empty",
            id="no reason",
        ),
    ],
)
def test_a_faulty_lesson_is_refused_by_name(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=rf"^lesson x: .*{complaint}"):
        parse("x", text)
