"""Promises that every rule keeps, whoever wrote it."""

import re
import time

import pytest
import yaml

import checks
from checks import Rule
from checks._catalogue import HERE, state_severities
from checks._meaning import heard
from checks._rule import Example
from checks.values import Category, Finding, Post, Severity

RULES = checks.catalogue()
each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
STATES = ("TX", "NY", "IL", "CA", "FL")

HOSTILE = {
    "letters": "a" * 20_000,
    "digits": "7" * 20_000,
    "capitals": "A" * 20_000,
    "short words": "a " * 10_000,
    "names": "Mary Ann " * 2_222,
    "spaced digits": "1 2-" * 5_000,
    "dots": "a.b@" * 5_000,
    "hashtags": "#aB" * 6_666,
    "blanks": " " * 20_000,
    "openings": "(\"'" * 6_666,
    "care": "our patient had her knee surgery after " * 512,
    "your": "your your " * 2_000,
    "the": "the first the only " * 1_050,
}
LANGUAGE = "wording.language"
PATIENCE = 3.0  # seconds for one rule on one hostile text, on a busy machine
READING = 30.0  # the same for the sentence model, which all rules share


def judged(example: Example) -> tuple[Finding, ...]:
    post = example.post()
    return checks.run(post, post.practice)


@each_rule
def test_a_rule_is_documented(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert len(rule.why) > 20
    assert len(rule.source) > 10
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", rule.as_of)
    assert rule.bad
    assert rule.good


@each_rule
def test_a_rule_of_patient_information_names_its_identifier(rule: Rule) -> None:
    marks = list(rule.find(rule.bad[0].post()))
    named = rule.identifier or any(getattr(mark, "identifier", None) for mark in marks)
    assert (rule.category is not Category.PHI) or named


@each_rule
def test_a_rule_flags_its_bad_examples(rule: Rule) -> None:
    for example in rule.bad:
        spoken = {finding.rule for finding in judged(example)}
        assert rule.id in spoken or list(rule.find(example.post())), example.text


@each_rule
def test_the_good_examples_pass_all_rules(rule: Rule) -> None:
    for example in rule.good:
        found = [f.rule for f in judged(example) if f.severity is not Severity.TIP]
        found = [rule_id for rule_id in found if rule_id != LANGUAGE]  # a language is no fault
        assert not found, example.text


@each_rule
def test_no_message_repeats_what_was_found(rule: Rule) -> None:
    for example in rule.bad:
        post = example.post()
        for finding in judged(example):
            if finding.category is Category.PHI and finding.field == "text":
                words = post.text[finding.start : finding.end].strip().lower()
                said = re.findall(r"[\w'-]+", finding.message.lower())
                assert words not in said


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_makes_a_rule_slow(text: str) -> None:
    checks.warm()
    slow = {}
    post = Post(text)
    started = time.perf_counter()
    heard(post)
    assert time.perf_counter() - started < READING
    for rule in RULES:
        started = time.perf_counter()
        for _ in rule.find(post):
            pass
        took = time.perf_counter() - started
        if took > PATIENCE:
            slow[rule.id] = took
    assert not slow


@pytest.mark.parametrize("state", STATES)
def test_a_state_pack_names_only_rules_that_exist(state: str) -> None:
    assert set(state_severities(state)) <= {rule.id for rule in RULES}
    assert state_severities(state)


@pytest.mark.parametrize("state", STATES)
def test_a_state_pack_names_its_sources(state: str) -> None:
    data = yaml.safe_load((HERE / "packs" / "states" / f"{state}.yaml").read_text())
    assert data["state"] == state
    assert re.fullmatch(r"20\d\d-\d\d", str(data["as_of"]))
    assert len(data["source"]) > 10
    assert all(entry["source"] for entry in data["severities"].values())


def test_every_category_that_text_can_show_has_a_rule() -> None:
    spoken = {rule.category for rule in RULES}
    assert set(Category) - spoken <= {Category.UNCHECKED}
