"""The machinery around the rules: views, packs, overrides, failures."""

import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import checks
from checks import _catalogue, _pack, _run
from checks._rule import EXAMPLE_PRACTICE, RuleError, examples
from checks._views import View, disguises, folded, revealed, split
from checks.values import Category, Finding, Kind, Marks, Post, Practice, Severity

ANNOUNCEMENT = "Flu clinic March 3, 9-5. Call 512-555-0142."
MRN = "privacy.record-number"
PACK = """
summary: A word we do not use.
why: The practice decided so in its written policy.
source: Written policy of the practice
as_of: 2026-11
category: style
severity: warn
message: Choose another word.
words: [synergy, "best in class", leverag*]
unless_before: [not]
bad: [Our synergy is great.]
good: [Call 512-555-0142.]
"""


def run(text: str, practice: Practice = EXAMPLE_PRACTICE, **fields: object) -> tuple[Finding, ...]:
    return checks.run(replace(Post(text), **fields), practice)  # type: ignore[arg-type]


def found(text: str, practice: Practice = EXAMPLE_PRACTICE) -> dict[str, str]:
    return {f.rule: text[f.start : f.end] for f in run(text, practice)}


@pytest.fixture
def own_pack(tmp_path: Path) -> Path:
    path = tmp_path / "our words.yaml"
    path.write_text(PACK)
    return path


def with_pack(path: Path) -> Practice:
    return replace(EXAMPLE_PRACTICE, packs=(str(path),))


def test_a_plain_announcement_passes_clean() -> None:
    assert not [f for f in run(ANNOUNCEMENT) if f.severity is not Severity.TIP]


def test_findings_come_in_the_order_of_the_text() -> None:
    starts = [f.start for f in run("MRN 0045512 and MRN 0045513. SSN 219-09-9999.")]
    assert starts == sorted(starts)
    assert len(starts) >= 3


DISGUISES = {
    "zero width": "MRN 00\u200b45512 is well",
    "full width": "ＭＲＮ 0045512 is well",
    "bold": "𝗠𝗥𝗡 0045512 is well",
    "cyrillic": "МRN 0045512 is well",
    "spaced": "M R N 0045512 is well",
    "dotted": "M.R.N 0045512 is well",
}


@pytest.mark.parametrize("text", DISGUISES.values(), ids=DISGUISES.keys())
def test_spelling_does_not_hide_a_number(text: str) -> None:
    spot = found(text)[MRN].replace("\u200b", "")
    assert spot == "0045512"


@pytest.mark.parametrize("name", ["zero width", "cyrillic", "spaced"])
def test_a_disguise_is_reported_as_one(name: str) -> None:
    assert "wording.disguise" in found(DISGUISES[name])


@pytest.mark.parametrize("name", ["full width", "bold"])
def test_typography_is_no_disguise(name: str) -> None:
    assert "wording.disguise" not in found(DISGUISES[name])


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_every_view_leads_back_into_the_text(text: str) -> None:
    for view in (folded(View(text)), split(View(text)), revealed(View(text)), View(text).lowered):
        for i in range(len(view.text)):
            start, end = view.span(i, i + 1)
            assert 0 <= start < end <= len(text)


def test_hashtags_are_taken_apart() -> None:
    view = split(View("Go #PrayForAnna2024_now and LinkedIn.com"))
    assert view.text.split() == ["Go", "Pray", "For", "Anna", "2024", "now", "and", "LinkedIn.com"]
    start = view.text.index("Anna")
    assert view.span(start, start + 4) == (11, 15)


def test_words_of_one_alphabet_are_no_disguise() -> None:
    assert not list(disguises("Привет, world: naïve café, Ω and µg"))


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_checks(text: str) -> None:
    results = run(text)
    assert all(0 <= f.start <= f.end <= len(text) for f in results)
    assert not [f for f in results if f.category is Category.UNCHECKED]


def test_own_words_are_found_with_the_place(own_pack: Path) -> None:
    practice = with_pack(own_pack)
    assert found("We leverage it.", practice)["own.our-words"] == "leverage"
    assert found("#BestInClass doctors", practice)["own.our-words"] == "BestInClass"
    assert "own.our-words" not in found("We are not synergy people", practice)


def test_an_own_pack_that_cannot_be_read_holds_the_draft(tmp_path: Path) -> None:
    (finding,) = [
        f
        for f in run(ANNOUNCEMENT, with_pack(tmp_path / "missing.yaml"))
        if f.category is Category.UNCHECKED
    ]
    assert finding.severity is Severity.ESCALATE


BROKEN = {
    "unknown key": ("words: [synergy", "wrods: [x]\nwords: [synergy", "unknown key 'wrods'"),
    "missing key": ("message: Choose another word.", "", "'message' is missing"),
    "unbounded repeat": ("words: [synergy", "patterns: ['a+b']\nwords: [synergy", "upper bound"),
    "nested repeat": (
        "words: [synergy",
        "patterns: ['(?:ab){2,}']\nwords: [synergy",
        "upper bound",
    ),
    "capitals": ("words: [synergy", "patterns: ['Best']\nwords: [synergy", "lower-cased"),
    "not a pattern": ("words: [synergy", "patterns: ['(']\nwords: [synergy", "our words.yaml"),
    "unknown severity": ("severity: warn", "severity: fatal", "fatal"),
}


@pytest.mark.parametrize(("old", "new", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_pack_is_refused_with_the_reason(
    own_pack: Path, old: str, new: str, says: str
) -> None:
    own_pack.write_text(PACK.replace(old, new))
    with pytest.raises(RuleError, match=says):
        _pack.load(own_pack, "own.our-words")


def test_a_substring_search_spares_the_patterns_their_work(own_pack: Path) -> None:
    rule = _pack.load(own_pack, "own.our-words")
    assert isinstance(rule.find, _pack.Words)
    assert [needle.anchors for needle in rule.find.needles] == [
        {"synergy"},
        {"class"},
        {"leverag"},
    ]


def test_an_override_changes_the_severity_or_silences_the_rule() -> None:
    text = "MRN 0045512"
    tip = replace(EXAMPLE_PRACTICE, overrides={MRN: Severity.TIP})
    off = replace(EXAMPLE_PRACTICE, overrides={MRN: None})
    assert {f.severity for f in run(text, tip) if f.rule == MRN} == {Severity.TIP}
    assert MRN not in found(text, off)


def test_the_practice_has_the_last_word_over_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_catalogue, "state_severities", lambda state: {MRN: Severity.WARN})
    own = replace(EXAMPLE_PRACTICE, state="NY", overrides={MRN: Severity.TIP})
    state = replace(EXAMPLE_PRACTICE, state="NY")
    assert {f.severity for f in run("MRN 0045512", state) if f.rule == MRN} == {Severity.WARN}
    assert {f.severity for f in run("MRN 0045512", own) if f.rule == MRN} == {Severity.TIP}


def allowing(*phrases: str) -> Practice:
    return replace(EXAMPLE_PRACTICE, allowed=phrases)


ALLOWED = {
    "as it stands": ("Our mascot is MRN 0045512 the bear", "MRN 0045512"),
    "in another case": ("Our mascot is mrn 0045512 the bear", "Mrn 0045512"),
    "over a line's end": ("Our mascot is MRN\n 0045512 the bear", "MRN 0045512"),
    "with other quotes": ("“MRN 0045512” the bear", '"MRN 0045512" the bear'),
}
NOT_ALLOWED = {
    "another number": ("Our mascot is MRN 0045513", "MRN 0045512"),
    "half a word": ("Our mascot is MRN 0045512", "MRN 004551"),
    "only a part": ("Our mascot is MRN 0045512-3", "MRN"),
    "in disguise": ("Our mascot is M R N 0045512", "MRN 0045512"),
    "elsewhere": ("MRN 0045512 and MRN 0045513", "MRN 0045512"),
    "blank": ("MRN 0045512", "  "),
}


@pytest.mark.parametrize(("text", "phrase"), ALLOWED.values(), ids=ALLOWED.keys())
def test_what_lies_inside_an_allowed_phrase_may_stand(text: str, phrase: str) -> None:
    assert MRN in found(text)
    assert MRN not in found(text, allowing("a first phrase", phrase))


@pytest.mark.parametrize(("text", "phrase"), NOT_ALLOWED.values(), ids=NOT_ALLOWED.keys())
def test_an_allowed_phrase_allows_nothing_else(text: str, phrase: str) -> None:
    assert MRN in found(text, allowing(phrase))


def test_an_allowed_phrase_counts_in_an_alternative_text_too() -> None:
    alt = ("MRN 0045512 on a bear",)
    assert MRN in {f.rule for f in run("Look!", alt_texts=alt)}
    assert MRN not in {f.rule for f in run("Look!", allowing("MRN 0045512"), alt_texts=alt)}


def test_an_allowed_phrase_does_not_hide_a_check_that_broke(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(post: Post) -> Marks:
        raise RuntimeError
        yield

    text = "We are open today"
    rules = tuple(
        replace(rule, find=broken) if rule.id == MRN else rule for rule in _catalogue.rules()
    )
    monkeypatch.setattr(_catalogue, "rules", lambda: rules)
    held = [f for f in run(text, allowing(text)) if f.category is Category.UNCHECKED]
    assert [f.rule for f in held] == [MRN]


def test_an_unknown_state_has_no_pack() -> None:
    assert not _catalogue.state_severities("../../etc")
    assert not _catalogue.state_severities("ZZ")


def test_a_rule_that_breaks_holds_the_draft_and_logs_no_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(post: Post) -> Marks:
        raise RuntimeError(f"cannot read {post.text}")
        yield

    rules = tuple(
        replace(rule, find=broken) if rule.id == MRN else rule for rule in _catalogue.rules()
    )
    monkeypatch.setattr(_catalogue, "rules", lambda: rules)
    with caplog.at_level(logging.DEBUG):
        (held,) = [f for f in run("Canary SSN 219-09-9999") if f.rule == MRN]
    assert (held.category, held.severity) == (Category.UNCHECKED, Severity.ESCALATE)
    assert "privacy.social-security" in found("Canary SSN 219-09-9999")
    assert "Canary" not in caplog.text
    assert MRN in caplog.text


def test_alternative_texts_are_read_with_the_post() -> None:
    results = run("Look who came back!", alt_texts=("A lamp", "MRN 0045512 on a chart"))
    (finding,) = [f for f in results if f.rule == MRN]
    assert (finding.field, finding.start, finding.end) == ("alt:1", 4, 11)


def test_examples_carry_their_settings() -> None:
    (first, second) = examples(
        ["[reply; platform=x; state=TX] Thanks\\nagain", "[media; alt=A lamp] Look"]
    )
    assert (first.text, first.kind, first.platform, first.state) == (
        "Thanks\nagain",
        Kind.REPLY,
        "x",
        "TX",
    )
    assert (second.alt_texts, second.has_media) == (("A lamp",), True)
    with pytest.raises(RuleError):
        examples(["[colour=red] Look"])


def test_importing_the_checks_loads_nothing_heavy() -> None:
    heavy = "{'spacy', 'presidio_analyzer', 'onnxruntime', 'numpy', 'py3langid', 'phonenumbers'}"
    code = f"import checks, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_warming_loads_all_that_a_draft_can_need() -> None:
    """So that the first draft is not slower than the others, and a missing model shows at once."""
    code = (
        "import checks, sys; checks.warm(); before = set(sys.modules);"
        "texts = ['Our patient Zora Quillfeather had surgery.', 'Chart #4471023 of 203.0.113.9'];"
        "[checks.run(checks.Post(t), checks.Practice()) for t in texts];"
        "print(sorted({m.split('.')[0] for m in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


FOREIGN = {
    "french": "Nous sommes ouverts le samedi pour vos vaccins.",
    "spanish": "¿Cuándo fue su última mamografía? Pida su cita en el 512-555-0142.",
    "vietnamese": "Chúng tôi đang nhận bệnh nhân mới trong tháng này.",
    "chinese": "我们接受新病人",
    "arabic": "نستقبل مرضى جدد هذا الشهر",
    "russian": "Мы принимаем новых пациентов",
    "mixed": "Call 512-555-0142 to book. Vacunas disponibles todos los días de nueve a cuatro.",
    "tagalog": "Bukas po ang aming klinika sa Sabado para sa mga bata.",
}
ENGLISH = {
    "two words": "Flu shots!",
    "greeting": "Feliz Navidad! Call 512-555-0142.",
    "names": "Botox Dysport Xeomin Jeuveau Juvederm",
    "hashtags": "#WellnessWednesday #HeartHealth #GoRedForWomen",
    "terms": "Hashimoto's thyroiditis vs. Graves' disease",
    "one word": "Ramadan Mubarak!",
    "figures": "A1C 6.5, LDL 100, BP 120/80",
    "emoji": "🎉🎉🎉",
    "latin": "Primum non nocere. Call 512-555-0142.",
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_text_in_another_language_goes_to_an_approver(text: str) -> None:
    (finding,) = [f for f in run(text) if f.category is Category.LANGUAGE]
    assert finding.severity is Severity.ESCALATE


@pytest.mark.parametrize("text", ENGLISH.values(), ids=ENGLISH.keys())
def test_short_english_is_not_mistaken_for_another_language(text: str) -> None:
    assert not [f for f in run(text) if f.category is Category.LANGUAGE]


def test_every_finding_belongs_to_a_rule_of_the_catalogue() -> None:
    ids = {rule.id for rule in checks.catalogue()}
    assert {f.rule for f in run("M R N 0045512. Мaria, her surgery")} <= ids
    assert _run.DISGUISE in ids
