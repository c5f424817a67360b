"""Turns what the page posts into a command for the desk.

A post is a JSON object: `user` (whose column), `event` (made by the page for each press, the same
when it tries again), `act`, and what the act needs:

    say     text, thread?      words typed; with `thread`, a reply to the card of that message
    sample  sample             one of the sample drafts, by its place
    edit    message, text      the person's own words, changed afterwards
    delete  message
    press   verb, data         a button, or a form that was filled in
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from adapters.web.items import Words
from bot.commands import Chat, Command, Deleted, Edited, Origin, Said, Submit
from bot.commands.parse import from_button, from_words
from bot.demo import Sample
from bot.messages.view import PLATFORMS

_ID = re.compile(r"[A-Za-z0-9-]{8,80}")
_MOST_FIELDS = 20


class NotOurs(Exception):
    """The post is not one our page would make."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post whose frame is in order."""

    user: str
    event: str
    act: str
    fields: Mapping[str, object]

    def text(self, name: str) -> str:
        """The words in a field. Halves of a broken emoji become a replacement character, since
        they cannot be stored as UTF-8.
        """
        value = self.fields.get(name, "")
        if not isinstance(value, str):
            raise NotOurs
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def message(self, name: str) -> str:
        value = self.text(name)
        if not _ID.fullmatch(value):
            raise NotOurs
        return value

    def data(self) -> dict[str, str]:
        value = self.fields.get("data", {})
        if not isinstance(value, dict) or len(value) > _MOST_FIELDS:
            raise NotOurs
        return {key: Post("", "", "", value).text(key) for key in value}


@dataclass(frozen=True, slots=True)
class Turn:
    """A command, and what the person's own `message` shows from now on (None: no such message)."""

    command: Command
    message: str = ""
    words: Words | None = None


def read(payload: object, people: Collection[str]) -> Post:
    """The frame of a post. Raises `NotOurs`."""
    if not isinstance(payload, dict):
        raise NotOurs
    post = Post("", "", "", payload)
    user, event, act = post.text("user"), post.message("event"), post.text("act")
    if user not in people or act not in _ACTS:
        raise NotOurs
    return Post(user, event, act, payload)


def turn(post: Post, samples: Sequence[Sample]) -> Turn:
    """The command behind a post. Raises `NotOurs`, or `Refused` with a sentence for the person."""
    return _ACTS[post.act](post, samples)


def _say(post: Post, _: Sequence[Sample]) -> Turn:
    text, message = post.text("text"), f"said-{post.event}"
    if post.fields.get("thread"):
        target = post.message("thread")
        words = Words(text, target=target)
        return Turn(Said(_origin(post, message, thread=target), text), message, words)
    origin = _origin(post, message)
    request = from_words(text, origin)
    if request is not None:
        return Turn(request, message, Words(text))
    return Turn(Submit(origin, text), message, Words(text, draft=True))


def _sample(post: Post, samples: Sequence[Sample]) -> Turn:
    place = post.fields.get("sample")
    if type(place) is not int or not 0 <= place < len(samples):
        raise NotOurs
    chosen, message = samples[place], f"said-{post.event}"
    command = Submit(
        _origin(post, message), chosen.text, kind=chosen.kind, platform=chosen.platform
    )
    return Turn(command, message, Words(chosen.text, under=meant_for(chosen), draft=True))


def meant_for(sample: Sample) -> str:
    """Where a sample is meant to go, as people say it."""
    name = PLATFORMS.get(sample.platform, sample.platform)
    return f"{sample.kind.capitalize()} for {name}"


def _edit(post: Post, _: Sequence[Sample]) -> Turn:
    text, message = post.text("text"), post.message("message")
    return Turn(Edited(_origin(post, message), text), message, Words(text, draft=True))


def _delete(post: Post, _: Sequence[Sample]) -> Turn:
    message = post.message("message")
    return Turn(Deleted(_origin(post, message)), message, Words("", draft=True, deleted=True))


def _press(post: Post, _: Sequence[Sample]) -> Turn:
    return Turn(from_button(post.text("verb"), post.data(), _origin(post)))


_ACTS: dict[str, Callable[[Post, Sequence[Sample]], Turn]] = {
    "say": _say,
    "sample": _sample,
    "edit": _edit,
    "delete": _delete,
    "press": _press,
}


def _origin(post: Post, message: str = "", thread: str = "") -> Origin:
    return Origin(
        Chat.WEB,
        post.user,
        post.event,
        conversation=post.user,
        message=message,
        thread=thread,
        address=post.user,
    )
