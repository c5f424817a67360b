"""Whole turns through slack-bolt, and cards on their way out, against a small Slack."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from slack_bolt.logger import get_bolt_logger
from structlog.testing import capture_logs

from adapters.slack import SlackAdapter, quiet
from adapters.slack import app as slack_app
from adapters.slack import sender as sending
from adapters.slack.incoming import SIZE_LIMIT
from bot.cards import Action, Answer, Ask, Card, File, Para, Picture, Quote, Tone, Verb
from bot.commands import Command, Decide, Deleted, Edited, Request, Said, Show, Submit, Topic
from bot.messages import desk
from bot.outbox import Later, Parcel, Receipt, Undeliverable
from tests.fakes_slack import FakeSlack, until
from tests.fakes_slack_api import TEAM, Trouble

MARIA, ADA = "U0MARIA", "U0ADA"
IDS = {"draft": "7", "version": "1", "hash": "abc"}
WHY = Ask("reason", "Why not?", "The author reads this.", lines=3, limit=1_000)
REVIEW = Card(
    "Draft #7 is waiting for your sign-off",
    "A draft is waiting for your sign-off.",
    (Quote("Flu shots are here."),),
    (Action(Verb.APPROVE, "Approve", IDS), Action(Verb.REJECT, "Reject", IDS, asks=(WHY,))),
)
CLOSED = Card("Draft #7: approved", "A draft no longer needs your sign-off.")
CHART = Card("Report", "Your report.", (Picture(b"\x89PNG made up", "Drafts by state."),))
TEXT = Ask("text", "New text", lines=8, limit=20_000, value="Flu shots are here.")
REVISABLE = Card("Draft #7", "x", actions=(Action(Verb.REVISE, "Revise", IDS, asks=(TEXT,)),))


class Front:
    """A desk that says what it is told to say, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Command] = []
        self.answer = Answer()

    async def handle(self, command: Command) -> Answer:
        self.asked.append(command)
        return self.answer


class Broken(Front):
    async def handle(self, command: Command) -> Answer:
        raise RuntimeError("Mrs. Canary had her hip replaced")


@pytest_asyncio.fixture(params=["http", "socket"])
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(request.param) as fake:
        yield fake


@pytest_asyncio.fixture
async def http() -> AsyncIterator[FakeSlack]:
    async with FakeSlack("http") as fake:
        yield fake


@pytest.fixture
def front() -> Front:
    return Front()


@pytest_asyncio.fixture
async def adapter(slack: FakeSlack, front: Front) -> AsyncIterator[SlackAdapter]:
    made = SlackAdapter(slack.settings(), front)
    await slack.serve(made)
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def served(http: FakeSlack, front: Front) -> AsyncIterator[SlackAdapter]:
    made = SlackAdapter(http.settings(), front)
    await http.serve(made)
    yield made
    await made.stop()


def parcel(card: Card = REVIEW, receipt: Receipt | None = None, attempt: int = 1) -> Parcel:
    return Parcel("review/7", ADA, ADA, card, receipt, attempt)


# --- turns, over HTTP and by the socket ----------------------------------------------------------


async def test_a_message_becomes_a_draft_and_is_acknowledged(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    reply = await slack.say(MARIA, "Flu shots are here &amp; ready.")
    assert reply.status == 200
    (command,) = front.asked
    assert isinstance(command, Submit)
    assert command.text == "Flu shots are here & ready."
    assert not slack.messages


async def test_what_is_acknowledged_was_saved_before(slack: FakeSlack) -> None:
    saved: list[str] = []

    class Slow(Front):
        async def handle(self, command: Command) -> Answer:
            await asyncio.sleep(0.05)
            saved.append(command.origin.event)
            return Answer()

    adapter = SlackAdapter(slack.settings(), Slow())
    await slack.serve(adapter)
    await slack.say(MARIA, "Flu shots are here.", event_id="Ev1")
    assert saved == ["Ev1"]
    await adapter.stop()


async def test_an_acknowledgement_does_not_wait_for_the_answer_to_be_shown(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    front.answer = Answer(desk.done("Draft #7 is withdrawn."))
    slack.troubles = [Trouble("chat.postMessage", "ratelimited", 429, {"Retry-After": "1"})]
    async with asyncio.timeout(0.9):
        await slack.say(MARIA, "hello")
    await until(lambda: slack.cards(MARIA))
    assert "withdrawn" in slack.cards(MARIA)[0].text


async def test_a_redelivery_is_handed_on_with_the_same_event(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    event = slack.said(MARIA, "Flu shots are here.")
    await slack.event(event, "Ev9")
    await slack.event(event, "Ev9")
    assert [c.origin.event for c in front.asked] == ["Ev9", "Ev9"]


async def test_an_answer_to_a_message_stands_in_the_same_chat_and_thread(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    front.answer = Answer(desk.small_talk())
    await slack.say(MARIA, "looks good", thread_ts="1795549000.000001")
    await until(lambda: slack.cards(MARIA))
    assert isinstance(front.asked[0], Said)
    assert slack.cards(MARIA)[0].body["thread_ts"] == "1795549000.000001"
    assert slack.cards(MARIA)[0].body["unfurl_links"] is False


async def test_an_edit_and_a_deletion_name_the_message(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    event = slack.said(MARIA, "Flu shots are here.")
    await slack.edit(event, "Flu shots are in.")
    await slack.delete(event)
    edited, deleted = front.asked
    assert isinstance(edited, Edited)
    assert isinstance(deleted, Deleted)
    assert edited.origin.message == deleted.origin.message == event["ts"]


async def test_a_mention_in_a_channel_is_answered_to_that_person_alone(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    front.answer = Answer(desk.refusal("You are not on the roster yet."))
    await slack.mention(MARIA, "C1", "Flu shots are here.")
    await until(lambda: slack.whispers(MARIA))
    assert not slack.called("chat.postMessage")
    assert slack.whispers(MARIA)[0].channel == "C1"


async def test_a_slash_command_is_answered_in_its_acknowledgement(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    front.answer = Answer(desk.small_talk())
    reply = await slack.command(MARIA, "/signoff", "help")
    assert reply.body["response_type"] == "ephemeral"
    assert reply.body["text"] == "Signoff is here."
    assert not slack.called("chat.postMessage")


async def test_a_slash_command_whose_text_says_payload_is_not_lost(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    await slack.command(MARIA, "/post", "Our payload of kindness. Call 512-555-0142.")
    (command,) = front.asked
    assert isinstance(command, Submit)
    assert command.text == "Our payload of kindness. Call 512-555-0142."


async def test_an_empty_post_command_opens_the_form_and_the_form_submits(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    front.answer = desk.form(["facebook"])
    await slack.command(MARIA, "/post")
    await until(lambda: slack.views)
    front.answer = Answer()
    reply = await slack.submit(MARIA, text="Flu shots are here.", platform="facebook")
    assert (reply.status, reply.body) == (200, {})
    submitted = front.asked[-1]
    assert isinstance(submitted, Submit)
    assert (submitted.text, submitted.platform) == ("Flu shots are here.", "facebook")
    assert submitted.kind == "post"


async def test_the_shortcut_opens_the_form_with_the_messages_words(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    front.answer = desk.form(["facebook"])
    await slack.shortcut(MARIA, "Flu shots &amp; more")
    await until(lambda: slack.views)
    assert slack.views[0]["blocks"][0]["element"]["initial_value"] == "Flu shots & more"


async def test_a_click_is_a_decision_and_its_answer_is_seen_by_that_person_alone(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    await adapter.deliver(parcel())
    front.answer = Answer(desk.done("Draft #7 is approved."))
    await slack.click(ADA, slack.cards(ADA)[0], "approve")
    await until(lambda: slack.whispers(ADA))
    assert isinstance(front.asked[0], Decide)
    assert "Draft #7 is approved." in slack.whispers(ADA)[0].text


async def test_a_card_with_buttons_that_answers_a_click_lasts(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    await adapter.deliver(parcel())
    front.answer = Answer(REVISABLE)
    await slack.click(ADA, slack.cards(ADA)[0], "approve")
    await until(lambda: len(slack.cards(ADA)) == 2)
    assert "revise" in slack.cards(ADA)[1].buttons


async def test_a_click_is_answered_though_its_response_address_leads_elsewhere(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    await adapter.deliver(parcel())
    front.answer = Answer(desk.done("Draft #7 is approved."))
    address = slack.url.replace("127.0.0.1", "localhost") + f"/response/D1/{ADA}"
    await slack.click(ADA, slack.cards(ADA)[0], "approve", response_url=address)
    await until(lambda: slack.called("chat.postEphemeral"))
    assert "Draft #7 is approved." in slack.whispers(ADA)[0].text


async def test_a_button_that_asks_for_a_reason_opens_a_window_without_the_desk(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    await adapter.deliver(parcel())
    await slack.click(ADA, slack.cards(ADA)[0], "reject")
    await until(lambda: slack.views)
    assert not front.asked
    front.answer = Answer(desk.done("Draft #7 is rejected."))
    reply = await slack.submit(ADA, reason="The claim needs a source.")
    (command,) = front.asked
    assert isinstance(command, Decide)
    assert (command.draft, command.reason) == (7, "The claim needs a source.")
    assert "Draft #7 is rejected." in json.dumps(reply.body["view"])


async def test_a_form_refused_keeps_its_words_and_may_be_sent_again(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    await adapter.deliver(parcel())
    await slack.click(ADA, slack.cards(ADA)[0], "reject")
    await until(lambda: slack.views)
    front.answer = Answer(desk.refusal("Please say why."))
    await slack.submit(ADA, reason="-")
    assert "Please say why." in json.dumps(slack.views[-1])
    front.answer = Answer()
    assert (await slack.submit(ADA)).body == {}
    first, second = front.asked
    assert isinstance(second, Decide)
    assert second.reason == "-"
    assert first.origin.event != second.origin.event


async def test_a_revision_starts_from_the_text_as_it_is_now(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    await adapter.deliver(parcel(REVISABLE))
    front.answer = Answer(REVISABLE)
    await slack.click(ADA, slack.cards(ADA)[0], "revise")
    await until(lambda: slack.views)
    assert isinstance(front.asked[0], Show)
    assert slack.views[0]["blocks"][0]["element"]["initial_value"] == "Flu shots are here."


async def test_a_stale_button_is_answered_with_what_happened(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    await adapter.deliver(parcel(REVISABLE))
    front.answer = Answer(desk.refusal("This draft was approved by Ada Reyes."))
    await slack.click(ADA, slack.cards(ADA)[0], "revise")
    await until(lambda: slack.whispers(ADA))
    assert not slack.views
    assert "approved by Ada Reyes" in slack.whispers(ADA)[0].text


async def test_a_button_that_is_not_ours_is_answered_kindly(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    await adapter.deliver(parcel())
    card = slack.cards(ADA)[0]
    card.buttons["approve"]["value"] = "[]"
    assert (await slack.click(ADA, card, "approve")).status == 200
    await until(lambda: slack.whispers(ADA))
    assert "not one of mine" in slack.whispers(ADA)[0].text
    assert not front.asked


async def test_a_window_that_slack_does_not_open_is_answered(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    front.answer = desk.form(["facebook"])
    slack.troubles = [Trouble("views.open", "expired_trigger_id")]
    await slack.command(MARIA, "/post")
    await until(lambda: slack.whispers(MARIA))
    assert "press it once more" in slack.whispers(MARIA)[0].text


async def test_a_file_goes_to_the_direct_messages_wherever_it_was_asked_for(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    card = desk.done("12 lines.")
    front.answer = Answer(card, file=File("signoff.csv", "text/csv", b"id,state\n1,posted\n"))
    await slack.command(MARIA, "/signoff", "export csv", channel="C1")
    await until(lambda: slack.files)
    assert slack.files[0]["content"] == b"id,state\n1,posted\n"
    assert slack.files[0]["channel"] == slack.direct(MARIA)
    assert "12 lines." in slack.cards(MARIA)[0].text
    assert "direct messages" in slack.whispers(MARIA)[0].text


async def test_a_file_that_cannot_be_uploaded_is_shown_as_text(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    front.answer = Answer(file=File("signoff.csv", "text/csv", b"id,state\n1,posted\n"))
    slack.troubles = [Trouble("files.getUploadURLExternal", "not_allowed")]
    await slack.say(MARIA, "export csv")
    await until(lambda: slack.cards(MARIA))
    assert "1,posted" in slack.cards(MARIA)[0].text


async def test_a_report_shows_its_picture_in_the_message(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    front.answer = Answer(CHART)
    await slack.say(MARIA, "report 30")
    await until(lambda: slack.cards(MARIA))
    assert isinstance(front.asked[0], Request)
    image = slack.cards(MARIA)[0].body["blocks"][1]
    assert image["slack_file"]["id"] == slack.files[0]["id"]
    assert slack.files[0]["content"] == b"\x89PNG made up"
    assert not slack.files[0]["channel"]


async def test_a_picture_that_slack_does_not_take_is_shared_beside_the_message(
    slack: FakeSlack, front: Front, adapter: SlackAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PICTURE_PAUSE", 0.0)
    slack.slack_files_work = False
    front.answer = Answer(CHART)
    await slack.say(MARIA, "report 30")
    await until(lambda: len(slack.files) == 2)
    assert "Drafts by state." in slack.cards(MARIA)[0].text
    assert slack.files[1]["channel"] == slack.direct(MARIA)


async def test_a_slow_answer_is_acknowledged_in_time_and_given_later(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_app, "ACK_SECONDS", 0.02)

    class Slow(Front):
        async def handle(self, command: Command) -> Answer:
            await asyncio.sleep(0.1)
            return Answer(desk.small_talk())

    adapter = SlackAdapter(slack.settings(), Slow())
    await slack.serve(adapter)
    assert (await slack.command(MARIA, "/signoff", "queue")).body == {}
    assert not slack.whispers(MARIA)
    await until(lambda: slack.whispers(MARIA))
    await adapter.stop()


async def test_only_our_own_workspace_is_served(
    slack: FakeSlack, front: Front, adapter: SlackAdapter
) -> None:
    body = {"type": "event_callback", "team_id": "T0OTHER", "event_id": "Ev1"}
    event = slack.said(MARIA, "Flu shots are here.")
    if slack.mode == "http":
        assert (await slack.deliver("events_api", {**body, "event": event})).status == 403
    else:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await slack.deliver("events_api", {**body, "event": event})
    assert not front.asked


async def test_the_adapter_is_ready_when_it_is_connected(slack: FakeSlack, front: Front) -> None:
    adapter = SlackAdapter(slack.settings(), front)
    assert not adapter.ready()
    await slack.serve(adapter)
    assert adapter.ready()
    await adapter.stop()


# --- what strangers send -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X_Slack_Signature": "v0=" + "0" * 64}, 401),
        ({"X_Slack_Signature": ""}, 401),
        ({"X_Slack_Signature": "ü"}, 401),
        ({"X_Slack_Request_Timestamp": "soon"}, 401),
        ({"X_Slack_Request_Timestamp": "9" * 30}, 401),
        ({"Content_Type": "text/xml"}, 415),
    ],
)
async def test_a_forged_request_is_turned_away(
    http: FakeSlack, front: Front, served: SlackAdapter, headers: dict[str, Any], status: int
) -> None:
    assert (await http.post('{"type": "event_callback"}', **headers)).status == status
    assert not front.asked


@pytest.mark.parametrize("age", [301, 4_000, -301])
async def test_an_old_request_is_turned_away_though_it_is_signed(
    http: FakeSlack, front: Front, served: SlackAdapter, age: int
) -> None:
    event = {"type": "event_callback", "team_id": TEAM, "event": http.said(MARIA, "Hello all")}
    assert (await http.post(json.dumps(event), age=age)).status == 401
    assert (await http.post(json.dumps(event), age=200)).status == 200
    assert len(front.asked) == 1


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"{", 400),
        (b"\xff\xfe", 401),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50 + b"1" + b"}" * 50, 400),
        (b'{"type": "event_callback"}', 400),
        (b'{"type": "event_callback", "event": "message"}', 400),
        (b'{"type": "event_callback", "event": {"type": 1}}', 400),
        (b'{"type": "event_callback", "event": {"type": "message"}, "authorizations": [1]}', 400),
        (b'{"type": "block_actions", "actions": [], "user": {"id": "U1"}}', 400),
        (b'{"type": "block_actions", "actions": ["approve"], "user": "U1"}', 400),
        (b'{"type": "view_submission", "view": []}', 400),
        (b'{"type": "view_closed", "view": {"callback_id": "x"}, "user": {"id": "U1"}}', 400),
        (
            b'{"type": "workflow_step_edit", "callback_id": "x", "command": "/x", "user_id": "U"}',
            400,
        ),
        (
            b'{"type": "view_submission", "view": {"callback_id": "x", "type": "workflow_step"},'
            b' "user": {"id": "U1"}}',
            400,
        ),
        (b'{"command": "/post"}', 400),
        (b'{"command": "/post", "user_id": "U1", "response_urls": [[]]}', 400),
        (b"x" * (SIZE_LIMIT + 1), 413),
    ],
    ids=lambda raw: str(raw)[:40],
)
async def test_a_misshapen_body_is_turned_away_without_a_trace(
    http: FakeSlack, front: Front, served: SlackAdapter, raw: bytes, status: int
) -> None:
    with capture_logs() as logs:
        assert (await http.post(raw)).status == status
    assert not front.asked
    assert not logs


async def test_slacks_question_for_the_address_is_answered(
    http: FakeSlack, served: SlackAdapter
) -> None:
    body = {"type": "url_verification", "challenge": "made-up"}
    assert (await http.post(json.dumps(body))).body == {"challenge": "made-up"}


async def test_no_address_is_open_in_socket_mode(http: FakeSlack, front: Front) -> None:
    app = web.Application()
    SlackAdapter(http.settings(mode="socket"), front).mount(app)
    assert not list(app.router.routes())


async def test_http_without_a_signing_secret_does_not_start(http: FakeSlack, front: Front) -> None:
    adapter = SlackAdapter(http.settings(signing_secret=""), front)
    with pytest.raises(ValueError, match="signing_secret"):
        adapter.mount(web.Application())


async def test_no_word_of_a_payload_is_logged(
    slack: FakeSlack, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    adapter = SlackAdapter(slack.settings(), Broken())
    await slack.serve(adapter)
    with capture_logs() as logs:
        async with asyncio.timeout(5):
            task = asyncio.create_task(slack.say(MARIA, "Mrs. Canary had her hip replaced"))
            await until(lambda: logs)
            task.cancel()
        unknown: dict[str, Any] = {"type": "Canary", "user": "Canary", "text": "Canary"}
        other = asyncio.create_task(slack.event(unknown))
        await asyncio.sleep(0.05)
        other.cancel()
    await asyncio.gather(task, other, return_exceptions=True)
    await adapter.stop()
    assert logs[0]["event"] == "defect"
    seen = caplog.text + str(logs) + "".join(capsys.readouterr())
    assert "Canary" not in seen
    assert "hip" not in seen


def test_the_librarys_own_words_are_taken_out_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    library = get_bolt_logger(Front, quiet.logger())
    try:
        raise RuntimeError("Canary")
    except RuntimeError:
        library.exception("Failed on %s", {"text": "Canary"})
    assert "Canary" not in caplog.text
    assert "test_slack_app.py" in caplog.text


# --- cards on their way out ----------------------------------------------------------------------


async def test_a_card_is_posted_in_the_direct_messages_and_replaced_there(
    http: FakeSlack, served: SlackAdapter
) -> None:
    receipt = await served.deliver(parcel())
    assert receipt.conversation == http.direct(ADA)
    assert http.cards(ADA)[0].body["text"] == "A draft is waiting for your sign-off."
    assert await served.deliver(parcel(CLOSED, receipt)) == receipt
    (message,) = http.cards(ADA)
    assert (message.updates, "approved" in message.text) == (1, True)
    assert not message.buttons
    assert len(http.called("conversations.open")) == 1


async def test_a_second_attempt_finds_the_card_that_got_through(
    http: FakeSlack, served: SlackAdapter
) -> None:
    http.troubles = [Trouble("chat.postMessage", status=503, after=True)]
    with pytest.raises(Later):
        await served.deliver(parcel())
    receipt = await served.deliver(parcel(CLOSED, attempt=2))
    (message,) = http.cards(ADA)
    assert receipt.message == message.ts
    assert "approved" in message.text


async def test_a_second_attempt_posts_the_card_when_only_others_are_there(
    http: FakeSlack, served: SlackAdapter
) -> None:
    other = Parcel("review/8", ADA, ADA, REVIEW, None, 1)
    await served.deliver(other)
    await served.deliver(parcel(attempt=2))
    assert len(http.cards(ADA)) == 2


async def test_a_card_that_the_person_deleted_is_posted_anew(
    http: FakeSlack, served: SlackAdapter
) -> None:
    receipt = await served.deliver(parcel())
    http.messages.clear()
    again = await served.deliver(parcel(CLOSED, receipt))
    assert again != receipt
    assert http.cards(ADA)[0].ts == again.message


@pytest.mark.parametrize(
    ("trouble", "code", "seconds"),
    [
        (Trouble("chat.postMessage", "ratelimited", 429, {"Retry-After": "30"}), "http-429", 30),
        (Trouble("chat.postMessage", "", 503), "http-503", None),
        (Trouble("chat.postMessage", "internal_error"), "internal_error", None),
        (Trouble("conversations.open", "invalid_auth"), "invalid_auth", None),
    ],
)
async def test_a_busy_slack_is_tried_again_later(
    http: FakeSlack, served: SlackAdapter, trouble: Trouble, code: str, seconds: float | None
) -> None:
    http.troubles = [trouble]
    with pytest.raises(Later) as later:
        await served.deliver(parcel())
    assert (later.value.code, later.value.seconds) == (code, seconds)


async def test_an_unreachable_slack_is_tried_again_later(http: FakeSlack, front: Front) -> None:
    adapter = SlackAdapter(http.settings(api_url="http://127.0.0.1:9/api/"), front)
    with pytest.raises(Later, match="unreachable"):
        await adapter.deliver(parcel())


@pytest.mark.parametrize("code", ["user_not_found", "cannot_dm_bot", "channel_not_found"])
async def test_a_person_who_cannot_be_reached_is_undeliverable(
    http: FakeSlack, served: SlackAdapter, code: str
) -> None:
    http.troubles = [Trouble("conversations.open", code)]
    with pytest.raises(Undeliverable, match=code):
        await served.deliver(parcel())


async def test_a_card_that_slack_finds_too_long_is_sent_shorter(
    http: FakeSlack, served: SlackAdapter
) -> None:
    http.troubles = [Trouble("chat.postMessage", "msg_blocks_too_long")]
    await served.deliver(parcel(Card("Long", "Long.", (Quote("word " * 1_200),))))
    assert "more characters are not shown here." in http.cards(ADA)[0].text


async def test_the_address_of_the_web_api_can_come_from_the_environment(
    slack: FakeSlack, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_API_URL", f"{slack.url}/api/")
    adapter = SlackAdapter(slack.settings(api_url=None), front)
    await slack.serve(adapter)
    assert adapter.ready()
    await adapter.stop()


async def test_a_warning_keeps_its_tone(http: FakeSlack, served: SlackAdapter) -> None:
    await served.deliver(parcel(Card("Draft #7 was rejected", "Rejected.", tone=Tone.BAD)))
    assert http.cards(ADA)[0].text.startswith("⛔ Draft #7 was rejected")


async def test_help_is_a_request(slack: FakeSlack, front: Front, adapter: SlackAdapter) -> None:
    front.answer = Answer(Card("Signoff", "How Signoff works.", (Para("Send me a draft."),)))
    await slack.say(MARIA, "help")
    await until(lambda: slack.cards(MARIA))
    assert isinstance(front.asked[0], Request)
    assert front.asked[0].topic is Topic.HELP
