"""What Teams tells us becomes the right command."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.teams.address import Address, load
from adapters.teams.parse import command
from adapters.teams.text import written
from bot.commands import (
    Chat,
    Decide,
    Deleted,
    Edited,
    Outcome,
    Request,
    Said,
    Submit,
    Topic,
)
from bot.refusals import Refused

PAYLOADS = Path(__file__).parent / "payloads" / "teams"
BOT = "28:5f0c1b4e-0000-4000-8000-000000000001"


def payload(name: str, **changes: object) -> dict[str, Any]:
    return {**json.loads((PAYLOADS / f"{name}.json").read_text()), **changes}


def test_a_message_in_a_persons_own_chat_is_a_draft() -> None:
    asked = command(payload("personal_message"))
    assert isinstance(asked, Submit)
    assert asked.text == "Flu shots are here. Call 512-555-0142 to book."
    origin = asked.origin
    assert (origin.chat, origin.conversation) == (Chat.TEAMS, "a:1PersonalChatOfMaria")
    assert (origin.message, origin.thread) == ("1772463600123", "")
    assert origin.user.startswith("29:1MadeUpMaria")
    assert origin.aliases == ("aad00000-0000-4000-8000-00000000a001",)


def test_the_address_is_enough_to_write_to_the_person_later() -> None:
    asked = command(payload("personal_message"))
    assert asked is not None
    assert load(asked.origin.address) == Address(
        service_url="https://smba.trafficmanager.net/amer/7e0d2c5a-0000-4000-8000-000000000002/",
        user=asked.origin.user,
        bot=BOT,
        tenant="7e0d2c5a-0000-4000-8000-000000000002",
        conversation="a:1PersonalChatOfMaria",
    )


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"user": "29:x"}', "[1]"])
def test_what_is_not_an_address_is_none(text: str) -> None:
    assert load(text) is None


def test_in_a_channel_the_address_does_not_name_the_channel() -> None:
    asked = command(payload("channel_mention"))
    assert asked is not None
    address = load(asked.origin.address)
    assert address is not None
    assert address.conversation == ""


def test_formatting_goes_and_words_stay() -> None:
    asked = command(payload("personal_formatted"))
    assert isinstance(asked, Submit)
    assert asked.text == (
        "Flu season 💉\n\n- Walk in & ask\n- <5 minutes\n"
        "Book online (https://riverside.example.com/book) or at riverside.example.com"
    )


def test_a_known_word_is_a_request() -> None:
    asked = command(payload("personal_command"))
    assert isinstance(asked, Request)
    assert (asked.topic, asked.words) == (Topic.REPORT, "30")


def test_words_that_quote_a_card_are_said_under_it() -> None:
    asked = command(payload("personal_quote"))
    assert isinstance(asked, Said)
    assert (asked.text, asked.origin.thread) == ("looks good", "1772463500000")


def test_a_quote_in_the_newer_form_is_understood() -> None:
    entity = {"type": "quotedReply", "quotedReply": {"messageId": "1772463500000"}}
    asked = command(payload("personal_command", text="looks good", entities=[entity]))
    assert isinstance(asked, Said)
    assert asked.origin.thread == "1772463500000"


@pytest.mark.parametrize("name", ["personal_file", "personal_sticker"])
def test_a_message_without_words_is_an_empty_draft(name: str) -> None:
    asked = command(payload(name))
    assert isinstance(asked, Submit)
    assert asked.text == ""


def test_an_edit_names_the_message_that_was_edited() -> None:
    asked = command(payload("message_edited"))
    assert isinstance(asked, Edited)
    assert asked.text == "Flu shots are here on Tuesday."
    assert (asked.origin.conversation, asked.origin.message) == (
        "a:1PersonalChatOfMaria",
        "1772463600123",
    )


def test_a_deletion_names_the_message_that_was_deleted() -> None:
    asked = command(payload("message_deleted"))
    assert isinstance(asked, Deleted)
    assert asked.origin.message == "1772463600123"


def test_in_a_channel_the_bots_name_goes_and_other_names_stay() -> None:
    asked = command(payload("channel_mention"))
    assert isinstance(asked, Submit)
    assert asked.text == "Thanks to Dr. Emily Chen for the talk <3"
    assert asked.origin.conversation.endswith(";messageid=1772463600123")
    assert asked.origin.thread == ""


def test_the_plain_copy_says_the_same_as_the_formatted_one() -> None:
    asked = command(payload("channel_mention", attachments=[]))
    assert isinstance(asked, Submit)
    assert asked.text == "Thanks to Dr. Emily Chen for the talk <3"


def test_a_reply_in_a_thread_is_said_under_its_root() -> None:
    asked = command(payload("channel_reply"))
    assert isinstance(asked, Said)
    assert (asked.text, asked.origin.thread) == ("looks good", "1772463600123")


@pytest.mark.parametrize("name", ["group_overheard", "colleague_added", "reaction", "typing"])
def test_what_does_not_concern_the_bot_is_left_alone(name: str) -> None:
    assert command(payload(name)) is None


def test_a_person_mentioned_in_a_command_is_named_by_id() -> None:
    activity = payload("group_delegate")
    said = written(activity)
    assert said.mentions_bot
    assert said.by_id.startswith("delegate @29:1MadeUpAda")
    assert said.named == "delegate Ada Reyes 2026-03-09 2026-03-13"


def test_a_button_brings_its_own_form_and_no_other() -> None:
    asked = command(payload("execute"))
    assert isinstance(asked, Decide)
    assert (asked.draft, asked.version, asked.content_hash) == (7, 2, "abc")
    assert (asked.outcome, asked.reason) == (Outcome.REJECT, "No way to book.")
    assert (asked.origin.thread, asked.origin.message) == ("1772463500000", "")


def test_the_older_kind_of_button_says_the_same() -> None:
    asked = command(payload("submit"))
    assert isinstance(asked, Decide)
    assert (asked.draft, asked.outcome) == (7, Outcome.APPROVE)


@pytest.mark.parametrize(
    "value",
    [
        {"action": {"verb": "launch", "data": {}}},
        {"action": {"verb": "approve", "data": {"draft": ["7"]}}},
        {"action": {"verb": "approve", "data": "7"}},
        {"action": {"verb": 7}},
        {"action": None},
        None,
    ],
)
def test_a_button_that_is_not_ours_is_refused(value: object) -> None:
    with pytest.raises(Refused):
        command(payload("execute", value=value))


@pytest.mark.parametrize("name", ["installed", "bot_added"])
def test_whoever_installs_the_bot_is_helped(name: str) -> None:
    asked = command(payload(name))
    assert isinstance(asked, Request)
    assert asked.topic is Topic.HELP
    assert asked.origin.address


def test_both_announcements_of_one_installation_are_one_event() -> None:
    first, second = command(payload("installed")), command(payload("bot_added"))
    assert first is not None
    assert second is not None
    assert first.origin.event == second.origin.event


def event(name: str, **changes: object) -> str:
    asked = command(payload(name, **changes))
    assert asked is not None
    return asked.origin.event


def test_a_redelivery_is_the_same_event() -> None:
    assert event("personal_message") == event("personal_message")
    assert event("execute") == event("execute")
    assert event("message_edited") == event("message_edited")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (event("personal_message"), event("message_edited")),
        (event("message_edited"), event("message_edited", timestamp="2026-03-02T15:09:00Z")),
        (event("message_edited"), event("message_deleted")),
        (event("execute"), event("execute", id="f:622749630322482884")),
        (
            event("personal_message"),
            event("personal_message", conversation={"id": "a:another"}),
        ),
        (
            event("execute", id=None),
            event("execute", id=None, localTimestamp="2026-03-02T09:00:01-06:00"),
        ),
    ],
    ids=["an edit", "two edits", "a deletion", "two clicks", "two people", "clicks without ids"],
)
def test_two_acts_are_two_events(one: str, other: str) -> None:
    assert one != other


def test_a_form_sent_twice_by_a_double_click_is_one_event() -> None:
    def sent(activity_id: str, text: str) -> str:
        data = {"form": "a0", "a0.text": text}
        value = {"action": {"type": "Action.Execute", "verb": "submit", "data": data}}
        return event("execute", id=activity_id, value=value)

    assert sent("f:1", "Flu shots are here.") == sent("f:2", "Flu shots are here.")
    assert sent("f:1", "Flu shots are here.") != sent("f:3", "Flu shots are gone.")


def text_of(text: str = "", html: str = "", kind: str = "plain") -> str:
    copies = [{"contentType": "text/html", "content": html}] if html else []
    return written({"text": text, "textFormat": kind, "attachments": copies}).named


@pytest.mark.parametrize(
    ("activity_text", "words"),
    [
        ("a\u00a0b&nbsp;c", "a b c"),
        ("5 &lt; 6 &amp;&amp; 7 > 6", "5 < 6 && 7 > 6"),
        ("one\r\ntwo \r\n\r\n\r\n\r\nthree", "one\ntwo\n\nthree"),
        ("<at>everyone</at> come", "<at>everyone</at> come"),
        ("*stars* and _lines_ stay", "*stars* and _lines_ stay"),
        ("\u202eright to left\u202c \u200bzero", "\u202eright to left\u202c \u200bzero"),
        ("<!channel> @everyone {{DATE}}", "<!channel> @everyone {{DATE}}"),
    ],
)
def test_plain_words_come_out_as_typed(activity_text: str, words: str) -> None:
    assert text_of(activity_text) == words


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<div><div>one</div>\n<div>two</div></div>", "one\ntwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<p>a   b\n c</p>", "a b c"),
        ("<pre>a   b\n  c</pre>", "a   b\n  c"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ('<a href="https://x.example.com/">https://x.example.com</a>', "https://x.example.com"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ('<img itemtype="http://schema.skype.com/Emoji" alt="🙂">', "🙂"),
        ('<img alt="photo of a patient">', ""),
        ("&lt;b&gt;not bold&lt;/b&gt;", "<b>not bold</b>"),
        ("<p>open <b>end", "open end"),
        ("</p></div>stray ends", "stray ends"),
    ],
)
def test_formatted_words_come_out_as_seen(html: str, words: str) -> None:
    assert text_of("ignored", html) == words
    assert text_of(html, kind="xml") == words


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    text_of(text)
    text_of("x", text)
    text_of(text, kind="xml")


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a",
        "<at>",
        "<!--",
        "<![CDATA[",
        "&",
        "&#",
        "</",
        "<b>",
        " ",
        "<p>",
        "<at a",
        "<?",
        "<td>",
    ],
)
def test_a_hostile_text_is_read_in_a_moment(piece: str) -> None:
    text = piece * (80_000 // len(piece))
    started = time.perf_counter()
    text_of(text)
    text_of("x", text)
    assert time.perf_counter() - started < 2


def test_more_people_than_a_message_can_name_do_no_harm() -> None:
    entities = [{"type": "mention", "mentioned": {"id": str(n), "name": "A"}} for n in range(5_000)]
    said = written({"text": "<at>A</at>" * 5_000, "entities": entities})
    assert said.named
