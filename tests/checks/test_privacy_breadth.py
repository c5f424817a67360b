"""Patient information in many guises, each beside its innocent twin; and where spans may lie."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import checks
from checks._rule import EXAMPLE_PRACTICE
from checks.values import Category, Finding, Kind, Post, Severity

HELD = (Severity.BLOCK, Severity.ESCALATE)


def held(text: str, kind: Kind = Kind.POST) -> list[Finding]:
    found = checks.run(Post(text, kind=kind), EXAMPLE_PRACTICE)
    return [f for f in found if f.category is Category.PHI and f.severity in HELD]


def spots(text: str) -> set[str]:
    return {text[f.start : f.end] for f in held(text)}


PAIRS = {
    "name and clinician": (
        "So proud of Nadia Haddad, six weeks after her knee surgery.",
        "Welcome Dr. Nadia Haddad, who performs knee surgery here from May.",
    ),
    "name and employee": (
        "Shanice got her braces off today.",
        "Shanice, our orthodontic assistant, won the costume contest.",
    ),
    "name and sponsor": (
        "Jerry Hoffman walked out of the ICU today.",
        "Thanks to Jerry Hoffman of Hoffman Hardware for the new bench.",
    ),
    "name and saying": (
        '"You gave me my life back." - Marie Duval',
        '"Nothing in life is to be feared." - Marie Curie',
    ),
    "name and shop": (
        "Tito left without his crutches.",
        "We love Tito's Tacos next door.",
    ),
    "name and trail": (
        "Lee Metcalf broke his hip on the trail.",
        "The Lee Metcalf Trail is 211 miles long.",
    ),
    "name in lower case and word": (
        "deshawn finally got his cast off",
        "finally got a tip for your gym bag: an ice pack",
    ),
    "days": (
        "Our patient went home on March 9.",
        "Our office is closed on March 9.",
    ),
    "recurring day": (
        "She was admitted on Friday.",
        "Se atiende los viernes hasta las siete.",
    ),
    "street": (
        "We sent his wheelchair to 77 Old Mill Road.",
        "Visit our booth at 77 Old Mill Road.",
    ),
    "great age": ("Happy 98th birthday to our sweetest patient.", "Our clinic is 98 years old."),
    "plate": ("Her plate reads NRS-LIFE, she beat sepsis.", "Dinner plate or salad plate?"),
    "number": (
        "Maria's refill is ready, number 8820417.",
        "Our nurse line had 8820417 calls, said no one ever.",
    ),
    "phone": ("Got a voicemail from 254-555-0171 about her hysterectomy.", "Call 254-555-0171."),
    "mail": (
        "Her email is w.p@box.example.org, ask about the gastric sleeve.",
        "Write to events@box.example.org about the gastric sleeve seminar.",
    ),
    "mail spelled out": (
        "Write to w.p at box dot example dot org, she wants her hysteroscopy pictures.",
        "Spam robots read along, so: records at riverside dot example dot com. That is all.",
    ),
    "office": (
        "The mayor's wife had her mammogram here.",
        "The mayor cut the ribbon of our mammogram suite.",
    ),
    "trade": (
        "The pilot who landed in the cornfield broke two ribs.",
        "Pilots need a medical exam every year or two.",
    ),
    "event": (
        "The firefighter hurt in Friday's fire is doing well in our care.",
        "Firefighters: we do fit tests and physicals.",
    ),
    "first of a kind": (
        "The first baby of the year arrived in our birth center.",
        "In 1967 the first heart transplant made headlines.",
    ),
    "relative of staff": (
        "Tasha's mother-in-law starts dialysis with us.",
        "Tasha's mother-in-law baked the cookies for our open house.",
    ),
    "spanish name": (
        "Felicitaciones a Lupita por cumplir un año sin fumar.",
        "Felicitaciones a todos los que cumplen un año sin fumar.",
    ),
    "spanish opening": (
        "Evaristo llegó en silla de ruedas y hoy salió caminando.",
        "Hoy abrimos el sábado a las nueve para vacunas contra la gripe.",
    ),
    "spaced": ("P a t r i c i a W. lost her hair to chemo.", "A B C D E: know the signs."),
    "reversed": ("Appt for Nguyen, Thanh moved to Tuesday.", "Austin, Texas, meet your doctor."),
}


@pytest.mark.parametrize(("patient", "innocent"), PAIRS.values(), ids=PAIRS.keys())
def test_only_the_patient_of_a_pair_is_held(patient: str, innocent: str) -> None:
    assert held(patient), patient
    assert not held(innocent), innocent


SINGLED = (
    "The lottery winner came in with chest pain.",
    "Our care team treated the only survivor of the Route 9 crash.",
    "The coach of the high school got his hernia fixed.",
    "Twins born on New Year's Day went home from our NICU.",
    "This morning's crash victim is out of surgery.",
    "The only firefighter in town has a new hip.",
    "The lady in the purple house on Maple called about her rash.",
    "A retired Astros shortstop had his shoulder rebuilt here.",
    "La esposa del alcalde vino por su mamografía.",
)


@pytest.mark.parametrize("text", SINGLED)
def test_whoever_is_singled_out_goes_to_the_privacy_officer(text: str) -> None:
    assert Severity.ESCALATE in {f.severity for f in held(text)}


SHORT = (
    "We saw Rosa Delgado on March 3 for her cleaning.",
    "Maria's refill is ready for pickup.",
    "Maria Garcia had a great checkup today!",
    "Tom finally got his braces off.",
    "Shoutout to Derek Stone for finishing rehab.",
)


@pytest.mark.parametrize("text", SHORT)
def test_how_to_reach_the_practice_hides_no_patient(text: str) -> None:
    for line in ("", " Call 512-555-0142.", " Call 512-555-0142 to book a visit."):
        assert held(text + line), line


def test_a_title_is_no_part_of_the_name() -> None:
    assert "Delacroix" in spots("Mr. Delacroix is okay after the ambulance ride.")
    assert "Delgado" in spots("Mrs. Delgado came in for her knee check. Call 512-555-0142.")


PIECES = st.sampled_from(
    [
        "So proud of Maria Lopez after her knee surgery. ",
        "#PrayForAnna ",
        "MRN 0045512 ",
        "P a t r i c i a W. ",
        "M@rcus quit vaping. ",
        "Ｍａｒｉａ ",
        "🎉👩‍⚕️",
        "İstanbul ",
        "Ma\u200bria ",
        "born 2/29/1948, ",
        "\n\n",
        "Nació Sofía Isabel. ",
        "ﬁne ",
        "@jess_climbs ",
    ]
)


PLAIN = st.sampled_from(
    [
        "So proud of Maria Lopez after her knee surgery. ",
        "Our patient, MRN 0045512, is home again. ",
        "P a t r i c i a W. lost her hair to chemo and is back for more. ",
        "She was born 2/29/1948 and had her hip replaced here. ",
        "Our 93-year-old patient walked out today. ",
        "@jess_climbs your biopsy came back benign. ",
        "Rx 7719024 for Mr. Ferris is ready. ",
    ]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=8).map("".join))
def test_every_span_lies_inside_the_text(text: str) -> None:
    for finding in checks.run(Post(text), EXAMPLE_PRACTICE):
        assert finding.category is not Category.UNCHECKED
        assert 0 <= finding.start <= finding.end <= len(text)


@settings(max_examples=25, deadline=None)
@given(PLAIN, st.sampled_from(["We open at 8.", "Parking is free.", "Wash your hands."]))
def test_an_unrelated_sentence_behind_takes_no_finding_away(piece: str, other: str) -> None:
    alone = {(f.rule, f.start, f.end) for f in held(piece)}
    longer = {(f.rule, f.start, f.end) for f in held(f"{piece.rstrip()}\n{other}")}
    assert {(rule, start) for rule, start, _ in alone} <= {
        (rule, start) for rule, start, _ in longer
    }
