"""Turns cards and conversations into HTML. Every word is escaped; none of it is ever markup."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from adapters.web.items import Handed, Kind, Words
from bot import card_json
from bot.cards import Action, Picture, Tone
from bot.demo import Persona, Sample
from bot.store.pages import PageItem

LONG = 900  # characters from which a quotation gets its own scroll bar

# Commands that are offered as a press, by what a person does; typing them works as well.
CHIPS: Mapping[str, tuple[str, ...]] = {
    "Approver": ("queue", "delegate", "help"),
    "Privacy officer": ("queue", "report", "training", "ledger verify", "help"),
    "Admin": ("report", "training", "people", "ledger verify", "export csv", "help"),
}
ANYBODY = ("post", "queue", "help")

# What a tone says in a word, so that colour is never alone.
TONES = {Tone.GOOD: "Good", Tone.WARN: "Attention", Tone.BAD: "Stop"}


@dataclass(frozen=True, slots=True)
class Column:
    """One person's side of the page."""

    persona: Persona
    messages: tuple[Markup, ...]
    samples: tuple[Sample, ...] = ()

    @property
    def first_name(self) -> str:
        return self.persona.name.split()[0]

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.persona.name.split()[:2]).upper()

    @property
    def chips(self) -> tuple[str, ...]:
        return CHIPS.get(self.persona.role, ANYBODY)


def page(columns: Sequence[Column], *, token: str, now: datetime, zone: ZoneInfo) -> str:
    """The whole page with what every conversation holds."""
    template = _TEMPLATES.get_template("page.html.j2")
    return template.render(columns=columns, token=token, now=now.astimezone(zone), zone=zone.key)


def message(item: PageItem, zone: ZoneInfo) -> Markup:
    """One message of a conversation. `data-rev` changes exactly when what is shown does."""
    template = _TEMPLATES.get_template("message.html.j2")
    html = template.render(item=item, at=item.at.astimezone(zone), **_shown(item))
    rev = hashlib.sha256(html.encode("utf-8", "replace")).hexdigest()[:12]
    return Markup(html.replace('data-rev=""', f'data-rev="{rev}"', 1))  # noqa: S704 - escaped above


def _shown(item: PageItem) -> dict[str, object]:
    match Kind(item.kind):
        case Kind.SAID:
            return {"words": Words.load(item.body)}
        case Kind.FILE:
            return {"file": Handed.load(item.body)}
        case Kind.CARD | Kind.ANSWER:
            return {"card": card_json.load(item.body)}


def form(action: Action) -> str:
    """The form that asks what an action needs."""
    return _TEMPLATES.get_template("form.html.j2").render(action=action)


def act(action: Action) -> str:
    """What a button carries for the page's script."""
    return json.dumps({"verb": action.verb, "data": dict(action.data)}, sort_keys=True)


def our_words(text: str) -> Markup:
    """A sentence of ours: a command between backticks is set as such."""
    parts = re.split(r"`([^`\n]{1,80})`", text)
    pieces = (
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part)
        for i, part in enumerate(parts)
    )
    return Markup("").join(pieces)


def picture_url(picture: Picture) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.png).decode()}"


def clock_words(at: datetime) -> str:
    return f"{at:%I:%M %p}".lstrip("0")


def day_words(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B}"


def size_words(size: int) -> str:
    return f"{size:,} bytes" if size < 1024 else f"{size / 1024:,.0f} KB"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("adapters.web"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (our_words, picture_url, clock_words, day_words, size_words, act)
    made.filters |= {made_for.__name__: made_for for made_for in filters}
    made.tests["kind"] = lambda block, name: type(block).__name__ == name
    made.globals |= {"TONES": TONES, "LONG": LONG}
    return made


_TEMPLATES = _environment()
