"""A small Microsoft on loopback: the issuer and its keys, the token service, the connector and a
OneDrive, and people who type and click there. Everything the adapter sends is remembered.
"""

import asyncio
import io
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import jwt
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.teams.app import TeamsAdapter
from bot.config import TeamsSettings

APP_ID = "5f0c1b4e-0000-4000-8000-000000000001"
TENANT = "7e0d2c5a-0000-4000-8000-000000000002"
BOT = f"28:{APP_ID}"
ISSUER = "https://api.botframework.com"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)

Json = dict[str, Any]


@dataclass
class Message:
    """One message on the platform, as it stands now."""

    conversation: str
    id: str
    activity: Json
    updates: int = 0
    at: float = field(default_factory=time.monotonic)  # when it was posted
    first: str = ""  # what could be read in it then

    @property
    def card(self) -> Json:
        for attachment in self.activity.get("attachments", []):
            if attachment["contentType"] == "application/vnd.microsoft.card.adaptive":
                return dict(attachment["content"])
        return {}

    @property
    def text(self) -> str:
        """Everything a person can read in it."""
        return "\n".join(_texts(self.activity))


@dataclass
class Trouble:
    """How the connector answers the next calls instead of doing its work."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False  # the connection is reset instead of an answer
    seconds: float = 0.0  # how long it takes
    after: bool = False  # the work is done all the same, but the answer is lost


class FakeTeams:
    """`async with FakeTeams() as teams`, then `await teams.serve(adapter)` and let people act."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.opened: list[Json] = []
        self.uploads: list[tuple[str, bytes]] = []
        self.calls: list[str] = []
        self.forms: list[Mapping[str, str]] = []
        self.troubles: list[Trouble] = []
        self.members: dict[str, Json] = {}
        self.keys: list[Json] = [public_key(KEY, "key-1")]
        self.keys_down = False
        self.keys_slow = 0.0  # seconds the issuer takes to answer
        self._number = 0
        self.adapter_url = ""  # where the adapter listens, here or in another process
        self._adapter_server: TestServer | None = None

    async def __aenter__(self) -> "FakeTeams":
        app = web.Application()
        app.router.add_get("/openid", self._openid)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_put("/upload", self._upload)
        app.router.add_route("*", "/v3/{path:.*}", self._connector)
        self._server = TestServer(app)
        await self._server.start_server()
        self.url = str(self._server.make_url("")).rstrip("/")
        self._http = ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
        if self._adapter_server is not None:
            await self._adapter_server.close()
        await self._server.close()

    def settings(self, **changes: object) -> TeamsSettings:
        given = {
            "app_id": APP_ID,
            "tenant": TENANT,
            "secret": "made-up-secret",
            "local": True,
            "authority": self.url,
            "openid_url": f"{self.url}/openid",
            "service_hosts": (),
        }
        return TeamsSettings.model_construct(**{**given, **changes})

    async def serve(self, adapter: TeamsAdapter) -> None:
        """Puts the adapter behind HTTP, where `send` reaches it."""
        app = web.Application()
        adapter.mount(app)
        await self.serve_app(app)

    async def serve_app(self, app: web.Application) -> None:
        """The same for an application on which the adapter was mounted already."""
        self._adapter_server = TestServer(app)
        await self._adapter_server.start_server()
        self.adapter_url = str(self._adapter_server.make_url("")).rstrip("/")

    # What the people do

    async def send(
        self, activity: Json | bytes, *, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Posts an activity as Teams would; the status and JSON of the answer."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        signed = {"Authorization": f"Bearer {self.token()}", "Content-Type": "application/json"}
        url = f"{self.adapter_url}/api/messages"
        async with self._http.post(
            url, data=io.BytesIO(body), headers=headers or signed
        ) as response:
            answer = await response.read()
            return response.status, json.loads(answer) if answer else None

    async def say(self, user: str, text: str, **changes: object) -> Json:
        """A person types to the bot in their own chat; the activity that was sent."""
        activity = self.activity(
            user, **{"type": "message", "text": text, "textFormat": "plain", **changes}
        )
        status, _ = await self.send(activity)
        assert status == 200, status
        return activity

    async def press(self, user: str, title: str, **filled: str) -> str:
        """A person presses the newest button of that title in their chat, with its form filled
        in; the sentence Teams shows them.
        """
        message, action = self._button(user, title)
        inputs = {f"{action['data']['form']}.{k}": v for k, v in filled.items()} if filled else {}
        activity = self.click(
            user, message.id, action["verb"], {**action["data"], **inputs}, message.conversation
        )
        status, answer = await self.send(activity)
        assert status == 200, status
        assert answer["type"] == "application/vnd.microsoft.activity.message"
        return str(answer["value"])

    def chat(self, user: str) -> list[Message]:
        """The messages in the person's own chat, oldest first."""
        return [m for m in self.messages if m.conversation == personal(user)]

    def _button(self, user: str, title: str) -> tuple[Message, Json]:
        for message in reversed(self.chat(user)):
            for action in _actions(message.card):
                if action["title"] == title and action["type"] == "Action.Execute":
                    return message, action
        raise AssertionError(f"no button {title!r}")

    # What they send

    def activity(self, user: str, **changes: object) -> Json:
        self._number += 1
        moment = f"2026-03-02T15:00:00.{self._number:06d}Z"
        return {
            "id": f"{1_772_463_600_000 + self._number}",
            "timestamp": moment,
            "localTimestamp": moment,
            "channelId": "msteams",
            "serviceUrl": f"{self.url}/",
            "from": {"id": user, "name": "A Person", "aadObjectId": f"aad-{user}"},
            "recipient": {"id": BOT, "name": "Signoff"},
            "conversation": {
                "id": personal(user),
                "conversationType": "personal",
                "tenantId": TENANT,
            },
            "channelData": {"tenant": {"id": TENANT}},
            **changes,
        }

    def click(self, user: str, message: str, verb: str, data: Json, conversation: str = "") -> Json:
        activity = self.activity(
            user,
            type="invoke",
            name="adaptiveCard/action",
            replyToId=message,
            value={
                "action": {"type": "Action.Execute", "verb": verb, "data": data},
                "trigger": "manual",
            },
        )
        if conversation:
            activity["conversation"]["id"] = conversation
        return activity

    def token(
        self, *, key: Any = KEY, kid: str = "key-1", alg: str = "RS256", **claims: Any
    ) -> str:
        now = int(time.time())
        given = {
            "iss": ISSUER,
            "aud": APP_ID,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "serviceurl": f"{self.url}/",
            **claims,
        }
        given = {k: v for k, v in given.items() if v is not None}
        return jwt.encode(given, key, algorithm="RS256", headers={"kid": kid})

    # What Microsoft answers

    async def _openid(self, request: web.Request) -> web.Response:
        self.calls.append("openid")
        if self.keys_down:
            return web.Response(status=503)
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, request: web.Request) -> web.Response:
        self.calls.append("keys")
        await asyncio.sleep(self.keys_slow)
        return web.json_response({"keys": self.keys})

    async def _token(self, request: web.Request) -> web.Response:
        self.calls.append("token")
        self.forms.append({k: str(v) for k, v in (await request.post()).items()})
        return web.json_response({"access_token": "outbound", "expires_in": 3600})

    async def _upload(self, request: web.Request) -> web.Response:
        self.uploads.append((request.headers["Content-Range"], await request.read()))
        assert "Authorization" not in request.headers
        return web.json_response({}, status=201)

    async def _connector(self, request: web.Request) -> web.Response:
        path = [unquote(p) for p in request.raw_path.split("/")[2:]]
        self.calls.append(f"{request.method} {path[-2] if len(path) > 3 else path[-1]}")
        assert request.headers.get("Authorization") in (None, "Bearer outbound")
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble:
            await asyncio.sleep(trouble.seconds)
        done = None if trouble and not trouble.after else await self._done(request, path)
        if trouble and trouble.cut:
            assert request.transport is not None
            request.transport.abort()
        elif trouble:
            return web.Response(status=trouble.status, headers=trouble.headers)
        return done or web.Response()

    async def _done(self, request: web.Request, path: list[str]) -> web.Response:
        match request.method, path:
            case "POST", ["conversations"]:
                asked = await request.json()
                self.opened.append(asked)
                return web.json_response({"id": personal(asked["members"][0]["id"])}, status=201)
            case "POST", ["conversations", conversation, "activities"]:
                return self._posted(conversation, await request.json())
            case "PUT", ["conversations", conversation, "activities", message]:
                return self._updated(conversation, message, await request.json())
            case "GET", ["conversations", _, "members", user] if user in self.members:
                return web.json_response(self.members[user])
        return web.Response(status=404)

    def _posted(self, conversation: str, activity: Json) -> web.Response:
        self._number += 1
        message = Message(conversation, f"m{self._number}", activity)
        message.first = message.text
        self.messages.append(message)
        return web.json_response({"id": message.id}, status=201)

    def _updated(self, conversation: str, message: str, activity: Json) -> web.Response:
        for known in self.messages:
            if (known.conversation, known.id) == (conversation, message):
                known.activity, known.updates = activity, known.updates + 1
                return web.json_response({"id": message})
        return web.Response(status=404)


def personal(user: str) -> str:
    """The id of the person's own chat with the bot."""
    return f"a:chat-of-{user}"


def public_key(
    key: rsa.RSAPrivateKey, kid: str, endorsements: tuple[str, ...] = ("msteams",)
) -> Json:
    described = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {**described, "kid": kid, "use": "sig", "endorsements": list(endorsements)}


def _actions(value: object) -> list[Json]:
    """Every action anywhere in a card, those in a fallback left out."""
    found: list[Json] = []
    if isinstance(value, dict):
        if str(value.get("type", "")).startswith("Action."):
            found.append(value)
        for name, inner in value.items():
            found += _actions(inner) if name != "fallback" else []
    elif isinstance(value, list):
        for inner in value:
            found += _actions(inner)
    return found


def _texts(value: object) -> list[str]:
    """What a reader sees, in order; the runs of a line are joined."""
    if isinstance(value, list):
        return [t for inner in value for t in _texts(inner)]
    if not isinstance(value, dict):
        return []
    if "inlines" in value:
        return ["".join(run["text"] for run in value["inlines"])]
    shown = ("text", "title", "value", "label", "placeholder", "altText")
    found = [str(value[k]) for k in shown if isinstance(value.get(k), str)]
    skipped = (*shown, "fallback", "data")
    return found + [t for k, v in value.items() if k not in skipped for t in _texts(v)]
