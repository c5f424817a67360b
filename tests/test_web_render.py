"""How cards and conversations look as HTML: whole, and with nobody's words taken for markup."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.web import render
from adapters.web.items import Handed, Kind, Words, dump
from bot import card_json
from bot.cards import (
    Action,
    Ask,
    Block,
    Card,
    Change,
    Edit,
    Facts,
    Findings,
    Para,
    Picture,
    Quote,
    Shown,
    Tone,
    Verb,
)
from bot.demo import PERSONAS, SAMPLES
from bot.messages import examples
from bot.store.pages import PageItem

AUSTIN = ZoneInfo("America/Chicago")
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
HOSTILE = (
    '</textarea></blockquote><script>alert(1)</script> <img src=x onerror="y"> {{ 7*7 }} \'&lt;'
)
VOID = {"meta", "link", "input", "img", "br"}
DRAWN = {"path", "rect", "circle"}


class Reader(HTMLParser):
    """Reads HTML strictly: every tag closed in order; keeps the text inside each tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self.feed(str(html))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.text[tag] = self.text.get(tag, "") + data

    def find(self, **attrs: str) -> dict[str, str | None]:
        wanted = {key.replace("_", "-"): value for key, value in attrs.items()}
        return next(found for _, found in self.tags if wanted.items() <= found.items())


def shown(card: Card, kind: Kind = Kind.CARD) -> str:
    item = PageItem("m-1", kind, card_json.dump(card), NOON, edited=False)
    return render.message(item, AUSTIN)


def of(*blocks: Block, actions: tuple[Action, ...] = (), tone: Tone = Tone.PLAIN) -> Reader:
    return Reader(shown(Card("Title", "Preview", blocks, actions, tone)))


@pytest.mark.parametrize("name", sorted(examples()))
def test_every_message_is_shown_whole(name: str) -> None:
    card = examples()[name]
    reader = Reader(shown(card))
    assert card.title in reader.text["h3"]
    for action in card.actions:
        assert action.label in reader.text["button"]
    for block in card.body:
        match block:
            case Para(text=text):
                assert text.replace("`", "") in reader.text["p"]
            case Quote(text=text):
                assert text in reader.text["blockquote"]
            case Facts(rows=rows):
                assert all(value.replace("`", "") in reader.text["dd"] for _, value in rows)
            case Findings(items=items):
                assert all(f.advice in reader.text["li"] for f in items)
            case _:
                pass


@pytest.mark.parametrize(
    "card",
    [
        Card(HOSTILE, ""),
        Card("", "", (Para(HOSTILE, Tone.WARN),)),
        Card("", "", (Quote(HOSTILE, HOSTILE, copy=True),)),
        Card("", "", (Quote(HOSTILE * 20, HOSTILE),)),
        Card("", "", (Facts(((HOSTILE, HOSTILE),)),)),
        Card("", "", (Findings((Shown(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),)),)),
        Card("", "", (Change(tuple((edit, HOSTILE) for edit in Edit), HOSTILE),)),
        Card("", "", (Picture(b"", HOSTILE), Picture(b"png", HOSTILE))),
        Card("", "", (), (Action(Verb.RUN, HOSTILE, {HOSTILE: HOSTILE}),)),
        Card(
            "",
            "",
            (),
            (Action(Verb.REVISE, "Go", asks=(Ask("text", HOSTILE, HOSTILE, value=HOSTILE),)),),
        ),
        Card(
            "",
            "",
            (),
            (Action(Verb.REVISE, "Go", asks=(Ask("x", "X", options=((HOSTILE, HOSTILE),)),)),),
        ),
        Card(
            "",
            "",
            (),
            (Action(Verb.REVISE, "Go", asks=(Ask("x", "X", lines=1, value=HOSTILE),)),),
        ),
    ],
    ids=[
        "title", "para", "quote", "long quote", "facts", "findings", "change", "picture",
        "button", "text area", "choice", "line",
    ],
)  # fmt: skip
def test_nobodys_words_become_markup(card: Card) -> None:
    reader = Reader(shown(card))
    assert not {"script"} & {tag for tag, _ in reader.tags}
    for tag, attrs in reader.tags:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]
        assert tag != "img" or (attrs["src"] or "").startswith("data:image/png;base64,")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=60))
@settings(max_examples=80, deadline=None)
def test_a_quotation_is_shown_letter_for_letter(text: str) -> None:
    assert of(Quote(text)).text.get("blockquote", "") == text


def test_a_persons_own_words_are_shown_as_typed() -> None:
    item = PageItem("m-1", "said", dump(Words(HOSTILE + "\n\n  end", draft=True)), NOON, False)
    reader = Reader(render.message(item, AUSTIN))
    assert HOSTILE + "\n\n  end" in reader.text["p"]
    assert reader.find(data_edit=None) is not None  # type: ignore[arg-type]


def test_commands_and_replies_cannot_be_edited_afterwards() -> None:
    for words in (Words("queue"), Words("", draft=True, deleted=True)):
        html = render.message(PageItem("m-1", "said", dump(words), NOON, False), AUSTIN)
        assert "data-edit" not in html
        assert "data-delete" not in html


def test_a_tone_is_said_in_words_as_well() -> None:
    assert "Stop: Title" in of(tone=Tone.BAD).text["h3"]
    assert "Attention: Careful" in of(Para("Careful", Tone.WARN)).text["p"]


def test_a_finding_shows_its_weight_its_place_and_what_to_do() -> None:
    finding = Shown("block", "Patient information", "A•••", "Take it out.", "privacy.name", "Must")
    reader = of(Findings((finding,)))
    assert reader.find(**{"class": "level-block"})
    for words in ("Must", "Patient information", "A•••", "Take it out.", "privacy.name"):
        assert words in reader.text["li"]


def test_a_difference_can_be_heard() -> None:
    reader = of(Change(((Edit.SAME, "Call "), (Edit.REMOVED, "me"), (Edit.ADDED, "us"))))
    assert reader.text["del"] == "[removed: me]"
    assert reader.text["ins"] == "[added: us]"
    assert reader.text["blockquote"].strip() == "Call [removed: me][added: us]"


def test_a_picture_has_its_alternative_text() -> None:
    assert of(Picture(b"\x89PNG", "Drafts by week")).find(alt="Drafts by week")


def test_commands_in_our_own_sentences_are_set_apart() -> None:
    assert of(Para("Type `queue` to see more.")).text["code"] == "queue"


def test_a_button_carries_exactly_its_data() -> None:
    data = {"draft": "7", "hash": 'a"b<c'}
    reader = of(actions=(Action(Verb.APPROVE, "Approve", data),))
    button = next(attrs for tag, attrs in reader.tags if "data-act" in attrs)
    assert json.loads(button["data-act"] or "") == {"verb": "approve", "data": data}


def test_a_form_asks_for_everything_with_label_hint_and_bound() -> None:
    asks = (
        Ask("text", "Text", "As the public reads it.", value="\n Two\nlines ", limit=99),
        Ask("kind", "Kind", required=False, value="b", options=(("a", "A"), ("b", "B"))),
        Ask("link", "Link", required=False, lines=1, value="https://example.com"),
    )
    reader = Reader(render.form(Action(Verb.SUBMIT, "Send", {}, asks=asks)))
    area = reader.find(name="text")
    assert area["data-limit"] == "99"
    assert "required" in area
    assert area["aria-describedby"] == "ask-text-hint"
    # A browser drops the first line break inside a text area, and only that one.
    assert reader.text["textarea"] == "\n\n Two\nlines "
    assert "selected" in reader.find(value="b")
    assert reader.find(name="link")["value"] == "https://example.com"
    for ask in asks:
        assert reader.find(**{"for": f"ask-{ask.name}"})


def test_the_revision_mark_changes_when_what_is_shown_does() -> None:
    def rev(card: Card) -> str:
        found = re.search(r'data-rev="(\w+)"', shown(card))
        assert found
        return found[1]

    assert rev(Card("One", "")) == rev(Card("One", ""))
    assert rev(Card("One", "")) != rev(Card("Two", ""))


def test_times_are_on_the_practices_clock() -> None:
    html = shown(Card("One", ""))
    assert ">12:00 PM</time>" in html
    assert 'data-day-words="Tuesday 24 November"' in html


def test_a_file_is_a_link_with_its_name_and_size() -> None:
    body = dump(Handed("signoff.csv", 2048, "tok"))
    reader = Reader(render.message(PageItem("f", "file", body, NOON, False), AUSTIN))
    assert reader.find(href="/file/tok", download="signoff.csv")
    assert "2 KB" in reader.text["p"]


def test_the_page_has_a_column_for_everybody_and_no_inline_code() -> None:
    columns = [render.Column(p, (), SAMPLES if i == 0 else ()) for i, p in enumerate(PERSONAS)]
    html = render.page(columns, token="t", now=NOON, zone=AUSTIN).replace("<!doctype html>", "")
    reader = Reader(html)
    for person in PERSONAS:
        assert person.name in reader.text["h2"]
        assert reader.find(**{"for": f"words-{person.user}"})
    assert all(sample.title in reader.text["strong"] for sample in SAMPLES)
    assert "script" not in reader.text
    assert not any("style" in attrs for _, attrs in reader.tags)
