"""Slack's Web API on loopback: remembers what it was asked, and refuses what Slack would refuse."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackClientError
from slack_sdk.models.blocks import Block

TOKEN, APP_TOKEN = "xoxb-made-up", "xapp-made-up"
TEAM, BOT, BOT_ID = "T0CLINIC", "U0SIGNOFF", "B0SIGNOFF"

Json = dict[str, Any]


@dataclass
class Message:
    """One message as it stands now. `only` names the one person who sees an ephemeral one."""

    channel: str
    ts: str
    body: Json
    only: str = ""
    updates: int = 0

    @property
    def text(self) -> str:
        """Everything a person can read in it."""
        return "".join(texts(self.body.get("blocks", [])))

    @property
    def buttons(self) -> dict[str, Json]:
        """Its buttons by action id."""
        rows = (b for b in self.body.get("blocks", []) if b["type"] == "actions")
        return {e["action_id"]: e for row in rows for e in row["elements"]}


@dataclass
class Trouble:
    """How the next call of `method` is answered instead of doing its work."""

    method: str
    error: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False  # the work is done all the same, but the answer is lost
    cut: bool = False  # the connection is reset instead of an answer
    seconds: float = 0.0  # how long it takes


def texts(value: object) -> list[str]:
    """Every text object's words, a line's end after each block."""
    if isinstance(value, list):
        return [t for v in value for t in texts(v)]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("text"), str):
        return [value["text"]]
    end = ["\n"] if "elements" in value or value.get("type") == "header" else []
    return [*(t for v in value.values() if isinstance(v, dict | list) for t in texts(v)), *end]


def problems(blocks: list[Json], limit: int = 50) -> list[str]:
    """What Slack would refuse in these blocks."""
    found = ["too many blocks"] * (len(blocks) > limit)
    found += ["too long"] * (len(json.dumps(blocks, ensure_ascii=False)) > 13_000)
    for raw in blocks:
        block = Block.parse(raw)
        if block is None:
            found.append(f"unknown block {raw.get('type')}")
            continue
        try:
            block.to_dict()
        except SlackClientError as error:
            found.append(str(error))
    if any(t == "" for t in texts(blocks)):
        found.append("empty text")
    buttons = [e for b in blocks if b["type"] == "actions" for e in b["elements"]]
    if any(len(e["value"]) > 2_000 or len(e["text"]["text"]) > 75 for e in buttons):
        found.append("button too long")
    return found


class SlackApi:
    """The Web API with its messages, windows and files. `troubles` are answered first."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.views: list[Json] = []
        self.files: list[Json] = []
        self.calls: list[tuple[str, Json]] = []
        self.troubles: list[Trouble] = []
        self.slack_files_work = True
        self._numbers = itertools.count(1)
        self._uploads: dict[str, Json] = {}
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self._socket: web.WebSocketResponse | None = None

    @staticmethod
    def direct(user: str) -> str:
        """The channel of a person's direct messages with the bot."""
        return f"D{user}"

    async def open(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_post("/response/{channel}/{user}", self._response)
        app.router.add_get("/ws", self._socket_opened)
        self._server = TestServer(app)
        await self._server.start_server()
        self.url = str(self._server.make_url("")).rstrip("/")

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        await self._server.close()

    def called(self, method: str) -> list[Json]:
        return [body for name, body in self.calls if name == method]

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        is_json = request.content_type == "application/json"
        form = dict(parse_qsl((await request.read()).decode())) if not is_json else {}
        body = (await request.json()) if is_json else {**form, **request.query}
        self.calls.append((method, body))
        trouble = next((t for t in self.troubles if t.method == method), None)
        if trouble:
            self.troubles.remove(trouble)
        if trouble:
            await asyncio.sleep(trouble.seconds)
        if trouble and trouble.cut and not trouble.after:
            return _cut(request)
        if trouble and not trouble.after:
            return _answer({"ok": False, "error": trouble.error}, trouble)
        wanted = APP_TOKEN if method == "apps.connections.open" else TOKEN
        if request.headers.get("Authorization") != f"Bearer {wanted}":
            return _answer({"ok": False, "error": "invalid_auth"})
        done = getattr(self, "_" + method.replace(".", "_"))(body)
        if trouble and trouble.cut:
            return _cut(request)
        return _answer({"ok": "error" not in done, **done}, trouble)

    def _auth_test(self, body: Json) -> Json:
        return {"team_id": TEAM, "user_id": BOT, "bot_id": BOT_ID}

    def _apps_connections_open(self, body: Json) -> Json:
        return {"url": f"{self.url.replace('http', 'ws')}/ws"}

    def _conversations_open(self, body: Json) -> Json:
        return {"channel": {"id": self.direct(body["users"])}}

    def _conversations_history(self, body: Json) -> Json:
        there = [m for m in self.messages if m.channel == body["channel"] and not m.only]
        return {"messages": [{"ts": m.ts, **m.body} for m in reversed(there)]}

    def _chat_postMessage(self, body: Json) -> Json:
        if self._refuses(body):
            return {"error": "invalid_blocks"}
        self.messages.append(Message(body["channel"], self._ts(), body))
        return {"channel": body["channel"], "ts": self.messages[-1].ts}

    def _chat_postEphemeral(self, body: Json) -> Json:
        if self._refuses(body):
            return {"error": "invalid_blocks"}
        self.messages.append(Message(body["channel"], self._ts(), body, only=body["user"]))
        return {"message_ts": self.messages[-1].ts}

    def _chat_update(self, body: Json) -> Json:
        place = (body["channel"], body["ts"])
        found = next((m for m in self.messages if (m.channel, m.ts) == place and not m.only), None)
        if found is None:
            return {"error": "message_not_found"}
        if self._refuses(body):
            return {"error": "invalid_blocks"}
        found.body, found.updates = body, found.updates + 1
        return {"channel": found.channel, "ts": found.ts}

    def _refuses(self, body: Json) -> bool:
        pictures = any("slack_file" in b for b in body["blocks"])
        return bool(problems(body["blocks"])) or (pictures and not self.slack_files_work)

    def _views_open(self, body: Json) -> Json:
        view = body["view"]
        if problems(view["blocks"], 100) or len(view["private_metadata"]) > 3_000:
            return {"error": "invalid_arguments"}
        self.views.append({**view, "id": f"V{next(self._numbers)}", "hash": self._ts()})
        return {"view": self.views[-1]}

    def _files_getUploadURLExternal(self, body: Json) -> Json:
        name = f"F{next(self._numbers)}"
        self._uploads[name] = {"id": name, **body}
        return {"file_id": name, "upload_url": f"{self.url}/upload/{name}"}

    def _files_completeUploadExternal(self, body: Json) -> Json:
        listed = json.loads(body["files"]) if isinstance(body["files"], str) else body["files"]
        done = [self._uploads[f["id"]] | {"channel": body.get("channel_id")} for f in listed]
        self.files += done
        return {"files": [{"id": f["id"]} for f in done]}

    async def _upload(self, request: web.Request) -> web.Response:
        self._uploads[request.match_info["id"]]["content"] = await request.read()
        return web.Response(text="OK")

    async def _response(self, request: web.Request) -> web.Response:
        body = await request.json()
        assert not problems(body["blocks"])
        place = request.match_info
        self.messages.append(Message(place["channel"], self._ts(), body, only=place["user"]))
        return web.json_response({"ok": True})

    async def _socket_opened(self, request: web.Request) -> web.WebSocketResponse:
        self._socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.data.startswith("{"):
                answer = json.loads(message.data)
                self._acks.pop(answer["envelope_id"]).set_result(answer)
        return socket

    def _ts(self) -> str:
        return f"1795550000.{next(self._numbers):06}"


def _cut(request: web.Request) -> web.Response:
    """Resets the connection under the caller's feet."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def _answer(body: Json, trouble: Trouble | None = None) -> web.Response:
    if trouble is None:
        return web.json_response(body)
    return web.json_response(body, status=trouble.status, headers=dict(trouble.headers))
