"""One HTTP client for everything this adapter fetches or sends: bounded in time and size, never
following a redirect.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

ANSWER_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """The body's JSON, or None when it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Unreachable(Exception):
    """The server did not answer. `sent` is False when we know that nothing left this machine."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__()
        self.sent = sent


class Wire:
    def __init__(self, timeout: float = 15.0) -> None:
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | Mapping[str, str] | None = None,
    ) -> Reply:
        """What the server answered, whatever its status. Raises `Unreachable`."""
        body: object = io.BytesIO(data) if isinstance(data, bytes) else data
        try:
            async with self._open().request(
                method, url, headers=headers, data=body, allow_redirects=False
            ) as response:
                answer = await response.content.read(ANSWER_LIMIT)
                while chunk := await response.content.read(ANSWER_LIMIT - len(answer)):
                    answer += chunk
                return Reply(response.status, response.headers, answer)
        except aiohttp.ClientConnectorError:
            raise Unreachable(sent=False) from None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise Unreachable(sent=True) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout, connect=5),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
