"""Turns what Slack tells us into a command. Pure: a payload in, what is asked out."""

from dataclasses import dataclass, replace
from enum import StrEnum

from adapters.slack import forms
from adapters.slack.payload import Payload, dig, digest, rows, table, words
from adapters.slack.text import pictured, plain, without_mention
from bot.cards import Action, Verb
from bot.commands import Chat, Command, Deleted, Edited, Origin, Request, Said, Submit, Topic
from bot.commands.parse import from_button, from_words

SHORTCUT = "submit_for_signoff"
POST, SIGNOFF = "/post", "/signoff"
WRITTEN = ("", "file_share", "me_message", "thread_broadcast")  # subtypes that a person typed


class Way(StrEnum):
    """How a person reached us, which decides how they can be answered."""

    MESSAGE = "message"
    COMMAND = "command"
    CLICK = "click"
    FORM = "form"
    SHORTCUT = "shortcut"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stood when they asked. `trigger` opens a window, within three seconds."""

    way: Way
    user: str
    channel: str = ""
    thread: str = ""
    response_url: str = ""
    trigger: str = ""

    @property
    def private(self) -> bool:
        """True in a person's own chat with the bot, where nobody else reads along."""
        return self.channel.startswith("D")


@dataclass(frozen=True, slots=True)
class Opens:
    """A pressed button that asks for words first. `filled` means that some of them are there
    already: the draft's own, which the desk is asked for with `look`.
    """

    action: Action
    look: Command | None = None


def asked(body: Payload) -> Command | Opens | None:
    """What the person asks for, or None when the payload asks nothing of us. Raises `Refused` for
    a button that is not ours.
    """
    match words(body, "type"):
        case "event_callback":
            return _event(body)
        case "block_actions":
            return _click(body)
        case "view_submission":
            return _form(body)
        case "message_action" if words(body, "callback_id") == SHORTCUT:
            return _shortcut(body)
    return _slash(body) if words(body, "command") else None


def place(body: Payload) -> Place:
    """Where to answer."""
    user = words(body, "user", "id") or words(body, "user_id")
    way = _WAYS.get(words(body, "type"), Way.COMMAND)
    if way is Way.MESSAGE:
        event = table(body, "event")
        said = table(event, "previous_message") or event
        return Place(way, words(said, "user"), words(event, "channel"), _thread(said))
    channel = words(body, "channel", "id") or words(body, "channel_id")
    if way is Way.FORM:
        channel = words(forms.load(words(body, "view", "private_metadata")), "channel")
    thread = words(body, "message", "thread_ts") if way is Way.CLICK else ""
    url, trigger = words(body, "response_url"), words(body, "trigger_id")
    return Place(way, user, channel, thread, url, trigger)


_WAYS = {
    "event_callback": Way.MESSAGE,
    "block_actions": Way.CLICK,
    "view_submission": Way.FORM,
    "message_action": Way.SHORTCUT,
}


def prefilled(action: Action, text: str) -> Action:
    """The form with `text` in its text field."""
    asks = tuple(replace(ask, value=text) if ask.name == "text" else ask for ask in action.asks)
    return replace(action, asks=asks)


def shared(body: Payload) -> str:
    """The words of the message on which the shortcut was used."""
    message = table(body, "message")
    return plain(words(message, "text"), message.get("blocks"))


def team(body: Payload) -> str:
    """The workspace a payload comes from; empty when it does not say."""
    return words(body, "team_id") or words(body, "team", "id") or words(body, "user", "team_id")


# --- messages ------------------------------------------------------------------------------------


def _event(body: Payload) -> Command | None:
    event = table(body, "event")
    private = _is_private(event)
    match words(event, "type"), words(event, "subtype"):
        case "message", "message_changed" if private:
            return _changed(body, event)
        case "message", "message_deleted" if private:
            gone = table(event, "previous_message")
            return Deleted(_of(body, gone, words(event, "deleted_ts"))) if _human(gone) else None
        case "message", subtype if subtype in WRITTEN and _human(event):
            return _message(body, event) if private or _under_ours(body, event) else None
        case "app_mention", _ if _human(event) and not private:
            return _message(body, event)
    return None


def _message(body: Payload, event: Payload) -> Command:
    said = plain(without_mention(words(event, "text"), _bots(body)), event.get("blocks"))
    origin = _of(body, event, words(event, "ts"))
    if not said and words(event, "type") == "app_mention":
        return Request(origin, Topic.HELP)
    if request := from_words(said, origin):
        return request
    return Said(origin, said) if origin.thread else Submit(origin, said)


def _changed(body: Payload, event: Payload) -> Command | None:
    now, before = table(event, "message"), table(event, "previous_message")
    if words(now, "subtype") == "tombstone":  # deleted, but kept for the thread below it
        return Deleted(_of(body, before, words(now, "ts"))) if _human(before) else None
    if not _human(now) or words(now, "text") == words(before, "text"):
        return None  # a link's preview was added, nobody wrote anything
    said = plain(without_mention(words(now, "text"), _bots(body)), now.get("blocks"))
    return Edited(_of(body, now, words(now, "ts")), said)


def _human(message: Payload) -> bool:
    return words(message, "user") not in ("", "USLACKBOT") and not words(message, "bot_id")


def _is_private(event: Payload) -> bool:
    return words(event, "channel_type") == "im" or words(event, "channel").startswith("D")


def _under_ours(body: Payload, event: Payload) -> bool:
    """True for words typed in a channel under a message of ours: nothing else there is for us."""
    return bool(_thread(event)) and words(event, "parent_user_id") in _bots(body)


def _bots(body: Payload) -> set[str]:
    return {words(a, "user_id") for a in rows(body, "authorizations")} - {""}


def _thread(message: Payload) -> str:
    root = words(message, "thread_ts")
    return "" if root == words(message, "ts") else root


def _of(body: Payload, message: Payload, ts: str) -> Origin:
    event = table(body, "event")
    channel, user = words(event, "channel"), words(message, "user")
    own = (words(event, "type"), words(event, "subtype"), channel, user, ts)
    name = words(body, "event_id") or digest(*own, words(event, "event_ts"))
    return _origin(user, name, conversation=channel, message=ts, thread=_thread(message))


def _origin(
    user: str, event: str, *, conversation: str = "", message: str = "", thread: str = ""
) -> Origin:
    """Cards reach a person by their id, so that is their address."""
    return Origin(Chat.SLACK, user, event, (), conversation, message, thread, address=user)


# --- slash commands, buttons, windows ------------------------------------------------------------


def _slash(body: Payload) -> Command | None:
    user, channel = words(body, "user_id"), words(body, "channel_id")
    said = plain(words(body, "text")).strip()
    own = ("slash", user, channel, words(body, "trigger_id"), words(body, "command"), said)
    origin = _origin(user, digest(*own), conversation=channel)
    match words(body, "command"):
        case "/post":
            return Submit(origin, said) if said else Request(origin, Topic.POST)
        case "/signoff":
            return from_words(said, origin) or Request(origin, Topic.HELP)
    return None


def _click(body: Payload) -> Command | Opens | None:
    action = next(iter(rows(body, "actions")), {})
    verb = forms.verb_of(words(action, "action_id"))
    data, asks, filled = forms.pressed(words(action, "value"))
    origin = _pressed(body, action)
    if verb not in set(Verb) or not asks:
        return from_button(verb, data, origin)
    look = from_button(Verb.SHOW, data, origin) if filled else None
    label = words(action, "text", "text")
    return Opens(Action(Verb(verb), label, data, asks=asks), look)


def _pressed(body: Payload, action: Payload) -> Origin:
    user = words(body, "user", "id")
    stands = (words(body, "container", k) for k in ("channel_id", "message_ts", "view_id"))
    own = (words(action, "action_id"), words(action, "value"), words(action, "action_ts"))
    name = digest("click", user, *stands, *own)
    lasting = dig(body, "container", "is_ephemeral") is False
    card = words(body, "container", "message_ts") if lasting else ""
    return _origin(user, name, conversation=words(body, "channel", "id"), thread=card)


def _form(body: Payload) -> Command | None:
    """The command of a window. Sent twice unchanged it is one act, however it came to be resent;
    after a refusal it is a new one, because the window was replaced.
    """
    view, user = table(body, "view"), words(body, "user", "id")
    about = forms.load(words(view, "private_metadata"))
    if not words(about, "verb"):
        return None
    fields = {k: pictured(v) for k, v in forms.filled(view).items()}
    own = (words(view, "id"), words(view, "hash"), *(f"{k}={v}" for k, v in fields.items()))
    data = {k: v for k, v in table(about, "data").items() if isinstance(v, str)}
    origin = _origin(user, digest("form", user, *own), conversation=words(about, "channel"))
    return from_button(words(about, "verb"), {**fields, **data}, origin)


def _shortcut(body: Payload) -> Command:
    """A form with the message's words in it, or a draft at once when they do not fit into one."""
    text, user = shared(body), words(body, "user", "id")
    name = digest("shortcut", user, words(body, "trigger_id"), words(body, "message", "ts"))
    origin = _origin(user, name, conversation=words(body, "channel", "id"))
    if len(text) > forms.FIELD_LIMIT:
        return Submit(origin, text)
    return Request(origin, Topic.POST)
