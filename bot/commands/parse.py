"""Turns what arrives - a typed word, a pressed button, a filled form - into a command."""

import re
from collections.abc import Callable, Mapping

from bot.cards import Verb
from bot.commands import (
    FIELD_LIMIT,
    TEXT_LIMIT,
    AskAgain,
    Command,
    Confirm,
    Decide,
    Decline,
    Delegate,
    Dispute,
    EndDelegation,
    Explain,
    Hold,
    Keep,
    Learn,
    MakeException,
    NoException,
    Origin,
    Outcome,
    Override,
    Peek,
    Posted,
    Quiz,
    Read,
    Release,
    Request,
    Revise,
    Revoke,
    Show,
    Submit,
    Take,
    Topic,
    Withdraw,
)
from bot.exceptions import ExceptionKind
from bot.refusals import Refused

# What may follow each word. Anything else that starts with the word is a draft:
# "Report your symptoms early" is a post, and so is "Open 7 days a week", hence the sign before
# a draft's number.
GRAMMAR: dict[Topic, re.Pattern[str]] = {
    Topic.HELP: re.compile(r""),
    Topic.POST: re.compile(r""),
    Topic.QUEUE: re.compile(r""),
    Topic.REPORT: re.compile(r"(?:\d{1,4})?"),
    Topic.EXPORT: re.compile(r"(?:csv|json)?(?: ?\d{1,4})?"),
    Topic.PEOPLE: re.compile(r""),
    Topic.TRAINING: re.compile(r""),
    Topic.LEDGER: re.compile(r"(?:verify|export)?"),
    Topic.DELEGATE: re.compile(r"(?:end|@\S{1,200}(?: \S{1,20}){0,2})?"),
    Topic.OPEN: re.compile(r"(?:draft )?#\d{1,12}(?: .{1,280})?"),
    Topic.SETTINGS: re.compile(r""),
    Topic.EXCEPTIONS: re.compile(r"(?:(?:before )?\d{1,12})?"),
    Topic.HOLD: re.compile(r"(?:\d{1,12}|#\d{1,12}(?: .{1,250})?)?"),
    Topic.RELEASE: re.compile(r"(?:\d{1,12}|#\d{1,12}(?: .{1,250})?)?"),
}


def from_words(text: str, origin: Origin) -> Request | None:
    """The request that `text` is, or None when it reads as a draft. A leading slash or
    "/signoff" is allowed.
    """
    if len(text) > 300:
        return None
    words = " ".join(text.split()).removeprefix("/signoff ").removeprefix("/")
    first, _, rest = words.partition(" ")
    topic = next((t for t in Topic if t == first.lower()), None)
    if topic and GRAMMAR[topic].fullmatch(rest.lower()):
        return Request(origin, topic, rest)
    return None


class _Fields:
    """What a button or form sent, read with a bound and a kind sentence when it is not what we
    gave it.
    """

    def __init__(self, data: Mapping[str, str]) -> None:
        self.data = data

    def number(self, name: str) -> int:
        value = self.data.get(name, "")
        if not re.fullmatch(r"[0-9]{1,12}", value):
            raise Refused(
                "This button is not one of mine any more. Type `queue` to see what is open."
            )
        return int(value)

    def words(self, name: str, limit: int = FIELD_LIMIT) -> str:
        value = self.data.get(name, "").strip()
        if len(value) > limit:
            raise Refused(
                f"That is {len(value):,} characters; at most {limit:,} fit. Please shorten it."
            )
        return value


_BUILDERS: dict[Verb, Callable[[Origin, _Fields], Command]] = {
    Verb.SUBMIT: lambda o, f: Submit(
        o,
        text=f.words("text", 4 * TEXT_LIMIT),
        kind=f.words("kind") or "post",
        platform=f.words("platform"),
        link=f.words("link"),
        alt_text=f.words("alt_text"),
        schedule=f.words("schedule"),
        source=f.words("source", TEXT_LIMIT),
    ),
    Verb.REVISE: lambda o, f: Revise(o, f.number("draft"), f.words("text", 4 * TEXT_LIMIT)),
    Verb.TAKE: lambda o, f: Take(o, f.number("draft"), f.number("version")),
    Verb.WITHDRAW: lambda o, f: Withdraw(o, f.number("draft")),
    Verb.KEEP: lambda o, f: Keep(o, f.number("draft")),
    Verb.DISPUTE: lambda o, f: Dispute(
        o, f.number("draft"), f.number("version"), f.words("reason")
    ),
    Verb.EXPLAIN: lambda o, f: Explain(
        o, f.number("draft"), f.number("version"), f.words("reason")
    ),
    Verb.APPROVE: lambda o, f: _decide(o, f, Outcome.APPROVE),
    Verb.REJECT: lambda o, f: _decide(o, f, Outcome.REJECT),
    Verb.REQUEST_CHANGES: lambda o, f: _decide(o, f, Outcome.REQUEST_CHANGES),
    Verb.OVERRIDE: lambda o, f: Override(
        o, f.number("draft"), f.number("version"), f.words("hash"), f.words("reason")
    ),
    Verb.POSTED: lambda o, f: Posted(o, f.number("draft"), f.words("link")),
    Verb.ASK_AGAIN: lambda o, f: AskAgain(o, f.number("draft")),
    Verb.SHOW: lambda o, f: Show(o, f.number("draft")),
    Verb.READ: lambda o, f: Read(o, f.number("draft"), f.number("version"), f.number("page")),
    Verb.LEARN: lambda o, f: Learn(o, f.number("assignment")),
    Verb.QUIZ: lambda o, f: Quiz(
        o, f.number("assignment"), f.number("question"), f.number("choice")
    ),
    Verb.DELEGATE: lambda o, f: Delegate(o, f.words("to"), f.words("starts"), f.words("ends")),
    Verb.END_DELEGATION: lambda o, f: EndDelegation(o),
    Verb.ADD_PERSON: lambda o, f: _except(o, f, ExceptionKind.PERSON, "colleague"),
    Verb.ALLOW_PHRASE: lambda o, f: _except(o, f, ExceptionKind.PHRASE, "phrase"),
    Verb.LIGHTEN: lambda o, f: _except(o, f, ExceptionKind.SEVERITY, "severity"),
    Verb.NO_EXCEPTION: lambda o, f: NoException(o, f.number("draft"), f.number("version")),
    Verb.REVOKE: lambda o, f: Revoke(o, f.number("alarm")),
    Verb.HOLD: lambda o, f: Hold(o, f.number("draft"), f.words("reason")),
    Verb.RELEASE: lambda o, f: Release(o, f.number("draft"), f.words("reason")),
    Verb.CONFIRM: lambda o, f: Confirm(o, f.number("opening")),
    Verb.DECLINE: lambda o, f: Decline(o, f.number("opening")),
    Verb.PEEK: lambda o, f: Peek(o, f.number("opening"), f.number("page")),
    Verb.RUN: lambda o, f: _run(o, f),
}


def _except(origin: Origin, fields: _Fields, kind: ExceptionKind, field: str) -> MakeException:
    return MakeException(origin, fields.number("alarm"), kind, fields.words(field))


def _decide(origin: Origin, fields: _Fields, outcome: Outcome) -> Decide:
    return Decide(
        origin,
        fields.number("draft"),
        fields.number("version"),
        fields.words("hash"),
        outcome,
        fields.words("reason"),
    )


def _run(origin: Origin, fields: _Fields) -> Command:
    request = from_words(fields.words("words"), origin)
    if request is None:
        raise Refused("I do not know that command. Type `help` to see what I can do.")
    return request


def from_button(verb: str, data: Mapping[str, str], origin: Origin) -> Command:
    """The command behind a button or form: `data` is the action's data joined with what was
    filled in.

    Raises `Refused` for an unknown verb or for data that is not ours.
    """
    known = next((v for v in Verb if v == verb), None)
    if known is None:
        raise Refused("This button is not one of mine any more. Type `queue` to see what is open.")
    return _BUILDERS[known](origin, _Fields({str(k): str(v) for k, v in data.items()}))
