"""Only Slack itself speaks for people, each request counts once, and nobody speaks for another."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.commands import Chat
from bot.config import App
from bot.store import Store
from practice import CLEAN
from tests.chats import Slack, driver
from tests.fakes_slack import SECRET, until
from tests.fakes_slack_api import BOT, TEAM, Json

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def chat(file_store: Store, app: App) -> AsyncIterator[Slack]:
    async with driver(Chat.SLACK, file_store, app) as ready:
        assert isinstance(ready, Slack)
        yield ready


async def test_signatures_are_compared_in_constant_time(
    chat: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[Any, Any]] = []
    real = hmac.compare_digest

    def spy(a: Any, b: Any) -> bool:
        compared.append((a, b))
        return real(a, b)

    monkeypatch.setattr("slack_sdk.signature.hmac.compare_digest", spy)
    body = json.dumps({"type": "event_callback"})
    forged = f"v0={'0' * 64}"
    assert (await chat.slack.post(body, X_Slack_Signature=forged)).status == 401
    assert [b for _, b in compared] == [forged]
    assert all(len(a) == len(forged) for a, _ in compared)


@pytest.mark.parametrize("age", [-400, -301, 301, 400, 100_000])
async def test_a_signature_is_good_for_five_minutes(chat: Slack, age: int) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "made-up"})
    assert (await chat.slack.post(body, age=age)).status == 401


@pytest.mark.parametrize("part", ["body", "time", "version"])
async def test_a_signature_covers_the_body_and_the_time(chat: Slack, part: str) -> None:
    body, at = b'{"type": "url_verification", "challenge": "made-up"}', str(int(time.time()))
    words = b"v0:%s:%s" % (at.encode(), body)
    signed = "v0=" + hmac.new(SECRET.encode(), words, hashlib.sha256).hexdigest()
    sent: dict[str, str] = {"X_Slack_Request_Timestamp": at, "X_Slack_Signature": signed}
    assert (await chat.slack.post(body, **sent)).status == 200
    if part == "body":
        body = body.replace(b"made", b"fake")
    elif part == "time":
        sent["X_Slack_Request_Timestamp"] = str(int(at) + 1)
    else:
        sent["X_Slack_Signature"] = signed.replace("v0", "v1")
    assert (await chat.slack.post(body, **sent)).status == 401


# --- the same valid request again -----------------------------------------------------------------


async def replayed(chat: Slack, kind: str, payload: Json) -> list[int]:
    """The statuses of a payload that arrives three times: at once, and once more later."""
    both = await asyncio.gather(*(chat.slack.deliver(kind, payload) for _ in range(2)))
    await chat.settle()
    last = await chat.slack.deliver(kind, payload)
    await chat.settle()
    return [reply.status for reply in (*both, last)]


async def test_a_replayed_message_is_one_draft(chat: Slack) -> None:
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1"}
    body["event"] = chat.slack.said("UMARIA", CLEAN)
    assert await replayed(chat, "events_api", body) == [200, 200, 200]
    assert chat.tags() == ["draft:submitted", "draft:routed"]


async def test_a_replayed_slash_command_is_one_draft(chat: Slack) -> None:
    body = {"command": "/post", "text": CLEAN, "user_id": "UMARIA", "team_id": TEAM}
    body |= {"channel_id": "C1", "trigger_id": "1.2", "response_url": ""}
    assert await replayed(chat, "slash_commands", body) == [200, 200, 200]
    assert chat.tags() == ["draft:submitted", "draft:routed"]


async def test_a_replayed_click_decides_once(chat: Slack) -> None:
    await chat.say("maria", CLEAN)
    click = press(chat, "UADA", "Approve")
    assert await replayed(chat, "interactive", click) == [200, 200, 200]
    assert chat.tags().count("draft:approved") == 1


async def test_a_replayed_form_rejects_once(chat: Slack) -> None:
    await chat.say("maria", CLEAN)
    await chat.slack.deliver("interactive", press(chat, "UADA", "Reject"))
    await until(lambda: chat.slack.views)
    view = {**chat.slack.views[-1], "state": {"values": {"reason": {"reason": {"value": "No."}}}}}
    sent = {"type": "view_submission", "view": view, "response_urls": []}
    sent |= {"team": {"id": TEAM}, "user": {"id": "UADA"}}
    assert await replayed(chat, "interactive", sent) == [200, 200, 200]
    assert chat.tags().count("draft:rejected") == 1


# --- from elsewhere, and for somebody else --------------------------------------------------------


def press(chat: Slack, user: str, label: str) -> Json:
    """What Slack sends when `user` presses the newest button of that label on Ada's cards."""
    for message in reversed(chat.slack.cards("UADA")):
        for button in message.buttons.values():
            if button["text"]["text"] == label:
                act = {k: button[k] for k in ("action_id", "value", "text", "type")}
                place = {"message_ts": message.ts, "channel_id": message.channel}
                return {
                    "type": "block_actions",
                    "team": {"id": TEAM},
                    "user": {"id": user},
                    "container": {"type": "message", **place},
                    "channel": {"id": message.channel},
                    "actions": [{**act, "action_ts": "1.5", "block_id": "b"}],
                    "trigger_id": "1.6",
                }
    raise AssertionError(label)


@pytest.mark.parametrize("team", ["T0ELSEWHERE", "", None])
async def test_a_payload_of_another_workspace_or_of_none_is_turned_away(
    chat: Slack, team: str | None
) -> None:
    await chat.say("maria", CLEAN)
    click = {**press(chat, "UADA", "Approve"), "team": {"id": team}}
    event = {"type": "event_callback", "team_id": team, "event_id": "Ev1"}
    event["event"] = chat.slack.said("UMARIA", CLEAN)  # type: ignore[assignment]
    command = {"command": "/post", "text": CLEAN, "user_id": "UMARIA", "channel_id": "C1"}
    command |= {"team_id": team} if team else {}
    for kind, body in (
        ("interactive", click),
        ("events_api", event),
        ("slash_commands", command),
    ):
        assert (await chat.slack.deliver(kind, body)).status == 403
    assert chat.tags() == ["draft:submitted", "draft:routed"]


FORGED: dict[str, Json] = {
    "beside the user": {"user_id": "UADA", "authed_users": ["UADA"]},
    "in the message": {"message": {"user": "UADA", "bot_id": ""}},
    "in the authorizations": {"authorizations": [{"user_id": "UADA", "team_id": TEAM}]},
    "as an actor": {"actor": {"id": "UADA"}, "original_user": {"id": "UADA"}},
    "in a view": {"view": {"user": {"id": "UADA"}, "private_metadata": '{"user": "UADA"}'}},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
async def test_a_click_is_that_of_the_user_whom_slack_names(chat: Slack, forged: Json) -> None:
    await chat.say("maria", CLEAN)
    body = {**press(chat, "UMARIA", "Approve"), **forged}
    assert (await chat.slack.deliver("interactive", body)).status == 200
    await chat.settle()
    assert chat.state(1) == "in_review"
    assert "draft:approved" not in chat.tags()


@pytest.mark.parametrize("name", ["user", "person", "user_id", "as", "origin", "sender", "chat"])
async def test_a_buttons_value_cannot_name_who_presses_it(chat: Slack, name: str) -> None:
    await chat.say("maria", CLEAN)
    body = press(chat, "UMARIA", "Approve")
    value = json.loads(body["actions"][0]["value"])
    body["actions"][0]["value"] = json.dumps({**value, name: "UADA"})
    assert (await chat.slack.deliver("interactive", body)).status == 200
    await chat.settle()
    assert "draft:approved" not in chat.tags()


async def test_a_form_cannot_name_who_sends_it_nor_another_draft(chat: Slack) -> None:
    await chat.say("maria", CLEAN)
    await chat.say("maria", CLEAN + " Twice.")
    await chat.slack.deliver("interactive", press(chat, "UADA", "Reject"))
    await until(lambda: chat.slack.views)
    fields = {"reason": "No.", "draft": "1", "user": "UADA", "hash": "0" * 64}
    values = {k: {k: {"type": "plain_text_input", "value": v}} for k, v in fields.items()}
    view = {**chat.slack.views[-1], "state": {"values": values}}
    sent = {"type": "view_submission", "view": view, "response_urls": []}
    sent |= {"team": {"id": TEAM}, "user": {"id": "UMARIA"}}
    assert (await chat.slack.deliver("interactive", sent)).status == 200
    assert "draft:rejected" not in chat.tags()
    sent["user"] = {"id": "UADA"}
    assert (await chat.slack.deliver("interactive", sent)).status == 200
    assert [chat.state(1), chat.state(2)] == ["in_review", "rejected"]


async def test_words_that_claim_to_be_somebody_else_are_a_draft(chat: Slack) -> None:
    for words in ("<@UADA> approve", "user_id=UADA&command=/signoff", f"<@{BOT}> I am UADA"):
        await chat.say("maria", words)
    command = {"command": "/signoff", "text": "ledger", "user_id": "UMARIA", "team_id": TEAM}
    forged = f"{urlencode(command)}&user_name=sam&user_id_=USAM"
    assert (await chat.slack.post(forged, FORM)).status == 200
    assert "Ledger verified" not in await chat.seen("maria")


async def test_a_field_named_twice_does_not_change_who_asks(chat: Slack) -> None:
    twice = urlencode([("user_id", "USAM"), ("user_id", "UMARIA")])
    command = urlencode({"command": "/signoff", "text": "ledger", "team_id": TEAM})
    reply = await chat.slack.post(f"{twice}&{command}", FORM)
    assert "Ledger verified" not in json.dumps(reply.body)
