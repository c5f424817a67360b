"""Buttons that ask for words, and the modal windows in which they are written.

A button's value says all that its window needs, so that a card works for as long as it stands,
whatever happened to this process. Only what a field is filled with beforehand - a draft's words -
is not in it: the desk is asked for that anew.
"""

import json
from collections.abc import Iterable, Sequence

from adapters.slack.payload import Json, Payload, dig, rows, table, words
from bot.cards import Action, Ask, Tone, Verb

VALUE_LIMIT = 2_000  # characters of a button's value
FIELD_LIMIT = 3_000  # characters that a field of a window takes
OPTIONS_LIMIT = 100
_STYLES = {Tone.GOOD: "primary", Tone.BAD: "danger"}
_LONGER = {
    Verb.SUBMIT: "At most 3,000 characters fit here; send a longer text as a message.",
    Verb.REVISE: "At most 3,000 characters fit here; to change a longer text, edit your message.",
}


def button(action: Action, action_id: str) -> Json:
    """The button of an action."""
    made: Json = {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(action.label, 75),
        "value": _value(action),
    }
    if action.tone in _STYLES:
        made["style"] = _STYLES[action.tone]
    return made


def action_ids(verbs: Iterable[str]) -> list[str]:
    """The verbs themselves, numbered from the second of a kind: unique in one message."""
    ids: list[str] = []
    for verb in verbs:
        before = sum(1 for i in ids if verb_of(i) == verb)
        ids.append(f"{verb}-{before + 1}" if before else verb)
    return ids


def verb_of(action_id: str) -> str:
    head, _, number = action_id.rpartition("-")
    return head if head and number.isdigit() else action_id


def _value(action: Action) -> str:
    for hints in (True, False):
        asks = [_spec(ask, hints) for ask in action.asks]
        value = _dump({**action.data, **({"asks": asks} if asks else {})})
        if len(value) <= VALUE_LIMIT:
            break
    return value


def _spec(ask: Ask, hints: bool) -> Json:
    spec: Json = {"name": ask.name, "label": ask.label, "lines": ask.lines, "limit": ask.limit}
    if hints and ask.hint:
        spec["hint"] = ask.hint
    if not ask.required:
        spec["optional"] = True
    if ask.options:
        spec["options"] = [list(option) for option in ask.options]
    if ask.value:
        spec["filled"] = True
    return spec


def pressed(value: str) -> tuple[dict[str, str], tuple[Ask, ...], bool]:
    """A button's data, what it asks for, and whether any of that is filled in beforehand."""
    sent = load(value)
    asks = rows(sent, "asks")[:10]
    data = {k: v for k, v in sent.items() if isinstance(v, str)}
    return data, tuple(map(_ask, asks)), any(dig(a, "filled") is True for a in asks)


def _ask(spec: Payload) -> Ask:
    options = dig(spec, "options")
    pairs = [o for o in options if isinstance(o, list)] if isinstance(options, list) else []
    return Ask(
        name=words(spec, "name")[:40],
        label=words(spec, "label"),
        hint=words(spec, "hint"),
        required=dig(spec, "optional") is not True,
        lines=_number(spec, "lines", 4),
        limit=_number(spec, "limit", FIELD_LIMIT),
        options=tuple((str(p[0]), str(p[1])) for p in pairs if len(p) == 2),
    )


def _number(spec: Payload, name: str, otherwise: int) -> int:
    value = dig(spec, name)
    return value if isinstance(value, int) and 0 < value < 1_000_000 else otherwise


# --- windows -------------------------------------------------------------------------------------


def form(action: Action, channel: str = "") -> Json:
    """The window that asks for what `action` needs. `channel` is where it was opened."""
    about: Json = {"verb": action.verb, "data": dict(action.data), "channel": channel}
    return {
        **_window(action.label, [_input(action.verb, ask) for ask in action.asks]),
        "callback_id": str(action.verb),
        "private_metadata": _dump(about),
        "submit": plain_text("Send", 24),
        "close": plain_text("Cancel", 24),
    }


def told(title: str, blocks: Sequence[Json]) -> Json:
    """The window that shows an answer."""
    return {**_window(title, blocks), "callback_id": "told", "close": plain_text("Close", 24)}


def again(view: Payload, blocks: Sequence[Json]) -> Json:
    """The window that was just sent, with an answer above it and everything still written in it."""
    inputs = [
        _kept(view, block) for block in rows(view, "blocks") if words(block, "element", "type")
    ]
    return {
        **_window(words(view, "title", "text") or "Signoff", [*blocks, *inputs]),
        "callback_id": words(view, "callback_id"),
        "private_metadata": words(view, "private_metadata"),
        "submit": plain_text("Send", 24),
        "close": plain_text("Cancel", 24),
    }


def _kept(view: Payload, block: Payload) -> Json:
    name = words(block, "block_id")
    element = dict(table(block, "element"))
    state = table(view, "state", "values", name, words(element, "action_id"))
    for initial, written in (
        ("initial_value", words(state, "value")),
        ("initial_option", table(state, "selected_option")),
    ):
        element.pop(initial, None)
        if written:
            element[initial] = written
    return {**block, "element": element}


def filled(view: Payload) -> dict[str, str]:
    """What was written into a window, by the name of its field."""
    fields = {}
    for name, inputs in table(view, "state", "values").items():
        for state in table(inputs).values():
            fields[name] = words(state, "value") or words(state, "selected_option", "value")
    return fields


def _window(title: str, blocks: Sequence[Json]) -> Json:
    return {"type": "modal", "title": plain_text(title, 24), "blocks": list(blocks)}


def _input(verb: str, ask: Ask) -> Json:
    hint = " ".join(filter(None, [ask.hint, _longer(verb, ask)]))
    return {
        "type": "input",
        "block_id": ask.name,
        "label": plain_text(ask.label, 2_000),
        "optional": not ask.required,
        "element": _choice(ask) if ask.options else _field(ask),
        **({"hint": plain_text(hint, 2_000)} if hint else {}),
    }


def _longer(verb: str, ask: Ask) -> str:
    return _LONGER.get(Verb(verb), "") if ask.limit > FIELD_LIMIT and not ask.options else ""


def _field(ask: Ask) -> Json:
    most = min(ask.limit, FIELD_LIMIT)
    fits = 0 < len(ask.value) <= most
    return {
        "type": "plain_text_input",
        "action_id": ask.name,
        "multiline": ask.lines > 1,
        "max_length": most,
        **({"initial_value": ask.value} if fits else {}),
    }


def _choice(ask: Ask) -> Json:
    options = [
        {"text": plain_text(label, 75), "value": value[:150]}
        for value, label in ask.options[:OPTIONS_LIMIT]
    ]
    chosen = next((o for o in options if o["value"] == ask.value), None)
    return {
        "type": "static_select",
        "action_id": ask.name,
        "options": options,
        **({"initial_option": chosen} if chosen else {}),
    }


def plain_text(text: str, limit: int) -> Json:
    """Text that Slack shows as it is. It must not be empty."""
    cut = text if len(text) <= limit else f"{text[: limit - 1]}…"
    return {"type": "plain_text", "text": cut or " ", "emoji": False}


def load(text: str) -> Payload:
    """The JSON object in a value or in a window's notes; empty when it is none of ours."""
    try:
        return table({"sent": json.loads(text[:4_000])}, "sent")
    except (ValueError, RecursionError):
        return {}


def _dump(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
