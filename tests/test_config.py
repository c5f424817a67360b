"""A wrong app.yaml stops the start with one sentence that names the key and what is allowed."""

from pathlib import Path

import pytest
import yaml

from bot.config import ConfigError, load, parse
from practice import PRACTICE

WRONG = {
    "an unknown key": ({"practise": {}}, "practise is not a key I know; allowed here: practice"),
    "an unknown inner key": (
        {"practice": {"nmae": "x"}},
        "practice.nmae is not a key I know; allowed here: name, specialty",
    ),
    "an unknown role": ({"people": {"m": {"name": "M", "roles": ["boss"]}}}, "people.m.roles.0"),
    "a wrong zone": ({"practice": {"timezone": "Texas"}}, "practice.timezone: not a time zone"),
    "a wrong span": ({"routing": {"default": {"due": "soon"}}}, "routing.default.due"),
    "business hours where plain time is needed": (
        {"training": {"window": "5 business days"}},
        "training.window",
    ),
    "nobody of that name": (
        {"people": {"m": {"name": "M"}}, "routing": {"default": {"to": ["ada"]}}},
        "routing.default.to: 'ada' is nobody; allowed: m, role:staff",
    ),
    "a secret in the file": (
        {"slack": {"bot_token": "xoxb-1"}},
        "slack.bot_token: write env:NAME",
    ),
    "a wrong severity": ({"rules": {"claims.cure": {"severity": "fatal"}}}, "rules.claims.cure"),
    "records kept too short": (
        {"retention": {"records": "2 years"}},
        "retention.records: records of decisions are kept 6 years at least",
    ),
    "a database in an unset variable": (
        {"database": "env:NO_SUCH_DATABASE"},
        "database: it is empty",
    ),
    "a list": ([1], "must hold keys"),
}


@pytest.mark.parametrize(("raw", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_named(raw: object, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(raw)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_secret_is_never_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        parse({"slack": {"bot_token": "xoxb-very-secret"}})
    assert "very-secret" not in str(caught.value)


def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "xoxb-1")
    app = parse({"slack": {"bot_token": "env:A_TOKEN"}})
    assert app.slack
    assert app.slack.bot_token == "xoxb-1"
    assert "xoxb-1" not in repr(app)


@pytest.mark.parametrize("words", ["practice: [", "\x00", "a: &a [*a"], ids=repr)
def test_a_file_that_is_not_yaml_is_said_to_be_so(tmp_path: Path, words: str) -> None:
    file = tmp_path / "app.yaml"
    file.write_text(words)
    with pytest.raises(ConfigError, match="YAML"):
        load(file)


def test_a_practice_alone_is_enough_for_checks() -> None:
    app = parse({"practice": {"name": "Lakeshore", "providers": ["Dr. Emily Chen"]}})
    assert app.checked_as().providers == ("Dr. Emily Chen",)


def test_the_sample_holds_every_key_and_loads() -> None:
    sample = Path(__file__).parent.parent / "app.yaml"
    app = load(sample)
    written = yaml.safe_load(sample.read_text())
    assert set(written) == set(type(app).model_fields)
    for name, section in written.items():
        field = type(app).model_fields[name].annotation
        inner = getattr(field, "model_fields", None)
        if inner and name != "rules":
            assert set(section) == set(inner), name


def test_rule_severities_and_packs_are_read(tmp_path: Path) -> None:
    rules = {"claims.superlative": {"severity": "off"}, "packs": ["./ours.yaml"]}
    app = parse({**PRACTICE, "rules": rules}, tmp_path / "app.yaml")
    practice = app.checked_as()
    assert practice.overrides == {"claims.superlative": None}
    assert practice.packs == (str(tmp_path / "ours.yaml"),)


def test_a_bare_off_switches_a_rule_off() -> None:
    app = parse(yaml.safe_load("rules: {claims.cure: {severity: off}}"))
    assert app.checked_as().overrides == {"claims.cure": None}


def test_the_people_of_the_roster_may_be_named_as_staff() -> None:
    app = parse({"practice": {"staff": ["Becky Moore"]}, "people": {"m": {"name": "Maria Ortiz"}}})
    assert app.checked_as().staff == ("Becky Moore", "Maria Ortiz")
