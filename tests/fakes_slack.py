"""A small Slack on loopback: signed deliveries, a socket, and people who type, click and fill in.

`async with FakeSlack() as slack`, then `await slack.serve(adapter)` and let people act.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from adapters.slack import SlackAdapter
from bot.config import SlackSettings
from tests.fakes_slack_api import APP_TOKEN, BOT, TEAM, TOKEN, Json, Message, SlackApi, problems

SECRET = "made-up-secret"


@dataclass
class Reply:
    """What the adapter answered a delivery."""

    status: int
    body: Json


class FakeSlack(SlackApi):
    """Slack with its people. `mode` is how it reaches the adapter."""

    def __init__(self, mode: str = "http") -> None:
        super().__init__()
        self.mode = mode
        self.adapter_url = ""  # where the adapter listens, here or in another process
        self._adapter_server: TestServer | None = None

    async def __aenter__(self) -> "FakeSlack":
        await self.open()
        self._http = ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
        if self._adapter_server is not None:
            await self._adapter_server.close()
        await self.close()

    def settings(self, **changes: object) -> SlackSettings:
        given: Json = {
            "mode": self.mode,
            "bot_token": TOKEN,
            "app_token": APP_TOKEN,
            "signing_secret": SECRET,
            "api_url": f"{self.url}/api/",
        }
        return SlackSettings.model_construct(**{**given, **changes})

    async def serve(self, adapter: SlackAdapter) -> None:
        """Puts the adapter behind HTTP, starts it, and waits until it is ready."""
        app = web.Application()
        adapter.mount(app)
        await self.serve_app(app)
        await adapter.start()
        await until(adapter.ready)

    async def serve_app(self, app: web.Application) -> None:
        """An application on which the adapter was mounted already."""
        self._adapter_server = TestServer(app)
        await self._adapter_server.start_server()
        self.adapter_url = str(self._adapter_server.make_url("")).rstrip("/")

    # --- what people see -----------------------------------------------------------------------

    def cards(self, user: str) -> list[Message]:
        """The bot's lasting messages to this person."""
        return [m for m in self.messages if m.channel == self.direct(user) and not m.only]

    def whispers(self, user: str) -> list[Message]:
        """What only this person saw, wherever that was."""
        return [m for m in self.messages if m.only == user]

    # --- what people do ------------------------------------------------------------------------

    async def say(self, user: str, text: str, event_id: str = "", **more: object) -> Reply:
        """A message in the person's own chat with the bot."""
        return await self.event(self.said(user, text, **more), event_id)

    def said(self, user: str, text: str, **more: object) -> Json:
        """The event of a message."""
        channel = self.direct(user)
        event = {"type": "message", "channel": channel, "channel_type": "im", "user": user}
        return {**event, "text": text, "ts": self._ts(), "team": TEAM, **more}

    async def edit(self, event: Json, text: str, **more: object) -> Reply:
        """The person edits what they said."""
        now = {**event, "text": text, "edited": {"user": event["user"], "ts": self._ts()}, **more}
        changed = {"subtype": "message_changed", "message": now, "previous_message": event}
        return await self.event({**_place(event), **changed, "ts": self._ts()})

    async def delete(self, event: Json) -> Reply:
        gone = {"subtype": "message_deleted", "deleted_ts": event["ts"], "previous_message": event}
        return await self.event({**_place(event), **gone, "ts": self._ts()})

    async def mention(self, user: str, channel: str, text: str, **more: object) -> Reply:
        said = self.said(user, f"<@{BOT}> {text}", **more)
        event = {**said, "type": "app_mention", "channel": channel}
        del event["channel_type"]
        return await self.event(event)

    async def command(self, user: str, command: str, text: str = "", channel: str = "C1") -> Reply:
        body = {"command": command, "text": text, "channel_id": channel, "user_id": user}
        reply = await self.deliver(
            "slash_commands",
            {**body, "team_id": TEAM, **self._answerable(channel, user), "user_name": user},
        )
        if reply.body:
            self.messages.append(Message(channel, self._ts(), reply.body, only=user))
        return reply

    async def click(self, user: str, message: Message, action_id: str, **more: object) -> Reply:
        """Presses the button of a message."""
        button = message.buttons[action_id]
        place = {"message_ts": message.ts, "channel_id": message.channel}
        act = {k: button[k] for k in ("action_id", "value", "text", "type")}
        body = {
            "type": "block_actions",
            "container": {"type": "message", **place, "is_ephemeral": bool(message.only)},
            "channel": {"id": message.channel},
            "message": {"ts": message.ts, **message.body},
            "actions": [{**act, "action_ts": self._ts(), "block_id": "b"}],
            **self._answerable(message.channel, user),
            **more,
        }
        return await self.deliver("interactive", {**_who(user), **body})

    async def submit(self, user: str, view: Json | None = None, **values: str) -> Reply:
        """Fills in a window - the last opened unless another is named - and sends it."""
        view = view or self.views[-1]
        inputs = [b for b in view["blocks"] if b["type"] == "input"]
        state = {b["block_id"]: {b["block_id"]: _state(b["element"], values)} for b in inputs}
        sent = {**view, "state": {"values": state}}
        body = {"type": "view_submission", "view": sent, "trigger_id": self._ts()}
        reply = await self.deliver("interactive", {**_who(user), **body, "response_urls": []})
        if reply.body.get("response_action") == "update":
            assert not problems(reply.body["view"]["blocks"], 100)
            self.views.append({**reply.body["view"], "id": view["id"], "hash": self._ts()})
        return reply

    async def shortcut(self, user: str, text: str, channel: str = "C1") -> Reply:
        """Uses "Submit for sign-off" on a message."""
        message = {"type": "message", "user": "U0OTHER", "text": text, "ts": self._ts()}
        body = {"type": "message_action", "callback_id": "submit_for_signoff", "message": message}
        body |= {"channel": {"id": channel}, **self._answerable(channel, user)}
        return await self.deliver("interactive", {**_who(user), **body})

    async def event(self, event: Json, event_id: str = "") -> Reply:
        name = event_id or f"Ev{next(self._numbers)}"
        body: Json = {"type": "event_callback", "team_id": TEAM, "event_id": name, "event": event}
        body["authorizations"] = [{"team_id": TEAM, "user_id": BOT, "is_bot": True}]
        return await self.deliver("events_api", body)

    # --- delivery ------------------------------------------------------------------------------

    async def deliver(self, kind: str, payload: Json) -> Reply:
        """Hands a payload to the adapter as Slack does: signed over HTTP, or by the socket."""
        if self.mode == "socket":
            return await self._by_socket(kind, payload)
        if kind == "events_api":
            return await self.post(json.dumps(payload), "application/json")
        fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        return await self.post(urlencode(fields), "application/x-www-form-urlencoded")

    async def post(
        self, raw: str | bytes, kind: str = "application/json", *, age: int = 0, **headers: str
    ) -> Reply:
        """A request with a good signature, `age` seconds old, unless `headers` say otherwise."""
        body = raw.encode() if isinstance(raw, str) else raw
        at = str(int(time.time()) - age)
        signed = hmac.new(SECRET.encode(), b"v0:%s:%s" % (at.encode(), body), hashlib.sha256)
        sent = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": f"v0={signed.hexdigest()}",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.adapter_url}/slack/events"
        async with self._http.post(url, data=body, headers=sent) as response:
            text = await response.text()
            return Reply(response.status, json.loads(text) if text.startswith("{") else {})

    async def _by_socket(self, kind: str, payload: Json) -> Reply:
        assert self._socket is not None
        name = str(next(self._numbers))
        self._acks[name] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"envelope_id": name, "type": kind, "payload": payload})
        async with asyncio.timeout(3):
            return Reply(200, (await self._acks[name]).get("payload") or {})

    def _answerable(self, channel: str, user: str) -> Json:
        return {"response_url": f"{self.url}/response/{channel}/{user}", "trigger_id": self._ts()}


async def until(true: Callable[[], object]) -> None:
    """Waits for what happens after an acknowledgement."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


def _who(user: str) -> Json:
    return {"team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}}


def _place(event: Json) -> Json:
    return {k: event[k] for k in ("type", "channel", "channel_type")} | {"hidden": True}


def _state(element: Json, values: Mapping[str, str]) -> Json:
    """What a field holds: what was filled in now, else what was there beforehand."""
    name, kind = element["action_id"], element["type"]
    if kind == "static_select":
        chosen = next((o for o in element["options"] if o["value"] == values.get(name)), None)
        return {"type": kind, "selected_option": chosen or element.get("initial_option")}
    return {"type": kind, "value": values.get(name, element.get("initial_value"))}
