"""A made-up platform and made-up checks, for tests of what moves drafts and cards along."""

import asyncio
from collections.abc import Callable, Sequence

from bot.cards import Card
from bot.commands import Chat
from bot.engine.checker import Checker
from bot.outbox import Parcel, Receipt
from checks import Examined
from checks.values import Finding, Post


class Platform:
    """Keeps what it was given; `trouble` may raise before it does."""

    def __init__(
        self, trouble: Callable[[Parcel], None] = lambda _: None, chat: Chat = Chat.WEB
    ) -> None:
        self.chat = chat
        self.shown: dict[tuple[str, str], Card] = {}
        self.posts: list[tuple[str, str]] = []
        self.trouble = trouble

    async def deliver(self, parcel: Parcel) -> Receipt:
        self.trouble(parcel)
        place = (parcel.user, parcel.key)
        if parcel.receipt is None:
            self.posts.append(place)
        self.shown[place] = parcel.card
        return Receipt(*place)


class Findings(Checker):
    """Checks that find what they are told to."""

    def __init__(self, found: Callable[[Post], Sequence[Finding]]) -> None:
        super().__init__()
        self.found = found

    async def run(self, post: Post) -> Examined:
        return Examined(tuple(self.found(post)))


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)
