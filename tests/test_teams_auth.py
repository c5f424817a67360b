"""Nobody but Teams can speak to the bot, and the bot speaks to nobody but Teams."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization

from adapters.teams import auth
from adapters.teams.address import Address
from adapters.teams.app import TeamsAdapter
from adapters.teams.auth import Keys, service_of
from adapters.teams.hosts import Hosts
from adapters.teams.payload import DEPTH_LIMIT, NotJson, read
from adapters.teams.wire import Wire
from bot.cards import Answer, Card
from bot.commands import Command
from bot.outbox import Parcel, Undeliverable
from tests.fakes_teams import APP_ID, KEY, OTHER_KEY, FakeTeams, public_key


class Front:
    def __init__(self) -> None:
        self.asked: list[Command] = []

    async def handle(self, command: Command) -> Answer:
        self.asked.append(command)
        return Answer()


@pytest_asyncio.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with FakeTeams() as fake:
        yield fake


@pytest.fixture
def front() -> Front:
    return Front()


async def served(teams: FakeTeams, front: Front, **changes: object) -> TeamsAdapter:
    adapter = TeamsAdapter(teams.settings(**changes), front)
    await teams.serve(adapter)
    return adapter


@pytest_asyncio.fixture
async def adapter(teams: FakeTeams, front: Front) -> AsyncIterator[TeamsAdapter]:
    made = await served(teams, front)
    yield made
    await made.stop()


def b64(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(teams: FakeTeams) -> str:
    _, claims, _ = teams.token().split(".")
    return f"{b64({'alg': 'none', 'typ': 'JWT', 'kid': 'key-1'})}.{claims}."


def confused(teams: FakeTeams) -> str:
    """Signed with HS256 and the public key as the secret, which a careless check accepts."""
    _, claims, _ = teams.token().split(".")
    pem = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{b64({'alg': 'HS256', 'typ': 'JWT', 'kid': 'key-1'})}.{claims}"
    return f"{signed}.{b64(hmac.new(pem, signed.encode(), hashlib.sha256).digest())}"


def tampered(teams: FakeTeams) -> str:
    head, claims, signature = teams.token().split(".")
    body = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return f"{head}.{b64({**body, 'admin': 'yes'})}.{signature}"


AN_HOUR = 3600
BAD_HEADERS: dict[str, Callable[[FakeTeams], str]] = {
    "none at all": lambda t: "",
    "another scheme": lambda t: f"Basic {t.token()}",
    "a bare scheme": lambda t: "Bearer",
    "not a token": lambda t: "Bearer not.a.token",
    "not text of a token": lambda t: "Bearer ....",
    "too long": lambda t: f"Bearer {t.token(padding='x' * 5_000)}",
    "expired": lambda t: f"Bearer {t.token(exp=int(time.time()) - 301)}",
    "not valid yet": lambda t: f"Bearer {t.token(nbf=int(time.time()) + AN_HOUR)}",
    "issued in the future": lambda t: f"Bearer {t.token(iat=int(time.time()) + AN_HOUR)}",
    "no expiry": lambda t: f"Bearer {t.token(exp=None)}",
    "another audience": lambda t: f"Bearer {t.token(aud='somebody-else')}",
    "a list of audiences": lambda t: f"Bearer {t.token(aud=[APP_ID, 'somebody-else'])}",
    "no audience": lambda t: f"Bearer {t.token(aud=None)}",
    "another issuer": lambda t: f"Bearer {t.token(iss='https://sts.example.com')}",
    "no issuer": lambda t: f"Bearer {t.token(iss=None)}",
    "another key": lambda t: f"Bearer {t.token(key=OTHER_KEY)}",
    "an unknown key id": lambda t: f"Bearer {t.token(key=OTHER_KEY, kid='key-9')}",
    "no algorithm": lambda t: f"Bearer {unsigned(t)}",
    "a public key as a secret": lambda t: f"Bearer {confused(t)}",
    "changed after signing": lambda t: f"Bearer {tampered(t)}",
    "another service url": lambda t: f"Bearer {t.token(serviceurl='https://smba.example.com/')}",
    "no service url": lambda t: f"Bearer {t.token(serviceurl=None)}",
}


@pytest.mark.parametrize("make", BAD_HEADERS.values(), ids=BAD_HEADERS)
async def test_a_bad_token_is_turned_away(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front, make: Callable[[FakeTeams], str]
) -> None:
    headers = {"Authorization": make(teams), "Content-Type": "application/json"}
    status, body = await teams.send(
        teams.activity("29:maria", type="message", text="hello"), headers=headers
    )
    assert (status, body) == (401, None)
    assert front.asked == []
    assert teams.messages == []


async def test_a_good_token_lets_the_person_speak(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    await teams.say("29:maria", "Flu shots are here.")
    assert [type(c).__name__ for c in front.asked] == ["Submit"]


async def test_a_key_that_may_not_speak_for_teams_is_turned_away(
    teams: FakeTeams, adapter: TeamsAdapter
) -> None:
    teams.keys = [public_key(KEY, "key-1", endorsements=("webchat",))]
    status, _ = await teams.send(teams.activity("29:maria", type="message", text="hello"))
    assert status == 401


@pytest.mark.parametrize("channel", ["webchat", "directline", "", None])
async def test_other_channels_are_turned_away_because_people_choose_their_ids_there(
    teams: FakeTeams, adapter: TeamsAdapter, channel: str | None
) -> None:
    teams.keys = [public_key(KEY, "key-1", endorsements=("webchat", "directline", "msteams", ""))]
    status, _ = await teams.send(
        teams.activity("29:maria", type="message", text="hello", channelId=channel)
    )
    assert status == 401


async def test_another_organisation_is_turned_away(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    activity = teams.activity("29:eve", type="message", text="hi")
    activity["channelData"]["tenant"]["id"] = "another-tenant"
    status, _ = await teams.send(activity)
    assert (status, front.asked) == (403, [])


BAD_BODIES = {
    "empty": b"",
    "not JSON": b"hello",
    "a list": b"[]",
    "a string": b'"hi"',
    "bad bytes": b"\xff\xfe{}",
    "too deep": b'{"a":' * (DEPTH_LIMIT + 1) + b"1" + b"}" * (DEPTH_LIMIT + 1),
    "endlessly deep": b"[" * 100_000,
    "too large": b'{"text": "' + b"x" * 5_000_000 + b'"}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
async def test_a_body_that_is_not_an_activity_is_a_bad_request(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front, body: bytes
) -> None:
    status, _ = await teams.send(body)
    assert (status, front.asked) == (400, [])


async def test_a_form_post_is_a_bad_request(teams: FakeTeams, adapter: TeamsAdapter) -> None:
    headers = {"Authorization": f"Bearer {teams.token()}", "Content-Type": "text/plain"}
    status, _ = await teams.send(teams.activity("29:maria", type="message"), headers=headers)
    assert status == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("from", "29:maria"), ("conversation", []), ("recipient", 7), ("membersAdded", "all")),
        *(("type", None), ("type", ""), ("type", ["message"]), ("type", "made-up")),
        ("conversation", {"id": "19:\ud83d@thread", "conversationType": "groupChat"}),
    ],
)
async def test_an_activity_of_a_wrong_shape_does_no_harm(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front, name: str, value: object
) -> None:
    activity = teams.activity("29:maria", **{"type": "message", "text": "hi", name: value})
    status, _ = await teams.send(activity)
    assert status in (200, 400)
    assert all(c.origin.user == "29:maria" for c in front.asked)


@pytest.mark.parametrize("place", ["from", "conversation", "recipient", "id", "replyToId"])
async def test_an_id_that_fits_no_address_is_a_bad_request(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front, place: str
) -> None:
    activity = teams.activity("29:maria", type="message", text="hi")
    long = "\U0001f468" * 200
    activity[place] = {"id": long} if place in ("from", "conversation", "recipient") else long
    status, _ = await teams.send(activity)
    assert status == 400
    assert not front.asked


def test_json_as_deep_as_teams_sends_it_is_read() -> None:
    assert read(b'{"a":' * 20 + b"1" + b"}" * 20)
    with pytest.raises(NotJson):
        read(b'{"a":' * 40 + b"1" + b"}" * 40)


async def test_keys_are_fetched_once_for_many_at_a_time(
    teams: FakeTeams, adapter: TeamsAdapter
) -> None:
    await asyncio.gather(*(teams.say("29:maria", f"Draft {n}") for n in range(10)))
    assert teams.calls.count("keys") == 1


async def test_unknown_keys_lead_to_one_fetch_a_minute(teams: FakeTeams) -> None:
    now = [0.0]
    wire = Wire()
    keys = Keys(f"{teams.url}/openid", wire=wire, hosts=Hosts(local=True), clock=lambda: now[0])
    assert await keys.get("key-1")
    assert not any([await keys.get(f"made-up-{n}") for n in range(20)])
    assert teams.calls.count("keys") == 1
    now[0] += 61
    teams.keys = [public_key(OTHER_KEY, "key-2")]
    assert await keys.get("key-2")
    await wire.close()


async def test_old_keys_are_kept_while_the_issuer_is_away(teams: FakeTeams) -> None:
    now = [0.0]
    wire = Wire()
    keys = Keys(f"{teams.url}/openid", wire=wire, hosts=Hosts(local=True), clock=lambda: now[0])
    assert await keys.get("key-1")
    teams.keys_down = True
    now[0] += 48 * 3600
    assert await keys.get("key-1")
    await wire.close()


async def test_when_no_key_was_ever_fetched_teams_is_asked_to_come_again(
    teams: FakeTeams, adapter: TeamsAdapter
) -> None:
    teams.keys_down = True
    status, _ = await teams.send(teams.activity("29:maria", type="message", text="hello"))
    assert status == 503


async def test_damaged_keys_are_passed_over(teams: FakeTeams) -> None:
    teams.keys = [
        {"kid": "broken", "kty": "RSA", "n": "!", "e": "AQAB"},
        {"kid": "secret", "kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA"},
        public_key(KEY, "key-1"),
    ]
    wire = Wire()
    keys = Keys(f"{teams.url}/openid", wire=wire, hosts=Hosts(local=True))
    assert [bool(await keys.get(k)) for k in ("broken", "secret", "key-1")] == [False, False, True]
    await wire.close()


async def test_a_key_that_was_changed_at_the_service_counts_no_longer(
    teams: FakeTeams, front: Front
) -> None:
    adapter = TeamsAdapter(teams.settings(), front)
    adapter._keys._floor = 0.0
    await teams.serve(adapter)
    await teams.say("29:maria", "Draft one")
    teams.keys = [public_key(OTHER_KEY, "key-2")]
    fresh = f"Bearer {teams.token(key=OTHER_KEY, kid='key-2')}"
    stale = f"Bearer {teams.token()}"
    hello = teams.activity("29:maria", type="message", text="hello")
    found = []
    for token in (fresh, stale):
        headers = {"Authorization": token, "Content-Type": "application/json"}
        found.append((await teams.send(hello, headers=headers))[0])
    assert found == [200, 401]
    await adapter.stop()


async def test_bad_tokens_are_turned_away_at_once_while_the_issuer_is_slow(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "PATIENCE", 0.2)
    await teams.say("29:maria", "Draft one")
    adapter._keys._tried_at = float("-inf")
    teams.keys_slow, began = 30.0, time.monotonic()
    hello = teams.activity("29:eve", type="message", text="hello")
    tokens = [make(teams) for make in BAD_HEADERS.values()]
    tokens += [f"Bearer {teams.token(key=OTHER_KEY, kid=f'made-up-{n}')}" for n in range(20)]

    async def tried(token: str) -> int:
        headers = {"Authorization": token, "Content-Type": "application/json"}
        return (await teams.send(hello, headers=headers))[0]

    statuses = await asyncio.gather(*(tried(token) for token in tokens))
    assert set(statuses) == {401}
    assert time.monotonic() - began < 3
    assert teams.calls.count("keys") == 2
    assert len(front.asked) == 1


async def test_a_fetch_of_keys_holds_up_nobody_else(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front
) -> None:
    await teams.say("29:maria", "Draft one")
    adapter._keys._tried_at = adapter._keys._fetched_at = float("-inf")
    teams.keys_slow = 30.0
    eve = f"Bearer {teams.token(key=OTHER_KEY, kid='made-up')}"
    headers = {"Authorization": eve, "Content-Type": "application/json"}
    waiting = asyncio.create_task(teams.send(b"{}", headers=headers))
    await asyncio.sleep(0.05)
    late = []
    for _ in range(20):
        began = time.monotonic()
        await asyncio.sleep(0.01)
        late.append(time.monotonic() - began - 0.01)
    assert max(late) < 0.5
    assert not waiting.done()
    waiting.cancel()


async def test_a_known_key_is_believed_while_new_ones_are_slow_to_come(
    teams: FakeTeams, adapter: TeamsAdapter, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "PATIENCE", 0.1)
    await teams.say("29:maria", "Draft one")
    adapter._keys._tried_at = adapter._keys._fetched_at = float("-inf")
    teams.keys_slow = 30.0
    async with asyncio.timeout(3):
        await teams.say("29:maria", "Draft two")
    assert len(front.asked) == 2


async def test_a_stored_address_cannot_send_us_elsewhere_either(
    teams: FakeTeams, adapter: TeamsAdapter
) -> None:
    for service in ("https://evil.example.com/", "http://169.254.169.254/", "file:///etc/passwd"):
        place = Address(service, "29:maria", "28:bot", "tenant", "a:chat").dump()
        with pytest.raises(Undeliverable, match="service-url-host"):
            await adapter.deliver(Parcel("review/7", "29:maria", place, Card("x", "y"), None, 1))
    assert not teams.messages


EVIL = [
    "https://evil.example.com/",
    "https://smba.trafficmanager.net.evil.example.com/",
    "https://smba.trafficmanager.net@evil.example.com/",
    "https://evil.example.com#smba.trafficmanager.net",
    "https://evil.example.com\\@smba.trafficmanager.net/",
    "https://botframework.com.evil.example.com/",
    "https://evilbotframework.com/",
    "http://smba.trafficmanager.net/teams/",
    "https://smba.trafficmanager.net:8443/teams/",
    "https://smba.trafficmanager.net:port/",
    "https://127.0.0.1/",
    "http://127.0.0.1:9/",
    "http://localhost/",
    "http://[::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2130706433/",
    "file:///etc/passwd",
    "ftp://smba.trafficmanager.net/",
    "//smba.trafficmanager.net/",
    "smba.trafficmanager.net",
    "https://ѕmba.trafficmanager.net/",
    "https://smba.trafficmanager.net/\r\nHost: evil.example.com",
    "",
]


@pytest.mark.parametrize("url", EVIL)
def test_no_other_server_is_ever_called(url: str) -> None:
    assert not Hosts().serves(url)


@pytest.mark.parametrize("url", [u for u in EVIL if "127.0.0.1" not in u and "::1" not in u])
def test_local_use_adds_this_machine_and_nothing_else(url: str) -> None:
    assert Hosts(local=True).serves(url) == (url == "http://localhost/")


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/teams/",
        "https://smba.trafficmanager.net/amer/7e0d2c5a/",
        "https://smba.infra.gov.teams.microsoft.us/gcch/",
        "https://europe.webchat.botframework.com/",
    ],
)
def test_the_connectors_of_teams_are_called(url: str) -> None:
    assert Hosts().serves(url)
    assert not Hosts().stores(url)


def test_a_host_named_in_app_yaml_is_called() -> None:
    assert Hosts(extra=("relay.riverside.example.com",)).serves(
        "https://relay.riverside.example.com/teams"
    )


@pytest.mark.parametrize(
    ("url", "fit"),
    [
        ("https://riverside-my.sharepoint.com/personal/maria/up", True),
        ("https://riverside.sharepoint.us/up", True),
        ("http://riverside-my.sharepoint.com/up", False),
        ("https://sharepoint.com.evil.example.com/up", False),
        ("https://evilsharepoint.com/up", False),
        ("https://127.0.0.1/up", False),
    ],
)
def test_files_are_put_into_sharepoint_only(url: str, fit: bool) -> None:
    assert Hosts().stores(url) is fit


async def test_a_signed_activity_cannot_send_us_elsewhere(teams: FakeTeams, front: Front) -> None:
    adapter = await served(teams, front)
    evil = "https://evil.example.com/"
    headers = {
        "Authorization": f"Bearer {teams.token(serviceurl=evil)}",
        "Content-Type": "application/json",
    }
    activity = teams.activity("29:eve", type="message", text="hi", serviceUrl=evil)
    status, _ = await teams.send(activity, headers=headers)
    assert (status, front.asked) == (401, [])
    await adapter.stop()


JSON = {"Content-Type": "application/json"}


async def test_local_use_without_an_app_id_needs_no_token(teams: FakeTeams, front: Front) -> None:
    adapter = await served(teams, front, app_id="", tenant="")
    status, _ = await teams.send(
        teams.activity("29:maria", type="message", text="hello"), headers=JSON
    )
    assert (status, len(front.asked), adapter.ready()) == (200, 1, True)
    assert "token" not in teams.calls
    await adapter.stop()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"Origin": "https://evil.example.com"},
        {"Host": "signoff.evil.example.com"},
    ],
    ids=["a proxy", "a newer proxy", "a web page", "a name that was pointed here"],
)
async def test_local_use_is_for_this_machine_only(
    teams: FakeTeams, front: Front, headers: dict[str, str]
) -> None:
    adapter = await served(teams, front, app_id="", tenant="")
    status, _ = await teams.send(
        teams.activity("29:eve", type="message", text="hello"), headers={**JSON, **headers}
    )
    assert (status, front.asked) == (403, [])
    await adapter.stop()


async def test_an_empty_app_id_alone_lets_nobody_in(teams: FakeTeams, front: Front) -> None:
    adapter = await served(teams, front, app_id="", local=False)
    for headers in (JSON, {**JSON, "Authorization": f"Bearer {teams.token(aud='')}"}):
        status, _ = await teams.send(
            teams.activity("29:eve", type="message", text="hello"), headers=headers
        )
        assert (status, front.asked, adapter.ready()) == (401, [], False)
    await adapter.stop()


def test_each_cloud_has_its_own_issuer() -> None:
    assert service_of("https://login.microsoftonline.com") == "https://api.botframework.com"
    assert service_of("https://login.microsoftonline.us") == "https://api.botframework.us"
