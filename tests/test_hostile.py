"""Whatever arrives at an entry is answered without a defect, a traceback or a word in the log."""

import asyncio
import copy
import io
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import strategies as st
from sqlmodel import select

from bot.commands import Chat
from bot.config import parse
from bot.jsonl import check_lines
from bot.outbox import Outbox
from bot.store import KeyRing, Store, schema
from bot.store.tables import OutboxRow
from checks.values import Practice
from practice import BLOCK, CLEAN, PRACTICE, WARN
from tests.chats import Driver, Slack, Teams, Web, driver
from tests.fakes_slack_api import TEAM
from tests.hostile import (
    CANARY,
    WORDS,
    Damage,
    Json,
    Quiet,
    Seeds,
    as_json,
    damages,
    each,
    fresh,
    json_values,
    mutated,
    quiet,
    recorded,
    values,
)

DRAFTS = (
    CLEAN,
    f"{CANARY} <b>*bold*</b> [x](y) <!here> {{{{DATE(1)}}}}\n=1+1",
    "Wash your hands. " * 900,
)
EVERY = 20  # payloads between two rounds of checks, sweeps and deliveries
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
# 501 is what the Bot Framework wants for an invoke that a bot does not know.
FINE = {200, 400, 401, 403, 404, 408, 413, 415, 501}


@dataclass
class House:
    """A platform over a real desk, with a few drafts on their way, and a log that is read."""

    runner: asyncio.Runner
    platform: Driver
    log: Quiet
    sent: int = 0

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    def after(self, status: int) -> None:
        """Looks at what a payload came to; now and then lets everything come out again."""
        assert status in FINE
        self.sent += 1
        if self.sent % EVERY == 0:
            self.do(self.settle())
        self.log.check()

    async def settle(self) -> None:
        """Checks that find a little of everything, then every card on its way out."""
        desk = self.platform.desk
        for number, version, _ in desk.to_check(200):
            desk.settle(number, version, ((), (WARN,), (BLOCK,))[number % 3])
        outbox = Outbox(desk.store, desk.roster, {self.platform.chat: self.platform.adapter})
        while await outbox.run_once(100):
            pass
        with desk.store.read() as tx:
            problems = set(tx.session.exec(select(OutboxRow.problem)))
        assert not {p for p in problems if p.startswith(("defect", "invalid", "msg_", "http-4"))}


@contextmanager
def house(chat: Chat, keys: KeyRing) -> Iterator[House]:
    store = Store("sqlite://", keys)
    schema.upgrade(store)
    app = parse(copy.deepcopy(PRACTICE) | {"limits": {"acts": 10**9, "drafts": 10**9}})
    with quiet() as log, asyncio.Runner() as runner:
        stack = AsyncExitStack()
        platform = runner.run(stack.enter_async_context(driver(chat, store, app)))
        made = House(runner, platform, log)
        try:
            for text in DRAFTS:
                runner.run(platform.type("maria", text))
                runner.run(made.settle())
            yield made
            runner.run(made.settle())
        finally:
            runner.run(stack.aclose())
            store.close()


# --- Slack ---------------------------------------------------------------------------------------


def slack_payloads(slack: Slack) -> Seeds:
    """What Slack was recorded to send, and a press of every button that stands anywhere."""
    found = recorded("slack", {f"U0{p.upper()}": f"U{p.upper()}" for p in ("maria", "ada", "sam")})
    for person in slack.desk.roster.people:
        for message in slack.slack.cards(slack.user(person.key)):
            for button in message.buttons.values():
                place = {"message_ts": message.ts, "channel_id": message.channel}
                found.append(
                    {
                        "type": "block_actions",
                        "team": {"id": TEAM},
                        "user": {"id": slack.user(person.key)},
                        "container": {"type": "message", **place},
                        "channel": {"id": message.channel},
                        "actions": [button | {"action_ts": "1.5", "block_id": "b"}],
                        "trigger_id": "1.6",
                    }
                )
    return found


def as_slack(payload: Json) -> tuple[bytes, str]:
    """The body in the form in which Slack would send it, if Slack sent such a thing."""
    if not isinstance(payload, dict):
        return as_json(payload), JSON
    payload = {**payload}
    for name in ("event_id", "trigger_id"):
        if isinstance(payload.get(name), str) and payload[name]:
            payload[name] = fresh()
    if "command" in payload and "type" not in payload:
        words = {k: v if isinstance(v, str) else json.dumps(v) for k, v in payload.items()}
        return urlencode({k: v.encode("utf-8", "replace") for k, v in words.items()}).encode(), FORM
    if payload.get("type") == "event_callback":
        return as_json(payload), JSON
    return urlencode({"payload": as_json(payload)}).encode(), FORM


def test_slack_answers_whatever_arrives(keys: KeyRing) -> None:
    with house(Chat.SLACK, keys) as at:
        assert isinstance(at.platform, Slack)
        slack = at.platform.slack

        def send(request: tuple[Json, Damage, str | None, bool]) -> None:
            payload, damage, other, signed = request
            body, kind = as_slack(payload)
            forged = {} if signed else {"X_Slack_Signature": "v0=" + "0" * 64}
            sent = slack.post(damage.done_to(body), kind if other is None else other, **forged)
            status = at.do(sent).status
            assert signed or status in (401, 413)
            at.after(status)

        payloads = mutated(slack_payloads(at.platform)) | json_values
        kinds = st.sampled_from([None] * 9 + [JSON, FORM, "text/plain"])
        each(st.tuples(payloads, damages, kinds, st.sampled_from([True] * 9 + [False])), send)


# --- Teams ---------------------------------------------------------------------------------------

PEOPLE = ("maria", "ada", "priya", "sam")


def teams_payloads(teams: Teams) -> Seeds:
    """What Teams was recorded to send, from people we know, and a press of every button."""
    found = Seeds()
    for number, payload in enumerate(recorded("teams", {})):
        person = PEOPLE[number % len(PEOPLE)]
        here = {"serviceUrl": f"{teams.teams.url}/", "from": {"id": f"29:{person}", "name": "A"}}
        found.append({**payload, **here})
    for message in teams.teams.messages:
        user = message.conversation.removeprefix("a:chat-of-")
        found += [
            teams.teams.click(user, message.id, a["verb"], a.get("data", {}), message.conversation)
            for a in actions(message.card)
        ]
    return found


def actions(value: Json) -> list[Json]:
    if isinstance(value, list):
        return [a for inner in value for a in actions(inner)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.get("type") == "Action.Execute" else []
    return own + [a for k, v in value.items() if k != "fallback" for a in actions(v)]


def test_teams_answers_whatever_arrives(keys: KeyRing) -> None:
    with house(Chat.TEAMS, keys) as at:
        assert isinstance(at.platform, Teams)
        teams = at.platform.teams

        def send(request: tuple[Json, Damage, str]) -> None:
            payload, damage, kind = request
            if isinstance(payload, dict) and isinstance(payload.get("id"), str):
                payload = {**payload, "id": fresh()}
            headers = {"Authorization": f"Bearer {teams.token()}", "Content-Type": kind}
            at.after(at.do(posted(teams, damage.done_to(as_json(payload)), headers)))

        payloads = mutated(teams_payloads(at.platform)) | json_values
        each(st.tuples(payloads, damages, st.sampled_from([JSON] * 9 + ["text/plain"])), send)


async def posted(teams: Any, body: bytes, headers: dict[str, str]) -> int:
    url = teams._adapter_server.make_url("/api/messages")
    async with teams._http.post(url, data=body, headers=headers) as response:
        await response.read()
        return int(response.status)


# --- the demo page -------------------------------------------------------------------------------


def web_payloads(columns: str) -> Seeds:
    said = {"user": "maria", "act": "say", "text": CLEAN}
    found = Seeds([said, {**said, "text": "queue"}, {**said, "thread": "said-x"}])
    found += [{"user": "maria", "act": "sample", "sample": 0}, {"to": "hour"}]
    for act in ("edit", "delete"):
        found.append({"user": "maria", "act": act, "message": "said-event-0001", "text": CLEAN})
    for data in re.findall(r'data-act="([^"]+)"', columns):
        action = json.loads(data.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&"))
        found += [{"user": user, "act": "press", **action} for user in PEOPLE]
    return found


def test_the_demo_page_answers_whatever_arrives(keys: KeyRing) -> None:
    with house(Chat.WEB, keys) as at:
        assert isinstance(at.platform, Web)
        client = at.platform.client

        async def opened() -> tuple[str, str]:
            page = await (await client.get("/")).text()
            token = re.search(r'name="signoff-token" content="([^"]+)"', page)
            assert token
            return page, token[1]

        page, token = at.do(opened())
        headers = {"Origin": str(client.make_url("")).rstrip("/"), "X-Signoff-Token": token}

        async def post(path: str, body: bytes, kind: str) -> int:
            sent = {**headers, "Content-Type": kind}
            async with client.post(path, data=body, headers=sent) as response:
                await response.read()
                return response.status

        def send(request: tuple[str, Json, Damage, str]) -> None:
            path, payload, damage, kind = request
            if isinstance(payload, dict):
                payload = {"event": fresh(), **payload}
            at.after(at.do(post(path, damage.done_to(as_json(payload)), kind)))
            if at.sent % (5 * EVERY) == 0:
                assert at.do(opened())

        payloads = mutated(web_payloads(page)) | json_values
        ways = st.sampled_from(["/act"] * 6 + ["/clock"])
        kinds = st.sampled_from([JSON] * 9 + ["text/plain"])
        each(st.tuples(ways, payloads, damages, kinds), send)


# --- lines for `signoff check --jsonl` -----------------------------------------------------------

LINES = Seeds(
    [
        {"id": "a", "text": CLEAN},
        {"id": 1, "text": f"{CANARY} had surgery", "platform": "facebook", "kind": "reply"},
    ]
)


def test_every_line_is_answered_whatever_is_on_it(capfd: pytest.CaptureFixture[str]) -> None:
    texts = st.sampled_from(WORDS) | st.text(max_size=300)
    payloads = mutated(LINES) | texts.map(lambda t: {"id": 1, "text": t}) | values
    with quiet() as log:

        def send(request: tuple[Json, Damage]) -> None:
            payload, damage = request
            body = damage.done_to(as_json(payload))
            expected = len([line for line in body.split(b"\n") if line.strip()])
            out = io.BytesIO()
            check_lines(io.BytesIO(body), out, Practice())
            answers = [json.loads(line) for line in out.getvalue().splitlines()]
            assert len(answers) == expected
            assert all(a["verdict"] in VERDICTS for a in answers)
            for answer in answers:
                said = json.dumps([answer["findings"], answer.get("error")])
                assert CANARY not in said.casefold()
            log.check()

        each(st.tuples(payloads, damages), send)
    assert "Traceback" not in "".join(capfd.readouterr())


VERDICTS = {"clear", "review", "blocked", "unchecked"}
