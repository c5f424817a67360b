"""The demo page's server, spoken to as the page's own script speaks to it."""

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.web import WebAdapter
from adapters.web.guard import BODY_LIMIT, TOKEN_HEADER
from adapters.web.live import MOST_WAITING, Streams
from bot.cards import Card, Quote
from bot.commands import Chat
from bot.demo import PERSONAS, SAMPLES, DemoClock
from bot.outbox import Outbox, Parcel, Undeliverable
from bot.store import KeyRing, Store, drafts, schema
from bot.store.pages import Pages
from bot.wiring import Counter
from checks.values import Finding
from practice import BLOCK, CLEAN, Bench


@dataclass
class Page:
    """The demo page of four people over a real desk, with the checks' findings chosen by tests."""

    bench: Bench
    adapter: WebAdapter
    client: TestClient[web.Request, web.Application]
    token: str = ""
    numbers: Any = field(default_factory=itertools.count)

    async def open(self) -> str:
        html = await (await self.client.get("/")).text()
        found = re.search(r'name="signoff-token" content="([^"]+)"', html)
        assert found
        self.token = found[1]
        return html

    async def post(self, path: str, payload: object, **headers: str) -> ClientResponse:
        ours = {"Origin": str(self.client.make_url("")).rstrip("/"), TOKEN_HEADER: self.token}
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        kind = {"Content-Type": "application/json"}
        return await self.client.post(path, data=body, headers=ours | kind | headers)

    async def act(self, user: str, act: str, **fields: Any) -> dict[str, Any]:
        event = fields.pop("event", f"event-{next(self.numbers):04}")
        answer = await self.post("/act", {"user": user, "event": event, "act": act, **fields})
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found

    async def press(self, user: str, label: str, **filled: str) -> dict[str, Any]:
        """Presses the newest button with this label in a person's column."""
        html = await self.column(user)
        buttons = re.findall(r'data-act="([^"]+)"[^>]*>([^<]+)</button>', html)
        found = [data for data, words in buttons if words == label]
        assert found, f"no {label} among {[words for _, words in buttons]}"
        action = json.loads(found[-1].replace("&#34;", '"'))
        return await self.act(user, "press", verb=action["verb"], data={**action["data"], **filled})

    async def settle(self, *findings: Finding) -> None:
        """Lets the checks run and every card arrive."""
        self.bench.check(*findings)
        store = self.bench.desk.store
        outbox = Outbox(store, self.bench.desk.roster, {Chat.WEB: self.adapter})
        while await outbox.run_once():
            pass

    async def column(self, user: str) -> str:
        """What a person's conversation shows, in the order it shows it."""
        html = await self.open()
        return html.split(f'id="column-{user}"')[1].split("</section>")[0]

    async def messages(self, user: str) -> list[str]:
        return re.findall(r'data-message="([^"]+)"', await self.column(user))


def adapter_over(bench: Bench) -> WebAdapter:
    store, zone = bench.desk.store, bench.desk.app.zone
    clock = DemoClock(store, zone, moved=lambda: None)
    front = Counter(bench.desk)
    return WebAdapter(front, Pages(store, bench.clock), PERSONAS, clock, SAMPLES)


@pytest.fixture
def store(keys: KeyRing) -> Iterator[Store]:
    """In memory alone: which engine keeps the words makes no difference to the page."""
    made = Store("sqlite://", keys)
    schema.upgrade(made)
    yield made
    made.close()


@pytest.fixture
async def page(bench: Bench) -> AsyncIterator[Page]:
    adapter = adapter_over(bench)
    app = web.Application()
    adapter.mount(app)
    async with TestClient(TestServer(app)) as client:
        await adapter.start()
        found = Page(bench, adapter, client)
        await found.open()
        yield found
        await adapter.stop()


# --- the way of a draft ----------------------------------------------------------------------


async def test_a_typed_draft_is_approved_and_comes_back_to_copy(page: Page) -> None:
    await page.act("maria", "say", text=CLEAN)
    await page.settle()
    assert CLEAN in await page.column("ada")
    await page.press("ada", "Approve")
    await page.settle()
    assert "data-copy" in await page.column("maria")
    assert "Approve</button>" not in await page.column("ada")


async def test_a_second_press_is_told_what_happened(page: Page) -> None:
    await page.act("maria", "say", text=CLEAN)
    await page.settle()
    before = await page.press("ada", "Approve")
    again = await page.press("ada", "Reject", reason="Too late.")
    assert not before["refused"]
    assert again["refused"]
    assert "already approved by Ada Reyes" in await page.column("ada")


async def test_the_same_press_sent_twice_counts_once(page: Page) -> None:
    for _ in range(2):
        await page.act("maria", "say", text=CLEAN, event="event-again")
    await page.settle()
    assert len(await page.messages("maria")) == 2  # the words and their card
    assert "Draft #2" not in await page.column("ada")


async def test_a_blocked_draft_can_be_revised_from_its_card(page: Page) -> None:
    await page.act("maria", "say", text="Anna Lopez is home again! Call us.")
    await page.settle(BLOCK)
    assert "A•••" in await page.column("maria")
    await page.press("maria", "Revise", text=CLEAN)
    await page.settle()
    assert "<ins>" in await page.column("ada")


async def test_a_rejection_needs_words_and_carries_them_back(page: Page) -> None:
    await page.act("maria", "say", text=CLEAN)
    await page.settle()
    assert (await page.press("ada", "Reject", reason="  "))["refused"]
    await page.press("ada", "Reject", reason="We closed <early> that day.")
    await page.settle()
    assert "We closed &lt;early&gt; that day." in await page.column("maria")


async def test_a_sample_is_sent_as_what_it_is_for(page: Page) -> None:
    reply = next(i for i, s in enumerate(SAMPLES) if s.kind == "reply")
    page.bench.desk.app.platforms.clear()  # with none set up, every known platform is taken
    await page.act("maria", "sample", sample=reply)
    assert "Reply for Google" in await page.column("maria")
    with page.bench.desk.store.read() as tx:
        draft = drafts.get(tx, 1)
    assert draft
    assert (draft.kind, draft.platform) == ("reply", SAMPLES[reply].platform)


async def test_editing_the_sent_message_makes_a_new_version(page: Page) -> None:
    await page.act("maria", "say", text="Flu shots are here. Call us.")
    await page.settle()
    mine = (await page.messages("maria"))[0]
    await page.act("maria", "edit", message=mine, text=CLEAN)
    await page.settle()
    column = await page.column("maria")
    assert "· edited" in column
    assert "<ins>" in await page.column("ada")
    assert (await page.messages("maria"))[0] == mine


async def test_deleting_the_sent_message_offers_to_withdraw(page: Page) -> None:
    await page.act("maria", "say", text=CLEAN)
    await page.settle()
    await page.act("maria", "delete", message=(await page.messages("maria"))[0])
    column = await page.column("maria")
    assert "You deleted this message." in column
    assert CLEAN not in column.split('<article class="message card')[0]
    await page.press("maria", "Withdraw")
    assert page.bench.state(1) == "withdrawn"


async def test_a_card_cannot_be_edited_away(page: Page) -> None:
    await page.act("maria", "say", text=CLEAN)
    await page.settle()
    card = (await page.messages("ada"))[0]
    before = await page.column("ada")
    post = {"user": "ada", "event": "event-edit", "act": "edit", "message": card, "text": "Mine"}
    assert (await page.post("/act", post)).status == 400
    assert await page.column("ada") == before


async def test_looks_good_under_a_card_is_answered_with_the_button(page: Page) -> None:
    await page.act("maria", "say", text=CLEAN)
    await page.settle()
    await page.act("ada", "say", text="looks good", thread=(await page.messages("ada"))[0])
    column = await page.column("ada")
    assert "Press the button to record it" in column
    assert "Reply to " in column
    assert page.bench.state(1) == "in_review"


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        ("queue", "What is open"),
        ("/signoff help", "How Signoff works|Signoff"),
        ("hello", "Here to help"),
        ("👍", "words|help"),
        ("x" * 20_001, "20,001 characters"),
        ("   ", "words"),
    ],
    ids=["command", "slash command", "greeting", "emoji", "too long", "blank"],
)
async def test_whatever_is_typed_is_answered(page: Page, typed: str, answered: str) -> None:
    await page.act("maria", "say", text=typed)
    assert re.search(answered, await page.column("maria"))


async def test_half_an_emoji_does_not_break_the_page(page: Page) -> None:
    body = b'{"user":"maria","event":"event-half","act":"say","text":"Flu shots \\ud83d here."}'
    assert (await page.post("/act", body)).status == 200
    await page.settle()
    assert "Flu shots \ufffd here." in await page.column("ada")


async def test_a_form_is_answered_with_its_fields(page: Page) -> None:
    answer = await page.act("maria", "say", text="post")
    assert 'name="alt_text"' in answer["form"]


async def test_a_file_can_be_fetched_once(page: Page) -> None:
    await page.act("sam", "say", text="export csv")
    link = re.search(r'href="(/file/[^"]+)"', await page.column("sam"))
    assert link
    first = await page.client.get(link[1])
    assert first.headers["Content-Disposition"].startswith("attachment")
    assert b"," in await first.read()
    assert (await page.client.get(link[1])).status == 404


# --- cards that arrive ------------------------------------------------------------------------


def parcel(words: str, key: str = "draft/1/v1", user: str = "maria") -> Parcel:
    return Parcel(key, user, user, Card("Card", "Preview", (Quote(words),)), None, 1)


async def test_a_card_sent_twice_stands_once_and_keeps_its_place(page: Page) -> None:
    first = await page.adapter.deliver(parcel("first words"))
    await page.adapter.deliver(parcel("other words", key="draft/2/v1"))
    again = await page.adapter.deliver(parcel("newer words"))
    assert first == again
    column = await page.column("maria")
    assert column.index("newer words") < column.index("other words")
    assert "first words" not in column


async def test_a_card_for_somebody_without_a_column_is_undeliverable(page: Page) -> None:
    with pytest.raises(Undeliverable):
        await page.adapter.deliver(parcel("words", user="nobody"))


async def test_a_restarted_server_shows_the_same(page: Page) -> None:
    await page.act("maria", "say", text=CLEAN)
    await page.settle()
    before = [await page.messages(user) for user in ("maria", "ada")]
    app = web.Application()
    adapter_over(page.bench).mount(app)
    async with TestClient(TestServer(app)) as client:
        again = Page(page.bench, page.adapter, client)
        assert [await again.messages(user) for user in ("maria", "ada")] == before


# --- live -------------------------------------------------------------------------------------


async def events(response: ClientResponse) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for raw in response.content:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])


async def test_an_open_page_hears_everything_then_each_change(page: Page) -> None:
    await page.act("maria", "say", text="queue")
    async with asyncio.timeout(5), page.client.get("/live") as response:
        stream = events(response)
        name, state = await anext(stream)
        assert name == "sync"
        assert len(state["columns"]["maria"]) == 2
        assert state["token"] == page.token
        await page.adapter.deliver(parcel("Fresh words"))
        name, change = await anext(stream)
        assert (name, change["user"]) == ("message", "maria")
        assert "Fresh words" in change["html"]
        await page.post("/clock", {"to": "tuesday"})
        name, clock = await anext(stream)
        assert (name, clock["zone"]) == ("clock", "America/Chicago")


async def test_open_pages_are_let_go_when_the_server_stops(page: Page) -> None:
    async with asyncio.timeout(5), page.client.get("/live") as response:
        await response.content.readline()
        await page.adapter.stop()
        await response.content.read()
    assert not page.adapter.ready()


async def test_a_page_that_cannot_keep_up_is_closed() -> None:
    streams = Streams()
    with streams.open() as chunks:
        for number in range(MOST_WAITING + 1):
            streams.send("message", number)
        assert [chunk async for chunk in chunks] == []


async def test_the_clock_moves_forward_only_in_known_steps(page: Page) -> None:
    before = (await (await page.post("/clock", {"to": "hour"})).json())["clock"]["now"]
    after = (await (await page.post("/clock", {"to": "week"})).json())["clock"]["now"]
    assert after - before == pytest.approx(7 * 24 * 3_600_000, rel=0.001)
    wrongs: list[Any] = [{"to": "yesterday"}, {"to": ["hour"]}, [], {}]
    for wrong in wrongs:
        assert (await page.post("/clock", wrong)).status == 400


# --- keeping others out -----------------------------------------------------------------------

SAY = {"user": "maria", "event": "event-1234", "act": "say", "text": CLEAN}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "signoff.example.com"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {TOKEN_HEADER: "wrong"},
        {TOKEN_HEADER: ""},
    ],
    ids=["host", "port", "origin", "no origin", "token", "no token"],
)
@pytest.mark.parametrize("path", ["/act", "/clock"])
async def test_only_the_page_itself_can_post(
    page: Page, path: str, headers: dict[str, str]
) -> None:
    assert (await page.post(path, SAY, **headers)).status == 403
    assert await page.messages("maria") == []


@pytest.mark.parametrize("path", ["/", "/live", "/static/page.js", "/file/x"])
async def test_another_host_name_reads_nothing(page: Page, path: str) -> None:
    answer = await page.client.get(path, headers={"Host": "signoff.example.com"})
    assert answer.status == 403


@pytest.mark.parametrize("path", ["/", "/static/page.css", "/static/none.css", "/file/x"])
async def test_every_answer_forbids_foreign_code_and_keeping(page: Page, path: str) -> None:
    headers = (await page.client.get(path)).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        json.dumps(SAY | {"user": "nobody"}).encode(),
        json.dumps(SAY | {"user": ["maria"]}).encode(),
        json.dumps(SAY | {"event": "short"}).encode(),
        json.dumps(SAY | {"act": "fly"}).encode(),
        json.dumps(SAY | {"text": 7}).encode(),
        json.dumps(SAY | {"thread": "said-unknown"}).encode(),
        json.dumps(SAY | {"act": "sample", "sample": 99}).encode(),
        json.dumps(SAY | {"act": "sample", "sample": True}).encode(),
        json.dumps(SAY | {"act": "edit", "message": "said-unknown"}).encode(),
        json.dumps(SAY | {"act": "delete", "message": "../../x"}).encode(),
        json.dumps(SAY | {"act": "press", "verb": "approve", "data": []}).encode(),
        json.dumps(SAY | {"act": "press", "verb": "approve", "data": {"a": {}}}).encode(),
    ],
)
async def test_what_the_page_would_never_send_is_turned_away(page: Page, body: bytes) -> None:
    answer = await page.post("/act", body)
    assert answer.status == 400
    assert (await answer.json())["error"]
    assert await page.messages("maria") == []


async def test_a_form_post_of_another_site_is_no_json(page: Page) -> None:
    answer = await page.post("/act", SAY, **{"Content-Type": "text/plain"})
    assert answer.status == 400


async def test_a_body_over_the_bound_is_refused_in_words(page: Page) -> None:
    answer = await page.post("/act", SAY | {"text": "x" * BODY_LIMIT})
    assert answer.status == 413
    assert "shorten" in (await answer.json())["error"]


@pytest.mark.parametrize("data", [{}, {"draft": "x"}, {"draft": "9" * 40}])
async def test_a_button_that_is_not_ours_is_answered_kindly(
    page: Page, data: dict[str, str]
) -> None:
    for verb in ("approve", "self-destruct"):
        await page.act("ada", "press", verb=verb, data=data)
    assert (await page.column("ada")).count("not one of mine") == 2
