"""Patient information is found by what ties it to care, and the practice's own is left alone."""

from dataclasses import replace

import pytest

import checks
from checks._rule import EXAMPLE_PRACTICE
from checks.values import Category, Finding, Identifier, Kind, Post, Severity


def phi(text: str, kind: Kind = Kind.POST) -> list[Finding]:
    found = checks.run(Post(text, kind=kind), EXAMPLE_PRACTICE)
    return [f for f in found if f.category is Category.PHI and f.severity is not Severity.TIP]


def marked(text: str, identifier: Identifier) -> list[str]:
    return [text[f.start : f.end] for f in phi(text) if f.identifier is identifier]


def _covers(found: str, wanted: str) -> bool:
    """Whether a place is the words wanted, with at most one word more."""
    return wanted.rstrip(".") in found and len(found) <= len(wanted) + 8


NAMES = {
    "full name": ("Hats off to Corbin Adair, home after his bypass.", "Corbin Adair"),
    "first name": ("Nadine got her stitches out this afternoon!", "Nadine"),
    "title": ("We wish Mrs. Vandermeer well after her hip surgery.", "Vandermeer"),
    "lower-case title": ("mr okafor fell asleep in the mri again", "okafor"),
    "initial": ("Say hi to Trudy K., seizure-free for a year.", "Trudy K"),
    "capitals": ("CONGRATS SIMONE! NO CAVITIES AND A BRAND NEW SMILE!", "SIMONE"),
    "initials": ("Tough case: P.L. walked in with a torn aorta.", "P.L."),
    "nickname": ('Everyone knows "Sunny Jim", now one year sober.', "Sunny Jim"),
    "hashtag": ("Our patient needs you in her fight with ALS. #PrayForWendy", "Wendy"),
    "lower hashtag": ("Wear blue for our leukemia patient #teamjaxon", "jaxon"),
    "file": ("Posting BHarmon_knee_0312.jpg, she walks again after surgery", "BHarmon"),
    "masked": ("So proud of Jenn*fer, who beat her depression", "Jenn*fer"),
    "family": ("The Castellanos twins had their first fillings today.", "Castellanos"),
    "vietnamese": ("So happy for Nguyễn Thị Lan, off the ventilator at last.", "Nguyễn Thị Lan"),
    "spanish": ("Nuestra paciente Yolanda Ríos bajó su presión.", "Yolanda Ríos"),
    "word that is a name": ("Grace rang the bell after her last chemo.", "Grace"),
    "staff as patient": ("Our own nurse Becky Moore finished chemo last week.", "Becky Moore"),
    "surname of a provider": ("Mr. Chen left without his cane after therapy.", "Chen"),
    "public figure here": ("Tom Hanks was in our waiting room with his knee!", "Tom Hanks"),
    "title of another": ("Nadine got her stitches out; Mr. Rich can stop fainting.", "Rich"),
    "split by invisible": ("So proud of Ma\u200bria Lopez after her surgery", "Ma\u200bria Lopez"),
}


@pytest.mark.parametrize(("text", "name"), NAMES.values(), ids=NAMES.keys())
def test_a_name_tied_to_care_is_found_without_its_title(text: str, name: str) -> None:
    assert any(_covers(spot, name) for spot in marked(text, Identifier.NAME))


OTHERS = {
    "room": ("Room 9 threw up on our new nurse.", Identifier.OTHER_ID, "Room 9"),
    "street": ("We visited a patient at 88 Willow Lane today.", Identifier.GEO, "88 Willow Lane"),
    "zip": ("Our patient from 49412 drives two hours.", Identifier.GEO, "49412"),
    "date": ("Our patient was admitted March 3.", Identifier.DATE, "March 3"),
    "birth": ("She was born 2/29/1948 and had her hip replaced.", Identifier.DATE, "2/29/1948"),
    "age": ("Our patient is ninety-four.", Identifier.AGE, "ninety-four"),
    "phone": (
        "Call Mrs. Ames on her cell 231-555-0163, her crown is in.",
        Identifier.PHONE,
        "231-555-0163",
    ),
    "fax": ("Mr. Ames' home fax is 231-555-0163, scan to follow.", Identifier.FAX, "231-555-0163"),
    "mail": (
        "She agreed to share her story: lou(at)post(dot)example(dot)com",
        Identifier.EMAIL,
        "lou(at)post(dot)example(dot)com",
    ),
    "social security": ("SSN: 219-09-9999", Identifier.SSN, "219-09-9999"),
    "record": ("Chart #20417 had 14 cavities.", Identifier.MRN, "20417"),
    "plan": ("Member ID XQZ884120937 is real.", Identifier.PLAN_ID, "XQZ884120937"),
    "medicare": ("The card says 1EG4-TE5-MK73.", Identifier.PLAN_ID, "1EG4-TE5-MK73"),
    "account": ("Acct #77310-B is paid.", Identifier.ACCOUNT, "77310-B"),
    "licence": ("CDL M 520 418 771 902", Identifier.LICENSE, "M 520 418 771 902"),
    "plate": ("The Ford with plate DKR 4471", Identifier.VEHICLE, "DKR 4471"),
    "vin": ("VIN 1G1ZD5ST0LF012345", Identifier.VEHICLE, "1G1ZD5ST0LF012345"),
    "serial": ("Pacemaker serial PJN418822H", Identifier.DEVICE, "PJN418822H"),
    "address on the net": ("Survey answers from 73.145.22.108", Identifier.IP, "73.145.22.108"),
    "handle": ("@surfmom your biopsy came back benign", Identifier.HANDLE, "@surfmom"),
    "bed": ("The lady in bed 14B wants her glasses.", Identifier.OTHER_ID, "14B"),
    "prescription": ("Rx 7719024 is ready.", Identifier.OTHER_ID, "7719024"),
    "relative": ("The mayor's wife had her flu shot here.", Identifier.CONTEXT, "mayor's wife"),
}


@pytest.mark.parametrize(("text", "identifier", "spot"), OTHERS.values(), ids=OTHERS.keys())
def test_every_kind_of_identifier_is_found(text: str, identifier: Identifier, spot: str) -> None:
    assert any(_covers(found, spot) for found in marked(text, identifier))


INNOCENT = {
    "announcement": "Flu clinic March 3, 9-5. Call 512-555-0142.",
    "own provider": "Dr. Emily Chen sees patients with asthma on Tuesdays.",
    "own nurse": "Happy birthday to Becky Moore, our favorite nurse!",
    "other provider": "Welcome Dr. Alan Whitcomb, our new knee surgeon.",
    "credential": "Please welcome Rosa Diaz, RN, to our infusion team.",
    "public figure": "Selena Gomez has spoken openly about her lupus.",
    "history": "Jonas Salk announced his polio vaccine on April 12, 1955.",
    "eponym": "Hashimoto's and Graves' disease both affect the thyroid.",
    "brand": "Allegra, Claritin or Zyrtec? Ask us about allergies.",
    "sponsor": "Thanks to Jerry Hoffman of Hoffman Hardware for the new bench!",
    "speaker": "Join guest speaker Miriam Feldman for a talk on menopause, May 4 at 7.",
    "fiction": "Even Santa Claus needs his blood pressure checked.",
    "general age": "Should a 95-year-old still get a mammogram?",
    "group age": "Adults over 65 need a pneumonia vaccine.",
    "awareness day": "March 21 is World Down Syndrome Day.",
    "hotline": "Poison Control: 1-800-222-1222.",
    "event room": "Our diabetes class meets in Room 204 of the library.",
    "version": "Portal update 4.12.0.3 comes on Sunday night.",
    "code": "CPT 99214 and ICD-10 E11.9 explained.",
    "own address": "Find us at 412 Harbor Street, Austin, TX 78701.",
    "own handle": "Follow @riversidefm for tips.",
    "own mail": "Records requests: hello@riverside.example.com",
    "pet": "Biscuit, our therapy dog, visits on Tuesdays.",
    "question": "If your child has a fever, call us.",
    "thanks": "Thank you for your feedback. Please call our manager at 512-555-0142.",
    "practice age": "Our practice turned 95 this year.",
    "stem cells": "Ask about stem cell injections: 512-555-0199.",
}


@pytest.mark.parametrize("text", INNOCENT.values(), ids=INNOCENT.keys())
def test_what_is_the_practices_own_or_general_is_left_alone(text: str) -> None:
    assert not phi(text)


def test_a_number_to_call_is_no_patients_number() -> None:
    assert not phi("Our patient lost 40 pounds with us! You can too: call 512-555-0199.")


def test_permission_in_the_text_does_not_lift_the_finding() -> None:
    assert phi("With her written permission: Angela Brandt was diagnosed with melanoma.")


@pytest.mark.parametrize("kind", list(Kind))
def test_confirming_a_visit_weighs_more_in_a_reply(kind: Kind) -> None:
    text = "Thanks for coming in last week, we are glad your crown was fixed."
    found = checks.run(Post(text, kind=kind), EXAMPLE_PRACTICE)
    severities = {f.severity for f in found if f.category is Category.PATIENT_REPLY}
    assert severities == {Severity.BLOCK if kind is Kind.REPLY else Severity.ESCALATE}


def test_a_reply_that_guards_privacy_is_left_alone() -> None:
    text = "Privacy rules keep us from saying whether anyone is a patient. Call 512-555-0142."
    found = checks.run(Post(text, kind=Kind.REPLY), EXAMPLE_PRACTICE)
    assert "privacy.patient-relation" not in {f.rule for f in found}


def test_a_name_that_comes_again_in_part_is_marked_too() -> None:
    text = "Marek Zielonka was our patient today. Worst patient ever, we love you Marek!"
    assert marked(text, Identifier.NAME) == ["Marek Zielonka", "Marek"]


GUISES = (
    *("five one two, five five five, oh one nine nine", "5 1 2 5 5 5 0 1 9 9", "512*555*0199"),
    *("512-555-O199", "5l2-555-0199", "512/555/0199", "512 – 555 – 0199", "five12-555-0199"),
    *("512_555_0199", "512-five five five-0199", "5-1-2-5-5-5-0-1-9-9", "(five one two) 555 0199"),
    "cinco uno dos, cinco cinco cinco, cero uno nueve nueve",
)


@pytest.mark.parametrize("number", GUISES)
def test_a_phone_number_in_any_guise_is_one(number: str) -> None:
    text = f"Please ring Ms. Ortega at {number} about her crown, she left her retainer here."
    assert marked(text, Identifier.PHONE) == [number.lstrip("(")]


@pytest.mark.parametrize(
    "text",
    [
        "Count with us, kids: one two three four five six seven eight nine! Call 512-555-0142.",
        "Our line is five one two, five five five, oh one four two. Call us to book a visit!",
        "Bus lines 22 23 24 25 26 stop at our door. Call 512-555-0142 to book a visit.",
    ],
)
def test_numbers_that_nobody_is_called_at_are_left_alone(text: str) -> None:
    assert phi(text) == []


def test_spans_count_code_points_of_the_text_as_written() -> None:
    text = "🎉👩‍⚕️ Şırnak ﬁne! So proud of Maria Lopez after her knee surgery."
    assert "Maria Lopez" in marked(text, Identifier.NAME)


def test_an_alternative_text_is_read_with_its_post() -> None:
    post = Post("She got her cast off today!", alt_texts=("Corbin Adair holding his crutches",))
    found = checks.run(post, EXAMPLE_PRACTICE)
    assert "alt:0" in {f.field for f in found if f.identifier is Identifier.NAME}


def test_without_a_profile_a_strangers_number_is_not_taken_for_a_patients() -> None:
    found = checks.run(
        Post("Flu shots today. Call 616-555-0142."), replace(EXAMPLE_PRACTICE, phones=())
    )
    assert not [f for f in found if f.category is Category.PHI]


def test_the_model_is_never_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def closed(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", closed)
    assert phi("Zorvan Quillfeather went home after his bypass surgery, lou@post.example.com")
