"""Decides whether a request truly comes from Teams. A forged activity could approve a post, so
every check is made here and nothing is left to the library.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import jwt

from adapters.teams.hosts import Hosts
from adapters.teams.payload import Payload, rows, words
from adapters.teams.wire import Unreachable, Wire
from bot.config import TeamsSettings

LEEWAY = 300  # seconds a clock may be off, as Microsoft's own services allow
TOKEN_LIMIT = 6_000
FRESH = 24 * 3600.0  # keys are fetched anew after this long
FLOOR = 60.0  # and never more often than this, whatever strangers send
PATIENCE = 3.0  # a request waits no longer for keys; the fetch goes on without it
CHANNEL = "msteams"  # on other channels people choose their own ids, so none is let in

_SERVICES = {
    "us": "https://api.botframework.us",
    "cn": "https://api.botframework.azure.cn",
}


def service_of(authority: str) -> str:
    """The name of the Bot Framework service in the cloud that `authority` belongs to: it issues
    the tokens we are sent, and the ones we send are for it.
    """
    host = urlsplit(authority).hostname or ""
    return _SERVICES.get(host.rpartition(".")[2], "https://api.botframework.com")


class Denied(Exception):
    """The request is turned away. `code` is safe to log and says which check failed."""

    def __init__(self, code: str, status: int = 401) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key of the service, and the channels it may speak for."""

    key: jwt.PyJWK
    endorsements: frozenset[str]


class Keys:
    """The service's signing keys. One fetch at a time, old keys kept while a fetch fails."""

    def __init__(
        self,
        url: str,
        *,
        wire: Wire,
        hosts: Hosts,
        floor: float = FLOOR,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url, self._wire, self._hosts = url, wire, hosts
        self._floor, self._clock = floor, clock
        self._keys: dict[str, SigningKey] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    @property
    def known(self) -> bool:
        return bool(self._keys)

    async def get(self, key_id: str) -> SigningKey | None:
        """The key of that id. An unknown id or old keys lead to one fetch, at most every `floor`
        seconds; a known key is believed while the fetch takes its time.
        """
        if key_id not in self._keys or self._clock() - self._fetched_at > FRESH:
            await self.refresh(PATIENCE)
        return self._keys.get(key_id)

    async def refresh(self, patience: float | None = None) -> None:
        """Waits for a fetch, at most for `patience` seconds: the one under way or, unless the last
        was a moment ago, a new one.
        """
        if self._fetching is None:
            if self._clock() - self._tried_at < self._floor:
                return
            self._tried_at = self._clock()
            self._fetching = asyncio.create_task(self._take())
        await asyncio.wait({self._fetching}, timeout=patience)

    async def _take(self) -> None:
        try:
            if keys := await self._fetch():
                self._keys, self._fetched_at = keys, self._clock()
        finally:
            self._fetching = None

    async def close(self) -> None:
        """Gives up a fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})

    async def _fetch(self) -> dict[str, SigningKey]:
        document = await self._json(self._url)
        keys = await self._json(words(document, "jwks_uri"))
        found = ((words(row, "kid"), _signing_key(row)) for row in rows(keys, "keys"))
        return {key_id: key for key_id, key in found if key_id and key}

    async def _json(self, url: str) -> object:
        if not self._hosts.names_keys(url):
            return None
        try:
            reply = await self._wire.call("GET", url)
        except Unreachable:
            return None
        return reply.json() if reply.status == 200 else None


def _signing_key(row: Payload) -> SigningKey | None:
    """The RSA key that `row` describes, or None: other kinds never sign for this service."""
    if words(row, "kty") != "RSA" or words(row, "use") not in ("", "sig"):
        return None
    try:
        key = jwt.PyJWK(dict(row), algorithm="RS256")
    except jwt.PyJWTError:
        return None
    listed = row.get("endorsements")
    return SigningKey(key, frozenset(map(str, listed)) if isinstance(listed, list) else frozenset())


@dataclass(frozen=True, slots=True)
class Token:
    """What a token that passed its checks vouches for."""

    service_url: str
    endorsements: frozenset[str]
    claims: Mapping[str, str]


class Guard:
    """The checks at the door: first the token by itself, then the activity that came with it."""

    def __init__(self, settings: TeamsSettings, *, hosts: Hosts, keys: Keys) -> None:
        self._app_id, self._tenant = settings.app_id, settings.tenant
        self._issuer = service_of(settings.authority)
        self._hosts, self._keys = hosts, keys
        self.open = settings.local and not settings.app_id  # the playground sends no token

    async def check(self, header: str) -> Token:
        """What the Authorization header vouches for. Raises `Denied`."""
        scheme, _, token = header.partition(" ")
        if not self._app_id or scheme.lower() != "bearer" or not token:
            raise Denied("no-token")
        key = await self._key(token)
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                audience=self._app_id,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud"], "strict_aud": True},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Denied(f"token-{type(error).__name__}") from None
        service_url = words(claims, "serviceurl")
        return Token(service_url, key.endorsements, {"appid": self._app_id})

    async def _key(self, token: str) -> SigningKey:
        if len(token) > TOKEN_LIMIT:
            raise Denied("token-too-long")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError):
            raise Denied("token-malformed") from None
        if header.get("alg") != "RS256":
            raise Denied("token-algorithm")
        key = await self._keys.get(words(header, "kid"))
        if key is None and not self._keys.known:
            raise Denied("keys-away", status=503)  # ours to mend: the sender shall try again
        if key is None:
            raise Denied("token-key")
        return key

    def match(self, token: Token | None, activity: Payload) -> None:
        """Raises `Denied` unless the activity is one the token may bring (None: no token was
        asked for, in local use).
        """
        service_url = words(activity, "serviceUrl")
        if token is not None:
            if words(activity, "channelId") != CHANNEL or CHANNEL not in token.endorsements:
                raise Denied("channel")
            if not service_url or token.service_url.rstrip("/") != service_url.rstrip("/"):
                raise Denied("service-url-claim")
        if not self._hosts.serves(service_url):
            raise Denied("service-url-host")
        if self._tenant and tenant_of(activity) != self._tenant:
            raise Denied("tenant", status=403)


def tenant_of(activity: Payload) -> str:
    """The Microsoft 365 organisation the activity comes from."""
    return words(activity, "channelData", "tenant", "id") or words(
        activity, "conversation", "tenantId"
    )
