"""Words that people write stay words: on every platform, in files, in the settings and the log.

One scenario puts hostile words wherever anybody's words can come in - the draft, its link and its
descriptions, reasons, names in app.yaml - and every card that comes of it is shown everywhere.
"""

import copy
import csv
import io
import json
import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import structlog
import yaml
from sqlmodel import select

from adapters.slack import forms
from adapters.slack import render as slack
from adapters.slack.text import plain as as_slack_shows
from adapters.teams import render as teams
from adapters.web import render as web
from adapters.web.items import Kind, Words, dump
from bot import card_json, logs, sweeps
from bot.cards import Card
from bot.commands import Chat, Delegate, Request, Submit, Topic
from bot.config import ConfigError, load, parse
from bot.desk import Desk
from bot.logs import Form
from bot.messages import desk as answers
from bot.store import KeyRing, Store, ledger, schema
from bot.store.pages import PageItem
from bot.store.tables import OutboxRow
from checks import RuleError, _pack
from checks.values import Category, Finding, Severity
from practice import PRACTICE, TUESDAY, Bench, Clock

CANARY = "zebulonquokka"
MARKUP = {
    "slack": f"<!channel> <@UADA> <https://evil.example.com|{CANARY}> *b* _i_ ~s~ `c` &lt;!here>",
    "markdown": f"[{CANARY}](https://evil.example.com) ![x](https://evil.example.com/x.png) **b**\n"
    "# h\n- l\n1. n\n> q\n| a | b |\n<at>ada</at>",
    "adaptive card": f"{{{{DATE(2026-01-01T00:00:00Z)}}}} {{{{TIME(2026-01-01)}}}} ${{{CANARY}}}",
    "html": f"<script>alert('{CANARY}')</script><img src=x onerror=\"alert(1)\">'\"></template>",
    "template": f"{{{{ 7*7 }}}} {{% for x in y %}} {{# {CANARY} #}} {{0.__class__}} %(x)s",
    "formula": f'=HYPERLINK("https://evil.example.com","{CANARY}")',
    "terminal": f"\x1b[2J\x1b]0;{CANARY}\x07 \u202e\u2066{CANARY}\u200b\ufeff\r\nlevel='error'",
}


def desk_with(words: str, keys: KeyRing) -> Bench:
    """A desk whose people, too, have names of these words."""
    raw: Any = copy.deepcopy(PRACTICE)
    for person in raw["people"].values():
        person["name"] = f"{person['name']} {words}"
    raw["practice"]["name"] = words
    store = Store("sqlite://", keys)
    schema.upgrade(store)
    clock = Clock()
    return Bench(Desk(store, parse(raw), clock=clock, chats=(Chat.WEB,)), clock)


def cards_of(words: str, keys: KeyRing) -> list[Card]:
    """Every card of a scenario in which these words come in by every way there is."""
    bench = desk_with(words, keys)
    seen: list[Card] = []

    def collect() -> None:
        with bench.desk.store.read() as tx:
            for row in tx.session.exec(select(OutboxRow)).all():
                place = f"outbox.card/{row.person}/{row.key}"
                card = card_json.load(tx.keys.unseal(place, row.card_sealed or b""))
                seen.extend([] if card in seen else [card])

    def answered(answer: Any) -> None:
        seen.extend([answer.card] if answer.card else [])

    found = Finding("x.y", Category.PHI, Severity.BLOCK, 0, 12, "Take it out.", None)
    text, link = f"Post {words}", "https://example.com/'{{x}}'"
    answered(
        bench.do(Submit(bench.origin("maria"), text, alt_text=words, link=link, schedule=words))
    )
    bench.check(found)
    collect()
    bench.press("maria", bench.card("maria", "draft/1/v1"), "dispute", reason=words)
    collect()
    bench.press("priya", bench.review("priya", 1), "override", reason=words)
    answered(bench.press("ada", bench.review("ada", 1), "request-changes", reason=words))
    collect()
    answered(bench.press("maria", bench.card("maria", "news/1/v1"), "revise", text=text + " again"))
    bench.check()
    collect()
    bench.press("ada", bench.review("ada", 1), "reject", reason=words)
    collect()
    answered(bench.do(Delegate(bench.origin("ada"), words)))
    answered(bench.do(Submit(bench.origin("maria"), text, platform=words[:40])))
    for topic in (Topic.HELP, Topic.QUEUE, Topic.PEOPLE, Topic.SETTINGS, Topic.TRAINING):
        answered(bench.do(Request(bench.origin("priya"), topic)))
    answered(bench.do(Request(bench.origin("sam"), Topic.OPEN, f"#1 {words}")))
    collect()
    bench.do(Submit(bench.origin(words, address=words), text))
    sweeps.sweep(bench.desk)
    collect()
    bench.desk.store.close()
    return seen


@pytest.fixture(params=MARKUP.values(), ids=MARKUP)
def cards(request: pytest.FixtureRequest, keys: KeyRing) -> list[Card]:
    found = cards_of(request.param, keys)
    assert sum(CANARY in str(card) for card in found) > 8
    return found


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a rendered message."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from parts(inner)


def test_no_words_are_markup_on_slack(cards: list[Card]) -> None:
    for card in cards:
        message = slack.message(card)
        kinds = {part.get("type") for part in parts(message["blocks"])}
        assert not kinds & {"mrkdwn", "section", "context", "markdown", "link", "user", "broadcast"}
        assert CANARY not in message["text"]
        assert not re.search(r"<[^>]*>", message["text"])
        for action in card.actions:
            view = forms.form(action)
            assert "mrkdwn" not in {part.get("type") for part in parts(view)}


def test_no_words_are_markup_on_teams(cards: list[Card]) -> None:
    for card in cards:
        message = teams.message(card)
        assert CANARY not in message["summary"]
        for part in parts(message["attachments"][0]["content"]):
            if part.get("type") == "TextBlock":
                bare = re.sub(r"\\.", "", part["text"])
                assert not re.search(r"[*_\[\]<>|~`{}]", bare), part
            if part.get("type") == "TextRun":
                assert "{{" not in part["text"]
            assert part.get("type") not in ("Media", "Action.OpenUrl", "Action.ToggleVisibility")
            assert not {"url", "backgroundImage", "selectAction"} & set(part) or "data:" in str(
                part
            )


class Elements(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment nobody wrote")


def test_no_words_are_markup_on_the_page(cards: list[Card]) -> None:
    for card in cards:
        shown = PageItem("m", Kind.CARD, card_json.dump(card), TUESDAY, edited=False)
        browser = Elements()
        browser.feed(str(web.message(shown, ZoneInfo("UTC"))))
        for action in card.actions:
            browser.feed(web.form(action))
        for tag, attributes in browser.tags:
            assert tag not in ("script", "img", "iframe", "object", "style", "link", "base", "meta")
            assert not [name for name in attributes if name.startswith(("on", "style", "src"))]
            assert not str(attributes.get("href", "#")).lower().startswith(("javascript", "data"))
    assert CANARY in browser.words or CANARY not in str(cards[-1])


@pytest.mark.parametrize("words", MARKUP.values(), ids=MARKUP)
def test_a_persons_own_message_is_words_on_the_page(words: str) -> None:
    browser = Elements()
    item = PageItem("m", Kind.SAID, dump(Words(words, draft=True)), TUESDAY, edited=False)
    browser.feed(str(web.message(item, ZoneInfo("UTC"))))
    assert not [t for t, _ in browser.tags if t in ("script", "img", "at")]
    assert CANARY in browser.words


def test_what_people_see_on_slack_is_what_was_written() -> None:
    for words in MARKUP.values():
        card = answers.refusal(words.replace("`", "'"))
        runs = [p["text"] for p in parts(slack.blocks(card)[1:]) if p.get("type") == "text"]
        assert "".join(runs).endswith(words.replace("`", "'"))
    assert as_slack_shows("&lt;!channel&gt;") == "<!channel>"


# --- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%", " =", '"='])
def test_no_name_is_a_formula_in_an_export(lead: str, keys: KeyRing) -> None:
    bench = desk_with("", keys)
    raw: Any = copy.deepcopy(PRACTICE)
    raw["people"]["maria"]["name"] = f"{lead}cmd|'/C calc'!A0"
    bench = Bench(Desk(bench.desk.store, parse(raw), clock=bench.clock, chats=(Chat.WEB,)), Clock())
    bench.submit()
    file = bench.do(Request(bench.origin("sam"), Topic.EXPORT, "csv")).file
    bench.desk.store.close()
    assert file
    for row in csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline="")):
        for cell in row:
            assert (
                not cell.lstrip(" \t\r\n\"'").startswith(("=", "+", "@", "|", "%"))
                or cell[0] == "'"
            )


def test_a_line_of_an_export_is_one_line_whatever_the_names(keys: KeyRing) -> None:
    bench = desk_with(MARKUP["terminal"], keys)
    bench.submit()
    for words in ("json", "csv"):
        file = bench.do(Request(bench.origin("sam"), Topic.EXPORT, words)).file
        assert file
        assert re.fullmatch(r"signoff-\d{4}-\d\d-\d\d\.(json|csv)", file.name)
        lines = file.content.decode("utf-8-sig").strip().splitlines()
        assert len(lines) == (1 if words == "json" else 2)
    with bench.desk.store.read() as tx:
        actors = {entry.actor for entry in ledger.entries(tx)}
    bench.desk.store.close()
    assert actors <= set(PRACTICE["people"]) | {"signoff"}  # type: ignore[call-overload]


# --- settings --------------------------------------------------------------------------------

TAGS = [
    "practice: !!python/object/apply:os.system ['touch evil']",
    "practice: {name: !!python/name:os.system }",
    "practice: !!python/object/new:subprocess.Popen [['touch', 'evil']]",
    "!!python/module:os",
    "practice: {name: !include /etc/passwd}",
]
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("text", TAGS)
def test_settings_run_nothing(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.yaml").write_text(text)
    with pytest.raises(ConfigError, match="cannot be read as YAML"):
        load(tmp_path / "app.yaml")
    assert [f.name for f in tmp_path.iterdir()] == ["app.yaml"]


@pytest.mark.parametrize(
    "place", ["practice: {providers: *i}", "people: *i", "practice: *i", "i2: *i"]
)
def test_settings_that_unfold_without_end_are_refused_at_once(place: str, tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(BOMB + place)
    began = time.monotonic()
    with pytest.raises(ConfigError):
        load(tmp_path / "app.yaml")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("text", [*TAGS, BOMB + "terms: *i"], ids=lambda t: t[:30])
def test_an_own_word_list_runs_nothing(text: str, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(text)
    with pytest.raises((RuleError, yaml.YAMLError)):
        _pack.load(file, "own.ours")
    assert [f.name for f in tmp_path.iterdir()] == ["ours.yaml"]


# --- the log ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", Form)
def test_no_value_makes_a_line_of_its_own_in_the_log(form: Form) -> None:
    out = io.StringIO()
    logs.configure(form=form, to=out)
    try:
        structlog.get_logger().warning("card_parked", code="x\nlevel='error' event='forged'\x1b[2J")
    finally:
        structlog.reset_defaults()
        logs.logging.getLogger().handlers.clear()
    written = out.getvalue()
    assert written.count("\n") == 1
    assert "\x1b" not in written
    if form is Form.JSON:
        assert json.loads(written)["event"] == "card_parked"
