"""Buttons and the inputs that some of them unfold."""

from adapters.teams.payload import Json
from bot.cards import Action, Ask, Tone

_STYLES = {Tone.GOOD: "positive", Tone.BAD: "destructive"}


def button(place: str, action: Action, *, values: bool = True) -> Json:
    """A button. With asks it unfolds a small form; the inputs' ids start with `place`, so that
    two forms on one card may ask for the same thing.
    """
    if not action.asks:
        return execute(action)
    folded: Json = {
        "type": "AdaptiveCard",
        "body": inputs(place, action, values=values),
        "actions": [execute(action, place)],
    }
    return {"type": "Action.ShowCard", "title": action.label, "card": folded, **_style(action)}


def execute(action: Action, place: str = "") -> Json:
    """A button that Teams answers at once; an older client sends the same as a message."""
    data = {**action.data, **({"form": place} if place else {})}
    return {
        "type": "Action.Execute",
        "title": action.label,
        "verb": action.verb.value,
        "data": data,
        "fallback": {
            "type": "Action.Submit",
            "title": action.label,
            "data": {**data, "verb": action.verb.value},
        },
        **_style(action),
    }


def inputs(place: str, action: Action, *, values: bool = True) -> list[Json]:
    """What the action asks for. Without `values` nothing is filled in beforehand: half a text in
    a field would be sent back as if it were the whole.
    """
    return [_input(place, ask, values) for ask in action.asks]


def _style(action: Action) -> Json:
    return {"style": _STYLES[action.tone]} if action.tone in _STYLES else {}


def _input(place: str, ask: Ask, values: bool) -> Json:
    shared: Json = {
        "id": f"{place}.{ask.name}",
        "label": ask.label,
        "isRequired": ask.required,
        "errorMessage": f"Please fill in: {ask.label}",
        **({"value": ask.value} if ask.value and values else {}),
        **({"placeholder": ask.hint} if ask.hint else {}),
    }
    if ask.options:
        choices = [{"title": label, "value": value} for value, label in ask.options]
        return {"type": "Input.ChoiceSet", "style": "compact", "choices": choices, **shared}
    multiline = ask.lines > 1
    return {"type": "Input.Text", "isMultiline": multiline, "maxLength": ask.limit, **shared}
