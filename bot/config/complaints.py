"""What is wrong in app.yaml, in one sentence for the person who wrote it."""

from pydantic import BaseModel, ValidationError


def sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """The first complaint of pydantic, with the key it is about and what is allowed there."""
    first = error.errors(include_url=False, include_input=False)[0]
    loc = [str(p) for p in first["loc"] if p != "severities"]
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        return f"{'.'.join(loc)} is not a key I know; allowed here: {_allowed(model, loc[:-1])}."
    return f"{'.'.join(loc)}: {message}." if loc else f"{message}."


def _allowed(model: type[BaseModel], loc: list[str]) -> str:
    for part in loc:
        field = model.model_fields.get(part)
        inner = [a for a in _types(field.annotation if field else None) if _is_model(a)]
        if inner:
            model = inner[0]
    return ", ".join(k for k in model.model_fields)


def _types(annotation: object) -> list[type]:
    args = getattr(annotation, "__args__", ())
    return [t for a in args for t in _types(a)] if args else [annotation]  # type: ignore[list-item]


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
