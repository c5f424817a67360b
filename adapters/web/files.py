"""What the page fetches by a URL: its own style and script, and files handed over, once each."""

import secrets
from collections import OrderedDict
from importlib.resources import files
from urllib.parse import quote

from aiohttp import web

from adapters.web.guard import HEADERS
from bot.cards import File

MOST_FILES = 16
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class Downloads:
    """Files that wait to be fetched. They go with the process; asking again makes new ones."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, File] = OrderedDict()

    def add(self, file: File) -> str:
        """Keeps the file and returns the token that fetches it."""
        token = secrets.token_urlsafe(18)
        self._waiting[token] = file
        while len(self._waiting) > MOST_FILES:
            self._waiting.popitem(last=False)
        return token

    def take(self, token: str) -> web.Response | None:
        """The file as an attachment, or None when it was fetched before."""
        file = self._waiting.pop(token, None)
        if file is None:
            return None
        headers = {
            **HEADERS,
            "Content-Type": file.media_type,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        }
        return web.Response(body=file.content, headers=headers)


def statics() -> dict[str, tuple[str, bytes]]:
    """Our own style and script by name: (content type, content)."""
    folder = files("adapters.web") / "static"
    return {
        each.name: (_TYPES[each.name.rsplit(".", 1)[-1]], each.read_bytes())
        for each in folder.iterdir()
        if each.name.rsplit(".", 1)[-1] in _TYPES
    }
