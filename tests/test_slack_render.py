"""Cards become Block Kit that Slack accepts, and nobody's words become markup."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.views import View

from adapters.slack import forms, render
from adapters.slack.manifest import manifest
from bot.cards import (
    Action,
    Answer,
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
from bot.messages import desk, examples
from tests.fakes_slack_api import problems, texts

HOSTILE = "<!channel> <@U0ADA> @here *bold* <https://evil.example.com|click> &amp; `x` :tada: ~no~"
DRAFT = "Flu shots are here.\n\nCall 512-555-0142 to book.\nSee you soon!"
WHY = Ask("reason", "Why not?", "The author reads this.", lines=3, limit=1_000)
IDS = {"draft": "12", "version": "1", "hash": "ab" * 32}
PICTURE = Picture(b"\x89PNG", "A chart of drafts by state.")


def card(*body: Block, actions: tuple[Action, ...] = (), tone: Tone = Tone.PLAIN) -> Card:
    return Card(
        "Draft #12 is waiting for your sign-off", "A draft is waiting.", body, actions, tone
    )


def shown(made: Card) -> str:
    return "".join(texts(render.blocks(made)))


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from objects(inner)


@pytest.mark.parametrize("name", sorted(examples()))
def test_every_message_is_accepted_by_slacks_own_models(name: str) -> None:
    made = render.blocks(examples()[name])
    assert not problems(made)
    assert len(made) <= 50
    assert render.size(made) <= render.SIZE_LIMIT


@pytest.mark.parametrize("name", sorted(examples()))
def test_every_message_shows_its_title_and_its_buttons(name: str) -> None:
    made = examples()[name]
    assert made.title in shown(made)
    assert all(action.label in shown(made) for action in made.actions)


def test_no_text_of_ours_or_theirs_is_markup() -> None:
    item = Shown("block", HOSTILE, HOSTILE, HOSTILE, "privacy.name", HOSTILE)
    change = Change(((Edit.SAME, HOSTILE), (Edit.ADDED, HOSTILE)), HOSTILE)
    body = (Para(HOSTILE), Quote(HOSTILE, HOSTILE), Quote(HOSTILE, copy=True), change)
    body_more = (Facts(((HOSTILE, HOSTILE),)), Findings((item,)), Picture(b"", HOSTILE))
    made = render.blocks(card(*body, *body_more, actions=(Action(Verb.SHOW, HOSTILE[:70]),)))
    assert all(o.get("type") not in ("mrkdwn", "link", "user", "broadcast") for o in objects(made))
    assert HOSTILE in "".join(texts(made))


def test_a_notification_shows_the_preview_alone_and_no_mention_in_it() -> None:
    made = Card("Draft by Maria", "A draft <!here> waits.", (Quote("Anna had surgery"),))
    message = render.message(made)
    assert message["text"] == "A draft &lt;!here&gt; waits."


def test_a_quote_is_exact_and_to_be_copied_as_a_whole() -> None:
    quote, copy = render.blocks(card(Quote(DRAFT, "Text"), Quote(DRAFT, copy=True)))[1:]
    kinds = [part["type"] for block in (quote, copy) for part in _parts(block)]
    assert kinds == ["rich_text_section", "rich_text_quote", "rich_text_preformatted"]
    assert texts(_parts(copy)[0])[0] == DRAFT


def test_a_change_strikes_what_went_and_stresses_what_came() -> None:
    pieces = ((Edit.SAME, "Flu shots "), (Edit.REMOVED, "soon"), (Edit.ADDED, "are here"))
    runs = _parts(render.blocks(card(Change(pieces)))[1])[0]["elements"]
    assert [(r["text"], r.get("style")) for r in runs] == [
        ("Flu shots ", None),
        ("soon", {"strike": True}),
        ("are here", {"bold": True}),
    ]


def test_a_finding_says_its_severity_in_words() -> None:
    item = Shown("block", "Patient information", "A•••", "Take out the name.", "privacy.name")
    assert "Block: Patient information" in shown(card(Findings((item,))))


def test_words_between_backticks_look_typed() -> None:
    runs = _parts(render.blocks(card(Para("Type `queue` to see.")))[1])[0]["elements"]
    assert {"type": "text", "text": "queue", "style": {"code": True}} in runs


def test_a_picture_is_shown_by_its_file_or_told_in_words() -> None:
    assert "A chart of drafts by state." in shown(card(PICTURE))
    made = render.blocks(card(PICTURE), ["F0CHART"])
    assert made[1]["slack_file"] == {"id": "F0CHART"}
    assert not problems(made)


@pytest.mark.parametrize(
    "body",
    [
        (Quote("x" * 6_000, "Text"), Change(((Edit.SAME, "y" * 6_000),), "Changed")),
        (Quote("\n" * 6_000),),
        (Quote("🎉" * 6_000),),
        (Quote("\x00\ud800" * 3_000),),
        (Para("p" * 20_000),),
        (Facts((("l" * 3_000, "v" * 3_000),) * 60),),
        (Findings((Shown("warn", "t" * 900, "m" * 900, "a" * 900, "r" * 900),) * 60),),
        tuple(Para("many") for _ in range(200)),
        tuple(Quote("many" * 300) for _ in range(60)),
        (Change(tuple((Edit.ADDED, "w ") for _ in range(400))),),
        (Quote(""), Para(""), Facts(()), Findings(()), Change(())),
    ],
    ids=lambda body: type(body[0]).__name__,
)
def test_a_card_of_any_size_is_shortened_and_never_refused(body: tuple[Block, ...]) -> None:
    actions = (Action(Verb.REJECT, "l" * 200, IDS, asks=(WHY,)),)
    made = render.blocks(card(*body, actions=actions))
    assert not problems(made)
    assert render.size(made) <= render.SIZE_LIMIT
    assert made[-1]["type"] == "actions"


def test_what_is_left_out_is_said() -> None:
    assert "1,000 more characters are not shown here." in shown(card(Quote("x" * 7_000)))
    assert "And 20 more like these." in shown(
        card(Findings((Shown("tip", "Tip", "", "Do.", "style.x"),) * 60))
    )
    assert "More of this is not shown here." in shown(card(*[Para("many")] * 200))


def test_the_text_to_decide_on_is_whole_when_the_comparison_has_to_yield() -> None:
    text = "word " * 1_190
    made = card(Change(((Edit.REMOVED, text), (Edit.ADDED, text))), Quote(text, "Text"))
    assert text in shown(made)
    assert "more characters are not shown here." in shown(made)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_words_at_all_are_shown_exactly(first: str, second: str) -> None:
    made = render.blocks(card(Quote(first, copy=True), Change(((Edit.ADDED, second),))))
    assert not problems(made)
    assert (first or " ") in texts(made)
    assert (second or " ") in texts(made)


# --- buttons and windows -------------------------------------------------------------------------


def test_a_button_is_its_verb_and_carries_its_data() -> None:
    first, second, third = _buttons(
        Action(Verb.APPROVE, "Approve", IDS, Tone.GOOD),
        Action(Verb.RUN, "Help", {"words": "help"}),
        Action(Verb.RUN, "Queue", {"words": "queue"}, Tone.BAD),
    )
    assert (first["action_id"], first["style"]) == ("approve", "primary")
    assert json.loads(first["value"]) == IDS
    assert (second["action_id"], third["action_id"]) == ("run", "run-2")
    assert ("style" in second, third["style"]) == (False, "danger")


@pytest.mark.parametrize("verb", list(Verb))
def test_a_verb_is_read_back_from_any_of_its_buttons(verb: Verb) -> None:
    ids = forms.action_ids([verb, verb, verb])
    assert len(set(ids)) == 3
    assert {forms.verb_of(i) for i in ids} == {verb}


def test_what_a_button_asks_for_survives_a_restart_but_a_drafts_words_are_not_in_it() -> None:
    ask = Ask("text", "New text", "All of it.", lines=8, limit=20_000, value="Anna had surgery")
    (made,) = _buttons(Action(Verb.REVISE, "Revise", IDS, asks=(ask, WHY)))
    assert "Anna" not in made["value"]
    data, asks, filled = forms.pressed(made["value"])
    assert (data, filled) == (IDS, True)
    assert asks == (Ask("text", "New text", "All of it.", lines=8, limit=20_000), WHY)


def test_a_button_with_long_hints_keeps_its_questions() -> None:
    asks = tuple(Ask(f"a{i}", f"Question {i}", "h" * 500) for i in range(5))
    (made,) = _buttons(Action(Verb.EXPLAIN, "Explain", IDS, asks=asks))
    assert len(made["value"]) <= 2_000
    assert [a.label for a in forms.pressed(made["value"])[1]] == [a.label for a in asks]


def test_the_desks_form_is_a_window_that_slack_accepts() -> None:
    action = _form(desk.form([f"platform-{i}" for i in range(120)], text="Flu shots"))
    view: Any = forms.form(action, "D0MARIA")
    View(**view).validate_json()
    assert not problems(view["blocks"], 100)
    fields = {b["block_id"]: b for b in view["blocks"]}
    text = fields["text"]
    assert text["element"]["initial_value"] == "Flu shots"
    assert text["element"]["max_length"] == 3_000
    assert "send a longer text as a message" in text["hint"]["text"]
    assert len(fields["platform"]["element"]["options"]) == 100
    assert fields["kind"]["element"]["initial_option"]["value"] == "post"
    assert (text["optional"], fields["link"]["optional"]) == (False, True)


def test_a_text_too_long_for_a_field_is_not_cut_into_it() -> None:
    view: Any = forms.form(_form(desk.form(["x"], text="x" * 3_001)))
    assert "initial_value" not in view["blocks"][0]["element"]


def test_a_window_sent_again_keeps_what_was_written() -> None:
    view = forms.form(Action(Verb.REJECT, "Reject", IDS, asks=(WHY,)), "D0ADA")
    state = {"values": {"reason": {"reason": {"type": "plain_text_input", "value": "Too bold"}}}}
    again: Any = forms.again({**view, "state": state}, render.blocks(desk.refusal("Not yet.")))
    View(**again).validate_json()
    assert again["private_metadata"] == view["private_metadata"]
    assert again["blocks"][-1]["element"]["initial_value"] == "Too bold"


# --- the manifest --------------------------------------------------------------------------------


def test_the_manifest_for_socket_mode_names_no_address() -> None:
    made: Any = manifest(None)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(made)


def test_the_manifest_for_http_names_one_address_everywhere() -> None:
    made: Any = manifest("https://signoff.example.com/")
    assert made["settings"]["socket_mode_enabled"] is False
    address = "https://signoff.example.com/slack/events"
    assert {c["url"] for c in made["features"]["slash_commands"]} == {address}
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"]["request_url"] == address
    assert made["features"]["shortcuts"][0]["callback_id"] == "submit_for_signoff"
    assert {c["command"] for c in made["features"]["slash_commands"]} == {"/post", "/signoff"}


def _parts(block: Any) -> list[Any]:
    return list(block["elements"])


def _buttons(*actions: Action) -> list[dict[str, Any]]:
    block: Any = render.blocks(card(actions=actions))[-1]
    return list(block["elements"])


def _form(answer: Answer) -> Action:
    assert answer.form is not None
    return answer.form
