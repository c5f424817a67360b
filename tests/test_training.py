"""Who is due a lesson, who is paused, and how a quiz is graded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lessons import lesson_for, lessons
from bot.training import Assignment, Due, Flag, Score, TrainingRules, due, grade, paused
from checks.values import Category

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = TrainingRules(flags=3, window=30 * DAY, pause_after=6, cooldown=7 * DAY)
PHI, CLAIM, PHOTO = Category.PHI, Category.MEDICAL_CLAIM, Category.PHOTO


def flags(*categories: Category, days_ago: float = 1) -> list[Flag]:
    """One flagged draft for each category, the last the most recent."""
    last = len(categories) - 1
    return [
        Flag(draft, NOW - days_ago * DAY - (last - draft) * timedelta(minutes=1), category)
        for draft, category in enumerate(categories)
    ]


def asked(days_ago: float, *, done_days_ago: float | None = None) -> Assignment:
    return Assignment(
        id=1,
        person="maria",
        lesson="claims",
        counts=((CLAIM, 3),),
        reminded_at=NOW - days_ago * DAY,
        done_at=None if done_days_ago is None else NOW - done_days_ago * DAY,
    )


def lesson_due(found: list[Flag], *assignments: Assignment, rules: TrainingRules = RULES) -> str:
    decision = due(found, assignments, rules, NOW)
    return decision.lesson.id if decision else ""


def test_three_flagged_drafts_call_for_the_lesson_that_fits() -> None:
    assert lesson_due(flags(PHI, PHI, PHI)) == "patient-information"
    assert lesson_due(flags(CLAIM, CLAIM, PHI)) == "claims"


def test_two_flagged_drafts_are_not_enough() -> None:
    assert due(flags(PHI, PHI), [], RULES, NOW) is None


def test_the_reason_is_given_in_drafts_by_category() -> None:
    found = [*flags(CLAIM, PHI, PHI), Flag(1, NOW, PHOTO), Flag(1, NOW, PHOTO)]
    assert due(found, [], RULES, NOW) == Due(
        lesson=lessons()[0], drafts=3, counts=((PHI, 2), (CLAIM, 1), (PHOTO, 1))
    )


def test_many_findings_on_one_draft_count_as_one() -> None:
    found = [Flag(1, NOW - DAY, category) for category in Category]
    assert due(found, [], RULES, NOW) is None
    assert not paused(found, [], RULES, NOW)


def test_a_lesson_is_chosen_by_drafts_and_not_by_findings() -> None:
    claims = [Flag(0, NOW - DAY, CLAIM) for _ in range(9)]
    assert lesson_due([*claims, *flags(CLAIM, PHI, PHI)]) == "patient-information"


def test_of_two_lessons_with_as_many_drafts_the_latest_flag_decides() -> None:
    assert lesson_due(flags(PHI, PHI, CLAIM, CLAIM)) == "claims"
    assert lesson_due(flags(CLAIM, CLAIM, PHI, PHI)) == "patient-information"


def test_categories_of_one_lesson_add_up() -> None:
    found = flags(PHI, PHI, Category.TESTIMONIAL, PHOTO, Category.DISCLOSURE)
    assert lesson_due(found) == "testimonials-and-photos"


def test_flags_from_before_the_window_do_not_count() -> None:
    old = flags(PHI, PHI, days_ago=30.5)
    assert due([*old, Flag(9, NOW, PHI)], [], RULES, NOW) is None
    assert due([*flags(PHI, PHI, days_ago=29.5), Flag(9, NOW, PHI)], [], RULES, NOW) is not None


def test_a_held_or_foreign_language_draft_is_nobodys_fault() -> None:
    found = flags(*[Category.UNCHECKED] * 4, *[Category.LANGUAGE] * 4)
    assert due(found, [], RULES, NOW) is None
    assert not paused(found, [], RULES, NOW)


def test_nobody_is_asked_twice_while_a_lesson_is_open() -> None:
    assert due(flags(*[PHI] * 9), [asked(100)], RULES, NOW) is None


def test_nobody_is_asked_again_soon_after_a_lesson_was_passed() -> None:
    found = flags(PHI, PHI, PHI, days_ago=0)
    assert due(found, [asked(20, done_days_ago=6.9)], RULES, NOW) is None
    assert due(found, [asked(20, done_days_ago=7)], RULES, NOW) is not None


def test_flags_from_before_the_last_lesson_do_not_count_again() -> None:
    found = flags(PHI, PHI, PHI, PHI, PHI, PHI, days_ago=12)
    assert due(found, [asked(20, done_days_ago=10)], RULES, NOW) is None
    assert not paused(found, [asked(20, done_days_ago=10)], RULES, NOW)


def test_a_person_is_paused_from_the_sixth_flagged_draft_until_the_lesson_is_passed() -> None:
    found = flags(*[PHI] * 6)
    assert not paused(found[:5], [asked(0.5)], RULES, NOW)
    assert paused(found, [asked(0.5)], RULES, NOW)
    assert not paused(found, [asked(0.5, done_days_ago=0)], RULES, NOW)


def test_leaving_a_lesson_unread_does_not_end_the_pause() -> None:
    found = flags(*[PHI] * 6, days_ago=120)
    assert paused(found, [asked(110)], RULES, NOW)
    assert not paused(found, [], RULES, NOW)


def test_nobody_is_paused_without_a_lesson_that_ends_it() -> None:
    strict = replace(RULES, pause_after=1)
    assert paused(flags(PHI), [], strict, NOW)
    assert lesson_due(flags(PHI), rules=strict) == "patient-information"


@pytest.mark.parametrize(("right", "passed"), [(0, False), (1, False), (2, True), (3, True)])
def test_two_right_answers_of_three_pass(right: int, passed: bool) -> None:
    lesson = lessons()[0]
    answers = [q.right if i < right else (q.right + 1) % 3 for i, q in enumerate(lesson.quiz)]
    score = grade(lesson, answers)
    assert score == Score(right, 3)
    assert score.passed is passed


@pytest.mark.parametrize("answers", [[], [0, 1], [0, 1, 2, 0]])
def test_a_quiz_is_graded_only_when_every_question_is_answered(answers: list[int]) -> None:
    with pytest.raises(ValueError, match="3 questions"):
        grade(lessons()[0], answers)


def test_an_answer_that_does_not_exist_is_wrong() -> None:
    assert grade(lessons()[0], [-1, 7, 3]) == Score(0, 3)


any_flag = st.builds(
    Flag,
    draft=st.integers(1, 12),
    at=st.integers(-60 * 24, 0).map(lambda hours: NOW + timedelta(hours=hours)),
    category=st.sampled_from(Category),
)
any_assignment = st.tuples(st.integers(0, 60), st.none() | st.integers(0, 60)).map(
    lambda days: asked(max(days[0], days[1] or 0), done_days_ago=days[1])
)
any_flags = st.lists(any_flag, max_size=30)
any_assignments = st.lists(any_assignment, max_size=3)
any_rules = st.builds(
    TrainingRules,
    flags=st.integers(1, 6),
    window=st.integers(0, 60).map(lambda days: days * DAY),
    pause_after=st.integers(1, 10),
    cooldown=st.integers(0, 60).map(lambda days: days * DAY),
)


@given(any_flags, any_assignments, any_rules)
def test_a_reminder_always_has_enough_reason_and_never_comes_too_soon(
    found: list[Flag], assignments: list[Assignment], rules: TrainingRules
) -> None:
    decision = due(found, assignments, rules, NOW)
    if decision is None:
        return
    assert all(a.done_at and a.done_at + rules.cooldown <= NOW for a in assignments)
    assert all(a.reminded_at + rules.cooldown <= NOW for a in assignments)
    recent = {f.draft for f in found if f.at >= NOW - rules.window}
    assert min(rules.flags, rules.pause_after) <= decision.drafts <= len(recent)
    assert max(n for _, n in decision.counts) <= decision.drafts
    assert any(lesson_for(category) is decision.lesson for category, _ in decision.counts)


@given(any_flags, any_assignments, any_rules, any_flag)
def test_one_more_flag_never_ends_a_pause(
    found: list[Flag], assignments: list[Assignment], rules: TrainingRules, further: Flag
) -> None:
    if paused(found, assignments, rules, NOW):
        assert paused([*found, further], assignments, rules, NOW)


@given(any_flags, any_rules)
def test_whoever_is_paused_without_any_lesson_yet_is_due_one(
    found: list[Flag], rules: TrainingRules
) -> None:
    if paused(found, [], rules, NOW):
        assert due(found, [], rules, NOW) is not None


@given(any_flags, any_assignments, any_rules)
def test_passing_the_lesson_ends_every_pause(
    found: list[Flag], assignments: list[Assignment], rules: TrainingRules
) -> None:
    passed = [replace(a, done_at=NOW) for a in assignments]
    assert not (passed and paused(found, passed, rules, NOW))


@given(any_flags, any_assignments, any_rules)
def test_the_order_of_flags_does_not_matter(
    found: list[Flag], assignments: list[Assignment], rules: TrainingRules
) -> None:
    shuffled = sorted(found, key=lambda flag: (flag.category, flag.draft, flag.at))
    assert due(shuffled, assignments, rules, NOW) == due(found, assignments, rules, NOW)
