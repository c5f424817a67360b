"""The text that is offered in place of one that does not pass: safe, checked again, and otherwise
as its author wrote it.
"""

from dataclasses import replace

import pytest

import checks
from checks._mend import Mended
from checks._rule import EXAMPLE_PRACTICE
from checks.values import Kind, Post, Severity

ANSWER = "Thank you for writing. Please call our office at 512-555-0142 so that we can talk."
LONG = (
    "Our lobby has a new coffee corner. The chairs are softer now. The plants are real. The light "
    "is warmer. The old carpet is gone. The door opens by itself. The bike rack holds twelve. The "
    "sign can be read from the street. The clock is right at last. The radio plays jazz in the "
    "morning. The water is cold. The walls are painted green."
)


def offered(text: str, *, kind: Kind = Kind.POST, platform: str = "") -> Mended | None:
    practice = replace(EXAMPLE_PRACTICE, reply_templates=(ANSWER,))
    made = checks.examine(Post(text, platform, kind), practice).mended
    if made:
        found = checks.run(Post(made.text, platform, kind), practice)
        assert {f.severity for f in found} <= {Severity.TIP}, "what is offered has to pass"
    return made


def test_a_patient_s_name_gives_way_and_the_rest_stays() -> None:
    made = offered("Mrs. Delgado still needs a flu shot. Call 512-555-0142.")
    assert made == Mended(
        "A patient still needs a flu shot. Call 512-555-0142.",
        ("A person's name was replaced.",),
    )


def test_a_way_to_act_is_added_at_the_end() -> None:
    made = offered("Flu shots are in.")
    assert made == Mended(
        "Flu shots are in. Call 512-555-0142 to book a visit.", ("Your call to action was added.",)
    )


@pytest.mark.parametrize("text", ["Flu shots :  ready !", "Flu shots\n\n  are in ;)"])
def test_nothing_is_changed_that_is_not_said_to_be(text: str) -> None:
    made = offered(text)
    assert made
    assert made.text == text + " Call 512-555-0142 to book a visit."


def test_a_day_leaves_no_gap_behind() -> None:
    made = offered("We saw Rosa Delgado on March 3, for her cleaning. Call 512-555-0142.")
    assert made
    assert made.text == "We saw a patient, for her cleaning. Call 512-555-0142."


def test_a_text_that_is_too_long_ends_at_a_sentence_with_room_to_act() -> None:
    made = offered(LONG, platform="x")
    assert made
    assert made.text.endswith(". Call 512-555-0142 to book a visit.")
    assert LONG.startswith(made.text.removesuffix(" Call 512-555-0142 to book a visit."))
    assert len(made.text) <= 280


def test_a_reply_that_confirms_a_patient_gives_way_to_the_practice_s_answer() -> None:
    made = offered("Thank you Rosa, we loved treating your knee!", kind=Kind.REPLY)
    assert made
    assert made.text == ANSWER


@pytest.mark.parametrize(
    "text", ["Flu shots are in. Call 512-555-0142.", "Vote for Jane Doe, she fights for doctors!"]
)
def test_nothing_is_offered_where_nothing_is_wrong_or_no_safe_text_is_known(text: str) -> None:
    assert offered(text) is None
