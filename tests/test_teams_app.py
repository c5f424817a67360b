"""Whole turns through botbuilder, and cards on their way out, against a small Microsoft."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from adapters.teams import files as file_words
from adapters.teams.address import Address
from adapters.teams.answers import ADD_ME, DONE, ELSEWHERE
from adapters.teams.app import TeamsAdapter
from adapters.teams.turns import UNKNOWN_BUTTON
from bot.cards import Action, Answer, Ask, Card, File, Para, Quote, Verb
from bot.commands import Command, Decide, Deleted, Edited, Request, Said, Submit, Topic
from bot.outbox import Later, Parcel, Receipt, Undeliverable
from tests.fakes_teams import APP_ID, BOT, TENANT, FakeTeams, Json, Trouble, personal

MARIA, ADA = "29:maria", "29:ada"
SHORT = Card("Received", "Signoff: received", (Para("I am checking it now."),))
REVIEW = Card(
    "Review",
    "Signoff: a review for you",
    (Quote("Flu shots are here."),),
    (
        Action(Verb.APPROVE, "Approve", {"draft": "7", "version": "1", "hash": "abc"}),
        Action(
            Verb.REJECT,
            "Reject",
            {"draft": "7", "version": "1", "hash": "abc"},
            asks=(Ask("reason", "Why?"),),
        ),
    ),
)
FORM = Action(Verb.SUBMIT, "Send for sign-off", asks=(Ask("text", "The post", limit=20_000),))


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


@pytest_asyncio.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with FakeTeams() as fake:
        yield fake


@pytest.fixture
def front() -> Front:
    return Front()


@pytest_asyncio.fixture
async def adapter(teams: FakeTeams, front: Front) -> AsyncIterator[TeamsAdapter]:
    made = TeamsAdapter(teams.settings(), front)
    await teams.serve(made)
    yield made
    await made.stop()


def address(teams: FakeTeams, conversation: str = "") -> str:
    return Address(f"{teams.url}/", MARIA, BOT, TENANT, conversation).dump()


def parcel(teams: FakeTeams, receipt: Receipt | None = None, **changes: object) -> Parcel:
    given = {
        "key": "review/7",
        "user": MARIA,
        "address": address(teams),
        "card": REVIEW,
        "receipt": receipt,
        "attempt": 1,
        **changes,
    }
    return Parcel(**given)  # type: ignore[arg-type]


# What arrives


async def test_a_draft_is_answered_in_the_persons_chat(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    front.answer = Answer(card=SHORT)
    await teams.say(MARIA, "Flu shots are here.")
    assert [type(c) for c in front.asked] == [Submit]
    assert [m.card["body"][0]["items"][0]["text"] for m in teams.chat(MARIA)] == ["Received"]


async def test_a_click_is_answered_at_the_card(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    await adapter.deliver(parcel(teams))
    front.answer = Answer(card=SHORT)
    card = teams.chat(MARIA)[0]
    status, body = await teams.send(
        teams.click(MARIA, card.id, "approve", {"draft": "7", "version": "1", "hash": "abc"})
    )
    assert (status, body) == (
        200,
        {
            "statusCode": 200,
            "type": "application/vnd.microsoft.activity.message",
            "value": "Received\n\nI am checking it now.",
        },
    )
    assert len(teams.chat(MARIA)) == 1
    assert isinstance(front.asked[0], Decide)
    assert front.asked[0].origin.thread == card.id


async def test_a_filled_form_arrives_with_its_words(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    await adapter.deliver(parcel(teams))
    assert await teams.press(MARIA, "Reject", reason="No way to book.") == DONE
    asked = front.asked[0]
    assert isinstance(asked, Decide)
    assert asked.reason == "No way to book."


async def test_a_longer_answer_to_a_click_is_a_message_and_the_card_stays(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    receipt = await adapter.deliver(parcel(teams))
    front.answer = Answer(card=REVIEW)
    await teams.press(MARIA, "Approve")
    first, second = teams.chat(MARIA)
    assert (first.id, first.updates) == (receipt.message, 0)
    assert second.card["body"][0]["items"][0]["text"] == "Review"


async def test_a_form_is_opened_as_a_message_and_comes_back_as_a_draft(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    front.answer = Answer(form=FORM)
    await teams.say(MARIA, "post")
    front.answer = Answer()
    await teams.press(MARIA, "Send for sign-off", text="Flu shots are here.")
    assert isinstance(front.asked[0], Request)
    asked = front.asked[1]
    assert isinstance(asked, Submit)
    assert asked.text == "Flu shots are here."


async def test_the_older_kind_of_button_is_answered_with_a_message(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    front.answer = Answer(card=SHORT)
    value = {"verb": "approve", "draft": "7", "version": "1", "hash": "abc"}
    await teams.send(teams.activity(MARIA, type="message", value=value, replyToId="m1"))
    assert isinstance(front.asked[0], Decide)
    assert len(teams.chat(MARIA)) == 1


@pytest.mark.parametrize(
    "value",
    [
        {"action": {"type": "Action.Execute", "verb": "launch"}},
        {"action": {"type": "Action.Submit", "verb": "approve", "data": {}}},
        {"action": {"type": "Action.Http"}},
        {"action": 7},
        {},
        None,
    ],
)
async def test_a_button_that_is_not_ours_is_answered_kindly(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front, value: object
) -> None:
    activity = teams.activity(MARIA, type="invoke", name="adaptiveCard/action", value=value)
    status, body = await teams.send(activity)
    assert (status, body["value"], front.asked) == (200, UNKNOWN_BUTTON, [])


async def test_other_invokes_are_not_implemented(teams: FakeTeams, adapter: TeamsAdapter) -> None:
    status, _ = await teams.send(teams.activity(MARIA, type="invoke", name="task/fetch"))
    assert status == 501


@pytest.mark.parametrize("kind", ["typing", "event", "messageReaction", "endOfConversation", "x"])
async def test_other_activities_are_accepted_in_silence(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front, kind: str
) -> None:
    status, _ = await teams.send(teams.activity(MARIA, type=kind))
    assert (status, front.asked, teams.messages) == (200, [], [])


async def test_edits_and_deletions_reach_the_desk(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    for kind in ("messageUpdate", "messageDelete"):
        await teams.send(teams.activity(MARIA, type=kind, id="1", text="new words"))
    assert [type(c) for c in front.asked] == [Edited, Deleted]


async def test_whoever_installs_the_bot_is_welcomed_once(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    front.answer = Answer(card=SHORT)
    await teams.send(teams.activity(MARIA, type="installationUpdate", action="add"))
    await teams.send(teams.activity(MARIA, type="conversationUpdate", membersAdded=[{"id": BOT}]))
    assert [c.topic for c in front.asked if isinstance(c, Request)] == [Topic.HELP]
    assert len(teams.chat(MARIA)) == 1


def in_channel(teams: FakeTeams, text: str, **changes: object) -> Json:
    named = {"id": BOT, "name": "Signoff"}
    mention = {"type": "mention", "text": "<at>Signoff</at>", "mentioned": named}
    activity = teams.activity(
        MARIA, type="message", text=f"<at>Signoff</at> {text}", entities=[mention], **changes
    )
    activity["conversation"] = {
        "id": "19:social@thread.tacv2;messageid=1",
        "conversationType": "channel",
        "tenantId": TENANT,
    }
    return activity


async def test_in_a_channel_the_answer_goes_to_the_persons_own_chat(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    front.answer = Answer(card=REVIEW)
    await teams.send(in_channel(teams, "Flu shots are here.", id="1"))
    here = [m for m in teams.messages if m.conversation.startswith("19:")]
    assert [(m.conversation, m.activity["text"]) for m in here] == [
        ("19:social@thread.tacv2;messageid=1", ELSEWHERE)
    ]
    assert "Flu shots are here." in teams.chat(MARIA)[0].text
    assert teams.opened[0]["members"] == [{"id": MARIA}]


async def test_in_a_channel_a_person_who_cannot_be_reached_is_told_how(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    front.answer = Answer(card=REVIEW)
    await adapter.deliver(parcel(teams))
    teams.troubles = [Trouble(404), Trouble(403)]  # the directory, then the private chat
    await teams.send(in_channel(teams, "Flu shots are here.", id="1"))
    assert [m.activity["text"] for m in teams.messages[1:]] == [ADD_ME]


async def test_words_in_a_thread_are_said_under_its_root(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    await teams.send(in_channel(teams, "looks good", id="2"))
    asked = front.asked[0]
    assert isinstance(asked, Said)
    assert asked.origin.thread == "1"


async def test_the_directory_adds_the_names_app_yaml_may_use(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    teams.members[MARIA] = {
        "id": MARIA,
        "objectId": "aad-29:maria",
        "email": "maria@riverside.example.com",
        "userPrincipalName": "maria@riverside.example.com",
        "userRole": "user",
    }
    await teams.say(MARIA, "one")
    await teams.say(MARIA, "two")
    assert {c.origin.aliases for c in front.asked} == {
        ("aad-29:maria", "maria@riverside.example.com")
    }
    assert teams.calls.count("GET members") == 1


async def test_a_guests_mail_address_names_nobody(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    teams.members[MARIA] = {"email": "ada@riverside.example.com", "userRole": "guest"}
    await teams.say(MARIA, "hello there")
    assert front.asked[0].origin.aliases == ("aad-29:maria",)


async def test_a_slow_directory_does_not_hold_up_the_person(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    teams.troubles = [Trouble(503, {"Retry-After": "60"})]
    started = time.perf_counter()
    await teams.say(MARIA, "hello there")
    assert len(front.asked) == 1
    assert time.perf_counter() - started < 2


async def test_a_defect_is_reported_without_anybodys_words(
    teams: FakeTeams, caplog: pytest.LogCaptureFixture
) -> None:
    adapter = TeamsAdapter(teams.settings(), Broken())
    await teams.serve(adapter)
    with capture_logs() as logs, caplog.at_level(logging.DEBUG):
        status, body = await teams.send(teams.activity(MARIA, type="message", text="Canary words"))
    assert (status, body) == (500, None)
    said = f"{logs}{caplog.text}"
    assert "RuntimeError" in said
    assert "Canary" not in said
    await adapter.stop()


async def test_nothing_a_person_wrote_is_logged(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    front.answer = Answer(card=REVIEW)
    with capture_logs() as logs, caplog.at_level(logging.DEBUG):
        teams.troubles = [Trouble(404), Trouble(403)]
        await teams.say(
            MARIA, "Canary words", textFormat="Canary format", importance="Canary", extra="Canary"
        )
    assert len(front.asked) == 1
    assert "blocked" in str(logs)
    assert "anary" not in f"{logs}{caplog.text}"


# What leaves


async def test_a_card_is_posted_in_a_chat_that_is_opened_for_it(
    teams: FakeTeams, adapter: TeamsAdapter
) -> None:
    receipt = await adapter.deliver(parcel(teams))
    assert receipt == Receipt(personal(MARIA), teams.chat(MARIA)[0].id)
    assert teams.opened == [
        {
            "isGroup": False,
            "bot": {"id": BOT},
            "members": [{"id": MARIA}],
            "tenantId": TENANT,
            "channelData": {"tenant": {"id": TENANT}},
        }
    ]


async def test_a_known_chat_is_not_opened_again(teams: FakeTeams, adapter: TeamsAdapter) -> None:
    known = address(teams, personal(MARIA))
    await adapter.deliver(parcel(teams, address=known))
    assert (len(teams.chat(MARIA)), teams.opened) == (1, [])


async def test_a_card_with_a_receipt_is_replaced_in_place(
    teams: FakeTeams, adapter: TeamsAdapter
) -> None:
    receipt = await adapter.deliver(parcel(teams))
    assert await adapter.deliver(parcel(teams, receipt, card=SHORT)) == receipt
    (card,) = teams.chat(MARIA)
    assert (card.updates, card.activity["summary"]) == (1, "Signoff: received")


async def test_a_card_that_is_gone_is_posted_anew(teams: FakeTeams, adapter: TeamsAdapter) -> None:
    gone = Receipt(personal(MARIA), "no-such-message")
    receipt = await adapter.deliver(parcel(teams, gone))
    assert receipt.message == teams.chat(MARIA)[0].id


async def test_the_token_is_asked_for_once(teams: FakeTeams, adapter: TeamsAdapter) -> None:
    await asyncio.gather(*(adapter.deliver(parcel(teams)) for _ in range(5)))
    assert teams.forms == [
        {
            "grant_type": "client_credentials",
            "client_id": APP_ID,
            "client_secret": "made-up-secret",
            "scope": "https://api.botframework.com/.default",
        }
    ]


async def test_a_refused_token_is_asked_for_anew(teams: FakeTeams, adapter: TeamsAdapter) -> None:
    teams.troubles = [Trouble(401)]
    await adapter.deliver(parcel(teams))
    assert teams.calls.count("token") == 2


async def test_a_short_wait_is_waited_out(teams: FakeTeams, adapter: TeamsAdapter) -> None:
    teams.troubles = [Trouble(429, {"Retry-After": "0"}), Trouble(502)]
    assert (await adapter.deliver(parcel(teams))).message
    assert teams.calls.count("POST conversations") == 3


@pytest.mark.parametrize(
    ("trouble", "code", "seconds"),
    [
        (Trouble(429, {"Retry-After": "30"}), "http-429", 30.0),
        (Trouble(412, {"Retry-After": "7"}), "http-412", 7.0),
        (Trouble(503, {"Retry-After": "999999"}), "http-503", 3600.0),
    ],
)
async def test_a_long_wait_is_left_to_the_outbox(
    teams: FakeTeams, adapter: TeamsAdapter, trouble: Trouble, code: str, seconds: float
) -> None:
    teams.troubles = [trouble]
    with pytest.raises(Later) as later:
        await adapter.deliver(parcel(teams))
    assert (later.value.code, later.value.seconds) == (code, seconds)


async def test_a_connector_that_stays_broken_is_left_to_the_outbox(
    teams: FakeTeams, adapter: TeamsAdapter
) -> None:
    teams.troubles = [Trouble(500)] * 3
    with pytest.raises(Later) as later:
        await adapter.deliver(parcel(teams))
    assert later.value.code == "http-500"


async def test_a_connector_that_is_away_is_left_to_the_outbox(
    teams: FakeTeams, adapter: TeamsAdapter
) -> None:
    nowhere = Address("http://127.0.0.1:9/", MARIA, BOT, TENANT, personal(MARIA)).dump()
    with pytest.raises(Later) as later:
        await adapter.deliver(parcel(teams, address=nowhere))
    assert later.value.code == "unreachable"


@pytest.mark.parametrize(
    ("status", "code"), [(403, "blocked"), (404, "gone"), (400, "http-400"), (413, "http-413")]
)
async def test_a_person_who_cannot_be_reached_is_reported(
    teams: FakeTeams, adapter: TeamsAdapter, status: int, code: str
) -> None:
    teams.troubles = [Trouble(status)]
    with pytest.raises(Undeliverable) as undeliverable:
        await adapter.deliver(parcel(teams))
    assert undeliverable.value.code == code


@pytest.mark.parametrize("text", ["", "{}", "made up"])
async def test_a_person_without_an_address_is_reported(
    teams: FakeTeams, adapter: TeamsAdapter, text: str
) -> None:
    with pytest.raises(Undeliverable, match="no-address"):
        await adapter.deliver(parcel(teams, address=text))


async def test_somebody_who_never_wrote_is_reached_once_a_colleague_did(
    teams: FakeTeams, adapter: TeamsAdapter
) -> None:
    await teams.say(MARIA, "help")
    await adapter.deliver(parcel(teams, user=ADA, address=""))
    assert [m.card["body"][0]["items"][0]["text"] for m in teams.chat(ADA)] == ["Review"]


@pytest.mark.parametrize("user", ["", "ada@example.com"])
async def test_a_mail_address_is_no_place_for_a_first_card(
    teams: FakeTeams, adapter: TeamsAdapter, user: str
) -> None:
    await teams.say(MARIA, "help")
    with pytest.raises(Undeliverable, match="no-address"):
        await adapter.deliver(parcel(teams, user=user, address=""))


async def test_a_stored_address_cannot_send_us_elsewhere(
    teams: FakeTeams, adapter: TeamsAdapter
) -> None:
    evil = Address("https://evil.example.com/", MARIA, BOT, TENANT, "a:x").dump()
    with pytest.raises(Undeliverable, match="service-url-host"):
        await adapter.deliver(parcel(teams, address=evil))
    assert "token" not in teams.calls


async def test_ready_once_keys_and_a_token_are_there(teams: FakeTeams, front: Front) -> None:
    adapter = TeamsAdapter(teams.settings(), front)
    assert not adapter.ready()
    await adapter.start()
    async with asyncio.timeout(5):
        while not adapter.ready():
            await asyncio.sleep(0.01)
    await adapter.stop()


async def test_stopping_while_microsoft_is_away_takes_no_time(
    teams: FakeTeams, front: Front
) -> None:
    teams.keys_down = True
    adapter = TeamsAdapter(teams.settings(), front)
    await adapter.start()
    await asyncio.sleep(0.05)
    assert not adapter.ready()
    async with asyncio.timeout(1):
        await adapter.stop()


# Files

EXPORT = File("drafts.csv", "text/csv", b"draft,state\n7,approved\n")


def consent(teams: FakeTeams, user: str, said: str, url: str | None = None) -> Json:
    offered = next(
        a
        for m in reversed(teams.messages)
        for a in m.activity.get("attachments", [])
        if a["contentType"].endswith("file.consent")
    )
    place = {
        "uploadUrl": url or f"{teams.url}/upload",
        "contentUrl": "https://riverside-my.sharepoint.com/drafts.csv",
        "uniqueId": "u1",
        "fileType": "csv",
        "name": "drafts.csv",
    }
    value = {
        "type": "fileUpload",
        "action": said,
        "context": offered["content"]["acceptContext"],
        "uploadInfo": place,
    }
    return teams.activity(user, type="invoke", name="fileConsent/invoke", value=value)


async def test_a_file_is_offered_and_put_where_the_person_wants_it(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    front.answer = Answer(file=EXPORT)
    await teams.say(MARIA, "export csv")
    status, _ = await teams.send(consent(teams, MARIA, "accept"))
    assert status == 200
    assert teams.uploads == [("bytes 0-22/23", EXPORT.content)]
    info = teams.chat(MARIA)[-1].activity["attachments"][0]
    assert info["contentType"] == "application/vnd.microsoft.teams.card.file.info"
    assert info["contentUrl"] == "https://riverside-my.sharepoint.com/drafts.csv"


@pytest.mark.parametrize(
    ("user", "said", "url", "sentence"),
    [
        (MARIA, "decline", None, file_words.DECLINED),
        ("29:eve", "accept", None, file_words.NOT_KEPT),
        (MARIA, "accept", "https://evil.example.com/upload", file_words.NOT_STORED),
        (MARIA, "accept", "http://127.0.0.1:9/upload", file_words.NOT_STORED),
    ],
    ids=["declined", "somebody else", "another server", "nothing there"],
)
async def test_a_file_goes_nowhere_else(
    teams: FakeTeams,
    adapter: TeamsAdapter,
    front: Front,
    user: str,
    said: str,
    url: str | None,
    sentence: str,
) -> None:
    front.answer = Answer(file=EXPORT)
    await teams.say(MARIA, "export csv")
    await teams.send(consent(teams, user, said, url))
    assert teams.uploads == []
    assert teams.chat(user)[-1].activity["text"] == sentence


async def test_a_file_is_handed_over_once(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    front.answer = Answer(file=EXPORT)
    await teams.say(MARIA, "export csv")
    accepted = consent(teams, MARIA, "accept")
    await teams.send(accepted)
    await teams.send(accepted)
    assert len(teams.uploads) == 1
    assert teams.chat(MARIA)[-1].activity["text"] == file_words.NOT_KEPT


async def test_only_a_few_files_are_kept(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    front.answer = Answer(file=EXPORT)
    await teams.say(MARIA, "export csv")
    first = consent(teams, MARIA, "accept")
    for _ in range(8):
        await teams.say(MARIA, "export csv")
    await teams.send(first)
    assert teams.chat(MARIA)[-1].activity["text"] == file_words.NOT_KEPT


async def test_a_file_that_is_too_large_names_the_other_way(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    front.answer = Answer(file=File("all.csv", "text/csv", b"x" * (file_words.SIZE_LIMIT + 1)))
    await teams.say(MARIA, "export csv")
    assert "signoff export" in teams.chat(MARIA)[-1].activity["text"]
