"""What Slack tells us becomes the right command."""

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.incoming import sound
from adapters.slack.parse import Opens, Way, asked, place, shared
from adapters.slack.text import plain
from bot.commands import (
    Chat,
    Decide,
    Deleted,
    Edited,
    Origin,
    Outcome,
    Request,
    Said,
    Show,
    Submit,
    Topic,
)
from bot.refusals import Refused

PAYLOADS = Path(__file__).parent / "payloads" / "slack"
TEXT = "Flu shots are here 🎉 & walk-ins <3. Call 512-555-0142 or see riverside.example.com"


def payload(name: str, **changes: object) -> dict[str, Any]:
    return {**json.loads((PAYLOADS / f"{name}.json").read_text()), **changes}


def said(text: str) -> dict[str, Any]:
    body = payload("direct_message")
    return {**body, "event": {**body["event"], "text": text, "blocks": []}}


def test_a_direct_message_is_a_draft_as_the_person_saw_it() -> None:
    assert asked(payload("direct_message")) == Submit(
        Origin(
            chat=Chat.SLACK,
            user="U0MARIA",
            event="Ev0DIRECT",
            conversation="D0MARIA",
            message="1795550001.000100",
            address="U0MARIA",
        ),
        TEXT,
    )


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("a &amp;amp; b &lt;@U1&gt; &amp;lt;", "a &amp; b <@U1> &lt;"),
        ("see <https://x.example/a?b=1&amp;c=2>", "see https://x.example/a?b=1&c=2"),
        (
            "<http://x.example|x.example> and <https://x.example/|x.example>",
            "x.example and x.example",
        ),
        ("<https://x.example/book|Book here>", "Book here (https://x.example/book)"),
        ("<mailto:hi@x.example|hi@x.example>", "hi@x.example"),
        ("<tel:5125550142|512-555-0142>", "512-555-0142"),
        ("<tel:5125550142|call us>", "call us (5125550142)"),
        ("<@U0ADA> <@U0ADA|ada> <#C1|social> <#C1>", "@U0ADA @U0ADA #social #C1"),
        ("<!channel> <!here> <!subteam^S1|@nurses>", "@channel @here @nurses"),
        ("<!date^1795550000^{date}|Tuesday>", "Tuesday"),
        ("*bold* _thin_ ~gone~ `code` > quote", "*bold* _thin_ ~gone~ `code` > quote"),
        (":wave::skin-tone-3: :+1: :our-own-logo: 8:30:45", "👋🏼 👍 :our-own-logo: 8:30:45"),
        ("<unknown> < > <|> <@>", "<unknown> < > <|> <@>"),
        ("\u202eright to left\u200b", "\u202eright to left\u200b"),
    ],
)
def test_markup_goes_and_every_typed_character_stays(raw: str, seen: str) -> None:
    assert plain(raw) == seen


def test_an_emoji_is_the_picture_that_slack_says_it_is() -> None:
    element = {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fc", "skin_tone": 3}
    blocks = [{"type": "rich_text", "elements": [{"type": "s", "elements": [element]}]}]
    assert plain(":wave::skin-tone-3:", blocks) == "👋🏼"


@pytest.mark.parametrize("unit", ["<", "<@", "<http://", ":a", "&lt;", "<!date^", ":" * 2])
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    began = time.perf_counter()
    plain(unit * 200_000)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("words", "topic"),
    [("help", Topic.HELP), ("/signoff queue", Topic.QUEUE), ("Post", Topic.POST)],
)
def test_a_word_typed_to_the_bot_is_a_request(words: str, topic: Topic) -> None:
    command = asked(said(words))
    assert isinstance(command, Request)
    assert command.topic is topic


def test_a_mentioned_colleague_is_an_id_in_a_typed_command() -> None:
    command = asked(said("delegate <@U0ADA> 2026-12-01"))
    assert isinstance(command, Request)
    assert command.words == "@U0ADA 2026-12-01"


def test_a_file_alone_is_an_empty_draft_that_the_desk_answers() -> None:
    command = asked(payload("file_without_text"))
    assert isinstance(command, Submit)
    assert command.text == ""


@pytest.mark.parametrize("name", ["direct_thread_reply", "channel_reply_under_card"])
def test_words_under_a_card_are_said_not_submitted(name: str) -> None:
    command = asked(payload(name))
    assert isinstance(command, Said)
    assert command.text == "looks good"
    assert command.origin.thread == payload(name)["event"]["thread_ts"]


@pytest.mark.parametrize(
    "name",
    ["own_message", "own_card_replaced", "channel_join", "channel_chatter", "link_unfurled"],
)
def test_what_is_not_meant_for_us_asks_nothing(name: str) -> None:
    assert asked(payload(name)) is None


def test_a_mention_in_a_channel_is_a_draft_without_the_bots_name() -> None:
    command = asked(payload("channel_mention"))
    assert isinstance(command, Submit)
    assert command.text == "Flu shots are here. Thanks @U0ADA! Call 512-555-0142."
    assert not place(payload("channel_mention")).private


def test_a_mention_without_words_asks_for_help() -> None:
    body = payload("channel_mention")
    body["event"]["text"] = "<@U0SIGNOFF> "
    command = asked(body)
    assert isinstance(command, Request)
    assert command.topic is Topic.HELP


def test_an_edited_message_names_the_message_that_was_submitted() -> None:
    command = asked(payload("message_edited"))
    assert isinstance(command, Edited)
    assert command.text == "Flu shots are here. Call 512-555-0142."
    assert command.origin.message == "1795550001.000100"
    assert command.origin.event == "Ev0EDIT"


@pytest.mark.parametrize("name", ["message_deleted", "deleted_with_thread"])
def test_a_deleted_message_names_its_author_and_itself(name: str) -> None:
    command = asked(payload(name))
    assert isinstance(command, Deleted)
    assert (command.origin.user, command.origin.message) == ("U0MARIA", "1795550001.000100")
    assert place(payload(name)).user == "U0MARIA"


def test_slash_post_with_words_is_a_draft_and_without_them_asks_for_the_form() -> None:
    command = asked(payload("slash_post"))
    assert isinstance(command, Submit)
    assert command.text == "Flu shots are here & ready. Call 512-555-0142."
    empty = asked(payload("slash_post_empty"))
    assert isinstance(empty, Request)
    assert empty.topic is Topic.POST


def test_slash_signoff_reads_words_and_helps_with_the_rest() -> None:
    command = asked(payload("slash_signoff_delegate"))
    assert isinstance(command, Request)
    assert (command.topic, command.words) == (Topic.DELEGATE, "@U0ADA 2026-12-01 2026-12-05")
    unknown = asked(payload("slash_signoff_unknown"))
    assert isinstance(unknown, Request)
    assert unknown.topic is Topic.HELP


def test_a_button_is_a_decision_on_what_its_card_showed() -> None:
    command = asked(payload("click_approve"))
    assert isinstance(command, Decide)
    assert (command.draft, command.version, command.content_hash) == (12, 1, "abc")
    assert command.outcome is Outcome.APPROVE


def test_a_second_button_of_a_kind_is_still_its_verb() -> None:
    command = asked(payload("click_second_run"))
    assert isinstance(command, Request)
    assert command.topic is Topic.QUEUE


def test_a_button_that_asks_for_words_opens_a_form_with_its_data() -> None:
    opens = asked(payload("click_reject"))
    assert isinstance(opens, Opens)
    assert opens.look is None
    assert opens.action.data == {"draft": "12", "version": "1", "hash": "abc"}
    assert opens.action.asks[0].label == "Why not?"


def test_a_form_with_a_drafts_words_in_it_is_asked_of_the_desk() -> None:
    opens = asked(payload("click_revise"))
    assert isinstance(opens, Opens)
    assert isinstance(opens.look, Show)
    assert opens.look.draft == 12


def test_a_filled_form_is_a_command_with_data_and_words() -> None:
    command = asked(payload("form_reject"))
    assert isinstance(command, Decide)
    assert command.reason == "The claim needs a source & a link."
    assert command.content_hash == "abc"
    assert place(payload("form_reject")).channel == "D0ADA"


def test_a_filled_form_reads_choices_and_leaves_out_what_is_empty() -> None:
    command = asked(payload("form_submit"))
    assert isinstance(command, Submit)
    assert (command.text, command.platform) == ("Flu shots are here 🎉", "facebook")
    assert (command.kind, command.link, command.schedule) == ("post", "", "")


def test_a_field_cannot_change_what_the_form_was_about() -> None:
    body = payload("form_reject")
    body["view"]["state"]["values"]["draft"] = {"draft": {"value": "99"}}
    command = asked(body)
    assert isinstance(command, Decide)
    assert command.draft == 12


def test_the_shortcut_asks_for_the_form_and_gives_the_messages_words() -> None:
    command = asked(payload("shortcut"))
    assert isinstance(command, Request)
    assert command.topic is Topic.POST
    assert shared(payload("shortcut")) == "Flu shots are here & ready."
    assert place(payload("shortcut")).way is Way.SHORTCUT


def test_a_message_too_long_for_the_form_is_submitted_by_the_shortcut_at_once() -> None:
    body = payload("shortcut")
    body["message"]["text"] = "word " * 700
    assert isinstance(asked(body), Submit)


@pytest.mark.parametrize("name", sorted(p.stem for p in PAYLOADS.glob("*.json")))
def test_a_redelivery_has_the_same_event_and_another_act_has_not(name: str) -> None:
    first, second = asked(payload(name)), asked(payload(name))
    assert first == second


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("click_approve", ("actions", 0, "action_ts"), "1795550010.200000"),
        ("click_approve", ("user", "id"), "U0SAM"),
        ("form_reject", ("view", "hash"), "later"),
        ("form_reject", ("view", "state", "values", "reason", "reason", "value"), "Other words."),
        ("slash_post", ("trigger_id",), "1.9.made-up"),
        ("direct_message", ("event_id",), "Ev0OTHER"),
    ],
)
def test_two_acts_have_two_events(name: str, path: tuple[Any, ...], value: str) -> None:
    body = payload(name)
    inner: Any = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    first, second = asked(payload(name)), asked(body)
    assert first is not None
    assert second is not None
    assert not isinstance(first, Opens)
    assert not isinstance(second, Opens)
    assert first.origin.event != second.origin.event


def test_a_form_sent_again_after_a_lost_answer_is_the_same_act() -> None:
    again = asked(payload("form_reject", trigger_id="1.99.made-up"))
    assert again == asked(payload("form_reject"))


@pytest.mark.parametrize("value", ["", "[]", "{", "null", '{"draft": 12}', "[" * 5_000])
def test_a_button_that_is_not_ours_is_refused_kindly(value: str) -> None:
    body = payload("click_approve")
    body["actions"][0]["value"] = value
    with pytest.raises(Refused, match="not one of mine"):
        asked(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(p.stem for p in PAYLOADS.glob("*.json"))), st.data())
def test_a_payload_of_the_wrong_shape_never_breaks_the_parser(name: str, data: Any) -> None:
    body = payload(name)
    keys = data.draw(st.lists(st.sampled_from(sorted(body)), max_size=3))
    for key in keys:
        body[key] = data.draw(JSON)
    if isinstance(body.get("event"), dict):
        key = data.draw(st.sampled_from(sorted(body["event"]) or ["type"]))
        body["event"][key] = data.draw(JSON)
    sound(body)
    place(body)
    with suppress(Refused):
        asked(body)
