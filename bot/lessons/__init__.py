"""Micro-lessons and their quizzes: one Markdown file each, with its data in front of the text."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import yaml

from checks.values import Category

WORD_LIMIT = 150  # a lesson is read between two phone calls
OPTION_LIMIT = 75  # what fits on a button of every platform
QUESTIONS = OPTIONS = 3

# They tell about the checks and not about the author, so there is nothing to learn from them.
NOBODYS_FAULT = frozenset({Category.LANGUAGE, Category.UNCHECKED})

_KEYS = {"title", "source", "categories", "quiz"}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose, and a sentence that tells why it is right or wrong."""

    say: str
    why: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    ask: str
    options: tuple[Option, ...]

    @property
    def right(self) -> int:
        """The place of the right option, from 0."""
        return next(i for i, option in enumerate(self.options) if option.right)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson as people see it. `text` is plain: one line for each paragraph and list item."""

    id: str
    title: str
    text: str
    source: str
    categories: tuple[Category, ...]
    quiz: tuple[Question, ...]

    @property
    def content(self) -> str:
        """The whole lesson as one JSON text: what to keep with a completion, because a record of
        training that cannot show what was taught does not prove it.
        """
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @property
    def version(self) -> str:
        """Twelve digits that change with every change of the content."""
        return hashlib.sha256(self.content.encode()).hexdigest()[:12]


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons, patient information first because it matters most."""
    return read(Path(__file__).parent)


def get(lesson_id: str) -> Lesson | None:
    """The lesson called `lesson_id`; None when there is none, as for a lesson since retired."""
    return next((lesson for lesson in lessons() if lesson.id == lesson_id), None)


def lesson_for(category: Category) -> Lesson | None:
    """The one lesson that teaches about `category`; None for what is nobody's fault."""
    return next((lesson for lesson in lessons() if category in lesson.categories), None)


def read(folder: Path) -> tuple[Lesson, ...]:
    """The lessons in a folder. Raises `ValueError` unless they teach each category exactly once."""
    files = sorted(folder.glob("*.md"))
    found = [parse(path.stem, path.read_text(encoding="utf-8")) for path in files]
    taught = [category for lesson in found for category in lesson.categories]
    if sorted([*taught, *NOBODYS_FAULT]) != sorted(Category):
        raise ValueError("each category is taught by exactly one lesson")
    return tuple(sorted(found, key=lambda lesson: Category.PHI not in lesson.categories))


def parse(lesson_id: str, text: str) -> Lesson:
    """The lesson in a file's text. Raises `ValueError` that names the lesson and what is wrong."""
    try:
        return _read(text, lesson_id)
    except (ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError) as error:
        raise ValueError(f"lesson {lesson_id}: {error}") from error


def _read(text: str, lesson_id: str) -> Lesson:
    start, front, body = text.split("---\n", 2)
    data = yaml.safe_load(front)
    if start or set(data) != _KEYS:
        raise ValueError(f"the file starts with --- and the keys {', '.join(sorted(_KEYS))}")
    if not 0 < len(body.split()) < WORD_LIMIT:
        raise ValueError(f"the text has {len(body.split())} words; under {WORD_LIMIT} are allowed")
    if len(data["quiz"]) != QUESTIONS:
        raise ValueError(f"{len(data['quiz'])} questions; {QUESTIONS} are needed")
    return Lesson(
        id=lesson_id,
        title=_words(data["title"]),
        text=_unwrapped(body),
        source=_words(data["source"]),
        categories=tuple(Category(name) for name in data["categories"]),
        quiz=tuple(_question(q["ask"], q["options"]) for q in data["quiz"]),
    )


def _question(ask: str, options: list[dict[str, str]]) -> Question:
    read = tuple(
        Option(_words(o["say"]), _words(o["why"]), right=bool(o.get("right"))) for o in options
    )
    if len(read) != OPTIONS or sum(option.right for option in read) != 1:
        raise ValueError(f"each question needs {OPTIONS} options and one that is right: {ask}")
    if any(len(option.say) > OPTION_LIMIT for option in read):
        raise ValueError(f"an option is at most {OPTION_LIMIT} characters: {ask}")
    return Question(_words(ask), read)


def _words(value: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("title, source, questions, options and reasons are words, never empty")
    return value.strip()


def _unwrapped(body: str) -> str:
    """The text with one line for each paragraph and bullet, for a chat window wraps by itself."""
    joined = re.sub(r"(?<!\n)\n(?!\n|- ) *", " ", body.strip())
    return re.sub(r"^- ", "\u2022 ", joined, flags=re.M)
