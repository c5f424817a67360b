"""Turns what Teams tells us into a command. Pure: an activity's JSON in, a command or None out."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from adapters.teams.address import Address
from adapters.teams.auth import tenant_of
from adapters.teams.payload import Payload, dig, rows, table, words
from adapters.teams.text import Written, written
from bot.cards import Verb
from bot.commands import Chat, Command, Deleted, Edited, Origin, Request, Said, Submit, Topic
from bot.commands.parse import from_button, from_words

_INPUT = re.compile(r"(a\d{1,2})\.(\w{1,40})")


def command(activity: Payload, aliases: tuple[str, ...] = ()) -> Command | None:
    """What the person asks for, or None when the activity asks nothing of us. `aliases` are
    further ids of the person that the directory knows. Raises `Refused` for a button that is not
    ours.
    """
    if not speaker(activity) or not words(activity, "conversation", "id"):
        return None
    match words(activity, "type"):
        case "message":
            return _message(activity, origin(activity, aliases))
        case "messageUpdate":
            return Edited(origin(activity, aliases), written(activity).named)
        case "messageDelete":
            return Deleted(origin(activity, aliases))
        case "invoke" if words(activity, "name") == "adaptiveCard/action":
            action = table(activity, "value", "action")
            data = {**table(action, "data"), "verb": words(action, "verb")}
            return _click(activity, data, aliases)
        case "installationUpdate" | "conversationUpdate" if _is_arrival(activity):
            return Request(origin(activity, aliases), Topic.HELP)
    return None


def speaker(activity: Payload) -> str:
    """The id of the person who acts; empty when it is the bot itself."""
    user = words(activity, "from", "id")
    is_bot = user == words(activity, "recipient", "id") or words(activity, "from", "role") == "bot"
    return "" if is_bot else user


def is_personal(activity: Payload) -> bool:
    """True in a person's own chat with the bot, where nobody else reads along."""
    return words(activity, "conversation", "conversationType") in ("", "personal")


def origin(activity: Payload, aliases: tuple[str, ...] = ()) -> Origin:
    conversation = words(activity, "conversation", "id")
    listed = (*(words(activity, "from", k) for k in ("aadObjectId", "email")), *aliases)
    posted = words(activity, "type").startswith("message") and not _button_data(activity)
    return Origin(
        chat=Chat.TEAMS,
        user=speaker(activity),
        event=_event(activity),
        aliases=tuple(dict.fromkeys(a for a in listed if a)),
        conversation=conversation,
        message=words(activity, "id") if posted else "",
        thread=_thread(activity),
        address=address(activity).dump(),
    )


def address(activity: Payload) -> Address:
    return Address(
        service_url=words(activity, "serviceUrl"),
        user=speaker(activity),
        bot=words(activity, "recipient", "id"),
        tenant=tenant_of(activity),
        conversation=words(activity, "conversation", "id") if is_personal(activity) else "",
    )


def _message(activity: Payload, origin: Origin) -> Command | None:
    if data := _button_data(activity):
        return _click(activity, data, origin.aliases)
    said = written(activity)
    if not is_personal(activity) and not said.mentions_bot:
        return None  # overheard in a group, and none of our business
    if request := from_words(said.by_id, origin):
        return request
    return _words_under_a_card(said, origin) or Submit(origin, said.named)


def _words_under_a_card(said: Written, origin: Origin) -> Said | None:
    thread = said.quoted or origin.thread
    return Said(replace(origin, thread=thread), said.named) if thread else None


def _button_data(activity: Payload) -> Payload:
    """What an Action.Submit sent: a message with a value that names its verb."""
    value = table(activity, "value")
    return value if words(value, "verb") else {}


def _click(activity: Payload, data: Payload, aliases: tuple[str, ...]) -> Command:
    verb = words(data, "verb")
    fields = _fields(data)
    pressed = origin(activity, aliases)
    if verb == Verb.SUBMIT:
        # The same form sent twice without a change is one draft, however fast the double click.
        pressed = replace(pressed, event=_hash(pressed.user, pressed.thread, *_flat(fields)))
    return from_button(verb, fields, pressed)


def _fields(data: Payload) -> dict[str, str]:
    """The button's data joined with what was filled in on its own form, and on no other."""
    place = words(data, "form")
    fields = {k: str(v) for k, v in data.items() if isinstance(v, str | int) and "." not in k}
    for name, value in data.items():
        match = _INPUT.fullmatch(name)
        if match and match[1] == place and isinstance(value, str):
            fields[match[2]] = value
    return {k: v for k, v in fields.items() if k not in ("verb", "form")}


def _thread(activity: Payload) -> str:
    """The message that this one answers: the one it says, or the root of a channel's thread."""
    root = words(activity, "conversation", "id").partition(";messageid=")[2]
    answered = words(activity, "replyToId") or root
    return "" if answered == words(activity, "id") else answered


def _is_arrival(activity: Payload) -> bool:
    """True when the bot itself was just installed or added."""
    if words(activity, "type") == "installationUpdate":
        return words(activity, "action") in ("add", "add-upgrade")
    bot = words(activity, "recipient", "id")
    return any(words(m, "id") == bot for m in rows(activity, "membersAdded"))


def _event(activity: Payload) -> str:
    """The same for a redelivery, different for two acts.

    A message's id alone is neither: it is a time in milliseconds, unique in its conversation
    only, and an edit carries the id of what was edited. Teams announces an arrival two ways; one
    a day is greeted.
    """
    kind = words(activity, "type")
    conversation, user = words(activity, "conversation", "id"), words(activity, "from", "id")
    when = words(activity, "timestamp")
    if _is_arrival(activity):
        return _hash("arrival", conversation, user, when[:10])
    message = words(activity, "id")
    if message and kind in ("message", "invoke"):
        return _hash(kind, conversation, message)
    clicked = (words(activity, "replyToId"), words(activity, "localTimestamp"))
    value = _flat(table(activity, "value", "action")) if kind == "invoke" else []
    return _hash(kind, conversation, user, message, when, *clicked, *value)


def _flat(value: Mapping[str, object]) -> list[str]:
    return [f"{k}={dig(value, k)}" for k in sorted(value)]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:40]
